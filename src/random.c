/* random.c: Gaussian noise that depends on the place alone
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The counter is the value's place in the whole image, so that a value is the
 * same whatever region, window or thread asks for it.
 */

#include "random.h"

#include <math.h>

#include "ddim.h"

void
ddim_philox (const guint32 counter[4],
             const guint32 key[2],
             guint32       out[4])
{
  guint32 c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
  guint32 k0 = key[0], k1 = key[1];

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

/* Two N(0, 1) values from two words: Box and Muller, 1958. */
static void
normal_pair (guint32  first,
             guint32  second,
             gdouble *out)
{
  gdouble radius = sqrt (-2 * log ((first + 1.0) / 4294967296.0));
  gdouble angle  = 2 * G_PI * second / 4294967296.0;

  out[0] = radius * cos (angle);
  out[1] = radius * sin (angle);
}

void
ddim_noise_fill (DdimCanvas    *noise,
                 const guint64 *seeds,
                 guint32        stream)
{
  gfloat *out = noise->data;

  for (gint i = 0; i < noise->n; i++)
    {
      guint32 key[2] = { (guint32) seeds[i], (guint32) (seeds[i] >> 32) };

      for (gint row = 0; row < noise->h; row++)
        for (gint column = 0; column < noise->w; column++)
          for (gint c = 0; c < noise->c; c += 4)
            {
              guint32 counter[4] = { noise->x + column, noise->y + row, c, stream };
              guint32 words[4];
              gdouble values[4];

              ddim_philox (counter, key, words);
              normal_pair (words[0], words[1], values);
              normal_pair (words[2], words[3], values + 2);
              for (gint j = 0; j < MIN (4, noise->c - c); j++)
                *out++ = values[j];
            }
    }
}
