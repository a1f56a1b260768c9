/* kernel-product.c: a panel of a matrix product
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A tile of rows x (panel's columns) of the result stays in registers while
 * the whole depth passes by.  Each of its numbers is one chain of additions in
 * the order of the depth, whatever the tile's number of rows: how rows are
 * dealt into tiles changes no bit.
 *
 * Where a core waits for memory it is because nothing asked in time.  Only the
 * caller knows what will be wanted when this product is done: it names it, and
 * the tiles ask for it on their way.
 *
 * Of pairs of bfloat16s all is the same, but that a number is two of them.
 */

#include "simd.h"

#define LINE  16 /* floats of the cache */
#define BURST 16 /* lines that may be asked for at once */

/* A walk through the memory that is wanted next: a few lines before each tile
 * or, where that would not do, some floats farther at each step.            */
typedef struct
{
  const gfloat *at;
  gint          lines;
  gint          step;
  gint          beyond; /* places touched */
  gint          places; /* for each tile  */
} Ahead;

/* The next few places beyond. */
INLINE void
touch (const DdimProduct *job,
       Ahead             *ahead,
       const gint         width)
{
  gint end = MIN (job->n_beyond, ahead->beyond + ahead->places);

  for (; ahead->beyond < end; ahead->beyond++)
    for (gint i = 0; i < 2; i++)
      if (job->beyond[i])
        for (gint k = 0; k < width; k += LINE)
          prefetch (job->beyond[i] + ahead->beyond * job->beyond_step + k);
}

/* The sum and a[0] b. */
INLINE Vector
multiply_add (const gboolean pairs,
              Vector         sum,
              const gfloat  *a,
              Vector         b)
{
#if PAIRS
  if (pairs)
    return (Vector) _mm512_dpbf16_ps ((__m512) sum, (__m512bh) _mm512_set1_ps (*a),
                                      (__m512bh) b);
#endif
  return sum + *a * b;
}

/* dense: 0, or the lines that may be wanted at each step. */
INLINE void
tile (const gboolean     pairs,
      const gint         rows,
      const gint         width,
      const gint         dense,
      const DdimProduct *job,
      gint               first,
      Ahead             *ahead)
{
  const gfloat *at = ahead->at;

  for (gint x = 0; x < job->count; x++)
    {
      Vector        sums[PRODUCT_ROWS][PANEL_VECTORS] = { 0 };
      const gfloat *b = job->b + x * job->b_step;
      gfloat       *c = job->c + x * job->c_step + first * job->c_stride;

      for (gint i = 0; i < ahead->lines; i++, at += LINE)
        prefetch (at);
      touch (job, ahead, width * LANES);
      for (gint part = 0; part < job->n_parts; part++)
        {
          const gfloat *const *a = job->parts[part].rows + first;
          const gfloat        *p[PRODUCT_ROWS];
          gsize                depth = job->parts[part].depth;

#pragma GCC unroll 16
          for (gint i = 0; i < rows; i++)
            p[i] = a[i] + x * job->a_step;

#pragma GCC unroll 2
          for (gsize k = 0; k < depth; k++, b += width * LANES)
            {
              Vector v[PANEL_VECTORS];

              if (dense)
                prefetch (at);
              if (dense > 1)
                prefetch (at + LINE);
              if (dense)
                at += ahead->step;
#pragma GCC unroll 4
              for (gint j = 0; j < width; j++)
                v[j] = load (b + j * LANES);
#pragma GCC unroll 16
              for (gint i = 0; i < rows; i++)
#pragma GCC unroll 4
                for (gint j = 0; j < width; j++)
                  sums[i][j] = multiply_add (pairs, sums[i][j], p[i] + k, v[j]);
            }
        }

      if (job->add)
#pragma GCC unroll 16
        for (gint i = 0; i < rows; i++)
#pragma GCC unroll 4
          for (gint j = 0; j < width; j++)
            sums[i][j] += load (c + i * job->c_stride + j * LANES);
#pragma GCC unroll 16
      for (gint i = 0; i < rows; i++)
#pragma GCC unroll 4
        for (gint j = 0; j < width; j++)
          store (c + i * job->c_stride + j * LANES, sums[i][j]);
    }
  ahead->at = at;
}

static Ahead
look_ahead (const DdimProduct *job,
            gint               tiles)
{
  Ahead ahead = { job->ahead };
  gsize times = (gsize) tiles * job->count, steps = 0;

  ahead.places = (job->n_beyond + times - 1) / times;
  if (! job->ahead)
    return ahead;
  for (gint part = 0; part < job->n_parts; part++)
    steps += times * job->parts[part].depth;
  if (job->ahead_size <= times * BURST * LINE)
    ahead.lines = (job->ahead_size / LINE + times - 1) / times;
  else
    ahead.step = MIN ((job->ahead_size + steps - 1) / steps, 2 * LINE);
  return ahead;
}

INLINE void
product_of (const gboolean     pairs,
            const gint         width,
            const gint         dense,
            const DdimProduct *job,
            Ahead              ahead)
{
  gint m     = job->m;
  gint tiles = (m + PRODUCT_ROWS - 1) / PRODUCT_ROWS;

  /* As even as can be: a narrow last tile would leave registers idle. */
  for (gint i = 0, first = 0; i < tiles; i++)
    {
      gint rows = m / tiles + (i < m % tiles);

      switch (rows)
        {
#define CASE(n) case n: tile (pairs, n, width, dense, job, first, &ahead); break
          CASE (1); CASE (2); CASE (3); CASE (4); CASE (5); CASE (6);
#if PRODUCT_ROWS > 6
          CASE (7); CASE (8); CASE (9); CASE (10); CASE (11); CASE (12);
#endif
#undef CASE
        }
      first += rows;
    }
}

INLINE void
product (const gboolean     pairs,
         gint               width,
         const DdimProduct *job)
{
  Ahead ahead = look_ahead (job, (job->m + PRODUCT_ROWS - 1) / PRODUCT_ROWS);

  if (width == LANES)
    product_of (pairs, 1, 2, job, ahead);
  else if (ahead.step > LINE)
    product_of (pairs, PANEL_VECTORS, 2, job, ahead);
  else if (ahead.step)
    product_of (pairs, PANEL_VECTORS, 1, job, ahead);
  else
    product_of (pairs, PANEL_VECTORS, 0, job, ahead);
}

void
KERNEL (product) (gint               width,
                  const DdimProduct *job)
{
  product (FALSE, width, job);
}

#if PAIRS
void
KERNEL (bf16_product) (gint               width,
                       const DdimProduct *job)
{
  product (TRUE, width, job);
}
#endif
