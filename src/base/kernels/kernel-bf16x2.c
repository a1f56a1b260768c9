/* kernel-bf16x2.c: products of floats by a matrix unit that has bfloat16s only
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A bfloat16 is the upper half of a float: 8 bits of precision.  The nearest
 * one to x, h, and the nearest one to what is left, l, have 16 or 17 together:
 *
 *   x = h + l + r, |r| <= 2^-18 |x|,
 *   x y = h h' + h l' + l h' + (l l' + ...), the rest being at most some
 *   3 2^-18 |x y|, or 2^-19 in the mean
 *
 * (Henry, Tang and Heinecke, "Leveraging the bfloat16 artificial intelligence
 * datatype for higher-precision computations", ARITH 2019).  The products of
 * two bfloat16s are exact in float32, in which the unit sums them: three
 * products do for one, and Intel's AMX is more than twelve times as fast at
 * them as AVX-512 is at a float's (Intel SDM, volume 1, chapter 18).
 *
 * A tile register is 16 rows of 64 bytes.  TDPBF16PS adds to 16 x 16 floats
 * the product of 16 rows of 32 numbers with 32 rows of 16 columns, of which
 * two rows at a time lie interleaved.
 *
 * Each number of the result is one chain of additions in the order of the
 * depth, whatever row it stands in and whatever stands in the others.
 *
 * Where the halves of 8 bits will do, h h' is all: a third of the products, and of
 * memory what these read.
 */

#include "aligned-memory.h"
#include "simd.h"

#if defined (__AMX_BF16__)

#define ROWS    DDIM_BF16X2_ROWS
#define COLUMNS 16  /* of a tile of the result                 */
#define TILE    256 /* floats of memory that a tile register holds */
#define LINE    16  /* floats of the cache                     */

/* So much of the depth is summed for all rows before the rest is: this part of
 * b stays in the core's own cache, and the next one comes near.             */
#define SLICE 64

typedef struct
{
  guint8  palette, start;
  guint8  reserved[14];
  guint16 bytes[16];
  guint8  rows[16];
} TileConfig;

/* All eight registers whole. */
static const TileConfig config =
{
  .palette = 1,
  .bytes = { 64, 64, 64, 64, 64, 64, 64, 64 },
  .rows  = { ROWS, ROWS, ROWS, ROWS, ROWS, ROWS, ROWS, ROWS }
};

/* Registers: 0 to 3 are sums (row of tiles, column of tiles), 4 and 5 rows of
 * a, 6 and 7 columns of b.  rows, columns: of tiles, 1 or 2.               */
#define FOUR(what)                                                            \
  what (0, 0, 0);                                                             \
  if (columns > 1)                                                            \
    what (1, 0, 1);                                                           \
  if (rows > 1)                                                               \
    what (2, 1, 0);                                                           \
  if (rows > 1 && columns > 1)                                                \
    what (3, 1, 1)
#define ZERO(sum, i, j)  _tile_zero (sum)
#define FETCH(sum, i, j)                                                      \
  _tile_loadd (sum, c + i * ROWS * job->c_stride + j * COLUMNS,               \
               job->c_stride * sizeof (gfloat))
#define KEEP(sum, i, j)                                                        \
  _tile_stored (sum, c + i * ROWS * job->c_stride + j * COLUMNS,              \
                job->c_stride * sizeof (gfloat))

/* A walk through memory that is wanted next, some lines at a time: a burst of
 * them would occupy all that the first cache can wait for, and the loads that
 * are wanted now would wait, too.                                           */
typedef struct
{
  const gfloat *start, *at, *end;
  gint          lines;
} Ahead;

/* For each DDIM_BF16X2, of all products and of the high halves'. */
#define WALKS      6
#define WALKS_HIGH 2

INLINE void
walk (const gboolean  high,
      Ahead          *ahead)
{
  for (gint i = 0; i < ahead->lines && ahead->at < ahead->end; i++, ahead->at += LINE)
    {
      /* Every second tile is of low halves. */
      if (high && ((ahead->at - ahead->start) & TILE))
        ahead->at += TILE;
      prefetch (ahead->at);
    }
}

/* Tiles first and, with rows 2, first + 1; of the depth, from `start` on. */
INLINE void
tiles (const gboolean           high,
       const gint               rows,
       const gint               columns,
       const DdimBf16x2Product *job,
       gint                     first,
       gint                     start,
       gint                     end,
       Ahead                   *beyond)
{
  const gsize   step = job->row_step * sizeof (gfloat);
  const gsize   first_half = high ? 0 : TILE;
  const gfloat *b = job->b + (gsize) start * columns * 2 * TILE;
  gfloat       *c = job->c + (gsize) first * ROWS * job->c_stride;
  gint          part = start / job->depth, k = start % job->depth;
  Ahead         ahead = *beyond;

  if (start)
    {
      FOUR (FETCH);
    }
  else
    {
      FOUR (ZERO);
    }

  for (gint left = end - start; left > 0; part++, k = 0)
    {
      gsize         from = job->parts[part] + k * job->depth_step;
      const gfloat *a0 = job->tiles[first] + from;
      const gfloat *a1 = rows > 1 ? job->tiles[first + 1] + from : a0;
      gint          n = MIN (left, job->depth - k);

      left -= n;
      for (; n > 0; n--, a0 += job->depth_step, a1 += job->depth_step, b += columns * 2 * TILE)
        {
          /* Loads and products take turns, so that neither unit waits: h l', or h h', */
          _tile_loadd (4, a0, step);
          _tile_loadd (6, b + first_half, 64);
          _tile_dpbf16ps (0, 4, 6);
          walk (high, &ahead);
          if (rows > 1)
            {
              _tile_loadd (5, a1, step);
              _tile_dpbf16ps (2, 5, 6);
            }
          if (columns > 1)
            {
              _tile_loadd (7, b + 2 * TILE + first_half, 64);
              _tile_dpbf16ps (1, 4, 7);
            }
          if (rows > 1 && columns > 1)
            _tile_dpbf16ps (3, 5, 7);
          walk (high, &ahead);
          if (high)
            continue;

          /* h h', */
          _tile_loadd (6, b, 64);
          _tile_dpbf16ps (0, 4, 6);
          walk (high, &ahead);
          if (rows > 1)
            _tile_dpbf16ps (2, 5, 6);
          if (columns > 1)
            {
              _tile_loadd (7, b + 2 * TILE, 64);
              _tile_dpbf16ps (1, 4, 7);
            }
          if (rows > 1 && columns > 1)
            _tile_dpbf16ps (3, 5, 7);
          walk (high, &ahead);

          /* and l h'. */
          _tile_loadd (4, a0 + DDIM_BF16X2 / 2, step);
          _tile_dpbf16ps (0, 4, 6);
          walk (high, &ahead);
          if (columns > 1)
            _tile_dpbf16ps (1, 4, 7);
          if (rows > 1)
            {
              _tile_loadd (5, a1 + DDIM_BF16X2 / 2, step);
              _tile_dpbf16ps (2, 5, 6);
            }
          if (rows > 1 && columns > 1)
            _tile_dpbf16ps (3, 5, 7);
          walk (high, &ahead);
        }
    }
  FOUR (KEEP);
  *beyond = ahead;
}

INLINE void
product (const gboolean           high,
         const gint               columns,
         const DdimBf16x2Product *job)
{
  gint  depth  = job->n_parts * job->depth;
  gint  slices = (depth + SLICE - 1) / SLICE;
  gint  slice  = (depth + slices - 1) / slices;
  gsize each   = columns * 2 * TILE; /* floats of b for a step */

  for (gint start = 0; start < depth; start += slice)
    {
      gint  end   = MIN (start + slice, depth);
      gint  steps = (end - start) * ((job->n_tiles + 1) / 2), i;
      gsize size  = end < depth ? MIN (slice, depth - end) * each
                                : job->ahead ? MIN (slice * each, job->ahead_size) : 0;
      const gfloat *from = end < depth ? job->b + end * each : job->ahead;
      gint  walks = steps * (high ? WALKS_HIGH : WALKS);
      gint  lines = size / LINE / (high ? 2 : 1);
      Ahead ahead = { from, from, size ? from + size : from, (lines + walks - 1) / walks };

      for (i = 0; i + 1 < job->n_tiles; i += 2)
        tiles (high, 2, columns, job, i, start, end, &ahead);
      if (i < job->n_tiles)
        tiles (high, 1, columns, job, i, start, end, &ahead);
    }
}

void
KERNEL (bf16x2_product) (gint                    width,
                         const DdimBf16x2Product *job)
{
  _tile_loadconfig (&config);
  if (width == COLUMNS && job->high)
    product (TRUE, 1, job);
  else if (width == COLUMNS)
    product (FALSE, 1, job);
  else if (job->high)
    product (TRUE, 2, job);
  else
    product (FALSE, 2, job);
  _tile_release ();
}

/* 32 numbers' high halves and low halves, or the former alone. */
INLINE void
split (const gboolean high_alone,
       Vector         x,
       Vector         y,
       gfloat        *out)
{
  __m512bh high = _mm512_cvtne2ps_pbh ((__m512) y, (__m512) x);
  __m512i  bits = (__m512i) high;
  __m512   hx   = _mm512_castsi512_ps (_mm512_slli_epi32 (
    _mm512_cvtepu16_epi32 (_mm512_castsi512_si256 (bits)), 16));
  __m512   hy   = _mm512_castsi512_ps (_mm512_slli_epi32 (
    _mm512_cvtepu16_epi32 (_mm512_extracti64x4_epi64 (bits, 1)), 16));
  __m512bh low  = _mm512_cvtne2ps_pbh ((__m512) y - hy, (__m512) x - hx);

  memcpy (out, &high, sizeof high);
  if (! high_alone)
    memcpy (out + LINE, &low, sizeof low);
}

INLINE void
split_rows (const gboolean  high,
            const gfloat   *in,
            gsize           in_row,
            gint            n,
            gint            c,
            gfloat         *out,
            gsize           out_row,
            gsize           out_step)
{
  gint whole = c / DDIM_BF16X2 * DDIM_BF16X2, rest = c - whole;

  for (gint i = 0; i < n; i++, in += in_row, out += out_row)
    {
      gfloat *to = out;

      for (gint k = 0; k < whole; k += DDIM_BF16X2, to += out_step)
        split (high, load (in + k), load (in + k + LANES), to);
      if (rest)
        split (high, get (in + whole, MIN (rest, LANES)),
               get (in + whole + LANES, MAX (rest - LANES, 0)), to);
    }
}

void
KERNEL (bf16x2_split) (const gfloat *in,
                       gsize         in_row,
                       gint          n,
                       gint          c,
                       gfloat       *out,
                       gsize         out_row,
                       gsize         out_step,
                       gboolean      high)
{
  if (high)
    split_rows (TRUE, in, in_row, n, c, out, out_row, out_step);
  else
    split_rows (FALSE, in, in_row, n, c, out, out_row, out_step);
}

void
KERNEL (bf16x2_pack) (gint          width,
                      const gfloat *rows,
                      gsize         row_step,
                      gfloat       *out)
{
  /* Words of two rows' halves: the first one's in the lower half. */
  const __m512i order = _mm512_set_epi16 (31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10,
                                          25, 9, 24, 8, 23, 7, 22, 6, 21, 5, 20, 4,
                                          19, 3, 18, 2, 17, 1, 16, 0);

  for (gint column = 0; column < width; column += COLUMNS, out += 2 * TILE)
    for (gint k = 0; k < DDIM_BF16X2; k += 2)
      {
        const gfloat *at = rows + k * row_step + column;
        gfloat        halves[2 * LINE] __attribute__ ((aligned (DDIM_ALIGNMENT)));

        split (FALSE, load (at), load (at + row_step), halves);
        for (gint low = 0; low < 2; low++)
          _mm512_store_si512 (out + low * TILE + k / 2 * LINE,
                              _mm512_permutexvar_epi16 (order,
                                                        _mm512_load_si512 (halves + low * LINE)));
      }
}

#endif
