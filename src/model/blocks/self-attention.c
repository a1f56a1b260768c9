/* self-attention.c: the attention block of a U-Net, and plain layers
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   out = (to_out (attention (to_q (n), to_k (n), to_v (n))) + x) / scale_factor,
 *   n = norm (x).  diffusers' Attention as UNet2DModel uses it, and its older
 * AttentionBlock, whose layers are called query, key, value and proj_attn.
 *
 * With one head as wide as the map, two of the four layers can be multiplied
 * into the others when they are loaded.  The score of pixels i and j is
 *
 *   (Q n_i + a) . (K n_j + b) = (K' Q n_i + K' a) . n_j + (a term of i alone),
 *
 * and the softmax over j does not see the last term; its weights add up to 1,
 * so that O (sum_j p_j (V n_j + c)) + d = sum_j p_j (O V n_j + O c + d).
 */

#include <math.h>
#include <string.h>

#include "blocks.h"
#include "add.h"
#include "constant.h"
#include "try-alloc.h"

struct _DdimSelfAttention
{
  gint       heads, d; /* the inner width, heads d, need not be C */
  gfloat     output_scale;
  DdimNorm  *norm;  /* or NULL */
  DdimLayer  q, k, v, out; /* with one head, q and v alone */
  gfloat    *merged[2];    /* then the numbers of the two, biases last */
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

DdimMap *
ddim_layer_run_linear (DdimLayer     *layer,
                       DdimPass      *pass,
                       const DdimMap *x,
                       const DdimMap *residual)
{
  DdimSource source = ddim_map_source (x, NULL);
  DdimSource other  = residual ? ddim_map_source (residual, NULL) : source;
  DdimWith   with   = { .residual = residual ? &other : NULL };

  return ddim_layer_run (layer, pass, &source, &with);
}

/* A projection's name: its newer one or, where that is absent, its older. */
static gchar *
projection_name (DdimWeights *weights,
                 const gchar *name,
                 const gchar *newer,
                 const gchar *older)
{
  g_autofree gchar *layer  = g_strconcat (name, newer, NULL);
  g_autofree gchar *weight = g_strconcat (layer, ".weight", NULL);
  g_autofree gchar *old_layer  = g_strconcat (name, older, NULL);
  g_autofree gchar *old_weight = g_strconcat (old_layer, ".weight", NULL);
  gboolean old = ! ddim_weights_has (weights, weight) && ddim_weights_has (weights, old_weight);

  return g_strdup (old ? old_layer : layer);
}

static DdimLayer
projection (DdimWeights *weights,
            const gchar *name,
            const gchar *newer,
            const gchar *older,
            gint         c_in,
            gint         c_out)
{
  g_autofree gchar *layer = projection_name (weights, name, newer, older);

  return ddim_layer_new (weights, layer, ddim_conv_spec (c_in, c_out, 1));
}

/* A C x C matrix, and behind it its C biases, in double; NULL where missing. */
static gdouble *
matrix (DdimWeights *weights,
        const gchar *name,
        const gchar *newer,
        const gchar *older,
        gsize        c)
{
  g_autofree gchar *layer = projection_name (weights, name, newer, older);
  g_autofree gfloat  *row = NULL;
  g_autofree gdouble *out = NULL;
  DdimConstant        weight, bias;

  if (! ddim_weights_get_layer (weights, layer, 2, (gint64[]) { c, c }, &weight, &bias))
    return NULL;

  if (! (row = ddim_weights_made (weights, ddim_try_new (gfloat, c, NULL))) ||
      ! (out = ddim_weights_made (weights, ddim_try_new (gdouble, c * c + c, NULL))))
    return NULL;
  for (gsize i = 0; i <= c; i++)
    {
      ddim_constant_read (i < c ? &weight : &bias, i < c ? i * c : 0, c, row);
      for (gsize j = 0; j < c; j++)
        out[i * c + j] = row[j];
    }
  return g_steal_pointer (&out);
}

/* The layer whose matrix is `product` with the bias behind it; without a
 * convolution where that is more than a float holds.                        */
static DdimLayer
merged_layer (DdimWeights   *weights,
              const gchar   *name,
              const gdouble *product,
              gint           c,
              gfloat       **numbers)
{
  gsize        size  = (gsize) c * c;
  DdimLayer    layer = { NULL, ddim_conv_spec (c, c, 1) };
  DdimConstant weight = { DDIM_DTYPE_F32, size };
  DdimConstant bias   = { DDIM_DTYPE_F32, c };

  *numbers = ddim_weights_made (weights, ddim_try_new (gfloat, size + c, NULL));
  if (! *numbers)
    return layer;
  weight.data = *numbers;
  bias.data   = *numbers + size;
  for (gsize i = 0; i < size + c; i++)
    {
      (*numbers)[i] = product[i];
      if (! isfinite ((*numbers)[i]) && ! weights->error)
        g_set_error (&weights->error, DDIM_ERROR, DDIM_ERROR_NOT_FINITE,
                     "%s: the weights of “%s” are so large that their product overflows",
                     ddim_safetensors_get_name (weights->file), name);
    }
  layer.conv = ddim_weights_made (weights, ddim_conv_new (&layer.spec, &weight, &bias));
  return layer;
}

/* out = A B, and behind it A b + d: all of C x C with C numbers behind, b those of B.
 * A is read transposed where rows are its columns; d is NULL for nothing.  Once a
 * layer, when a model is read: not worth a library, whose sums would depend on the
 * processor.                                                                        */
static void
multiply (const gdouble *a,
          gboolean       rows_are_columns,
          const gdouble *b,
          const gdouble *d,
          gsize          c,
          gdouble       *out)
{
  gsize row = rows_are_columns ? 1 : c;
  gsize step = rows_are_columns ? c : 1;

  memset (out, 0, c * c * sizeof (gdouble));
  for (gsize i = 0; i < c; i++)
    {
      gdouble *sums = out + i * c;
      gdouble  bias = d ? d[i] : 0;

      for (gsize m = 0; m < c; m++)
        {
          gdouble factor = a[i * row + m * step];

          for (gsize j = 0; j < c; j++)
            sums[j] += factor * b[m * c + j];
          bias += factor * b[c * c + m];
        }
      out[c * c + i] = bias;
    }
}

/* q <- K' Q, v <- O V, as above. */
static void
merge_projections (DdimSelfAttention *attention,
                   DdimWeights       *weights,
                   const gchar       *name,
                   gint               c)
{
  gsize size = (gsize) c * c;
  g_autofree gdouble *q = matrix (weights, name, ".to_q", ".query", c);
  g_autofree gdouble *k = matrix (weights, name, ".to_k", ".key", c);
  g_autofree gdouble *v = matrix (weights, name, ".to_v", ".value", c);
  g_autofree gdouble *o = matrix (weights, name, ".to_out.0", ".proj_attn", c);
  g_autofree gdouble *product = NULL;

  if (weights->error)
    return;

  product = ddim_weights_made (weights, ddim_try_new (gdouble, size + c, NULL));
  if (! product)
    return;

  multiply (k, TRUE, q, NULL, c, product);
  attention->q = merged_layer (weights, name, product, c, &attention->merged[0]);

  multiply (o, FALSE, v, o + size, c, product);
  attention->v = merged_layer (weights, name, product, c, &attention->merged[1]);
}

DdimSelfAttention *
ddim_self_attention_new (DdimWeights          *weights,
                         const gchar          *name,
                         const DdimBlockStyle *style,
                         gint                  c,
                         gint                  groups,
                         gdouble               scale_factor)
{
  DdimSelfAttention *attention = g_new0 (DdimSelfAttention, 1);
  gint               d = style->attention_head_dim ? style->attention_head_dim : c;
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
    attention->norm = ddim_weights_norm (weights, norm, c, groups, style->norm_eps);
  if (d == c)
    merge_projections (attention, weights, name, c);
  else
    {
      attention->q   = projection (weights, name, ".to_q", ".query", c, inner);
      attention->k   = projection (weights, name, ".to_k", ".key", c, inner);
      attention->v   = projection (weights, name, ".to_v", ".value", c, inner);
      attention->out = projection (weights, name, ".to_out.0", ".proj_attn", inner, c);
    }

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
  for (gint i = 0; i < 2; i++)
    g_free (attention->merged[i]);
  g_free (attention);
}

/* x through the norm. */
static DdimMap *
normalise (DdimSelfAttention *attention,
           DdimPass          *pass,
           DdimMap           *x)
{
  DdimAffine affine;
  DdimSource source = ddim_map_source (x, NULL);
  DdimMap   *out;

  if (! attention->norm)
    return ddim_map_ref (x);

  affine = ddim_pass_affine (pass, attention->norm, x, NULL, NULL, 0, DDIM_ACTIVATION_NONE);
  out    = ddim_map_new (pass, x->tensor.h, x->tensor.w, x->tensor.c);
  if (ddim_pass_is_real (pass))
    ddim_pass_check (pass, ddim_affine_apply (&source, &affine, &out->tensor, &pass->run));
  ddim_pass_give_affine (pass, &affine);
  return out;
}

/* (a + x) / scale_factor; takes over a. */
static DdimMap *
add_residual (DdimSelfAttention *attention,
              DdimPass          *pass,
              DdimMap           *a,
              const DdimMap     *x)
{
  const DdimTensor *t = &a->tensor;

  ddim_pass_need_scratch (pass, ddim_add_plan (pass->n, t->h, t->w, t->c, pass->run.pool));
  if (ddim_pass_is_real (pass))
    ddim_pass_check (pass, ddim_add_run (t, &x->tensor, attention->output_scale, &a->tensor,
                                         &a->moments, &pass->run));
  return a;
}

DdimMap *
ddim_self_attention_run (DdimSelfAttention *attention,
                         DdimPass          *pass,
                         DdimMap           *x)
{
  gboolean   merged = attention->k.conv == NULL;
  DdimMap   *n      = normalise (attention, pass, x);
  DdimSource source = ddim_map_source (n, NULL);
  DdimSource residual = ddim_map_source (x, NULL), attended_source;
  DdimWith   last   = { .residual = &residual, .output_scale = attention->output_scale };
  DdimMap   *q = ddim_layer_run (&attention->q, pass, &source, NULL);
  DdimMap   *k = merged ? ddim_map_ref (n) : ddim_layer_run (&attention->k, pass, &source, NULL);
  DdimMap   *v = ddim_layer_run (&attention->v, pass, &source, NULL);
  DdimMap   *attended, *out;

  ddim_map_unref (pass, n);
  attended = ddim_pass_attend (pass, attention->heads, attention->d, q, k, v, FALSE);
  ddim_map_unref (pass, q);
  ddim_map_unref (pass, k);
  ddim_map_unref (pass, v);
  if (merged)
    return add_residual (attention, pass, attended, x);

  attended_source = ddim_map_source (attended, NULL);
  out = ddim_layer_run (&attention->out, pass, &attended_source, &last);
  ddim_map_unref (pass, attended);
  return out;
}
