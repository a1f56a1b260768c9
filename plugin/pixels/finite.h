/* finite.h: the range of a format of pixels
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gegl.h>

/* After n pixels of `components` doubles each were converted to `bytes` of a
 * format: where all of a pixel was finite and the format's numbers cannot hold
 * it, puts the largest or least that they can.  Halves end at 65504, and are
 * infinite beyond.                                                          */
void ddim_keep_finite (const Babl    *format,
                       guint8        *bytes,
                       const gdouble *pixels,
                       gint           components,
                       gsize          n);
