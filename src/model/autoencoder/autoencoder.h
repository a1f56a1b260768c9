/* autoencoder.h: from pictures to latents and back
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A latent diffusion model works on the latents of an autoencoder (Rombach et al.,
 * arXiv 2112.10752): canvases with fewer pixels, `factor` to one on a side, and more
 * channels.  Whatever its kind, it is used in this one way.
 */

#pragma once

#include "autoencoder-config.h"
#include "canvas.h"
#include "monitor.h"
#include "safetensors.h"

G_BEGIN_DECLS

typedef struct _DdimAutoencoder DdimAutoencoder;

/* Keeps a reference to the pool, and reads the file until it has encoded and decoded
 * for the first time: that must live as long.  Errors name the tensor.      */
DdimAutoencoder * ddim_autoencoder_new    (const DdimAutoencoderConfig  *config,
                                           DdimSafetensors              *file,
                                           DdimThreadPool               *pool,
                                           GError                      **error);
void              ddim_autoencoder_free   (DdimAutoencoder *autoencoder); /* or NULL */

/* The latents (N x H/factor x W/factor x latent_channels) of pictures (N x H x W x
 * channels, from -1 to 1), and pictures of latents: latents are scaled and shifted
 * as the diffusion model has them, and where the encoder gives a distribution they
 * are its mean.  H and W must be multiples of the factor.
 *
 * What is larger than 128 x 128 in the latent, or than the memory budget allows, is
 * computed in overlapping tiles.  These depend on the size, and on what memory there
 * was the first time: who subtracts one picture from another gets the same tiles for
 * both.  Return new canvases, free with ddim_canvas_free (); or NULL where cancelled,
 * where there is no memory (DDIM_ERROR_MEMORY), where the file has changed, or where
 * what comes out is not finite (DDIM_ERROR_NOT_FINITE).                     */
DdimCanvas      * ddim_autoencoder_encode (DdimAutoencoder    *autoencoder,
                                           const DdimCanvas   *picture,
                                           const DdimMonitor  *monitor,
                                           GError            **error);
DdimCanvas      * ddim_autoencoder_decode (DdimAutoencoder    *autoencoder,
                                           const DdimCanvas   *latent,
                                           const DdimMonitor  *monitor,
                                           GError            **error);

/* Tiles are at most so many pixels of the latent on a side, from 8 up; 128 at
 * first.  It only ever shrinks by itself.                                   */
void              ddim_autoencoder_set_tile (DdimAutoencoder *autoencoder,
                                             gint             tile);

const DdimAutoencoderConfig * ddim_autoencoder_get_config (const DdimAutoencoder *autoencoder);

/* Of all its weights. */
guint64           ddim_autoencoder_get_hash (const DdimAutoencoder *autoencoder);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdimAutoencoder, ddim_autoencoder_free)

G_END_DECLS
