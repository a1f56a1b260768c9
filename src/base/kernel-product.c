/* kernel-product.c: a panel of a matrix product
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A tile of rows x (panel's columns) of the result stays in registers while
 * the whole depth passes by.  Each of its numbers is one chain of additions in
 * the order of the depth, whatever the tile's number of rows: how rows are
 * dealt into tiles changes no bit.
 */

#include "base/simd.h"

INLINE void
tile (const gint                rows,
      const gint                width,
      gint                      first,
      gint                      n_parts,
      const DdimProductPart    *parts,
      const gfloat             *b,
      gfloat                   *c,
      gsize                     c_stride)
{
  Vector sums[PRODUCT_ROWS][PANEL_VECTORS] = { 0 };

  for (gint part = 0; part < n_parts; part++)
    {
      const gfloat *const *a = parts[part].rows + first;
      const gfloat        *p[PRODUCT_ROWS];
      gsize                depth = parts[part].depth;

#pragma GCC unroll 16
      for (gint i = 0; i < rows; i++)
        p[i] = a[i];

      for (gsize k = 0; k < depth; k++, b += width * LANES)
        {
          Vector v[PANEL_VECTORS];

#pragma GCC unroll 4
          for (gint j = 0; j < width; j++)
            v[j] = load (b + j * LANES);
#pragma GCC unroll 16
          for (gint i = 0; i < rows; i++)
#pragma GCC unroll 4
            for (gint j = 0; j < width; j++)
              sums[i][j] += p[i][k] * v[j];
        }
    }

#pragma GCC unroll 16
  for (gint i = 0; i < rows; i++)
#pragma GCC unroll 4
    for (gint j = 0; j < width; j++)
      store (c + i * c_stride + j * LANES, sums[i][j]);
}

INLINE void
product (const gint             width,
         gint                   m,
         gint                   n_parts,
         const DdimProductPart *parts,
         const gfloat          *b,
         gfloat                *c,
         gsize                  c_stride)
{
  gint tiles = (m + PRODUCT_ROWS - 1) / PRODUCT_ROWS;

  /* As even as can be: a narrow last tile would leave registers idle. */
  for (gint i = 0, first = 0; i < tiles; i++)
    {
      gint    rows = m / tiles + (i < m % tiles);
      gfloat *out  = c + first * c_stride;

      switch (rows)
        {
#define CASE(n) case n: tile (n, width, first, n_parts, parts, b, out, c_stride); break
          CASE (1); CASE (2); CASE (3); CASE (4); CASE (5); CASE (6);
#if PRODUCT_ROWS > 6
          CASE (7); CASE (8); CASE (9); CASE (10); CASE (11); CASE (12);
#endif
#undef CASE
        }
      first += rows;
    }
}

void
KERNEL (product) (gint                   width,
                  gint                   m,
                  gint                   n_parts,
                  const DdimProductPart *parts,
                  const gfloat          *b,
                  gfloat                *c,
                  gsize                  c_stride)
{
  if (width == LANES)
    product (1, m, n_parts, parts, b, c, c_stride);
  else
    product (PANEL_VECTORS, m, n_parts, parts, b, c, c_stride);
}
