/* unet-config.h: the config.json of a UNet2DModel or a UNet2DConditionModel
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
#define DDIM_MAX_LAYERS 64

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

/* What follows each residual block of a block. */
typedef enum
{
  DDIM_ATTENTION_NONE,
  DDIM_ATTENTION_SELF,       /* AttnDownBlock2D, AttnUpBlock2D           */
  DDIM_ATTENTION_TRANSFORMER /* CrossAttnDownBlock2D, CrossAttnUpBlock2D */
} DdimBlockAttention;

typedef struct
{
  DdimBlockAttention   attention;
  DdimResampling       resampling;
  DdimTransformerShape transformer; /* where that is the attention */
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
  DdimActivation     time_act;             /* between its two layers        */
  DdimClassEmbedding class_embed_type;
  gint               num_class_embeds;
  gint               text_width;           /* numbers of a text state: cross_attention_dim;
                                              0: no block reads a text      */

  gint      levels;                        /* length of the three arrays    */
  gint      block_out_channels[DDIM_MAX_LEVELS];
  DdimBlock down[DDIM_MAX_LEVELS];
  DdimBlock up[DDIM_MAX_LEVELS];           /* from the lowest resolution up */
  gint      layers_per_block[DDIM_MAX_LEVELS]; /* residual blocks on the way
                                              down; one more on the way up  */
  gint      mid_resnets;                   /* residual blocks of the mid block,
                                              the attention between them: 0 to 2 */
  DdimBlock mid;
  gdouble   mid_block_scale_factor;
  gint      downsample_padding;
  gint      attn_norm_num_groups;          /* of the mid block; 0: null     */

  DdimActivation out_act;                  /* before the last convolution   */
  DdimBlockStyle style;
} DdimUnetConfig;

/* Reads the file of a UNet2DModel.  Errors name the file and the field. */
gboolean ddim_unet_config_load (const gchar     *path,
                                DdimUnetConfig  *config,
                                GError         **error);

/* The same of a UNet2DConditionModel. */
gboolean ddim_unet_config_load_conditional (const gchar     *path,
                                            DdimUnetConfig  *config,
                                            GError         **error);

/* Numbers of the embedding that a network adds to its maps. */
gint     ddim_unet_config_get_embedding (const DdimUnetConfig *config);

/* H and W must be multiples of this: 2^(levels - 1). */
gint     ddim_unet_config_get_multiple (const DdimUnetConfig *config);

G_END_DECLS
