/* noise.c: Gaussian noise that belongs to a place, not to an order
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A value is a function of the seed, the stream and the absolute pixel, so any
 * window, thread count or order of work gives the same noise.
 */

#include <math.h>

#include "noise.h"

#include "philox.h"

void
ddim_noise_fill (DdimCanvas    *noise,
                 const guint64 *seeds,
                 guint32        stream)
{
  ddim_noise_fill_reduced (noise, seeds, stream, 1);
}

/* The sum of k x k pixels' values, from (x, y) on, over k. */
static void
sum_block (guint64 seed,
           guint32 stream,
           gint    x,
           gint    y,
           gint    k,
           gint    n,
           gfloat *one,
           gfloat *sum)
{
  for (gint c = 0; c < n; c++)
    sum[c] = 0;

  for (gint row = 0; row < k; row++)
    for (gint column = 0; column < k; column++)
      {
        ddim_philox_normals (seed, stream, x + column, y + row, n, one);
        for (gint c = 0; c < n; c++)
          sum[c] += one[c];
      }

  for (gint c = 0; c < n; c++)
    sum[c] /= k;
}

static gint
divide (gint place,
        gint k)
{
  return floor (place / (gdouble) k);
}

void
ddim_noise_fill_reduced (DdimCanvas    *noise,
                         const guint64 *seeds,
                         guint32        stream,
                         gint           k)
{
  g_autofree gfloat *one   = g_new (gfloat, noise->c);
  gfloat            *value = noise->data;
  gint               x     = noise->x;
  gint               y     = noise->y;

  if (k >= DDIM_NOISE_OWN)
    {
      x = divide (x, k);
      y = divide (y, k);
      stream += k; /* none of another size */
      k = 1;
    }

  for (gint i = 0; i < noise->n; i++)
    for (gint row = 0; row < noise->h; row++)
      for (gint column = 0; column < noise->w; column++, value += noise->c)
        sum_block (seeds[i], stream, x + k * column, y + k * row, k,
                   noise->c, one, value);
}
