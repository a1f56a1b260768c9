/* kernel-bf16.c: floats to pairs of bfloat16s
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * VDPBF16PS adds to each of 16 floats the products of two pairs (Intel SDM, volume
 * 2): twice the multiplications of an instruction that multiplies floats, in the same
 * time.  A number is rounded to 8 bits, to the nearest, which changes it by 2^-8 of
 * itself at most; the products are exact, and summed as floats.
 */

#include "simd.h"

#if PAIRS

/* n numbers, 1 .. LANES, to (n + 1) / 2 pairs. */
INLINE void
round_part (const gfloat *in,
            gint          n,
            gfloat       *out)
{
  __m512bh pairs = _mm512_cvtne2ps_pbh (_mm512_setzero_ps (), (__m512) get (in, n));

  memcpy (out, &pairs, (n + 1) / 2 * sizeof (gfloat));
}

void
KERNEL (bf16_round) (const gfloat *in,
                     gsize         in_row,
                     gint          n,
                     gint          c,
                     gfloat       *out,
                     gsize         out_row)
{
  gint whole = c / (2 * LANES) * (2 * LANES);

  for (gint i = 0; i < n; i++, in += in_row, out += out_row)
    {
      for (gint k = 0; k < whole; k += 2 * LANES)
        store (out + k / 2, (Vector) _mm512_cvtne2ps_pbh ((__m512) load (in + k + LANES),
                                                          (__m512) load (in + k)));
      for (gint k = whole; k < c; k += LANES)
        round_part (in + k, MIN (c - k, LANES), out + k / 2);
    }
}

void
KERNEL (bf16_pack) (gint          width,
                    const gfloat *rows,
                    gint          n,
                    gfloat       *out)
{
  for (gint i = 0; i < n; i++, rows += 2 * width, out += width)
    for (gint k = 0; k < width; k += LANES)
      store (out + k, pairs_of (load (rows + k), load (rows + width + k)));
}

#endif
