/* taper.c: weights that fall off toward their border
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Distances by the two passes of a chamfer (Borgefors, Comput. Vision Graph. Image
 * Process. 34, 1986): a step to the side is 1, a diagonal one 4/3, within 6 % of
 * the Euclidean distance.
 */

#include "taper.h"
#include "try-alloc.h"

#define FAR 1e6f

/* Lowers the distance at `at` to one step more than that of its neighbours which
 * the pass has visited: those before it, or behind it.                      */
static void
relax (gfloat   *distances,
       gint      h,
       gint      w,
       gint      y,
       gint      x,
       gint      step)
{
  static const struct { gint y, x; gfloat length; } before[] =
    { { -1, -1, 4 / 3.f }, { -1, 0, 1 }, { -1, 1, 4 / 3.f }, { 0, -1, 1 } };

  gfloat *at = distances + (gsize) y * w + x;

  for (guint i = 0; i < G_N_ELEMENTS (before); i++)
    {
      gint other_y = y + step * before[i].y;
      gint other_x = x + step * before[i].x;

      if (other_y >= 0 && other_y < h && other_x >= 0 && other_x < w)
        *at = MIN (*at, distances[(gsize) other_y * w + other_x] + before[i].length);
    }
}

gboolean
ddim_taper (gfloat   *weights,
            gint      h,
            gint      w,
            gdouble   radius,
            GError  **error)
{
  gsize  n       = (gsize) h * w;
  gfloat deepest = 0;
  g_autofree gfloat *distances = ddim_try_new (gfloat, n, error);

  if (! distances)
    return FALSE;

  for (gsize i = 0; i < n; i++)
    distances[i] = weights[i] > 0 ? FAR : 0;
  for (gint y = 0; y < h; y++)
    for (gint x = 0; x < w; x++)
      relax (distances, h, w, y, x, 1);
  for (gint y = h - 1; y >= 0; y--)
    for (gint x = w - 1; x >= 0; x--)
      relax (distances, h, w, y, x, -1);

  for (gsize i = 0; i < n; i++)
    deepest = MAX (deepest, distances[i]);
  radius = MIN (radius, deepest / 2);
  if (radius > 1)
    for (gsize i = 0; i < n; i++)
      weights[i] *= MIN (distances[i] / radius, 1);
  return TRUE;
}
