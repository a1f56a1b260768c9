/* local-mean.h: means around each pixel
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Each of values (H x W) becomes the mean of the square of 2 radius + 1 pixels
 * about it, as far as that lies in the picture; all of it does on a torus.  Fails,
 * and changes nothing, only where memory is out.                            */
gboolean ddim_local_mean (gfloat    *values,
                          gint       h,
                          gint       w,
                          gint       radius,
                          gboolean   tileable,
                          GError   **error);

G_END_DECLS
