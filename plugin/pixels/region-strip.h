/* region-strip.h: a region's pixels, some rows at a time (for region-*.c)
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "region.h"

/* Rows of GIMP's tiles: strips end where tiles do. */
#define DDIM_STRIP 128

/* Goes to the next strip of `area`; begin with a strip of zeros.  Returns FALSE
 * after the last.                                                          */
gboolean     ddim_strip_next            (GeglRectangle       *strip,
                                         const GeglRectangle *area);

/* Non-linear and with alpha, in the drawable's own colour space: R'G'B'A or
 * Y'A double, `colors` + 1 components.                                     */
const Babl * ddim_region_get_format     (const DdimRegion    *region);

/* The same as it is shown: R'G'B'A float, in the drawable's own space or, of a
 * grey one, in sRGB.                                                       */
const Babl * ddim_region_get_view_format (const DdimRegion   *region);

/* Whether some pixels may be transparent or hold no numbers. */
gboolean     ddim_region_may_have_holes (const DdimRegion    *region);

/* Reads pixels, which must lie in the drawable.  format: NULL for its own. */
void         ddim_region_get_pixels     (const DdimRegion    *region,
                                         const GeglRectangle *strip,
                                         const Babl          *format,
                                         gpointer             pixels);

/* How far they are selected: one float each, 0 to 1. */
void         ddim_region_get_selection  (const DdimRegion    *region,
                                         const GeglRectangle *strip,
                                         gfloat              *selected);

/* Where ddim_region_read_weights () comes from: how far they may change.   */
void         ddim_region_get_weights    (const DdimRegion    *region,
                                         const GeglRectangle *strip,
                                         gfloat              *weights);
