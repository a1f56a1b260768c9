/* surroundings.h: how far a variation is led back to what is beside it
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "../canvas/canvas.h"

G_BEGIN_DECLS

/* For each pixel (H x W; g_free) how far inside it lies: the distance to the nearest
 * one of weight 0, as a share of the greatest distance at which a variation is led,
 * and divided by how smooth `image` (one item) is there, from 0 to 1.
 * weights: H x W.  tileable: the image is a torus.  reduction: 1 / k of the size of
 * the picture that is meant.  Fails only where memory is out.                */
gfloat * ddim_surroundings_measure (const DdimCanvas  *image,
                                    const gfloat      *weights,
                                    gboolean           tileable,
                                    gint               reduction,
                                    GError           **error);

/* How much of its difference from the picture a pixel that lies `inside` keeps at a
 * noise ratio s / a: 0 to 1.                                                 */
gdouble  ddim_surroundings_keep    (gdouble            inside,
                                    gdouble            noise_ratio,
                                    gint               reduction);

G_END_DECLS
