/* outline.c: the line around a selection
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Marching squares (Lorensen and Cline, "Marching cubes", SIGGRAPH 1987, in the
 * plane): between four neighbours runs a segment from each side along which the
 * weight passes a half to the next, where it does so linearly.  So a coarse grid
 * gives a smooth line.  Beyond the borders nothing is selected.
 */

#include "outline.h"

#define HALF 0.5f

typedef struct
{
  const gfloat *weights;
  gint          h, w;
} Grid;

static gfloat
weight_at (const Grid *grid,
           gint        y,
           gint        x)
{
  if (y < 0 || x < 0 || y >= grid->h || x >= grid->w)
    return 0.0f;
  return grid->weights[(gsize) y * grid->w + x];
}

/* Where from one corner to the other the weight passes a half, or FALSE. */
static gboolean
cross (gfloat  from,
       gfloat  to,
       gfloat *at)
{
  if ((from >= HALF) == (to >= HALF))
    return FALSE;

  *at = (HALF - from) / (to - from);
  return TRUE;
}

/* Between the middles of the pixels (y, x) and (y + 1, x + 1). */
static void
add_square (const Grid *grid,
            gint        y,
            gint        x,
            GArray     *outline)
{
  gfloat corners[4] = { weight_at (grid, y, x), weight_at (grid, y, x + 1),
                        weight_at (grid, y + 1, x + 1), weight_at (grid, y + 1, x) };
  gfloat points[8];
  gint   n = 0;

  for (gint side = 0; side < 4; side++)
    {
      gfloat at;

      if (! cross (corners[side], corners[(side + 1) % 4], &at))
        continue;
      points[n++] = side == 0 ? at : side == 1 ? 1 : side == 2 ? 1 - at : 0;
      points[n++] = side == 0 ? 0 : side == 1 ? at : side == 2 ? 1 : 1 - at;
    }

  /* two points, or four: where opposite corners are alike, two lines */
  for (gint i = 0; i < n; i += 2)
    {
      points[i]     = CLAMP ((x + 0.5f + points[i]) / grid->w, 0.0f, 1.0f);
      points[i + 1] = CLAMP ((y + 0.5f + points[i + 1]) / grid->h, 0.0f, 1.0f);
    }
  g_array_append_vals (outline, points, n);
}

GArray *
ddim_outline_new (const gfloat *weights,
                  gint          h,
                  gint          w)
{
  Grid    grid    = { weights, h, w };
  GArray *outline = g_array_new (FALSE, FALSE, sizeof (gfloat));

  for (gint y = -1; y < h; y++)
    for (gint x = -1; x < w; x++)
      add_square (&grid, y, x, outline);

  return outline;
}
