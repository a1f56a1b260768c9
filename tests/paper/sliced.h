/* sliced.h: how far the patches of two sets of pictures are apart
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The sliced Wasserstein distance of Karras, Aila, Laine and Lehtinen
 * ("Progressive Growing of GANs", ICLR 2018, arXiv 1710.10196, section 5):
 * a Laplacian pyramid down to 16 pixels, patches of 7 x 7 pixels and 3
 * channels at each of its levels, and the 1-Wasserstein distance of their
 * projections on random directions, averaged.
 *
 * Two things differ.  Both sets are scaled by the mean and the deviation of
 * the reference, not each by its own: a set that is too flat or of the wrong
 * colour is to count as far.  And a picture gives 64 patches of each level, on
 * a grid, not 128 at random places.
 */

#pragma once

#include "ddim.h"

G_BEGIN_DECLS

#define SLICED_MAX_LEVELS 8

/* What a reference's levels are like: mean and deviation of each channel. */
typedef struct
{
  gint    n_levels;
  gdouble mean[SLICED_MAX_LEVELS][3];
  gdouble deviation[SLICED_MAX_LEVELS][3];
} SlicedScale;

/* The sorted projections of a set's patches. */
typedef struct _Sliced Sliced;

/* pictures: n items, H = W a power of 2, at least 16, 3 channels. */
void     sliced_measure  (const DdimCanvas  *pictures,
                          SlicedScale       *scale);
Sliced * sliced_new      (const DdimCanvas  *pictures,
                          const SlicedScale *scale);
void     sliced_free     (Sliced            *sliced);

/* The mean over levels and directions.  Items from..to - 1 of a are left out
 * (none where both are 0).                                                 */
gdouble  sliced_distance (const Sliced      *a,
                          gint               from,
                          gint               to,
                          const Sliced      *b);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Sliced, sliced_free)

G_END_DECLS
