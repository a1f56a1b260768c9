/* reflect.h: a canvas brought to a larger size by reflection, and back
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "canvas.h"

G_BEGIN_DECLS

/* The least multiple of `multiple` that is not smaller. */
static inline gint
ddim_round_up (gint size,
               gint multiple)
{
  return (size + multiple - 1) / multiple * multiple;
}

/* Fills `larger`, which is as large or larger, with x in its first rows and columns
 * and x's reflection beyond them, edges not repeated.  Both have the same C, and
 * `larger` no fewer items.                                                  */
void ddim_canvas_reflect (const DdimCanvas *x,
                          DdimCanvas       *larger);

/* Fills `out` with the first rows and columns of its items in `larger`. */
void ddim_canvas_crop    (const DdimCanvas *larger,
                          DdimCanvas       *out);

G_END_DECLS
