/* autoencoder-kind.h: how a kind of autoencoder is added
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A kind is a file that fills one of these, and a line of the table in
 * autoencoder-config.c.
 */

#pragma once

#include "autoencoder-config.h"
#include "blocks.h"
#include "json.h"

G_BEGIN_DECLS

struct _DdimAutoencoderKind
{
  const gchar    *class_name; /* as config.json has it */
  gdouble         scaling_factor;  /* where that does not say  */
  gint            latent_channels;
  DdimActivation  act_fn;

  /* Reads what the kind has of its own, after autoencoder-config.c has read the
   * fields that all have.                                                    */
  void      (*read)   (DdimJson                    *json,
                       DdimAutoencoderConfig       *config);
  /* A network of the file's tensors; errors stay in `weights`.               */
  gpointer  (*load)   (DdimWeights                 *weights,
                       const DdimAutoencoderConfig *config);
  void      (*free)   (gpointer                     network);
  /* The picture's latent, not scaled: the first latent_channels of the map's. */
  DdimMap * (*encode) (gpointer                     network,
                       DdimPass                    *pass,
                       const DdimSource            *picture);
  DdimMap * (*decode) (gpointer                     network,
                       DdimPass                    *pass,
                       const DdimSource            *latent);
};

extern const DdimAutoencoderKind ddim_autoencoder_kl;
extern const DdimAutoencoderKind ddim_autoencoder_vq;
extern const DdimAutoencoderKind ddim_autoencoder_tiny;

G_END_DECLS
