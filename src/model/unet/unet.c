/* unet.c: UNet2DModel
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * conv_in; down the levels, leaving each map behind as a skip; the mid block;
 * up the levels, each residual block reading the last skip beside its map;
 * norm, SiLU, conv_out.  diffusers' UNet2DModel, layer for layer.
 */

#include "unet.h"

#include "aligned-memory.h"
#include "blocks.h"
#include "embedding.h"
#include "memory-budget.h"

/* One resolution on the way down or up. */
typedef struct
{
  gint                n;           /* residual blocks */
  DdimResnet        **resnets;
  DdimSelfAttention **attentions;  /* NULL without */
  DdimLayer           sampler;     /* to the next resolution, by a convolution */
  DdimResnet         *resampler;   /* or by a residual block */
} Level;

struct _DdimUnet
{
  DdimUnetConfig     config;
  DdimSafetensors   *file;         /* not ours; NULL once its weights are packed */
  DdimThreadPool    *pool;
  guint64            hash;
  DdimEmbedding     *embedding;
  DdimLayer          conv_in, conv_out;
  Level              down[DDIM_MAX_LEVELS], up[DDIM_MAX_LEVELS];
  DdimResnet        *mid[2];
  DdimSelfAttention *mid_attention;
  DdimNorm          *norm_out;

  gint               n, h, w;      /* the plan; 0 without one */
  DdimArena         *arena;
  gfloat            *scratch;
  gsize              scratch_size; /* of the plan, */
  gsize              scratch_held; /* and of the memory */
  gint               convs;
};

/* Loading ------------------------------------------------------------------ */

/* c_in: of each residual block, skips included. */
static void
level_load (Level                *level,
            DdimWeights          *weights,
            const DdimUnetConfig *config,
            const gchar          *name,
            const DdimBlock      *block,
            const gint           *c_in,
            gint                  c_out,
            gint                  n,
            gint                  time_dim)
{
  level->n       = n;
  level->resnets = g_new0 (DdimResnet *, n);
  if (block->attention)
    level->attentions = g_new0 (DdimSelfAttention *, n);

  for (gint i = 0; i < n && ! weights->error; i++)
    {
      g_autofree gchar *resnet = g_strdup_printf ("%s.resnets.%d", name, i);
      g_autofree gchar *attention = g_strdup_printf ("%s.attentions.%d", name, i);

      level->resnets[i] = ddim_resnet_new (weights, resnet, &config->style, c_in[i], c_out,
                                           time_dim, DDIM_RESNET_PLAIN, 1);
      if (block->attention)
        level->attentions[i] = ddim_self_attention_new (weights, attention, &config->style, c_out,
                                                        config->style.norm_num_groups, 1);
    }
}

static void
level_load_sampler (Level                *level,
                    DdimWeights          *weights,
                    const DdimUnetConfig *config,
                    const gchar          *name,
                    const DdimBlock      *block,
                    gint                  c,
                    gint                  time_dim,
                    gboolean              up)
{
  DdimConvSpec      spec  = ddim_conv_spec (c, c, 3);
  g_autofree gchar *block_name = g_strdup_printf ("%s.%s.0", name,
                                                  up ? "upsamplers" : "downsamplers");
  g_autofree gchar *conv  = g_strconcat (block_name, ".conv", NULL);

  if (weights->error)
    return;

  if (block->resampling == DDIM_RESAMPLING_RESNET)
    {
      level->resampler = ddim_resnet_new (weights, block_name, &config->style, c, c, time_dim,
                                          up ? DDIM_RESNET_UP : DDIM_RESNET_DOWN, 1);
      return;
    }
  if (up)
    spec.upsample = TRUE;
  else
    {
      /* Without padding, diffusers pads right and bottom by one. */
      spec.stride     = 2;
      spec.pad_before = config->downsample_padding;
    }
  level->sampler = ddim_layer_new (weights, conv, spec);
}

static void
level_clear (Level *level)
{
  for (gint i = 0; i < level->n; i++)
    {
      ddim_resnet_free (level->resnets[i]);
      if (level->attentions)
        ddim_self_attention_free (level->attentions[i]);
    }
  g_free (level->resnets);
  g_free (level->attentions);
  ddim_conv_free (level->sampler.conv);
  ddim_resnet_free (level->resampler);
}

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
      gint  c_in[64];

      for (gint j = 0; j < config->layers_per_block; j++)
        c_in[j] = j ? c_out : c;
      level_load (&unet->down[i], weights, config, name, &config->down[i],
                  c_in, c_out, config->layers_per_block, time_dim);
      if (i < config->levels - 1)
        level_load_sampler (&unet->down[i], weights, config, name, &config->down[i],
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
      gint  n = config->layers_per_block + 1;
      gint  c_out = config->block_out_channels[last - i];
      gint  below = config->block_out_channels[MAX (last - i - 1, 0)];
      gint  c_in[65];

      /* A level's skips: its own width, and the last one the level above's. */
      for (gint j = 0; j < n; j++)
        c_in[j] = (j ? c_out : c) + (j == n - 1 ? below : c_out);
      level_load (&unet->up[i], weights, config, name, &config->up[i],
                  c_in, c_out, n, time_dim);
      if (i < last)
        level_load_sampler (&unet->up[i], weights, config, name, &config->up[i],
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

  if (! config->mid_block || weights->error)
    return;

  unet->mid[0] = ddim_resnet_new (weights, "mid_block.resnets.0", &config->style, c, c, time_dim,
                                  DDIM_RESNET_PLAIN, scale);
  unet->mid[1] = ddim_resnet_new (weights, "mid_block.resnets.1", &config->style, c, c, time_dim,
                                  DDIM_RESNET_PLAIN, scale);
  if (config->add_attention)
    unet->mid_attention = ddim_self_attention_new (weights, "mid_block.attentions.0",
                                                   &config->style, c, groups, scale);
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
  unet->pool      = ddim_thread_pool_ref (pool);
  unet->arena     = ddim_arena_new ();
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
      level_clear (&unet->down[i]);
      level_clear (&unet->up[i]);
    }
  ddim_resnet_free (unet->mid[0]);
  ddim_resnet_free (unet->mid[1]);
  ddim_self_attention_free (unet->mid_attention);
  ddim_norm_free (unet->norm_out);
  ddim_conv_free (unet->conv_in.conv);
  ddim_conv_free (unet->conv_out.conv);
  ddim_embedding_free (unet->embedding);
  ddim_arena_free (unet->arena);
  ddim_memory_free (unet->scratch);
  ddim_thread_pool_unref (unet->pool);
  g_free (unet);
}

/* Running ------------------------------------------------------------------ */

/* One residual block and its attention; takes over x (and skip, or NULL). */
static DdimMap *
run_step (DdimPass *pass,
          Level    *level,
          gint      i,
          DdimMap  *x,
          DdimMap  *skip)
{
  DdimMap *out = ddim_resnet_run (level->resnets[i], pass, x, skip);

  ddim_map_unref (pass, x);
  ddim_map_unref (pass, skip);
  if (level->attentions)
    {
      x   = out;
      out = ddim_self_attention_run (level->attentions[i], pass, x);
      ddim_map_unref (pass, x);
    }
  return out;
}

/* To the next resolution; takes over x. */
static DdimMap *
run_sampler (DdimPass *pass,
             Level    *level,
             DdimMap  *x)
{
  DdimSource source = ddim_map_source (x, NULL);
  DdimMap   *out;

  if (level->resampler)
    out = ddim_resnet_run (level->resampler, pass, x, NULL);
  else if (level->sampler.conv)
    out = ddim_layer_run (&level->sampler, pass, &source, NULL);
  else
    return x;

  ddim_map_unref (pass, x);
  return out;
}

static DdimMap *
run_mid (DdimPass *pass,
         DdimUnet *unet,
         DdimMap  *x)
{
  Level halves[2] = { { .resnets = &unet->mid[0],
                        .attentions = unet->mid_attention ? &unet->mid_attention : NULL },
                      { .resnets = &unet->mid[1] } };

  if (! unet->mid[0])
    return x;

  x = run_step (pass, &halves[0], 0, x, NULL);
  return run_step (pass, &halves[1], 0, x, NULL);
}

/* What a network is given, and where its answer goes; NULL in a dry pass. */
typedef struct
{
  const gfloat *x;
  gdouble       timestep;
  const gfloat *labels; /* or NULL: zeros */
  gfloat       *out;
} Call;

/* The embedding of the call's timestep and labels; give it back to the arena. */
static gfloat *
embed (DdimUnet   *unet,
       DdimPass   *pass,
       const Call *call)
{
  gsize   n_labels = (gsize) unet->n * ddim_unet_get_labels (unet);
  gfloat *time     = ddim_arena_take (pass->arena, (gsize) unet->n * pass->time_dim);
  gfloat *zeros    = ddim_arena_take (pass->arena, n_labels);

  if (ddim_pass_is_real (pass))
    {
      memset (zeros, 0, n_labels * sizeof (gfloat));
      ddim_pass_check (pass, ddim_embedding_run (unet->embedding, unet->n, call->timestep,
                                                 call->labels ? call->labels : zeros, time,
                                                 &pass->run));
    }
  ddim_arena_give (pass->arena, zeros);
  return time;
}

/* The input as the network wants it: 2 x - 1 where it centres, NULL where that is
 * the call's own; give it back to the arena.                                */
static gfloat *
centre (DdimUnet   *unet,
        DdimPass   *pass,
        const Call *call)
{
  gsize   size = (gsize) unet->n * unet->h * unet->w * unet->config.in_channels;
  gfloat *centred;

  if (! unet->config.center_input_sample)
    return NULL;

  centred = ddim_arena_take (pass->arena, size);
  for (gsize i = 0; ddim_pass_is_real (pass) && i < size; i++)
    centred[i] = 2 * call->x[i] - 1;
  return centred;
}

static void
walk (DdimUnet   *unet,
      DdimPass   *pass,
      const Call *call)
{
  GPtrArray  *skips  = g_ptr_array_new ();
  gfloat     *time   = embed (unet, pass, call);
  gfloat     *x      = centre (unet, pass, call);
  DdimSource  source = { unet->n, unet->h, unet->w, { unet->config.in_channels, 0 },
                         { x ? x : call->x, NULL } };
  DdimMap    *h, *result;
  DdimAffine  affine;
  DdimWith    with = { .affine = &affine };

  pass->time = time;
  h          = ddim_layer_run (&unet->conv_in, pass, &source, NULL);
  ddim_arena_give (pass->arena, x);

  g_ptr_array_add (skips, ddim_map_ref (h));
  for (gint i = 0; i < unet->config.levels; i++)
    {
      Level *level = &unet->down[i];

      for (gint j = 0; j < level->n; j++)
        {
          h = run_step (pass, level, j, h, NULL);
          g_ptr_array_add (skips, ddim_map_ref (h));
        }
      if (level->sampler.conv || level->resampler)
        {
          h = run_sampler (pass, level, h);
          g_ptr_array_add (skips, ddim_map_ref (h));
        }
    }

  h = run_mid (pass, unet, h);

  for (gint i = 0; i < unet->config.levels; i++)
    {
      Level *level = &unet->up[i];

      for (gint j = 0; j < level->n; j++)
        h = run_step (pass, level, j, h, g_ptr_array_steal_index (skips, skips->len - 1));
      h = run_sampler (pass, level, h);
    }
  g_ptr_array_unref (skips);

  /* The last activation is SiLU whatever act_fn is. */
  affine = ddim_pass_affine (pass, unet->norm_out, h, NULL, NULL, 0, DDIM_ACTIVATION_SILU);
  source = ddim_map_source (h, NULL);
  result = ddim_layer_run (&unet->conv_out, pass, &source, &with);
  if (ddim_pass_is_real (pass))
    memcpy (call->out, result->tensor.data,
            (gsize) unet->n * unet->h * unet->w * unet->config.out_channels * sizeof (gfloat));
  ddim_pass_give_affine (pass, &affine);
  ddim_map_unref (pass, result);
  ddim_map_unref (pass, h);
  ddim_arena_give (pass->arena, time);
}

/* Walks without computing: places in the arena, and weights packed. */
static gboolean
walk_dry (DdimUnet  *unet,
          DdimPass  *pass,
          GError   **error)
{
  if (! ddim_embedding_plan (unet->embedding, unet->pool))
    {
      g_set_error_literal (error, DDIM_ERROR, DDIM_ERROR_MEMORY,
                           "There is no memory for the model's weights: close other programs");
      return FALSE;
    }
  walk (unet, pass, &(Call) { NULL });
  g_assert (ddim_arena_is_empty (unet->arena));
  if (pass->error)
    {
      g_propagate_error (error, pass->error);
      return FALSE;
    }
  if (unet->file && ! ddim_safetensors_check (unet->file, error))
    return FALSE;

  unet->file = NULL;
  return TRUE;
}

/* Gets the arena's memory and the scratch. */
static gboolean
take_memory (DdimUnet  *unet,
             gsize      scratch_size,
             GError   **error)
{
  gdouble peak  = ddim_arena_get_peak (unet->arena);
  gdouble more  = MAX (peak - ddim_arena_get_held (unet->arena), 0)
                  + MAX ((gdouble) scratch_size - unet->scratch_held, 0);

  if (! ddim_memory_check (more * sizeof (gfloat), error, "A region of %d × %d pixels",
                           unet->w, unet->h))
    return FALSE;

  if (unet->scratch_held < scratch_size || ! unet->scratch)
    {
      ddim_memory_free (unet->scratch);
      unet->scratch_held = MAX (scratch_size, 16);
      unet->scratch      = ddim_memory_try_alloc (unet->scratch_held);
    }
  if (! unet->scratch || ! ddim_arena_commit (unet->arena))
    {
      unet->scratch_held = unet->scratch ? unet->scratch_held : 0;
      g_set_error (error, DDIM_ERROR, DDIM_ERROR_MEMORY,
                   "There is no memory for a region of %d × %d pixels: choose a smaller region, "
                   "or close other programs", unet->w, unet->h);
      return FALSE;
    }
  unet->scratch_size = scratch_size;
  return TRUE;
}

gboolean
ddim_unet_plan (DdimUnet *unet,
                gint      n,
                gint      h,
                gint      w,
                GError  **error)
{
  DdimPass pass = { .arena = unet->arena, .run = { .pool = unet->pool }, .dry = TRUE,
                    .n = n, .time_dim = ddim_embedding_get_width (unet->embedding) };
  gint     multiple = ddim_unet_config_get_multiple (&unet->config);

  g_return_val_if_fail (n > 0 && h > 0 && w > 0, FALSE);
  g_return_val_if_fail (h % multiple == 0 && w % multiple == 0, FALSE);

  if (unet->n == n && unet->h == h && unet->w == w)
    return TRUE;
  /* The operations count pixels in ints. */
  if ((gdouble) n * h * w > G_MAXINT)
    {
      g_set_error (error, DDIM_ERROR, DDIM_ERROR_ARGUMENT,
                   "A region of %d × %d pixels is too large: choose a smaller region", w, h);
      return FALSE;
    }

  ddim_arena_reset (unet->arena);
  unet->n = n;
  unet->h = h;
  unet->w = w;
  if (! walk_dry (unet, &pass, error) || ! take_memory (unet, pass.scratch_size, error))
    {
      ddim_arena_reset (unet->arena);
      unet->n = 0;
      return FALSE;
    }
  unet->convs = pass.total;
  return TRUE;
}

/* Where the embedding is Fourier's, the output is divided by t. */
gboolean
ddim_unet_run (DdimUnet           *unet,
               const gfloat       *x,
               gdouble             timestep,
               const gfloat       *labels,
               gfloat             *out,
               const DdimMonitor  *monitor,
               GError            **error)
{
  Call     call = { x, timestep, labels, out };
  DdimPass pass =
    {
      .arena = unet->arena, .n = unet->n,
      .time_dim = ddim_embedding_get_width (unet->embedding),
      .run = { unet->pool, monitor ? monitor->cancellable : NULL, unet->scratch },
      .total = unet->convs, .monitor = monitor
    };

  g_return_val_if_fail (unet->n > 0, FALSE);

  walk (unet, &pass, &call);
  if (pass.error)
    {
      g_propagate_error (error, pass.error);
      return FALSE;
    }

  if (unet->config.time_embedding_type == DDIM_TIME_FOURIER)
    for (gsize i = 0; i < (gsize) unet->n * unet->h * unet->w * unet->config.out_channels; i++)
      out[i] /= timestep;
  return TRUE;
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
  return ddim_arena_get_peak (unet->arena) + unet->scratch_size;
}
