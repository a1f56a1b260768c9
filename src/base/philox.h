/* philox.h: random numbers that belong to a place
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Philox 4x32-10: 128 random bits for a counter and a key. */
void ddim_philox         (const guint32 counter[4],
                          guint64       key,
                          guint32       out[4]);

/* The n values (its channels) of the absolute pixel (x, y). */
void ddim_philox_normals (guint64  seed,
                          guint32  stream,
                          gint     x,
                          gint     y,
                          gint     n,
                          gfloat  *values);

G_END_DECLS
