/* value-noise.c: smooth random numbers
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Value noise: normal numbers at the corners of square cells, interpolated in
 * between.  A weighted sum of normal numbers is normal again, of a known
 * deviation; its distribution function makes it uniform.
 */

#include <math.h>

#include "philox.h"
#include "value-noise.h"

/* Noise of its own, apart from that of the pixels. */
#define STREAM 0x76616c75

static gdouble
corner (guint64 seed,
        gint    y,
        gint    x)
{
  gfloat value;

  ddim_philox_normals (seed, STREAM, x, y, 1, &value);
  return value;
}

/* The cell that a pixel lies in, and how far into it, eased in and out. */
static gint
locate (gint     pixel,
        gint     cell,
        gdouble *t)
{
  gint    at = floor (pixel / (gdouble) cell);
  gdouble in = pixel / (gdouble) cell - at;

  *t = in * in * (3 - 2 * in);
  return at;
}

void
ddim_value_noise (gfloat  *values,
                  gint     h,
                  gint     w,
                  gint     y,
                  gint     x,
                  gint     step,
                  gint     cell,
                  guint64  seed)
{
  for (gint i = 0; i < h; i++)
    {
      gdouble v;
      gint    row  = locate (y + step * i, cell, &v);
      gint    last = G_MININT;
      gdouble left = 0, right = 0; /* interpolated down the cell's sides */

      for (gint j = 0; j < w; j++)
        {
          gdouble u;
          gint    column = locate (x + step * j, cell, &u);
          gdouble deviation, sum;

          if (column != last)
            {
              left  = (1 - v) * corner (seed, row, column) + v * corner (seed, row + 1, column);
              right = (1 - v) * corner (seed, row, column + 1)
                      + v * corner (seed, row + 1, column + 1);
              last  = column;
            }
          sum       = (1 - u) * left + u * right;
          deviation = hypot (1 - u, u) * hypot (1 - v, v);
          values[(gsize) i * w + j] = 0.5 * erfc (- sum / (deviation * G_SQRT2));
        }
    }
}
