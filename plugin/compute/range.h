/* range.h: a picture with values above white or below black, for a model
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A model's noise is measured for values from -1, black, to 1, white.  A picture
 * that has others is brought there and back: what lies beyond by its logarithm,
 * so that a highlight leaves the rest its contrast, and then all of it evenly.  A
 * picture without such values is left as it is, to the bit.
 */

#pragma once

#include "ddim.h"

/* How far values go beyond black, 0, and white, 1, by their logarithms.  Zeros are
 * the range of a picture that has no such values.                           */
typedef struct
{
  gdouble below;
  gdouble above;
} DdimRange;

/* The range of what of a picture may be used: mask has a value for each of its
 * pixels, of which 0 are left out.                                          */
void ddim_range_init     (DdimRange        *range,
                          const DdimCanvas *picture,
                          const gfloat     *mask);

/* Brings the values of the picture to -1 ... 1; what is left out ends there. */
void ddim_range_compress (const DdimRange  *range,
                          DdimCanvas       *picture);

/* Brings a model's values back, all of them into the range. */
void ddim_range_expand   (const DdimRange  *range,
                          DdimCanvas       *made);
