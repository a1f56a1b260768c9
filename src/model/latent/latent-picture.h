/* latent-picture.h: a picture as a latent model sees it, and changes of it
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An autoencoder gives a picture back without its finest detail.  So a changed
 * picture is not decoded but the picture plus what decoding says has changed:
 *
 *   out = picture + D (changed latent) - D (latent),
 *
 * which is the picture itself, bit for bit, where nothing was changed.
 */

#pragma once

#include "../model.h"

G_BEGIN_DECLS

typedef struct _DdimLatentPicture DdimLatentPicture;

/* Encodes a picture (one item) of any size and decodes it once; sides that are no
 * multiples of the model's factor are extended by reflection meanwhile.  Keeps a
 * reference to the model, which must be a latent one (info.latent; else
 * DDIM_ERROR_ARGUMENT), and a copy of the picture.                          */
DdimLatentPicture * ddim_latent_picture_new  (DdimModel          *model,
                                              const DdimCanvas   *picture,
                                              const DdimMonitor  *monitor,
                                              GError            **error);
void                ddim_latent_picture_free (DdimLatentPicture  *picture); /* or NULL */

/* The latent, of one item: what the model's field works on.  Its place is the
 * picture's, in its own pixels.  Owned by the picture.                      */
const DdimCanvas  * ddim_latent_picture_get_latent  (const DdimLatentPicture *picture);

/* Weights of the picture's pixels (H x W, 0 to 1), as those of the latent's: the
 * means of the cells, and 0 only where all of a cell is.  Free with g_free (). */
gfloat            * ddim_latent_picture_get_weights (const DdimLatentPicture *picture,
                                                     const gfloat            *weights,
                                                     GError                 **error);

/* The picture changed as its latent was: N x H x W x C of N latents, which have the
 * latent's size.  Free with ddim_canvas_free ().                            */
DdimCanvas        * ddim_latent_picture_render      (const DdimLatentPicture *picture,
                                                     const DdimCanvas        *changed,
                                                     const DdimMonitor       *monitor,
                                                     GError                 **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdimLatentPicture, ddim_latent_picture_free)

G_END_DECLS
