/* variation.h: variations of a picture
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "inversion.h"

G_BEGIN_DECLS

typedef struct
{
  gdouble        strength; /* 0: the picture itself; 1: its latent's noise all
                              new, the picture left in it as the depth says     */
  gdouble        eta;      /* noise added while decoding; scaled by strength   */
  const guint64 *seeds;    /* one for each variation                           */
  const gfloat  *weights;  /* H x W, 0 to 1: strength's factor; NULL: 1.  Where
                              it is 0 the picture stays, at every noise level  */
  DdimField     *field;    /* which decodes, of the inversion's kind; NULL: the
                              inversion's own                                  */
  gboolean       tileable; /* the picture is a torus                           */
  gint           cell;     /* of `coarse`: k pixels                            */
  const DdimCanvas *coarse; /* an item for each variation, or NULL: by what the
                              means of k x k pixels are to change, of the size
                              that ddim_canvas_reduce () gives                 */
  gint           reduction; /* 1 / k of the size of the picture that is meant: k
                               gives it that picture's noise; 0 stands for 1   */
} DdimVariation;

/* For each item of `variations` (H, W, C of the picture), turns the noise in the
 * picture's latent toward fresh noise, and decodes the result.  This takes S
 * evaluations of the batch and, unless the encoder was the direct one, S of the
 * picture alone.  What the encoder lost is restored, the less the more a place has
 * changed.  At strength 0 the result is the image, bit for bit, and the field is not
 * evaluated.  Memory: three canvases of the picture's size and two for each
 * variation.  variations gets the image's origin.  perturbed (the first variation's
 * latent, and its cosine with the picture's) and monitor may be NULL.  On failure
 * `variations` is undefined.                                                */
gboolean ddim_vary (const DdimInversion *inversion,
                    const DdimVariation *options,
                    DdimCanvas          *variations,
                    DdimLatentReport    *perturbed,
                    const DdimMonitor   *monitor,
                    GError             **error);

G_END_DECLS
