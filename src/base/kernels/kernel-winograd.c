/* kernel-winograd.c: the transforms of Winograd's convolutions
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A tile of m x m outputs of a 3 x 3 convolution is
 *
 *   Y = A' [ (G g G') . (B' d B) ] A,
 *
 * d being its (m + 2) x (m + 2) inputs (Lavin and Gray, arXiv 1509.09308).
 * The matrices follow from the points at which the polynomials are taken:
 * m = 2: 0, +-1 and infinity; m = 4: 0, +-3/4, +-3/2 and infinity, which are
 * exact in binary and lose half as much as the usual 0, +-1, +-2.
 *
 * Where points are to be multiplied as pairs of bfloat16s, they are computed as floats
 * and rounded last.
 */

#include "simd.h"

/* The points +-A and +-B, their squares and cubes. */
#define A  0.75f
#define B  1.5f
#define A2 0.5625f
#define B2 2.25f
#define A3 0.421875f
#define B3 3.375f

#define MOST 6 /* inputs on a side of the largest tile */

/* B' d, m + 2 numbers from m + 2, `from` and `to` apart. */
INLINE void
input_line (const gint    m,
            const Vector *d,
            const gint    from,
            Vector       *t,
            const gint    to)
{
  Vector d0 = d[0], d1 = d[from], d2 = d[2 * from], d3 = d[3 * from];

  if (m == 2)
    {
      t[0]      = d0 - d2;
      t[to]     = d1 + d2;
      t[2 * to] = d2 - d1;
      t[3 * to] = d1 - d3;
    }
  else
    {
      Vector d4 = d[4 * from], d5 = d[5 * from];
      Vector ea = d4 - B2 * d2, oa = d3 - B2 * d1;
      Vector eb = d4 - A2 * d2, ob = d3 - A2 * d1;

      t[0]      = A2 * B2 * d0 + (d4 - (A2 + B2) * d2);
      t[to]     = ea + A * oa;
      t[2 * to] = ea - A * oa;
      t[3 * to] = eb + B * ob;
      t[4 * to] = eb - B * ob;
      t[5 * to] = A2 * B2 * d1 + (d5 - (A2 + B2) * d3);
    }
}

/* A' t, m numbers from m + 2. */
INLINE void
output_line (const gint    m,
             const Vector *t,
             const gint    from,
             Vector       *y,
             const gint    to)
{
  Vector t0 = t[0], t1 = t[from], t2 = t[2 * from], t3 = t[3 * from];

  if (m == 2)
    {
      y[0]  = t0 + t1 + t2;
      y[to] = t1 - t2 - t3;
    }
  else
    {
      Vector t4 = t[4 * from], t5 = t[5 * from];
      Vector sa = t1 + t2, da = t1 - t2, sb = t3 + t4, db = t3 - t4;

      y[0]      = t0 + sa + sb;
      y[to]     = A * da + B * db;
      y[2 * to] = A2 * sa + B2 * sb;
      y[3 * to] = t5 + A3 * da + B3 * db;
    }
}

/* A vector of channels, from number k of a point on. */
INLINE void
store_point (const gboolean pairs,
             gfloat        *point,
             gint           k,
             Vector         x)
{
#if PAIRS
  if (pairs)
    {
      __m256bh rounded = _mm512_cvtneps_pbh ((__m512) x);

      memcpy (point + k / 2, &rounded, sizeof rounded);
      return;
    }
#endif
  store (point + k, x);
}

INLINE void
input (const gboolean       pairs,
       const gint           m,
       const gfloat *const *lines,
       gsize                pixel,
       gint                 c,
       gfloat              *out,
       gsize                step)
{
  const gint n = m + 2;

  for (gint k = 0; k < c; k += LANES)
    {
      Vector d[MOST], t[MOST * MOST], v[MOST];

#pragma GCC unroll 6
      for (gint x = 0; x < n; x++)
        {
#pragma GCC unroll 6
          for (gint y = 0; y < n; y++)
            d[y] = load (lines[y] + x * pixel + k);
          input_line (m, d, 1, t + x, n);
        }
#pragma GCC unroll 6
      for (gint y = 0; y < n; y++)
        {
          input_line (m, t + y * n, 1, v, 1);
#pragma GCC unroll 6
          for (gint x = 0; x < n; x++)
            store_point (pairs, out + (y * n + x) * step, k, v[x]);
        }
    }
}

INLINE void
output (const gint        m,
        const gfloat     *points,
        gsize             step,
        gint              c,
        gint              rows,
        gint              columns,
        const DdimFinish *f)
{
  const gint n = m + 2;

  for (gint k = 0; k < c; k += LANES)
    {
      gint    lanes = MIN (c - k, LANES);
      Vector  d[MOST], t[MOST * MOST], y[MOST];
      Vector  bias = load (f->bias + k), finished[m * m];
      Moments moments = get_moments (f, k);

#pragma GCC unroll 6
      for (gint j = 0; j < n; j++)
        {
#pragma GCC unroll 6
          for (gint i = 0; i < n; i++)
            d[i] = load (points + (i * n + j) * step + k);
          output_line (m, d, 1, t + j, n);
        }
#pragma GCC unroll 4
      for (gint i = 0; i < m; i++)
        if (i < rows)
          {
            gfloat       *out      = f->out + i * f->out_line + k;
            const gfloat *residual = f->residual ? f->residual + i * f->residual_line + k : NULL;

            output_line (m, t + i * n, 1, y, 1);
#pragma GCC unroll 4
            for (gint j = 0; j < m; j++)
              if (j < columns)
                {
                  Vector x = finish_vector (y[j], bias,
                                            residual ? residual + j * f->residual_pixel : NULL,
                                            lanes, f->scale);

                  finished[i * columns + j] = x;
                  put (out + j * f->out_pixel, x, lanes);
                }
          }
      add_moments (&moments, finished, rows * columns);
      put_moments (f, k, &moments);
    }
}

/* Number `row` of G's product with x, y, z. */
INLINE Vector
weight (const gint m,
        const gint row,
        Vector     x,
        Vector     y,
        Vector     z)
{
  const gfloat na = 1 / (2 * A2 * (A2 - B2));
  const gfloat nb = 1 / (2 * B2 * (B2 - A2));

  if (row == m + 1)
    return z;
  if (m == 2)
    return row == 0 ? x : row == 1 ? 0.5f * (x + z) + 0.5f * y : 0.5f * (x + z) - 0.5f * y;
  switch (row)
    {
    case 0:  return 1 / (A2 * B2) * x;
    case 1:  return na * x + na * A2 * z + na * A * y;
    case 2:  return na * x + na * A2 * z - na * A * y;
    case 3:  return nb * x + nb * B2 * z + nb * B * y;
    default: return nb * x + nb * B2 * z - nb * B * y;
    }
}

INLINE void
weights (const gint    m,
         const gint    row,
         const gfloat *filters,
         gsize         tap,
         gint          n,
         gfloat       *out,
         gsize         step)
{
  for (gint k = 0; k < n; k += LANES, filters += LANES, out += LANES)
    {
      Vector half[3];

#pragma GCC unroll 3
      for (gint x = 0; x < 3; x++)
        half[x] = weight (m, row, load (filters + x * tap), load (filters + (3 + x) * tap),
                          load (filters + (6 + x) * tap));
#pragma GCC unroll 6
      for (gint x = 0; x < m + 2; x++)
        store (out + x * step, weight (m, x, half[0], half[1], half[2]));
    }
}

#if PAIRS
/* Of pairs of rows. */
INLINE void
weights_of_pairs (const gint    m,
                  const gint    row,
                  gint          width,
                  const gfloat *filters,
                  gsize         tap,
                  gint          n,
                  gfloat       *out,
                  gsize         step)
{
  for (gint i = 0; i < n; i++, filters += 2 * width, out += width)
    for (gint k = 0; k < width; k += LANES)
      {
        const gfloat *from = filters + k;
        Vector        half[2][3];

#pragma GCC unroll 2
        for (gint j = 0; j < 2; j++, from += width)
#pragma GCC unroll 3
          for (gint x = 0; x < 3; x++)
            half[j][x] = weight (m, row, load (from + x * tap), load (from + (3 + x) * tap),
                                 load (from + (6 + x) * tap));
#pragma GCC unroll 6
        for (gint x = 0; x < m + 2; x++)
          store (out + x * step + k,
                 pairs_of (weight (m, x, half[0][0], half[0][1], half[0][2]),
                           weight (m, x, half[1][0], half[1][1], half[1][2])));
      }
}
#endif

/* `what` with its row as a number that the compiler knows. */
#define BY_ROW(what, m, ...)                                                  \
  switch (row)                                                                \
    {                                                                         \
    case 0:  what (m, 0, __VA_ARGS__); break;                                 \
    case 1:  what (m, 1, __VA_ARGS__); break;                                 \
    case 2:  what (m, 2, __VA_ARGS__); break;                                 \
    case 3:  what (m, 3, __VA_ARGS__); break;                                 \
    case 4:  what (m, 4, __VA_ARGS__); break;                                 \
    default: what (m, m + 1, __VA_ARGS__); break;                             \
    }

#define TILE(m)                                                               \
void                                                                          \
KERNEL (winograd_input_ ## m) (const gfloat *const *lines,                    \
                               gsize                pixel,                    \
                               gint                 c,                        \
                               gfloat              *out,                      \
                               gsize                step)                     \
{                                                                             \
  input (FALSE, m, lines, pixel, c, out, step);                               \
}                                                                             \
                                                                              \
void                                                                          \
KERNEL (winograd_output_ ## m) (const gfloat     *points,                     \
                                gsize             step,                       \
                                gint              c,                          \
                                gint              rows,                       \
                                gint              columns,                    \
                                const DdimFinish *finish)                     \
{                                                                             \
  if (rows == m && columns == m)                                              \
    output (m, points, step, c, m, m, finish);                                \
  else                                                                        \
    output (m, points, step, c, rows, columns, finish);                       \
}                                                                             \
                                                                              \
void                                                                          \
KERNEL (winograd_weights_ ## m) (const gfloat *filters,                       \
                                 gsize         tap,                           \
                                 gint          row,                           \
                                 gint          n,                             \
                                 gfloat       *out,                           \
                                 gsize         step)                          \
{                                                                             \
  BY_ROW (weights, m, filters, tap, n, out, step)                             \
}

TILE (2)
TILE (4)

#if PAIRS
#define TILE_OF_PAIRS(m)                                                      \
void                                                                          \
KERNEL (bf16_winograd_input_ ## m) (const gfloat *const *lines,               \
                                    gsize                pixel,               \
                                    gint                 c,                   \
                                    gfloat              *out,                 \
                                    gsize                step)                \
{                                                                             \
  input (TRUE, m, lines, pixel, c, out, step);                                \
}                                                                             \
                                                                              \
void                                                                          \
KERNEL (bf16_winograd_weights_ ## m) (gint          width,                    \
                                      const gfloat *filters,                  \
                                      gsize         tap,                      \
                                      gint          row,                      \
                                      gint          n,                        \
                                      gfloat       *out,                      \
                                      gsize         step)                     \
{                                                                             \
  BY_ROW (weights_of_pairs, m, width, filters, tap, n, out, step)             \
}

TILE_OF_PAIRS (2)
TILE_OF_PAIRS (4)
#endif
