/* tiling-private.h: where the windows of a field lie, for those who look for seams
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "tiling.h"

G_BEGIN_DECLS

/* The pixels before which a window of this field ends and the next begins, at
 * a level, along a canvas's width (across) or height of `size`.  Free with
 * g_array_unref (); elements are gint.                                      */
GArray * ddim_tiling_borders (DdimField       *tiling,
                              const DdimLevel *level,
                              gint             size,
                              gboolean         across);

G_END_DECLS
