/* value-noise.h: smooth random numbers
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* values = h x w numbers from 0 to 1, each as likely as any other, that change from
 * one to another over about `cell` pixels.  They belong to the seed and the
 * absolute pixel, (x + step j, y + step i), so that a reduced canvas, of which a
 * pixel stands for step x step, has the same ones.                          */
void ddim_value_noise (gfloat  *values,
                       gint     h,
                       gint     w,
                       gint     y,
                       gint     x,
                       gint     step,
                       gint     cell,
                       guint64  seed);

G_END_DECLS
