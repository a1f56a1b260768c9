/* embedding.c: what a network is told of the timestep and the class
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The timestep is projected (sines and cosines of rising periods; Fourier
 * features of ln t; or a learned row a timestep), then linear_1, an
 * activation, linear_2.  A class's embedding is added to it.  As diffusers'
 * UNet2DModel and UNet2DConditionModel do.
 */

#include "embedding.h"

#include <math.h>

#include "activation.h"
#include "aligned-memory.h"
#include "constant.h"

struct _DdimEmbedding
{
  DdimUnetConfig config;
  gint           base, projected, width; /* first width; projection; embedding */
  gfloat        *table;                  /* Fourier's or the learned projection */
  gfloat        *classes;
  gfloat        *scratch;                /* projected, and twice width        */
  DdimLinear    *linear[2], *class_linear[2];
};

static void
two_linears (DdimWeights *weights,
             const gchar *name,
             gint         c_in,
             gint         c_out,
             DdimLinear  *linear[2])
{
  g_autofree gchar *first  = g_strconcat (name, ".linear_1", NULL);
  g_autofree gchar *second = g_strconcat (name, ".linear_2", NULL);

  linear[0] = ddim_weights_linear (weights, first, c_in, c_out);
  linear[1] = ddim_weights_linear (weights, second, c_out, c_out);
}

DdimEmbedding *
ddim_embedding_new (DdimWeights          *weights,
                    const DdimUnetConfig *config)
{
  DdimEmbedding *embedding = g_new0 (DdimEmbedding, 1);
  gint           base  = config->block_out_channels[0];
  gint64         shape[2] = { base, base };
  DdimConstant   table = { 0 }, classes = { 0 };

  embedding->config    = *config;
  embedding->base      = base;
  embedding->projected = config->time_embedding_type == DDIM_TIME_FOURIER ? 2 * base : base;
  embedding->width     = ddim_unet_config_get_embedding (config);

  if (config->time_embedding_type == DDIM_TIME_FOURIER)
    ddim_weights_get (weights, "time_proj.weight", 1, shape, &table);
  if (config->time_embedding_type == DDIM_TIME_LEARNED)
    {
      shape[0] = config->num_train_timesteps;
      ddim_weights_get (weights, "time_proj.weight", 2, shape, &table);
    }
  two_linears (weights, "time_embedding", embedding->projected, embedding->width,
               embedding->linear);

  if (config->class_embed_type == DDIM_CLASS_TIMESTEP)
    two_linears (weights, "class_embedding", embedding->projected, embedding->width,
                 embedding->class_linear);
  if (config->class_embed_type == DDIM_CLASS_TABLE)
    {
      shape[0] = config->num_class_embeds;
      shape[1] = embedding->width;
      ddim_weights_get (weights, "class_embedding.weight", 2, shape, &classes);
    }

  if (table.size)
    embedding->table = ddim_weights_copy (weights, &table);
  if (classes.size)
    embedding->classes = ddim_weights_copy (weights, &classes);
  embedding->scratch = ddim_weights_made (weights, ddim_memory_try_alloc (
                                            embedding->projected + 2 * (gsize) embedding->width));
  if (! weights->error)
    return embedding;

  ddim_embedding_free (embedding);
  return NULL;
}

void
ddim_embedding_free (DdimEmbedding *embedding)
{
  if (! embedding)
    return;

  for (gint i = 0; i < 2; i++)
    {
      ddim_linear_free (embedding->linear[i]);
      ddim_linear_free (embedding->class_linear[i]);
    }
  ddim_memory_free (embedding->table);
  ddim_memory_free (embedding->classes);
  ddim_memory_free (embedding->scratch);
  g_free (embedding);
}

gint
ddim_embedding_get_width (const DdimEmbedding *embedding)
{
  return embedding->width;
}

gint
ddim_embedding_get_labels (const DdimEmbedding *embedding)
{
  switch (embedding->config.class_embed_type)
    {
    case DDIM_CLASS_NONE:     return 0;
    case DDIM_CLASS_IDENTITY: return embedding->width;
    default:                  return 1;
    }
}

/* Sinusoids of t (Vaswani et al., with diffusers' options). */
static void
project_positional (const DdimUnetConfig *config,
                    gint                  base,
                    gdouble               t,
                    gfloat               *out)
{
  gint half  = base / 2;
  gint sines = config->flip_sin_to_cos ? half : 0;

  out[base - 1] = 0; /* an odd base has one number too many */
  for (gint i = 0; i < half; i++)
    {
      gdouble frequency = exp (- log (10000) * i / (half - config->freq_shift));

      out[sines + i]        = sin (t * frequency);
      out[half - sines + i] = cos (t * frequency);
    }
}

static void
project (DdimEmbedding *embedding,
         gdouble        t,
         gfloat        *out)
{
  gint base = embedding->base;

  switch (embedding->config.time_embedding_type)
    {
    case DDIM_TIME_POSITIONAL:
      project_positional (&embedding->config, base, t, out);
      break;

    case DDIM_TIME_FOURIER:
      /* In float, in this order: angles of some thousand radians keep the
       * rounding that the network was trained with.                        */
      for (gint i = 0; i < base; i++)
        {
          gfloat angle = logf (t) * embedding->table[i] * 2 * (gfloat) G_PI;

          out[i]        = sinf (angle);
          out[base + i] = cosf (angle);
        }
      break;

    case DDIM_TIME_LEARNED:
      {
        gint row = CLAMP (t, 0, embedding->config.num_train_timesteps - 1);

        memcpy (out, embedding->table + (gsize) row * base, base * sizeof (gfloat));
      }
      break;
    }
}

/* out (width) = linear_2 (act (linear_1 (projection of t))) */
static gboolean
embed (DdimEmbedding *embedding,
       DdimLinear    *linear[2],
       gdouble        t,
       gfloat        *out,
       const DdimRun *run)
{
  gfloat *projected = embedding->scratch;
  gfloat *hidden    = projected + embedding->projected;

  project (embedding, t, projected);
  if (! ddim_linear_run (linear[0], 1, projected, embedding->projected,
                         hidden, embedding->width, run))
    return FALSE;
  ddim_activation_apply (embedding->config.time_act, hidden, embedding->width);
  return ddim_linear_run (linear[1], 1, hidden, embedding->width,
                          out, embedding->width, run);
}

/* Adds the class's embedding to one item's. */
static gboolean
add_class (DdimEmbedding *embedding,
           const gfloat  *label,
           gfloat        *out,
           const DdimRun *run)
{
  const DdimUnetConfig *config = &embedding->config;
  gfloat               *values = embedding->scratch + embedding->projected + embedding->width;

  if (config->class_embed_type == DDIM_CLASS_NONE)
    return TRUE;

  if (config->class_embed_type == DDIM_CLASS_IDENTITY)
    memcpy (values, label, embedding->width * sizeof (gfloat));
  else if (config->class_embed_type == DDIM_CLASS_TABLE)
    memcpy (values,
            embedding->classes
            + (gsize) CLAMP (*label, 0, config->num_class_embeds - 1) * embedding->width,
            embedding->width * sizeof (gfloat));
  else if (! embed (embedding, embedding->class_linear, *label, values, run))
    return FALSE;

  for (gint i = 0; i < embedding->width; i++)
    out[i] += values[i];
  return TRUE;
}

gboolean
ddim_embedding_plan (DdimEmbedding  *embedding,
                     DdimThreadPool *pool)
{
  gboolean success = TRUE;

  for (gint i = 0; i < 2; i++)
    success = success && ddim_linear_plan (embedding->linear[i], pool)
              && (! embedding->class_linear[i]
                  || ddim_linear_plan (embedding->class_linear[i], pool));
  return success;
}

gboolean
ddim_embedding_run (DdimEmbedding *embedding,
                    gint           n,
                    gdouble        timestep,
                    const gfloat  *labels,
                    gfloat        *out,
                    const DdimRun *run)
{
  gsize width = embedding->width;

  if (! embed (embedding, embedding->linear, timestep, out, run))
    return FALSE;
  for (gint i = 1; i < n; i++)
    memcpy (out + i * width, out, width * sizeof (gfloat));
  for (gint i = 0; i < n; i++)
    if (! add_class (embedding, labels ? labels + i * ddim_embedding_get_labels (embedding) : NULL,
                     out + i * width, run))
      return FALSE;

  ddim_activation_apply (embedding->config.style.act_fn, out, n * width);
  return TRUE;
}
