/* self-attention.c: the attention block of a U-Net, and plain layers
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   out = (to_out (attention (to_q (n), to_k (n), to_v (n))) + x) / scale_factor,
 *   n = norm (x).  diffusers' Attention as UNet2DModel uses it, and its older
 * AttentionBlock, whose layers are called query, key, value and proj_attn.
 */

#include "model/blocks.h"

struct _DdimSelfAttention
{
  gint       heads, d; /* the inner width, heads d, need not be C */
  gfloat     output_scale;
  DdimNorm  *norm;  /* or NULL */
  DdimLayer  q, k, v, out;
};

DdimLayer
ddim_layer_new (DdimWeights  *weights,
                const gchar  *name,
                DdimConvSpec  spec)
{
  DdimLayer layer = { ddim_weights_conv (weights, name, &spec), spec };

  return layer;
}

DdimMap *
ddim_layer_run (DdimLayer        *layer,
                DdimPass         *pass,
                const DdimSource *source,
                const DdimWith   *with)
{
  return ddim_pass_conv (pass, layer->conv, &layer->spec, source, with);
}

/* A projection under its newer name or, where that is absent, its older. */
static DdimLayer
projection (DdimWeights *weights,
            const gchar *name,
            const gchar *newer,
            const gchar *older,
            gint         c_in,
            gint         c_out)
{
  g_autofree gchar *layer  = g_strconcat (name, newer, NULL);
  g_autofree gchar *weight = g_strconcat (layer, ".weight", NULL);
  g_autofree gchar *old_layer  = g_strconcat (name, older, NULL);
  g_autofree gchar *old_weight = g_strconcat (old_layer, ".weight", NULL);
  gboolean old = ! ddim_weights_has (weights, weight) && ddim_weights_has (weights, old_weight);

  return ddim_layer_new (weights, old ? old_layer : layer, ddim_conv_spec (c_in, c_out, 1));
}

DdimSelfAttention *
ddim_self_attention_new (DdimWeights      *weights,
                         const gchar      *name,
                         const DdimConfig *config,
                         gint              c,
                         gint              groups,
                         gdouble           scale_factor)
{
  DdimSelfAttention *attention = g_new0 (DdimSelfAttention, 1);
  gint               d = config->attention_head_dim ? config->attention_head_dim : c;
  gint               inner = c / d * d;
  g_autofree gchar  *norm = g_strconcat (name, ".group_norm", NULL);

  attention->heads        = c / d;
  attention->d            = d;
  attention->output_scale = 1 / scale_factor;
  if (! inner && ! weights->error)
    g_set_error (&weights->error, DDIM_ERROR, DDIM_ERROR_INVALID,
                 "%s: “%s” has %d channels, less than attention_head_dim, %d",
                 ddim_safetensors_get_name (weights->file), name, c, d);
  if (groups)
    attention->norm = ddim_weights_norm (weights, norm, c, groups, config->norm_eps);
  attention->q   = projection (weights, name, ".to_q", ".query", c, inner);
  attention->k   = projection (weights, name, ".to_k", ".key", c, inner);
  attention->v   = projection (weights, name, ".to_v", ".value", c, inner);
  attention->out = projection (weights, name, ".to_out.0", ".proj_attn", inner, c);

  if (! weights->error)
    return attention;

  ddim_self_attention_free (attention);
  return NULL;
}

void
ddim_self_attention_free (DdimSelfAttention *attention)
{
  if (! attention)
    return;

  ddim_norm_free (attention->norm);
  ddim_conv_free (attention->q.conv);
  ddim_conv_free (attention->k.conv);
  ddim_conv_free (attention->v.conv);
  ddim_conv_free (attention->out.conv);
  g_free (attention);
}

DdimMap *
ddim_self_attention_run (DdimSelfAttention *attention,
                         DdimPass          *pass,
                         DdimMap           *x)
{
  gint        h = x->tensor.h, w = x->tensor.w;
  gint        inner = attention->heads * attention->d;
  DdimSource  source = ddim_map_source (x, NULL);
  DdimAffine  affine = { 0 };
  DdimWith    with = { 0 };
  DdimWith    last = { .residual = &source, .output_scale = attention->output_scale };
  DdimSource  attended_source;
  DdimMap    *q, *k, *v, *attended, *out;

  if (attention->norm)
    {
      affine = ddim_pass_affine (pass, attention->norm, x, NULL, NULL, 0, DDIM_ACTIVATION_NONE);
      with.affine = &affine;
    }
  q = ddim_layer_run (&attention->q, pass, &source, &with);
  k = ddim_layer_run (&attention->k, pass, &source, &with);
  v = ddim_layer_run (&attention->v, pass, &source, &with);
  if (attention->norm)
    ddim_pass_give_affine (pass, &affine);

  attended = ddim_map_new (pass, h, w, inner);
  ddim_pass_need_scratch (pass, ddim_attention_plan (pass->n, h * w, attention->heads,
                                                     attention->d, pass->run.team));
  if (ddim_pass_is_real (pass))
    {
      DdimAttentionArgs args = { .n = pass->n, .tokens = h * w, .heads = attention->heads,
                                 .d = attention->d,
                                 .q = q->tensor.data, .k = k->tensor.data, .v = v->tensor.data,
                                 .q_stride = inner, .k_stride = inner, .v_stride = inner,
                                 .out = attended->tensor.data, .out_stride = inner };

      ddim_pass_check (pass, ddim_attention_run (&args, &pass->run));
    }
  ddim_map_unref (pass, q);
  ddim_map_unref (pass, k);
  ddim_map_unref (pass, v);

  attended_source = ddim_map_source (attended, NULL);
  out = ddim_layer_run (&attention->out, pass, &attended_source, &last);
  ddim_map_unref (pass, attended);
  return out;
}
