/* local-mean.c: means around each pixel
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Along rows, then along columns, from running sums: the time does not depend
 * on the radius.
 */

#include "local-mean.h"
#include "try-alloc.h"

/* Means of `n` values, `stride` apart, over what is within `radius` of each: of a
 * circle with values before the first and behind the last.
 * sums: n + 2 radius + 1 values of scratch.                                 */
static void
mean_along (gfloat   *values,
            gsize     n,
            gsize     stride,
            gsize     radius,
            gboolean  circle,
            gdouble  *sums)
{
  gsize before = circle ? radius : 0;
  gsize all    = n + 2 * before;

  sums[0] = 0;
  for (gsize i = 0; i < all; i++)
    sums[i + 1] = sums[i] + values[(i + (n - before % n)) % n * stride];

  for (gsize i = 0; i < n; i++)
    {
      gsize at   = i + before;
      gsize from = at > radius ? at - radius : 0;
      gsize to   = MIN (at + radius + 1, all);

      values[i * stride] = (sums[to] - sums[from]) / (to - from);
    }
}

gboolean
ddim_local_mean (gfloat    *values,
                 gint       h,
                 gint       w,
                 gint       radius,
                 gboolean   tileable,
                 GError   **error)
{
  g_autofree gdouble *sums = ddim_try_new (gdouble, MAX (h, w) + 2 * (gsize) radius + 1, error);

  if (! sums)
    return FALSE;

  for (gint row = 0; row < h; row++)
    mean_along (values + (gsize) row * w, w, 1, radius, tileable, sums);
  for (gint column = 0; column < w; column++)
    mean_along (values + column, h, w, radius, tileable, sums);
  return TRUE;
}
