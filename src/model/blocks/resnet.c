/* resnet.c: the residual block of a U-Net
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   h = conv1 (resample (act (norm1 (x)))) + linear (act (time))
 *   h = conv2 (act (norm2 (h)))
 *   out = (shortcut (resample (x)) + h) / scale_factor
 *
 * With scale_shift, the time's projection is a scale and a shift behind norm2
 * instead.  diffusers' ResnetBlock2D.
 */

#include "blocks.h"

#include "resample.h"

struct _DdimResnet
{
  DdimResnetKind  kind;
  DdimActivation  act;
  gboolean        scale_shift;
  gfloat          output_scale;
  gint            time_width; /* what the projection gives */
  DdimNorm       *norm1, *norm2;
  DdimLayer       conv1, conv2, shortcut;
  DdimLinear     *time; /* or NULL */
};

DdimResnet *
ddim_resnet_new (DdimWeights          *weights,
                 const gchar          *name,
                 const DdimBlockStyle *style,
                 gint                  c_in,
                 gint                  c_out,
                 gint                  time_dim,
                 DdimResnetKind        kind,
                 gdouble               scale_factor)
{
  DdimResnet   *resnet = g_new0 (DdimResnet, 1);
  DdimConvSpec  first  = ddim_conv_spec (c_in, c_out, 3);
  g_autofree gchar *norm1 = g_strconcat (name, ".norm1", NULL);
  g_autofree gchar *conv1 = g_strconcat (name, ".conv1", NULL);
  g_autofree gchar *time  = g_strconcat (name, ".time_emb_proj", NULL);
  g_autofree gchar *norm2 = g_strconcat (name, ".norm2", NULL);
  g_autofree gchar *conv2 = g_strconcat (name, ".conv2", NULL);
  g_autofree gchar *shortcut = g_strconcat (name, ".conv_shortcut", NULL);

  resnet->kind         = kind;
  resnet->act          = style->act_fn;
  resnet->scale_shift  = style->scale_shift;
  resnet->output_scale = 1 / scale_factor;
  resnet->time_width   = style->scale_shift ? 2 * c_out : c_out;

  first.upsample = kind == DDIM_RESNET_UP;
  resnet->norm1  = ddim_weights_norm (weights, norm1, c_in,
                                      style->norm_num_groups, style->norm_eps);
  resnet->conv1  = ddim_layer_new (weights, conv1, first);
  if (time_dim)
    resnet->time = ddim_weights_linear (weights, time, time_dim, resnet->time_width);
  resnet->norm2  = ddim_weights_norm (weights, norm2, c_out,
                                      style->norm_num_groups, style->norm_eps);
  resnet->conv2  = ddim_layer_new (weights, conv2, ddim_conv_spec (c_out, c_out, 3));
  if (c_in != c_out)
    resnet->shortcut = ddim_layer_new (weights, shortcut, ddim_conv_spec (c_in, c_out, 1));

  if (! weights->error)
    return resnet;

  ddim_resnet_free (resnet);
  return NULL;
}

void
ddim_resnet_free (DdimResnet *resnet)
{
  if (! resnet)
    return;

  ddim_norm_free (resnet->norm1);
  ddim_norm_free (resnet->norm2);
  ddim_conv_free (resnet->conv1.conv);
  ddim_conv_free (resnet->conv2.conv);
  ddim_conv_free (resnet->shortcut.conv);
  ddim_linear_free (resnet->time);
  g_free (resnet);
}

/* A map of the source, halved (through the affine, or NULL) or doubled. */
static DdimMap *
resample (DdimPass         *pass,
          DdimResnetKind    kind,
          const DdimSource *source,
          const DdimAffine *affine)
{
  gboolean up = kind == DDIM_RESNET_UP;
  DdimMap *out = ddim_map_new (pass,
                               up ? source->h * 2 : source->h / 2,
                               up ? source->w * 2 : source->w / 2,
                               source->c[0] + source->c[1]);

  if (ddim_pass_is_real (pass))
    ddim_pass_check (pass, up
                     ? ddim_resample_double (source, &out->tensor, &pass->run)
                     : ddim_resample_halve (source, affine, &out->tensor, &pass->run));
  return out;
}

/* conv1 of x, with norm1 before it and, without scale_shift, time behind it. */
static DdimMap *
first_half (DdimResnet   *resnet,
            DdimPass     *pass,
            DdimMap      *x,
            DdimMap      *skip,
            const gfloat *time)
{
  DdimSource source = ddim_map_source (x, skip);
  DdimAffine affine = ddim_pass_affine (pass, resnet->norm1, x, skip, NULL, 0, resnet->act);
  DdimWith   with = { .affine = &affine, .time = resnet->scale_shift ? NULL : time,
                      .time_stride = resnet->time_width };
  DdimMap   *halved = NULL;
  DdimMap   *out;

  if (resnet->kind == DDIM_RESNET_DOWN)
    {
      halved = resample (pass, DDIM_RESNET_DOWN, &source, &affine);
      source = ddim_map_source (halved, NULL);
      with.affine = NULL;
    }
  out = ddim_layer_run (&resnet->conv1, pass, &source, &with);

  ddim_map_unref (pass, halved);
  ddim_pass_give_affine (pass, &affine);
  return out;
}

/* What the block adds of the time, N x time_width; NULL where it knows none. */
static gfloat *
project_time (DdimResnet *resnet,
              DdimPass   *pass)
{
  gfloat *time;

  if (! resnet->time)
    return NULL;

  time = ddim_arena_take (pass->arena, (gsize) pass->n * resnet->time_width);
  if (pass->dry)
    ddim_pass_plan_linear (pass, resnet->time);
  if (ddim_pass_is_real (pass))
    ddim_pass_check (pass, ddim_linear_run (resnet->time, pass->n, pass->time, pass->time_dim,
                                            time, resnet->time_width, &pass->run));
  return time;
}

DdimMap *
ddim_resnet_run (DdimResnet *resnet,
                 DdimPass   *pass,
                 DdimMap    *x,
                 DdimMap    *skip)
{
  gfloat     *time = project_time (resnet, pass);
  DdimSource  residual = ddim_map_source (x, skip);
  DdimMap    *branch = NULL;
  DdimMap    *h, *out;
  DdimAffine  affine;
  DdimWith    with = { .affine = &affine, .residual = &residual,
                       .output_scale = resnet->output_scale };

  h = first_half (resnet, pass, x, skip, time);

  if (resnet->kind != DDIM_RESNET_PLAIN)
    {
      branch = resample (pass, resnet->kind, &residual, NULL);
      residual = ddim_map_source (branch, NULL);
    }
  if (resnet->shortcut.conv)
    {
      DdimMap *shortcut = ddim_layer_run (&resnet->shortcut, pass, &residual, NULL);

      ddim_map_unref (pass, branch);
      branch = shortcut;
      residual = ddim_map_source (branch, NULL);
    }

  affine = ddim_pass_affine (pass, resnet->norm2, h, NULL,
                             resnet->scale_shift ? time : NULL, resnet->time_width,
                             resnet->act);
  {
    DdimSource source = ddim_map_source (h, NULL);
    out = ddim_layer_run (&resnet->conv2, pass, &source, &with);
  }

  ddim_pass_give_affine (pass, &affine);
  ddim_map_unref (pass, branch);
  ddim_map_unref (pass, h);
  ddim_arena_give (pass->arena, time);
  return out;
}
