/* kernel-gelu.c: the gated unit of a transformer
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "simd.h"

/* x (1 + erf (x / sqrt 2)) / 2, 1 + erf (-z) being a polynomial of 1 / (1 + p z)
 * times exp (-z^2), to 1.5e-7 (Abramowitz and Stegun, 7.1.26).              */
INLINE Vector
gelu (Vector x)
{
  const Vector zero = { 0 };
  Vector z = at_least (x, zero - x) * 0.707106781f;
  Vector t = reciprocal (1.0f + 0.3275911f * z);
  Vector p = 1.061405429f * t - 1.453152027f;

  p = p * t + 1.421413741f;
  p = p * t - 0.284496736f;
  p = p * t + 0.254829592f;
  p = p * t * exponential (-z * z);
  return x * 0.5f * choose (x < zero, p, 2.0f - p);
}

void
KERNEL (geglu) (const gfloat *x,
                gint          n,
                gint          c,
                gfloat       *out)
{
  for (gint i = 0; i < n; i++, x += 2 * (gsize) c, out += c)
    for (gint k = 0; k < c; k += LANES)
      {
        gint lanes = MIN (c - k, LANES);

        put (out + k, get (x + k, lanes) * gelu (get (x + c + k, lanes)), lanes);
      }
}
