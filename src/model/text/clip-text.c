/* clip-text.c: CLIPTextModel, a text's words as a network's states
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   h = the token's embedding + the position's, then of each layer
 *   h = h + attention of layer_norm1 (h) to what stands before and at each word
 *   h = h + fc2 (act (fc1 (layer_norm2 (h))))
 *   out = final_layer_norm (h)
 *
 * A text is a map of one row, its words the pixels.  Of the words' embeddings, some
 * fifty thousand, those that are needed are read from the file.
 */

#include "clip-text.h"

#include "activation.h"
#include "blocks.h"
#include "constant.h"
#include "memory-budget.h"
#include "plan.h"
#include "try-alloc.h"

typedef struct
{
  DdimLayerNorm *norm[2];
  DdimLayer      q, k, v, out;
  DdimLayer      fc1, fc2;
} Layer;

struct _DdimClipText
{
  DdimClipTextConfig config;
  DdimSafetensors   *file;   /* not ours */
  guint64            hash;
  DdimConstant       tokens, positions; /* embeddings, in the file */
  Layer             *layers;
  DdimLayerNorm     *final_norm;
  DdimPlan           plan;
};

/* What a walk reads and where its answer goes; NULL in a dry pass. */
typedef struct
{
  DdimClipText *self;
  const gint   *ids;
  gfloat       *out;
} Call;

/* Loading ------------------------------------------------------------------ */

static DdimLayer
linear (DdimWeights *weights,
        const gchar *name,
        const gchar *layer,
        gint         c_in,
        gint         c_out)
{
  g_autofree gchar *path = g_strconcat (name, layer, NULL);

  return ddim_layer_new (weights, path, ddim_conv_spec (c_in, c_out, 1));
}

static void
load_layer (DdimClipText *self,
            DdimWeights  *weights,
            const gchar  *prefix,
            gint          i)
{
  const DdimClipTextConfig *config = &self->config;
  Layer *layer = &self->layers[i];
  gint   c     = config->hidden_size;
  g_autofree gchar *name = g_strdup_printf ("%sencoder.layers.%d", prefix, i);

  for (gint j = 0; j < 2; j++)
    {
      g_autofree gchar *norm = g_strdup_printf ("%s.layer_norm%d", name, j + 1);

      layer->norm[j] = ddim_weights_layer_norm (weights, norm, c, config->layer_norm_eps);
    }
  layer->q   = linear (weights, name, ".self_attn.q_proj", c, c);
  layer->k   = linear (weights, name, ".self_attn.k_proj", c, c);
  layer->v   = linear (weights, name, ".self_attn.v_proj", c, c);
  layer->out = linear (weights, name, ".self_attn.out_proj", c, c);
  layer->fc1 = linear (weights, name, ".mlp.fc1", c, config->intermediate_size);
  layer->fc2 = linear (weights, name, ".mlp.fc2", config->intermediate_size, c);
}

/* Older files have all of it in “text_model”. */
static const gchar *
find_prefix (const DdimWeights *weights)
{
  static const gchar * const prefixes[] = { "text_model.", "" };

  for (gsize i = 0; i < G_N_ELEMENTS (prefixes); i++)
    {
      g_autofree gchar *tensor = g_strconcat (prefixes[i], "final_layer_norm.weight", NULL);

      if (ddim_weights_has (weights, tensor))
        return prefixes[i];
    }
  return prefixes[0];
}

static void
load (DdimClipText *self,
      DdimWeights  *weights)
{
  const DdimClipTextConfig *config = &self->config;
  const gchar      *prefix    = find_prefix (weights);
  g_autofree gchar *tokens    = g_strconcat (prefix, "embeddings.token_embedding.weight", NULL);
  g_autofree gchar *positions = g_strconcat (prefix, "embeddings.position_embedding.weight", NULL);
  g_autofree gchar *norm      = g_strconcat (prefix, "final_layer_norm", NULL);
  gint64            shape[]   = { config->vocab_size, config->hidden_size };

  ddim_weights_get (weights, tokens, 2, shape, &self->tokens);
  shape[0] = config->max_position_embeddings;
  ddim_weights_get (weights, positions, 2, shape, &self->positions);

  self->layers = ddim_weights_made (weights, ddim_try_new0 (Layer, config->num_hidden_layers,
                                                            NULL));
  for (gint i = 0; i < config->num_hidden_layers && ! weights->error; i++)
    load_layer (self, weights, prefix, i);
  self->final_norm = ddim_weights_layer_norm (weights, norm, config->hidden_size,
                                              config->layer_norm_eps);
}

DdimClipText *
ddim_clip_text_new (const DdimClipTextConfig  *config,
                    DdimSafetensors           *file,
                    DdimThreadPool            *pool,
                    GError                   **error)
{
  g_autoptr (DdimClipText) self = NULL;
  DdimWeights weights = { .file = file };

  if (! ddim_memory_check (ddim_weights_get_packed (file), error, "The text encoder %s",
                           ddim_safetensors_get_name (file)))
    return NULL;

  self = g_new0 (DdimClipText, 1);
  self->config = *config;
  self->file   = file;
  ddim_plan_init (&self->plan, pool);
  load (self, &weights);
  self->hash = weights.hash;

  if (weights.error)
    {
      g_propagate_error (error, weights.error);
      return NULL;
    }
  return ddim_safetensors_check (file, error) ? g_steal_pointer (&self) : NULL;
}

static void
layer_clear (Layer *layer)
{
  DdimLayer *layers[] = { &layer->q, &layer->k, &layer->v, &layer->out, &layer->fc1, &layer->fc2 };

  for (gsize i = 0; i < G_N_ELEMENTS (layers); i++)
    ddim_conv_free (layers[i]->conv);
  for (gint i = 0; i < 2; i++)
    ddim_layer_norm_free (layer->norm[i]);
}

void
ddim_clip_text_free (DdimClipText *self)
{
  if (! self)
    return;

  for (gint i = 0; self->layers && i < self->config.num_hidden_layers; i++)
    layer_clear (&self->layers[i]);
  g_free (self->layers);
  ddim_layer_norm_free (self->final_norm);
  ddim_plan_clear (&self->plan);
  g_free (self);
}

/* Running ------------------------------------------------------------------ */

/* A map of the sums of the words' and the positions' embeddings. */
static DdimMap *
embed (DdimClipText *self,
       DdimPass     *pass,
       const gint   *ids)
{
  gint     c = self->config.hidden_size, length = self->plan.w;
  DdimMap *out = ddim_map_new (pass, 1, length, c);
  gfloat  *position = ddim_arena_take (pass->arena, c);

  for (gint i = 0; ddim_pass_is_real (pass) && i < pass->n * length; i++)
    {
      gfloat *row = out->tensor.data + (gsize) i * c;

      ddim_constant_read (&self->tokens, (gsize) ids[i] * c, c, row);
      ddim_constant_read (&self->positions, (gsize) (i % length) * c, c, position);
      for (gint k = 0; k < c; k++)
        row[k] += position[k];
    }
  ddim_arena_give (pass->arena, position);
  return out;
}

/* h plus the attention of its words to those before; takes over h. */
static DdimMap *
attend (DdimClipText *self,
        DdimPass     *pass,
        Layer        *layer,
        DdimMap      *h)
{
  gint     heads = self->config.num_attention_heads;
  DdimMap *n = ddim_pass_layer_norm (pass, layer->norm[0], h);
  DdimMap *q = ddim_layer_run_linear (&layer->q, pass, n, NULL);
  DdimMap *k = ddim_layer_run_linear (&layer->k, pass, n, NULL);
  DdimMap *v = ddim_layer_run_linear (&layer->v, pass, n, NULL);
  DdimMap *attended, *out;

  ddim_map_unref (pass, n);
  attended = ddim_pass_attend (pass, heads, self->config.hidden_size / heads, q, k, v, TRUE);
  ddim_map_unref (pass, q);
  ddim_map_unref (pass, k);
  ddim_map_unref (pass, v);
  out = ddim_layer_run_linear (&layer->out, pass, attended, h);
  ddim_map_unref (pass, attended);
  ddim_map_unref (pass, h);
  return out;
}

/* h plus the feed-forward of its words; takes over h. */
static DdimMap *
feed_forward (DdimClipText *self,
              DdimPass     *pass,
              Layer        *layer,
              DdimMap      *h)
{
  DdimMap *n    = ddim_pass_layer_norm (pass, layer->norm[1], h);
  DdimMap *wide = ddim_layer_run_linear (&layer->fc1, pass, n, NULL), *out;
  const DdimTensor *t = &wide->tensor;

  ddim_map_unref (pass, n);
  if (ddim_pass_is_real (pass))
    ddim_pass_check (pass, ddim_activation_run (self->config.hidden_act, t->data,
                                                (gsize) t->n * t->w * t->c, &pass->run));
  out = ddim_layer_run_linear (&layer->fc2, pass, wide, h);
  ddim_map_unref (pass, wide);
  ddim_map_unref (pass, h);
  return out;
}

static void
walk (DdimPass *pass,
      gpointer  data)
{
  const Call   *call = data;
  DdimClipText *self = call->self;
  DdimMap      *h    = embed (self, pass, call->ids);
  const DdimTensor *t;

  for (gint i = 0; i < self->config.num_hidden_layers; i++)
    {
      h = attend (self, pass, &self->layers[i], h);
      h = feed_forward (self, pass, &self->layers[i], h);
    }
  t = &h->tensor;
  if (ddim_pass_is_real (pass))
    ddim_pass_check (pass, ddim_layer_norm_run (self->final_norm, t->n * t->w, t->data, t->c,
                                                call->out, t->c, &pass->run));
  ddim_map_unref (pass, h);
}

static gboolean
check_ids (const DdimClipText  *self,
           gint                 n,
           const gint          *ids,
           GError             **error)
{
  for (gint i = 0; i < n; i++)
    if (ids[i] < 0 || ids[i] >= self->config.vocab_size)
      {
        g_set_error (error, DDIM_ERROR, DDIM_ERROR_ARGUMENT,
                     "The tokenizer gives the number %d, but the text encoder %s knows %d only: "
                     "they are not of the same model", ids[i],
                     ddim_safetensors_get_name (self->file), self->config.vocab_size);
        return FALSE;
      }
  return TRUE;
}

gboolean
ddim_clip_text_run (DdimClipText       *self,
                    gint                n,
                    gint                length,
                    const gint         *ids,
                    gfloat             *out,
                    const DdimMonitor  *monitor,
                    GError            **error)
{
  Call     call = { self, ids, out };
  DdimPass dry = { 0 }, pass = { 0 };

  g_return_val_if_fail (n > 0 && length > 0, FALSE);
  g_return_val_if_fail (length <= self->config.max_position_embeddings, FALSE);

  if (! check_ids (self, n * length, ids, error))
    return FALSE;
  if ((self->plan.n != n || self->plan.w != length) &&
      ! ddim_plan_make (&self->plan, n, 1, length, &dry, walk, &call, error))
    return FALSE;
  return ddim_plan_run (&self->plan, &pass, walk, &call, monitor, error) &&
         ddim_safetensors_check (self->file, error);
}

const DdimClipTextConfig *
ddim_clip_text_get_config (const DdimClipText *self)
{
  return &self->config;
}

guint64
ddim_clip_text_get_hash (const DdimClipText *self)
{
  return self->hash;
}
