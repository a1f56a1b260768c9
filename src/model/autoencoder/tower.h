/* tower.h: the encoder or the decoder of an autoencoder
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * diffusers' Encoder and Decoder: a convolution; residual blocks through several
 * resolutions, and two at the lowest with attention between them; norm, SiLU,
 * and a convolution.
 */

#pragma once

#include "autoencoder-config.h"
#include "blocks.h"

G_BEGIN_DECLS

typedef struct _DdimTower DdimTower;

/* decoder: whether it goes up, the two blocks first, or down. */
DdimTower * ddim_tower_new  (DdimWeights                 *weights,
                             const DdimAutoencoderConfig *config,
                             gboolean                     decoder,
                             gint                         c_in,
                             gint                         c_out);
void        ddim_tower_free (DdimTower                   *tower); /* or NULL */

/* Returns a new map of c_out channels. */
DdimMap   * ddim_tower_run  (DdimTower                   *tower,
                             DdimPass                    *pass,
                             const DdimSource            *source);

G_END_DECLS
