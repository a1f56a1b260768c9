/* kernel-widen.c: numbers of 16 bits to floats
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A bfloat16 is a float's upper half.  Of IEEE's half (754-2019, 3.6), exponent and
 * fraction, moved to where a float has them, are that float times 2^-112, since
 * the exponents' biases are 15 and 127: subnormal numbers, too.
 */

#include "simd.h"

typedef guint16 Halves __attribute__ ((vector_size (2 * LANES)));

INLINE Vector
widen (Halves         x,
       const gboolean bf16)
{
  Integers bits = __builtin_convertvector (x, Integers);
  Integers sign = (bits & 0x8000) << 16;
  Vector   size;

  if (bf16)
    return (Vector) (bits << 16);
  size = (Vector) ((bits & 0x7fff) << 13) * 0x1p112f;
  return (Vector) ((Integers) size | sign);
}

INLINE void
widen_all (const guint16 *in,
           const gboolean bf16,
           gsize          n,
           gfloat        *out)
{
  gsize whole = n / LANES * LANES;

  for (gsize i = 0; i < n; i += LANES)
    {
      Halves x = { 0 };

      if (i < whole)
        memcpy (&x, in + i, sizeof x);
      else
        memcpy (&x, in + i, (n - whole) * sizeof (guint16));
      put (out + i, widen (x, bf16), MIN (n - i, LANES));
    }
}

void
KERNEL (widen) (const guint16 *in,
                gboolean       bf16,
                gsize          n,
                gfloat        *out)
{
  if (bf16)
    widen_all (in, TRUE, n, out);
  else
    widen_all (in, FALSE, n, out);
}
