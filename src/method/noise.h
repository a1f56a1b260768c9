/* noise.h: Gaussian noise that belongs to a place
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "../canvas/canvas.h"

G_BEGIN_DECLS

/* Fills item i with independent N(0, 1) values that depend only on seeds[i],
 * stream, and each value's absolute pixel and channel.                     */
void ddim_noise_fill (DdimCanvas    *noise,
                      const guint64 *seeds,
                      guint32        stream);

#define DDIM_NOISE_OWN 16

/* The same for a canvas that is 1 / k as large as another, by its height and
 * its width: each value is the sum of the other's k x k noise values there,
 * over k, and so N (0, 1) too.  The canvas's origin is that of the other.  From a k of
 * DDIM_NOISE_OWN on the values are N (0, 1) of the canvas's own: a picture of a few
 * pixels would else take as long as the large one, and nobody could end it.   */
void ddim_noise_fill_reduced (DdimCanvas    *noise,
                              const guint64 *seeds,
                              guint32        stream,
                              gint           k);

G_END_DECLS
