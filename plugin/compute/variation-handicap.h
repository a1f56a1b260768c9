/* variation-handicap.h: how far a variation may go from each place's own patches
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "settings.h"

G_BEGIN_DECLS

/* The handicap of n variations of a picture that is reduced `reduction` times, one
 * for each seed.  own: how near patches are a place's own at a leeway of 1, in
 * pixels of the picture in full size.  weights: h x w, how far each pixel may
 * change, or NULL: all may.  Returns the handicap's own weights (g_free () them
 * after its last use), or NULL, where memory is out.                        */
gfloat * ddim_variation_handicap_init (DdimPatchesHandicap          *handicap,
                                       const DdimVariationSettings  *settings,
                                       gint                          own,
                                       const DdimCanvas             *picture,
                                       gint                          reduction,
                                       const gfloat                 *weights,
                                       const guint64                *seeds,
                                       gint                          n,
                                       GError                      **error);

G_END_DECLS
