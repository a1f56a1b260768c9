/* autoencoder-config.h: an autoencoder's config.json
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The names are diffusers' own.
 */

#pragma once

#include "block-style.h"
#include "errors.h"

G_BEGIN_DECLS

#define DDIM_AUTOENCODER_MAX_LEVELS 8

typedef struct _DdimAutoencoderKind DdimAutoencoderKind;

/* The resolutions of the encoder or the decoder, in the order they are walked. */
typedef struct
{
  gint     levels;
  gint     channels[DDIM_AUTOENCODER_MAX_LEVELS];
  gint     blocks[DDIM_AUTOENCODER_MAX_LEVELS];
  gboolean attention[DDIM_AUTOENCODER_MAX_LEVELS]; /* behind each block */
} DdimAutoencoderLevels;

typedef struct
{
  const DdimAutoencoderKind *kind;

  gint     channels;        /* in_channels and out_channels: of a picture     */
  gint     latent_channels; /* of a latent canvas: a VQModel's vq_embed_dim   */
  gint     factor;          /* pixels on a side of one of the latent's        */
  gdouble  scaling_factor;
  gdouble  shift_factor;

  DdimAutoencoderLevels encoder, decoder;
  DdimBlockStyle        style;
  gboolean mid_block_add_attention;
  gboolean use_quant_conv, use_post_quant_conv;

  /* Of a VQModel. */
  gint     tower_channels;      /* its latent_channels, between the convolutions */
  gint     num_vq_embeddings;
  gboolean force_not_quantize;  /* FALSE as it is read; a caller may set it      */
} DdimAutoencoderConfig;

/* Reads the file.  Errors name the file and the field. */
gboolean ddim_autoencoder_config_load (const gchar            *path,
                                       DdimAutoencoderConfig  *config,
                                       GError                **error);

G_END_DECLS
