/* random.c: Gaussian noise that belongs to a place, not to an order
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A counter-based generator: a value is a function of the seed, the stream
 * and the absolute pixel, so any window, thread count or order of work gives
 * the same noise.  Philox 4x32 with 10 rounds (Salmon, Moraes, Dror and Shaw,
 * "Parallel random numbers: as easy as 1, 2, 3", SC 2011), then Box and
 * Muller's transform in double precision: the counter
 * (column, row, stream, group) yields channels 4 group .. 4 group + 3.
 */

#include <math.h>

#include "ddim.h"
#include "random.h"

void
ddim_random_philox (const guint32 counter[4],
                    guint64       key,
                    guint32       out[4])
{
  guint32 k0 = (guint32) key;
  guint32 k1 = (guint32) (key >> 32);
  guint32 c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];

  for (gint round = 0; round < 10; round++)
    {
      guint64 p0 = (guint64) 0xD2511F53u * c0;
      guint64 p1 = (guint64) 0xCD9E8D57u * c2;

      c0 = (guint32) (p1 >> 32) ^ c1 ^ k0;
      c1 = (guint32) p1;
      c2 = (guint32) (p0 >> 32) ^ c3 ^ k1;
      c3 = (guint32) p0;
      k0 += 0x9E3779B9u;
      k1 += 0xBB67AE85u;
    }

  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}

/* Two independent N(0, 1) values from 64 random bits.  The first uniform
 * number is never 0; the largest value is sqrt (2 ln 2^33) = 6.8.           */
static void
box_muller (guint32  bits0,
            guint32  bits1,
            gdouble *normal0,
            gdouble *normal1)
{
  gdouble radius = sqrt (-2 * log ((bits0 + 0.5) * 0x1p-32));
  gdouble angle  = 2 * G_PI * (bits1 * 0x1p-32);

  *normal0 = radius * cos (angle);
  *normal1 = radius * sin (angle);
}

void
ddim_random_normals (guint64 seed,
                     guint32 stream,
                     gint    x,
                     gint    y,
                     gint    n,
                     gfloat *values)
{
  for (gint first = 0; first < n; first += 4)
    {
      guint32 counter[4] = { (guint32) x, (guint32) y, stream, (guint32) first / 4 };
      guint32 bits[4];
      gdouble normals[4];

      ddim_random_philox (counter, seed, bits);
      box_muller (bits[0], bits[1], &normals[0], &normals[1]);
      box_muller (bits[2], bits[3], &normals[2], &normals[3]);
      for (gint i = first; i < MIN (first + 4, n); i++)
        values[i] = normals[i - first];
    }
}

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
        ddim_random_normals (seed, stream, x + column, y + row, n, one);
        for (gint c = 0; c < n; c++)
          sum[c] += one[c];
      }

  for (gint c = 0; c < n; c++)
    sum[c] /= k;
}

void
ddim_noise_fill_reduced (DdimCanvas    *noise,
                         const guint64 *seeds,
                         guint32        stream,
                         gint           k)
{
  g_autofree gfloat *one   = g_new (gfloat, noise->c);
  gfloat            *value = noise->data;

  for (gint i = 0; i < noise->n; i++)
    for (gint row = 0; row < noise->h; row++)
      for (gint column = 0; column < noise->w; column++, value += noise->c)
        sum_block (seeds[i], stream, noise->x + k * column, noise->y + k * row, k,
                   noise->c, one, value);
}
