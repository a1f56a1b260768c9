/* taper.h: weights that fall off toward their border
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Multiplies weights (H x W) by the distance, in pixels, to the nearest one that is
 * 0, as a share of `radius` where it is less; of half the greatest distance, where
 * that is less than `radius`, so that narrow strokes have a middle.  The canvas's
 * own borders are none of the weights.  Fails only where memory is out.      */
gboolean ddim_taper (gfloat   *weights,
                     gint      h,
                     gint      w,
                     gdouble   radius,
                     GError  **error);

G_END_DECLS
