/* noisy-texture.h: a picture to take patches from, and noisy windows of it
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <math.h>

#include "ddim.h"

/* A texture: blobs and lines of some sizes, and a little noise. */
static inline DdimCanvas *
make_picture (gint h,
              gint w,
              gint c)
{
  DdimCanvas *picture = ddim_canvas_new (1, h, w, c);
  DdimCanvas *noise   = ddim_canvas_new (1, h, w, c);
  guint64     seed    = 7;

  ddim_noise_fill (noise, &seed, 0);
  for (gint y = 0; y < h; y++)
    for (gint x = 0; x < w; x++)
      for (gint k = 0; k < c; k++)
        {
          gsize at = ((gsize) y * w + x) * c + k;

          picture->data[at] = 0.4 * sin (0.31 * x + 0.17 * y + k) * cos (0.23 * y + 0.011 * x * y)
                              + 0.2 * sin (1.3 * x - 0.9 * y) + 0.05 * noise->data[at];
        }
  ddim_canvas_free (noise);
  return picture;
}

static inline DdimLevel
level_at (gdouble sigma)
{
  DdimLevel level = { .timestep = 0 };

  level.a = 1 / sqrt (1 + sigma * sigma);
  level.s = sigma * level.a;
  return level;
}

/* a x_0 + s n of a window of the picture, which keeps its place. */
static inline DdimCanvas *
noisy_window (const DdimCanvas *picture,
              gint              y0,
              gint              x0,
              gint              h,
              gint              w,
              const DdimLevel  *level)
{
  DdimCanvas *canvas = ddim_canvas_new (1, h, w, picture->c);
  guint64     seed   = 11;

  canvas->y = picture->y + y0;
  canvas->x = picture->x + x0;
  ddim_noise_fill (canvas, &seed, 0);
  for (gint y = 0; y < h; y++)
    for (gint x = 0; x < w; x++)
      for (gint k = 0; k < picture->c; k++)
        {
          gsize at = ((gsize) y * w + x) * picture->c + k;

          canvas->data[at] = level->a * picture->data[((gsize) (y0 + y) * picture->w + x0 + x)
                                                      * picture->c + k]
                             + level->s * canvas->data[at];
        }
  return canvas;
}
