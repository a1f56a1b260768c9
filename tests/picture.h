/* picture.h: PNG files as canvases, for tests and measurements
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "ddim.h"

G_BEGIN_DECLS

/* A picture of 8 bits, R'G'B', as 1 x H x W x 3 values from -1 to 1. */
DdimCanvas * picture_load (const gchar       *path,
                           GError           **error);

/* The same, scaled to h x w, whatever shape it has. */
DdimCanvas * picture_load_scaled (const gchar *path,
                                  gint         h,
                                  gint         w,
                                  GError     **error);

/* Writes the items below one another, clamped and rounded to 8 bits. */
gboolean     picture_save (const DdimCanvas  *items,
                           const gchar       *path,
                           GError           **error);

/* A window of item 0, at the origin of its own.  It must lie inside. */
DdimCanvas * picture_crop (const DdimCanvas  *picture,
                           gint               x,
                           gint               y,
                           gint               h,
                           gint               w);

/* The window in the middle. */
DdimCanvas * picture_crop_middle (const DdimCanvas *picture,
                                  gint              h,
                                  gint              w);

/* A value from -1 to 1 as it is stored in 8 bits. */
static inline guint8
picture_quantise (gfloat value)
{
  return CLAMP ((value + 1) * 127.5f + 0.5f, 0, 255);
}

G_END_DECLS
