/* latent.c: moving a latent along its sphere, and looking at it
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Spherical interpolation (the paper's equation (67); Shoemake, SIGGRAPH
 * 1985) moves the direction along the great circle.  The norm goes from one to
 * the other on its own, by equal factors: latents of real pictures are not of
 * unit variance, and one that is far off should not outweigh the other.
 */

#include <math.h>

#include "latent.h"

/* Weighted sums of products over one item. */
static void
measure_pair (const gfloat *x,
              const gfloat *y,
              const gfloat *weights,
              gsize         n_pixels,
              gint          channels,
              gdouble      *xx,
              gdouble      *yy,
              gdouble      *xy)
{
  *xx = *yy = *xy = 0;

  for (gsize pixel = 0; pixel < n_pixels; pixel++)
    {
      gdouble weight = weights ? weights[pixel] : 1;

      for (gint c = 0; c < channels; c++, x++, y++)
        {
          *xx += weight * *x * *x;
          *yy += weight * *y * *y;
          *xy += weight * *x * *y;
        }
    }
}

void
ddim_latent_slerp (const DdimCanvas *x,
                   const DdimCanvas *y,
                   gdouble           position,
                   const gfloat     *weights,
                   DdimCanvas       *out)
{
  gsize n_pixels  = (gsize) x->h * x->w;
  gsize item_size = ddim_canvas_item_size (x);

  for (gint i = 0; i < x->n; i++)
    {
      const gfloat *from = x->data + i * item_size;
      const gfloat *to   = y->data + i * item_size;
      gfloat       *dest = out->data + i * item_size;
      gdouble       xx, yy, xy, norm_x, norm_y, angle, sine;

      measure_pair (from, to, weights, n_pixels, x->c, &xx, &yy, &xy);
      norm_x = sqrt (xx);
      norm_y = sqrt (yy);
      angle  = xx > 0 && yy > 0 ? acos (CLAMP (xy / (norm_x * norm_y), -1, 1)) : 0;
      sine   = sin (angle);

      for (gsize pixel = 0; pixel < n_pixels; pixel++)
        {
          gdouble share = position * (weights ? weights[pixel] : 1);
          gdouble of_x  = 1 - share;
          gdouble of_y  = share;

          /* Nearly parallel or opposite: the circle is a line or unknown. */
          if (sine > 1e-6 && share > 0 && share < 1)
            {
              gdouble norm = pow (norm_x, of_x) * pow (norm_y, of_y);

              of_x = sin ((1 - share) * angle) / sine * norm / norm_x;
              of_y = sin (share * angle) / sine * norm / norm_y;
            }

          for (gint c = 0; c < x->c; c++)
            *dest++ = of_x * *from++ + of_y * *to++;
        }
    }
}

void
ddim_latent_measure (const DdimCanvas *latent,
                     gint              item,
                     const DdimCanvas *other,
                     DdimLatentReport *report)
{
  gsize         item_size = ddim_canvas_item_size (latent);
  const gfloat *values    = latent->data + item * item_size;
  gsize         row_size  = (gsize) latent->w * latent->c;
  gdouble       products  = 0;
  gdouble       squares   = 0;
  gdouble       xx, yy, xy;

  measure_pair (values, other ? other->data : values, NULL,
                (gsize) latent->h * latent->w, latent->c, &xx, &yy, &xy);

  for (gint row = 0; row < latent->h; row++)
    for (gsize i = 0; i < row_size; i++)
      {
        gdouble here = values[row * row_size + i];

        if (i + latent->c < row_size)
          {
            gdouble right = values[row * row_size + i + latent->c];

            products += here * right;
            squares  += (here * here + right * right) / 2;
          }
        if (row + 1 < latent->h)
          {
            gdouble below = values[(row + 1) * row_size + i];

            products += here * below;
            squares  += (here * here + below * below) / 2;
          }
      }

  report->rms         = sqrt (xx / MAX (item_size, 1));
  report->correlation = squares > 0 ? products / squares : 0;
  report->cosine      = ! other ? 1 : xx > 0 && yy > 0 ? xy / sqrt (xx * yy) : 0;
}
