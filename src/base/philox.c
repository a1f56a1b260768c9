/* philox.c: random numbers that belong to a place, not to an order
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A counter-based generator: Philox 4x32 with 10 rounds (Salmon, Moraes, Dror
 * and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011), then Box
 * and Muller's transform in double precision: the counter
 * (column, row, stream, group) yields channels 4 group .. 4 group + 3.
 */

#include "philox.h"

#include <math.h>

void
ddim_philox (const guint32 counter[4],
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
ddim_philox_normals (guint64  seed,
                     guint32  stream,
                     gint     x,
                     gint     y,
                     gint     n,
                     gfloat  *values)
{
  for (gint first = 0; first < n; first += 4)
    {
      guint32 counter[4] = { (guint32) x, (guint32) y, stream, (guint32) first / 4 };
      guint32 bits[4];
      gdouble normals[4];

      ddim_philox (counter, seed, bits);
      box_muller (bits[0], bits[1], &normals[0], &normals[1]);
      box_muller (bits[2], bits[3], &normals[2], &normals[3]);
      for (gint i = first; i < MIN (first + 4, n); i++)
        values[i] = normals[i - first];
    }
}
