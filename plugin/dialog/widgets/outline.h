/* outline.h: the line around a selection
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

/* Where h x w weights pass a half, as segments of four gfloats, from (x, y) to (x, y),
 * in fractions of the width and the height.  Free with g_array_unref ().    */
GArray * ddim_outline_new (const gfloat *weights,
                           gint          h,
                           gint          w);
