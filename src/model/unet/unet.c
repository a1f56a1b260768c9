/* unet.c: UNet2DModel and UNet2DConditionModel
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * conv_in; down the levels, leaving each map behind as a skip; the mid block;
 * up the levels, each residual block reading the last skip beside its map;
 * norm, activation, conv_out.  diffusers' UNet2DModel and UNet2DConditionModel,
 * layer for layer.
 */

#include "unet.h"

#include "embedding.h"
#include "level.h"
#include "plan.h"

struct _DdimUnet
{
  DdimUnetConfig   config;
  DdimSafetensors *file;      /* not ours; NULL once its weights are packed */
  guint64          hash;
  DdimEmbedding   *embedding;
  DdimLayer        conv_in, conv_out;
  DdimUnetLevel    down[DDIM_MAX_LEVELS], up[DDIM_MAX_LEVELS];
  DdimUnetLevel    mid[2];    /* one residual block each, the attention in the first */
  DdimNorm        *norm_out;
  DdimPlan         plan;
  gint             tokens;    /* of the plan's text, */
  DdimPrecision    precision; /* and of its products */
};

/* Loading ------------------------------------------------------------------ */

static void
load_down (DdimUnet    *unet,
           DdimWeights *weights,
           gint         time_dim)
{
  const DdimUnetConfig *config = &unet->config;
  gint c = config->block_out_channels[0];

  for (gint i = 0; i < config->levels && ! weights->error; i++)
    {
      g_autofree gchar *name = g_strdup_printf ("down_blocks.%d", i);
      gint  c_out = config->block_out_channels[i];
      gint  n = config->layers_per_block[i];
      gint  c_in[DDIM_MAX_LAYERS];

      for (gint j = 0; j < n; j++)
        c_in[j] = j ? c_out : c;
      ddim_unet_level_load (&unet->down[i], weights, config, name, &config->down[i],
                  c_in, c_out, n, time_dim);
      if (i < config->levels - 1)
        ddim_unet_level_load_sampler (&unet->down[i], weights, config, name, &config->down[i],
                            c_out, time_dim, FALSE);
      c = c_out;
    }
}

static void
load_up (DdimUnet    *unet,
         DdimWeights *weights,
         gint         time_dim)
{
  const DdimUnetConfig *config = &unet->config;
  gint last = config->levels - 1;
  gint c = config->block_out_channels[last];

  for (gint i = 0; i <= last && ! weights->error; i++)
    {
      g_autofree gchar *name = g_strdup_printf ("up_blocks.%d", i);
      gint  n = config->layers_per_block[last - i] + 1;
      gint  c_out = config->block_out_channels[last - i];
      gint  below = config->block_out_channels[MAX (last - i - 1, 0)];
      gint  c_in[DDIM_MAX_LAYERS + 1];

      /* A level's skips: its own width, and the last one the level above's. */
      for (gint j = 0; j < n; j++)
        c_in[j] = (j ? c_out : c) + (j == n - 1 ? below : c_out);
      ddim_unet_level_load (&unet->up[i], weights, config, name, &config->up[i],
                  c_in, c_out, n, time_dim);
      if (i < last)
        ddim_unet_level_load_sampler (&unet->up[i], weights, config, name, &config->up[i],
                            c_out, time_dim, TRUE);
      c = c_out;
    }
}

static void
load_mid (DdimUnet    *unet,
          DdimWeights *weights,
          gint         time_dim)
{
  const DdimUnetConfig *config = &unet->config;
  gint    c = config->block_out_channels[config->levels - 1];
  gdouble scale = config->mid_block_scale_factor;
  /* With neither of the two, diffusers' mid attention has no norm. */
  gint    groups = config->attn_norm_num_groups ? config->attn_norm_num_groups
                 : config->style.scale_shift ? 0 : config->style.norm_num_groups;

  for (gint i = 0; i < config->mid_resnets && ! weights->error; i++)
    {
      g_autofree gchar *name = g_strdup_printf ("mid_block.resnets.%d", i);

      unet->mid[i].n          = 1;
      unet->mid[i].resnets    = g_new0 (DdimResnet *, 1);
      unet->mid[i].resnets[0] = ddim_resnet_new (weights, name, &config->style, c, c, time_dim,
                                                 DDIM_RESNET_PLAIN, scale);
    }
  if (config->mid.attention == DDIM_ATTENTION_SELF)
    {
      unet->mid[0].attentions    = g_new0 (DdimSelfAttention *, 1);
      unet->mid[0].attentions[0] = ddim_self_attention_new (weights, "mid_block.attentions.0",
                                                            &config->style, c, groups, scale);
    }
  else if (config->mid.attention == DDIM_ATTENTION_TRANSFORMER)
    {
      unet->mid[0].transformers    = g_new0 (DdimTransformer *, 1);
      unet->mid[0].transformers[0] = ddim_transformer_new (weights, "mid_block.attentions.0", c,
                                                           config->style.norm_num_groups,
                                                           &config->mid.transformer);
    }
}

DdimUnet *
ddim_unet_new (const DdimUnetConfig   *config,
               DdimSafetensors        *file,
               DdimThreadPool         *pool,
               GError                **error)
{
  g_autoptr (DdimUnet) unet = g_new0 (DdimUnet, 1);
  DdimWeights weights = { .file = file };
  gint        c = config->block_out_channels[0];

  unet->config    = *config;
  unet->file      = file;
  ddim_plan_init (&unet->plan, pool);
  unet->embedding = ddim_embedding_new (&weights, config);
  unet->conv_in   = ddim_layer_new (&weights, "conv_in",
                                    ddim_conv_spec (config->in_channels, c, 3));
  if (unet->embedding)
    {
      gint time_dim = ddim_embedding_get_width (unet->embedding);

      load_down (unet, &weights, time_dim);
      load_mid (unet, &weights, time_dim);
      load_up (unet, &weights, time_dim);
    }
  unet->norm_out = ddim_weights_norm (&weights, "conv_norm_out", c,
                                      config->style.norm_num_groups, config->style.norm_eps);
  unet->conv_out = ddim_layer_new (&weights, "conv_out",
                                   ddim_conv_spec (c, config->out_channels, 3));

  unet->hash = weights.hash;

  if (weights.error)
    {
      g_propagate_error (error, weights.error);
      return NULL;
    }
  return ddim_safetensors_check (file, error) ? g_steal_pointer (&unet) : NULL;
}

void
ddim_unet_free (DdimUnet *unet)
{
  if (! unet)
    return;

  for (gint i = 0; i < unet->config.levels; i++)
    {
      ddim_unet_level_clear (&unet->down[i]);
      ddim_unet_level_clear (&unet->up[i]);
    }
  for (gint i = 0; i < 2; i++)
    ddim_unet_level_clear (&unet->mid[i]);
  ddim_norm_free (unet->norm_out);
  ddim_conv_free (unet->conv_in.conv);
  ddim_conv_free (unet->conv_out.conv);
  ddim_embedding_free (unet->embedding);
  ddim_plan_clear (&unet->plan);
  g_free (unet);
}

/* Running ------------------------------------------------------------------ */

/* What a walk reads and where its answer goes; NULL in a dry pass. */
typedef struct
{
  DdimUnet         *unet;
  const DdimUnetIn *in;
  gfloat           *out;
} Call;

/* The embedding of the call's timestep and labels; give it back to the arena. */
static gfloat *
embed (DdimUnet         *unet,
       DdimPass         *pass,
       const DdimUnetIn *in)
{
  gsize   n_labels = (gsize) pass->n * ddim_unet_get_labels (unet);
  gfloat *time     = ddim_arena_take (pass->arena, (gsize) pass->n * pass->time_dim);
  gfloat *zeros    = ddim_arena_take (pass->arena, n_labels);

  if (ddim_pass_is_real (pass))
    {
      memset (zeros, 0, n_labels * sizeof (gfloat));
      ddim_pass_check (pass, ddim_embedding_run (unet->embedding, pass->n, in->timestep,
                                                 in->labels ? in->labels : zeros, time,
                                                 &pass->run));
    }
  ddim_arena_give (pass->arena, zeros);
  return time;
}

/* The input as the network wants it: 2 x - 1 where it centres, NULL where that is
 * the call's own; give it back to the arena.                                */
static gfloat *
centre (DdimUnet         *unet,
        DdimPass         *pass,
        const DdimUnetIn *in)
{
  gsize   size = (gsize) unet->plan.n * unet->plan.h * unet->plan.w * unet->config.in_channels;
  gfloat *centred;

  if (! unet->config.center_input_sample)
    return NULL;

  centred = ddim_arena_take (pass->arena, size);
  for (gsize i = 0; ddim_pass_is_real (pass) && i < size; i++)
    centred[i] = 2 * in->x[i] - 1;
  return centred;
}

static void
walk (DdimPass *pass,
      gpointer  network)
{
  const Call *call   = network;
  DdimUnet   *unet   = call->unet;
  DdimPlan   *plan   = &unet->plan;
  GPtrArray  *skips  = g_ptr_array_new ();
  gfloat     *time   = embed (unet, pass, call->in);
  gfloat     *x      = centre (unet, pass, call->in);
  DdimSource  source = { plan->n, plan->h, plan->w, { unet->config.in_channels, 0 },
                         { x ? x : call->in->x, NULL } };
  DdimSource  text   = { plan->n, 1, unet->tokens, { unet->config.text_width, 0 },
                         { call->in->text, NULL } };
  DdimMap    *h, *result;
  DdimAffine  affine;
  DdimWith    with = { .affine = &affine };

  pass->time = time;
  pass->text = &text;
  h          = ddim_layer_run (&unet->conv_in, pass, &source, NULL);
  ddim_arena_give (pass->arena, x);

  g_ptr_array_add (skips, ddim_map_ref (h));
  for (gint i = 0; i < unet->config.levels; i++)
    {
      DdimUnetLevel *level = &unet->down[i];

      for (gint j = 0; j < level->n; j++)
        {
          h = ddim_unet_level_run (level, pass, j, h, NULL);
          g_ptr_array_add (skips, ddim_map_ref (h));
        }
      if (level->sampler.conv || level->resampler)
        {
          h = ddim_unet_level_run_sampler (level, pass, h);
          g_ptr_array_add (skips, ddim_map_ref (h));
        }
    }

  for (gint i = 0; i < unet->config.mid_resnets; i++)
    h = ddim_unet_level_run (&unet->mid[i], pass, 0, h, NULL);

  for (gint i = 0; i < unet->config.levels; i++)
    {
      DdimUnetLevel *level = &unet->up[i];

      for (gint j = 0; j < level->n; j++)
        h = ddim_unet_level_run (level, pass, j, h,
                                 g_ptr_array_steal_index (skips, skips->len - 1));
      h = ddim_unet_level_run_sampler (level, pass, h);
    }
  g_ptr_array_unref (skips);

  affine = ddim_pass_affine (pass, unet->norm_out, h, NULL, NULL, 0, unet->config.out_act);
  source = ddim_map_source (h, NULL);
  result = ddim_layer_run (&unet->conv_out, pass, &source, &with);
  if (ddim_pass_is_real (pass))
    memcpy (call->out, result->tensor.data,
            (gsize) plan->n * plan->h * plan->w * unet->config.out_channels * sizeof (gfloat));
  ddim_pass_give_affine (pass, &affine);
  ddim_map_unref (pass, result);
  ddim_map_unref (pass, h);
  ddim_arena_give (pass->arena, time);
}

/* Walks without computing: places in the arena, and weights packed. */
static void
walk_dry (DdimPass *pass,
          gpointer  network)
{
  DdimUnet *unet = ((const Call *) network)->unet;

  if (! ddim_embedding_plan (unet->embedding, pass->run.pool))
    g_set_error_literal (&pass->error, DDIM_ERROR, DDIM_ERROR_MEMORY,
                         "There is no memory for the model's weights: close other programs");
  walk (pass, network);
  if (! pass->error && unet->file && ddim_safetensors_check (unet->file, &pass->error))
    unet->file = NULL;
}

gboolean
ddim_unet_plan (DdimUnet      *unet,
                gint           n,
                gint           h,
                gint           w,
                gint           tokens,
                DdimPrecision  precision,
                GError       **error)
{
  DdimPlan *plan = &unet->plan;
  DdimPass  pass = { .time_dim = ddim_embedding_get_width (unet->embedding),
                     .precision = precision };
  Call      call = { unet, &(DdimUnetIn) { NULL }, NULL };
  gint      multiple = ddim_unet_config_get_multiple (&unet->config);

  g_return_val_if_fail (h % multiple == 0 && w % multiple == 0, FALSE);
  g_return_val_if_fail (! unet->config.text_width || tokens > 0, FALSE);

  if (plan->n == n && plan->h == h && plan->w == w && unet->tokens == tokens &&
      unet->precision == precision)
    return TRUE;

  unet->tokens    = tokens;
  unet->precision = precision;
  return ddim_plan_make (plan, n, h, w, &pass, walk_dry, &call, error);
}

/* Where the embedding is Fourier's, the output is divided by t. */
gboolean
ddim_unet_run (DdimUnet           *unet,
               const DdimUnetIn   *in,
               gfloat             *out,
               const DdimMonitor  *monitor,
               GError            **error)
{
  const DdimPlan *plan = &unet->plan;
  DdimPass        pass = { .time_dim = ddim_embedding_get_width (unet->embedding),
                           .precision = unet->precision };
  Call            call = { unet, in, out };

  g_return_val_if_fail (! unet->config.text_width || in->text, FALSE);

  if (! ddim_plan_run (&unet->plan, &pass, walk, &call, monitor, error))
    return FALSE;

  if (unet->config.time_embedding_type == DDIM_TIME_FOURIER)
    for (gsize i = 0; i < (gsize) plan->n * plan->h * plan->w * unet->config.out_channels; i++)
      out[i] /= in->timestep;
  return TRUE;
}

void
ddim_unet_rest (DdimUnet *unet)
{
  ddim_plan_rest (&unet->plan);
}

gint
ddim_unet_get_labels (const DdimUnet *unet)
{
  return ddim_embedding_get_labels (unet->embedding);
}

guint64
ddim_unet_get_hash (const DdimUnet *unet)
{
  return unet->hash;
}

gsize
ddim_unet_get_peak (const DdimUnet *unet)
{
  return ddim_plan_get_peak (&unet->plan);
}
