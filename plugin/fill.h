/* fill.h: colours for pixels that have none
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

/* pixels: h x w of `colors` colours and an alpha, floats.  Gives each pixel
 * whose alpha is 0 a colour that carries on from the visible ones around it;
 * alpha and visible pixels stay.  Returns FALSE where nothing is visible.  */
gboolean ddim_fill_transparent (gfloat *pixels,
                                gint    h,
                                gint    w,
                                gint    colors);
