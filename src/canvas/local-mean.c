/* local-mean.c: means around each pixel
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Along rows, then along columns, from running sums: the time does not depend
 * on the radius.
 */

#include "local-mean.h"

/* Means of `n` values, `stride` apart, over what is within `radius` of each.
 * sums: n + 1 values of scratch.                                            */
static void
mean_along (gfloat  *values,
            gsize    n,
            gsize    stride,
            gsize    radius,
            gdouble *sums)
{
  sums[0] = 0;
  for (gsize i = 0; i < n; i++)
    sums[i + 1] = sums[i] + values[i * stride];

  for (gsize i = 0; i < n; i++)
    {
      gsize from = i > radius ? i - radius : 0;
      gsize to   = MIN (i + radius + 1, n);

      values[i * stride] = (sums[to] - sums[from]) / (to - from);
    }
}

void
ddim_local_mean (gfloat *values,
                 gint    h,
                 gint    w,
                 gint    radius)
{
  g_autofree gdouble *sums = g_new (gdouble, MAX (h, w) + 1);

  for (gint row = 0; row < h; row++)
    mean_along (values + (gsize) row * w, w, 1, radius, sums);
  for (gint column = 0; column < w; column++)
    mean_along (values + column, h, w, radius, sums);
}
