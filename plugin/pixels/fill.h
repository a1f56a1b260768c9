/* fill.h: what a network sees where there is nothing to see
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

/* pixels: h x w x channels.  known: h x w, 0 where a pixel's values mean
 * nothing.  Gives those smooth values from their surroundings; leaves them as
 * they are where nothing is known.  Memory: a third of the pixels' own.    */
void ddim_fill_unknown (gfloat       *pixels,
                        const guint8 *known,
                        gint          h,
                        gint          w,
                        gint          channels);
