/* unet-config.h: a UNet2DModel's config.json
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The fields are diffusers' own, with its defaults where one is absent.
 */

#pragma once

#include "block-style.h"

G_BEGIN_DECLS

#define DDIM_MAX_LEVELS 16

typedef enum
{
  DDIM_TIME_POSITIONAL,
  DDIM_TIME_FOURIER,
  DDIM_TIME_LEARNED
} DdimTimeEmbedding;

typedef enum
{
  DDIM_CLASS_NONE,
  DDIM_CLASS_TABLE,    /* num_class_embeds */
  DDIM_CLASS_TIMESTEP,
  DDIM_CLASS_IDENTITY
} DdimClassEmbedding;

/* How a block changes resolution. */
typedef enum
{
  DDIM_RESAMPLING_CONV,
  DDIM_RESAMPLING_RESNET
} DdimResampling;

typedef struct
{
  gboolean       attention; /* AttnDownBlock2D, AttnUpBlock2D */
  DdimResampling resampling;
} DdimBlock;

typedef struct
{
  gint     sample_size;
  gboolean many_sizes;                     /* training_sizes, an addition of
                                              weights/train: those of the
                                              squares it was trained on are
                                              more than one               */
  gint     in_channels, out_channels;
  gboolean center_input_sample;

  DdimTimeEmbedding  time_embedding_type;
  gint               time_embedding_dim;   /* 0: four times the first width */
  gdouble            freq_shift;
  gboolean           flip_sin_to_cos;
  gint               num_train_timesteps;  /* of a learned time embedding   */
  DdimClassEmbedding class_embed_type;
  gint               num_class_embeds;

  gint      levels;                        /* length of the three arrays    */
  gint      block_out_channels[DDIM_MAX_LEVELS];
  DdimBlock down[DDIM_MAX_LEVELS];
  DdimBlock up[DDIM_MAX_LEVELS];           /* from the lowest resolution up */
  gint      layers_per_block;
  gboolean  mid_block;
  gdouble   mid_block_scale_factor;
  gboolean  add_attention;                 /* in the mid block              */
  gint      downsample_padding;
  gint      attn_norm_num_groups;          /* of the mid block; 0: null     */

  DdimBlockStyle style;
} DdimUnetConfig;

/* Reads the file.  Errors name the file and the field. */
gboolean ddim_unet_config_load (const gchar     *path,
                                DdimUnetConfig  *config,
                                GError         **error);

/* Numbers of the embedding that a network adds to its maps. */
gint     ddim_unet_config_get_embedding (const DdimUnetConfig *config);

/* H and W must be multiples of this: 2^(levels - 1). */
gint     ddim_unet_config_get_multiple (const DdimUnetConfig *config);

G_END_DECLS
