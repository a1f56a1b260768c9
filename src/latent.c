/* latent.c: ways between latents, and what they look like
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An encoded picture's latent is not white and not of unit variance, so slerp
 * turns directions and interpolates the norms beside them.
 */

#include "ddim.h"

#include <math.h>

static gdouble
dot (const gfloat *x,
     const gfloat *y,
     gsize         size)
{
  gdouble sum = 0;

  for (gsize i = 0; i < size; i++)
    sum += (gdouble) x[i] * y[i];
  return sum;
}

typedef struct
{
  gdouble x_norm, y_norm, theta;
} Arc;

/* The factors of x and y at a position. */
static void
arc_factors (const Arc *arc,
             gdouble    position,
             gdouble   *of_x,
             gdouble   *of_y)
{
  gdouble norm = (1 - position) * arc->x_norm + position * arc->y_norm;
  gdouble sine = sin (arc->theta);

  if (position <= 0 || position >= 1)
    {
      *of_x = position <= 0;
      *of_y = position >= 1;
    }
  else if (arc->x_norm == 0 || arc->y_norm == 0 || sine < 1e-6)
    {
      *of_x = 1 - position;
      *of_y = position;
    }
  else
    {
      *of_x = sin ((1 - position) * arc->theta) / sine * norm / arc->x_norm;
      *of_y = sin (position * arc->theta) / sine * norm / arc->y_norm;
    }
}

void
ddim_latent_slerp (const DdimCanvas *x,
                   const DdimCanvas *y,
                   gdouble           position,
                   const gfloat     *weights,
                   DdimCanvas       *out)
{
  gsize size   = ddim_canvas_item_size (x);
  gsize pixels = (gsize) x->h * x->w;

  for (gint item = 0; item < x->n; item++)
    {
      const gfloat *from = x->data + item * size;
      const gfloat *to   = y->data + item * size;
      gfloat       *dest = out->data + item * size;
      gdouble       of_x, of_y;
      Arc           arc = { sqrt (dot (from, from, size)), sqrt (dot (to, to, size)), 0 };

      arc.theta = acos (CLAMP (dot (from, to, size) / (arc.x_norm * arc.y_norm + 1e-300), -1, 1));
      arc_factors (&arc, position, &of_x, &of_y);
      for (gsize i = 0; i < pixels; i++)
        {
          if (weights && (i == 0 || weights[i] != weights[i - 1]))
            arc_factors (&arc, position * weights[i], &of_x, &of_y);
          for (gsize j = i * x->c; j < (i + 1) * x->c; j++)
            dest[j] = of_x * from[j] + of_y * to[j];
        }
    }
}

/* The mean over both directions of E[x x'] / E[x^2], x' the neighbour. */
static gdouble
neighbour_correlation (const gfloat *data,
                       gint          h,
                       gint          w,
                       gint          c,
                       gdouble       mean_square)
{
  gdouble sum   = 0;
  gsize   pairs = 0;

  for (gint row = 0; row < h; row++)
    for (gint column = 0; column < w; column++)
      {
        const gfloat *pixel = data + ((gsize) row * w + column) * c;

        if (column + 1 < w)
          sum += dot (pixel, pixel + c, c);
        if (row + 1 < h)
          sum += dot (pixel, pixel + (gsize) w * c, c);
        pairs += (column + 1 < w) + (row + 1 < h);
      }
  return pairs && mean_square > 0 ? sum / (pairs * c) / mean_square : 0;
}

void
ddim_latent_measure (const DdimCanvas *latent,
                     gint              item,
                     const DdimCanvas *other,
                     DdimLatentReport *report)
{
  gsize         size = ddim_canvas_item_size (latent);
  const gfloat *data = latent->data + item * size;
  gdouble       square = dot (data, data, size);

  report->rms = sqrt (square / size);
  report->correlation = neighbour_correlation (data, latent->h, latent->w, latent->c,
                                               square / size);
  report->cosine = 1;
  if (other)
    report->cosine = dot (data, other->data, size)
                     / sqrt (square * dot (other->data, other->data, size) + 1e-300);
}
