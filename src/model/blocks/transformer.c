/* transformer.c: the transformer block of a text-guided U-Net
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   h = proj_in (norm (x)), then of each layer
 *   h = h + attention of norm1 (h) to itself
 *   h = h + attention of norm2 (h) to the text's states
 *   h = h + linear (geglu (linear (norm3 (h))))
 *   out = proj_out (h) + x
 *
 * diffusers' Transformer2DModel and BasicTransformerBlock (Rombach et al., arXiv
 * 2112.10752, appendix E.2.1; Vaswani et al., arXiv 1706.03762).  Whether the
 * projections are convolutions or linear layers is a matter of the file alone,
 * and attention is computed in float32 whatever upcast_attention says.
 */

#include "blocks.h"
#include "geglu.h"
#include "try-alloc.h"

#define NORM_EPS       1e-6 /* of the group norm, whatever the network's */
#define LAYER_NORM_EPS 1e-5
#define FEED_FORWARD   4    /* times as wide */

typedef struct
{
  DdimLayer q, k, v, out;
  gboolean  cross;    /* k and v are of the text */
} Attention;

typedef struct
{
  DdimLayerNorm *norm[3];
  Attention      attention[2];
  DdimLayer      first, second; /* of the feed-forward */
} Layer;

struct _DdimTransformer
{
  DdimTransformerShape shape;
  gint                 d;       /* columns of a head; the inner width is heads d */
  DdimNorm            *norm;
  DdimLayer            proj_in, proj_out;
  Layer               *layers;
};

/* A linear layer over all pixels, or words. */
static DdimLayer
linear (DdimWeights *weights,
        const gchar *name,
        const gchar *layer,
        gint         c_in,
        gint         c_out,
        gboolean     bias)
{
  g_autofree gchar *path = g_strconcat (name, layer, NULL);
  DdimLayer         plain = { NULL, ddim_conv_spec (c_in, c_out, 1) };

  if (bias)
    return ddim_layer_new (weights, path, plain.spec);
  plain.conv = ddim_weights_conv_plain (weights, path, &plain.spec);
  return plain;
}

static void
attention_load (Attention   *attention,
                DdimWeights *weights,
                const gchar *name,
                gint         inner,
                gint         text_width)
{
  gint of_keys = text_width ? text_width : inner;

  attention->cross = text_width > 0;
  attention->q   = linear (weights, name, ".to_q", inner, inner, FALSE);
  attention->k   = linear (weights, name, ".to_k", of_keys, inner, FALSE);
  attention->v   = linear (weights, name, ".to_v", of_keys, inner, FALSE);
  attention->out = linear (weights, name, ".to_out.0", inner, inner, TRUE);
}

static void
layer_load (Layer                      *layer,
            DdimWeights                *weights,
            const gchar                *name,
            gint                        inner,
            const DdimTransformerShape *shape)
{
  gint wide = FEED_FORWARD * inner;

  for (gint i = 0; i < 3; i++)
    {
      g_autofree gchar *norm = g_strdup_printf ("%s.norm%d", name, i + 1);

      layer->norm[i] = ddim_weights_layer_norm (weights, norm, inner, LAYER_NORM_EPS);
    }
  for (gint i = 0; i < 2; i++)
    {
      g_autofree gchar *attention = g_strdup_printf ("%s.attn%d", name, i + 1);

      attention_load (&layer->attention[i], weights, attention, inner,
                      i == 1 || shape->only_cross ? shape->text_width : 0);
    }
  layer->first  = linear (weights, name, ".ff.net.0.proj", inner, 2 * wide, TRUE);
  layer->second = linear (weights, name, ".ff.net.2", wide, inner, TRUE);
}

DdimTransformer *
ddim_transformer_new (DdimWeights                *weights,
                      const gchar                *name,
                      gint                        c,
                      gint                        groups,
                      const DdimTransformerShape *shape)
{
  DdimTransformer  *transformer = g_new0 (DdimTransformer, 1);
  gint              inner = c / shape->heads * shape->heads;
  g_autofree gchar *norm  = g_strconcat (name, ".norm", NULL);

  transformer->shape    = *shape;
  transformer->d        = c / shape->heads;
  transformer->layers   = ddim_weights_made (weights, ddim_try_new0 (Layer, shape->layers, NULL));
  transformer->norm     = ddim_weights_norm (weights, norm, c, groups, NORM_EPS);
  transformer->proj_in  = linear (weights, name, ".proj_in", c, inner, TRUE);
  for (gint i = 0; i < shape->layers && ! weights->error; i++)
    {
      g_autofree gchar *layer = g_strdup_printf ("%s.transformer_blocks.%d", name, i);

      layer_load (&transformer->layers[i], weights, layer, inner, shape);
    }
  transformer->proj_out = linear (weights, name, ".proj_out", inner, c, TRUE);

  if (! weights->error)
    return transformer;

  ddim_transformer_free (transformer);
  return NULL;
}

static void
layer_clear (Layer *layer)
{
  for (gint i = 0; i < 3; i++)
    ddim_layer_norm_free (layer->norm[i]);
  for (gint i = 0; i < 2; i++)
    {
      Attention *attention = &layer->attention[i];

      ddim_conv_free (attention->q.conv);
      ddim_conv_free (attention->k.conv);
      ddim_conv_free (attention->v.conv);
      ddim_conv_free (attention->out.conv);
    }
  ddim_conv_free (layer->first.conv);
  ddim_conv_free (layer->second.conv);
}

void
ddim_transformer_free (DdimTransformer *transformer)
{
  if (! transformer)
    return;

  for (gint i = 0; transformer->layers && i < transformer->shape.layers; i++)
    layer_clear (&transformer->layers[i]);
  g_free (transformer->layers);
  ddim_norm_free (transformer->norm);
  ddim_conv_free (transformer->proj_in.conv);
  ddim_conv_free (transformer->proj_out.conv);
  g_free (transformer);
}

/* h plus the attention of norm (h); takes over h. */
static DdimMap *
attend (DdimTransformer     *transformer,
        DdimPass            *pass,
        const DdimLayerNorm *norm,
        Attention           *attention,
        DdimMap             *h)
{
  DdimMap   *n    = ddim_pass_layer_norm (pass, norm, h);
  DdimSource self = ddim_map_source (n, NULL);
  DdimMap   *q    = ddim_layer_run (&attention->q, pass, &self, NULL);
  DdimMap   *k, *v, *attended, *out;

  k = ddim_layer_run (&attention->k, pass, attention->cross ? pass->text : &self, NULL);
  v = ddim_layer_run (&attention->v, pass, attention->cross ? pass->text : &self, NULL);
  ddim_map_unref (pass, n);
  attended = ddim_pass_attend (pass, transformer->shape.heads, transformer->d, q, k, v,
                               FALSE);
  ddim_map_unref (pass, q);
  ddim_map_unref (pass, k);
  ddim_map_unref (pass, v);
  out = ddim_layer_run_linear (&attention->out, pass, attended, h);
  ddim_map_unref (pass, attended);
  ddim_map_unref (pass, h);
  return out;
}

/* h plus the feed-forward of norm (h); takes over h. */
static DdimMap *
feed_forward (DdimPass *pass,
              Layer    *layer,
              DdimMap  *h)
{
  const DdimTensor *t     = &h->tensor;
  gint              width = layer->second.spec.c_in;
  DdimMap          *n     = ddim_pass_layer_norm (pass, layer->norm[2], h);
  DdimMap          *wide  = ddim_layer_run_linear (&layer->first, pass, n, NULL);
  DdimMap          *gated, *out;

  ddim_map_unref (pass, n);
  gated = ddim_map_new (pass, t->h, t->w, width);
  if (ddim_pass_is_real (pass))
    ddim_pass_check (pass, ddim_geglu_run ((gsize) t->n * t->h * t->w, width, wide->tensor.data,
                                           gated->tensor.data, &pass->run));
  ddim_map_unref (pass, wide);
  out = ddim_layer_run_linear (&layer->second, pass, gated, h);
  ddim_map_unref (pass, gated);
  ddim_map_unref (pass, h);
  return out;
}

DdimMap *
ddim_transformer_run (DdimTransformer *transformer,
                      DdimPass        *pass,
                      DdimMap         *x)
{
  DdimSource source = ddim_map_source (x, NULL);
  DdimAffine affine = ddim_pass_affine (pass, transformer->norm, x, NULL, NULL, 0,
                                        DDIM_ACTIVATION_NONE);
  DdimWith   with   = { .affine = &affine };
  DdimMap   *h      = ddim_layer_run (&transformer->proj_in, pass, &source, &with);
  DdimMap   *out;

  ddim_pass_give_affine (pass, &affine);
  for (gint i = 0; i < transformer->shape.layers; i++)
    {
      Layer *layer = &transformer->layers[i];

      for (gint j = 0; j < 2; j++)
        h = attend (transformer, pass, layer->norm[j], &layer->attention[j], h);
      h = feed_forward (pass, layer, h);
    }
  out = ddim_layer_run_linear (&transformer->proj_out, pass, h, x);
  ddim_map_unref (pass, h);
  return out;
}
