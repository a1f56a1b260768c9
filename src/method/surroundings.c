/* surroundings.c: how far a variation is led back to what is beside it
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The noisier a level, the larger is what is settled there.  What is larger than its
 * distance from the border of a selection would be cut off by it: on a smooth ground
 * that shows as a blotch with the selection's edge.  So the width in which a
 * variation is led back to the picture grows with the noise.  Where the picture is
 * rough no edge shows, and all may change.
 */

#include <math.h>

#include "interpolation.h"
#include "local-mean.h"
#include "reduce.h"
#include "surroundings.h"
#include "taper.h"
#include "try-alloc.h"

/* Of a smooth ground: the width, in pixels, for each unit of the noise ratio, and the
 * greatest one.  A width of 6 leaves faint edges; 15 leaves none.            */
#define WIDTH 15
#define FAR   48

/* RMS difference of cells of CELL pixels side by side, of a ground that is half
 * smooth: 2.6 of 255; means of squares of 5 x 5 cells.                       */
#define CELL   4
#define ROUGH  0.02
#define RADIUS 2

/* A ground's least smoothness, which leads nowhere. */
#define LEAST 1e-3

/* In place of cells' values, one number for each: how smooth the image is there. */
static DdimCanvas *
measure_smoothness (const DdimCanvas  *cells,
                    gboolean           tileable,
                    GError           **error)
{
  g_autoptr (DdimCanvas) smooth = ddim_canvas_try_new (1, cells->h, cells->w, 1, error);
  gint                   c      = cells->c;

  if (! smooth)
    return NULL;
  for (gint y = 0; y < cells->h; y++)
    for (gint x = 0; x < cells->w; x++)
      {
        const gfloat *at    = cells->data + ((gsize) y * cells->w + x) * c;
        const gfloat *right = x + 1 < cells->w ? at + c : at;
        const gfloat *below = y + 1 < cells->h ? at + (gsize) cells->w * c : at;
        gdouble       sum   = 0;

        for (gint k = 0; k < c; k++)
          sum += (right[k] - at[k]) * (right[k] - at[k]) + (below[k] - at[k]) * (below[k] - at[k]);
        smooth->data[(gsize) y * cells->w + x] = sum / (2 * c);
      }
  if (! ddim_local_mean (smooth->data, cells->h, cells->w, RADIUS, tileable, error))
    return NULL;

  for (gsize i = 0; i < ddim_canvas_size (smooth); i++)
    {
      gdouble rough = smooth->data[i] / (ROUGH * ROUGH);

      smooth->data[i] = MAX (1 / (1 + rough * rough), LEAST);
    }
  return g_steal_pointer (&smooth);
}

gfloat *
ddim_surroundings_measure (const DdimCanvas  *image,
                           const gfloat      *weights,
                           gboolean           tileable,
                           gint               reduction,
                           GError           **error)
{
  gsize                  n      = (gsize) image->h * image->w;
  gint                   cell   = MAX (CELL / reduction, 1);
  g_autoptr (DdimCanvas) cells  = ddim_canvas_reduce (image, cell, tileable, error);
  g_autoptr (DdimCanvas) coarse = cells ? measure_smoothness (cells, tileable, error) : NULL;
  g_autoptr (DdimCanvas) smooth = coarse ? ddim_canvas_try_new (1, image->h, image->w, 1, error)
                                         : NULL;
  g_autofree gfloat     *inside = smooth ? ddim_try_new (gfloat, n, error) : NULL;

  if (! inside || ! ddim_canvas_add_enlarged (smooth, coarse, cell, tileable, error))
    return NULL;

  for (gsize i = 0; i < n; i++)
    inside[i] = weights[i] > 0;
  if (! ddim_taper (inside, image->h, image->w, FAR / (gdouble) reduction, error))
    return NULL;
  for (gsize i = 0; i < n; i++)
    inside[i] /= smooth->data[i];

  return g_steal_pointer (&inside);
}

gdouble
ddim_surroundings_keep (gdouble inside,
                        gdouble noise_ratio,
                        gint    reduction)
{
  gdouble width = MIN (WIDTH * reduction * noise_ratio / FAR, 1);

  return inside < width ? ddim_ease (DDIM_EASING_IN_OUT, inside / width) : 1;
}
