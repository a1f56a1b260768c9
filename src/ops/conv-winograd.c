/* conv-winograd.c: 3 x 3 convolutions with a quarter of the multiplications
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Winograd's F(4 x 4, 3 x 3) (Lavin and Gray, arXiv 1509.09308): a tile of
 * 4 x 4 outputs needs 36 products a pair of channels in place of 144,
 *
 *   Y = A' [ (G g G') . (B' d B) ] A,
 *
 * d being the tile's 6 x 6 inputs.  At each of the 36 points the sum over the
 * channels is one matrix product over all tiles of a block.  The points are 0,
 * +-3/4, +-3/2 and infinity, exact in binary, which lose half as much as the
 * usual 0, +-1, +-2; the weights are transformed in double precision.
 */

#include <cblas.h>

#include "base/memory.h"
#include "base/vector.h"
#include "ops/constant.h"
#include "ops/conv-private.h"

#define TILE   4 /* outputs on a side */
#define INPUT  6 /* inputs on a side  */
#define POINTS (INPUT * INPUT)

/* The points +-A and +-B, their squares and cubes. */
#define A  0.75f
#define B  1.5f
#define A2 0.5625f
#define B2 2.25f
#define A3 0.421875f
#define B3 3.375f

/* Floats of a block's transformed inputs and sums that fit in the caches. */
#define BLOCK_FLOATS 300000
#define MAX_TILES    128
#define MIN_TILES    16

/* Channels that are transformed together: one vector, or a few. */
#define GROUP 16

/* Weights ---------------------------------------------------------------- */

/* One row or column of G g: three numbers to six, `step` apart. */
static void
transform_weights (const gdouble *g,
                   gint           g_step,
                   gdouble       *out,
                   gint           out_step)
{
  const gdouble a = A, b = B;
  const gdouble n0 = a * a * b * b;
  const gdouble na = 2 * a * a * (a * a - b * b);
  const gdouble nb = 2 * b * b * (b * b - a * a);
  gdouble g0 = g[0], g1 = g[g_step], g2 = g[2 * g_step];

  out[0]            = g0 / n0;
  out[out_step]     = (g0 + a * g1 + a * a * g2) / na;
  out[2 * out_step] = (g0 - a * g1 + a * a * g2) / na;
  out[3 * out_step] = (g0 + b * g1 + b * b * g2) / nb;
  out[4 * out_step] = (g0 - b * g1 + b * b * g2) / nb;
  out[5 * out_step] = g2;
}

/* packed: point, c_in, c_out */
static void
winograd_pack (DdimConv *conv)
{
  gsize   c_in = conv->spec.c_in, c_out = conv->spec.c_out;
  gfloat *filter = g_new (gfloat, c_in * 9);

  conv->packed_size = POINTS * c_in * c_out;
  conv->packed      = ddim_memory_alloc (conv->packed_size);
  for (gsize co = 0; co < c_out; co++)
    {
      ddim_constant_read (&conv->weight, co * c_in * 9, c_in * 9, filter);
      for (gsize ci = 0; ci < c_in; ci++)
        {
          gdouble g[9], half[INPUT * 3], full[POINTS];

          for (gint i = 0; i < 9; i++)
            g[i] = filter[ci * 9 + i];
          for (gint i = 0; i < 3; i++)
            transform_weights (g + i, 3, half + i, 3);
          for (gint i = 0; i < INPUT; i++)
            transform_weights (half + 3 * i, 1, full + INPUT * i, 1);
          for (gint i = 0; i < POINTS; i++)
            conv->packed[(i * c_in + ci) * c_out + co] = full[i];
        }
    }
  g_free (filter);
}

/* Blocks ----------------------------------------------------------------- */

static gint
tiles_across (gint size)
{
  return (size + TILE - 1) / TILE;
}

static gsize
strip_size (const DdimConv *conv)
{
  return ddim_memory_round ((gsize) (conv->rows * TILE + 2) * (conv->columns * TILE + 2)
                            * conv->spec.c_in);
}

/* A block is some whole rows of tiles or, where one is too wide, part of one. */
static void
winograd_plan (DdimConv *conv)
{
  gint  across = tiles_across (conv->w), down = tiles_across (conv->h);
  gint  tiles  = CLAMP (BLOCK_FLOATS / POINTS / (conv->spec.c_in + conv->spec.c_out),
                        MIN_TILES, MAX_TILES);
  gsize count;

  conv->columns  = MIN (across, tiles);
  conv->rows     = CLAMP (tiles / across, 1, down);
  count          = (gsize) conv->rows * conv->columns;
  conv->n_blocks = ((down + conv->rows - 1) / conv->rows)
                   * ((across + conv->columns - 1) / conv->columns);
  conv->worker_size = strip_size (conv)
                      + ddim_memory_round (POINTS * count * conv->spec.c_in)
                      + ddim_memory_round (POINTS * count * conv->spec.c_out)
                      + ddim_memory_round ((gsize) TILE * conv->columns * TILE * conv->spec.c_out);
}

/* B' d B of one tile.  d: 6 rows, `line` floats apart, of 6 pixels of c
 * numbers.  out: 36 points, `step` floats apart, of c numbers.             */
static inline __attribute__ ((always_inline)) void
transform_input_group (const gfloat *restrict d,
                       gsize                  line,
                       gint                   c,
                       gfloat       *restrict out,
                       gsize                  step,
                       gint                   first,
                       gint                   n)
{
  gfloat t[POINTS][GROUP];

  /* Down the columns. */
  for (gint x = 0; x < INPUT; x++)
    {
      const gfloat *p = d + x * c + first;

      for (gint i = 0; i < n; i++)
        {
          gfloat d0 = p[i], d1 = p[line + i], d2 = p[2 * line + i];
          gfloat d3 = p[3 * line + i], d4 = p[4 * line + i], d5 = p[5 * line + i];
          gfloat ea = d4 - B2 * d2, oa = A * (d3 - B2 * d1);
          gfloat eb = d4 - A2 * d2, ob = B * (d3 - A2 * d1);

          t[x][i]      = A2 * B2 * d0 - (A2 + B2) * d2 + d4;
          t[6 + x][i]  = ea + oa;
          t[12 + x][i] = ea - oa;
          t[18 + x][i] = eb + ob;
          t[24 + x][i] = eb - ob;
          t[30 + x][i] = A2 * B2 * d1 - (A2 + B2) * d3 + d5;
        }
    }
  /* Along the rows. */
  for (gint y = 0; y < INPUT; y++)
    {
      gfloat *q = out + 6 * y * step + first;

      for (gint i = 0; i < n; i++)
        {
          gfloat d0 = t[6 * y][i], d1 = t[6 * y + 1][i], d2 = t[6 * y + 2][i];
          gfloat d3 = t[6 * y + 3][i], d4 = t[6 * y + 4][i], d5 = t[6 * y + 5][i];
          gfloat ea = d4 - B2 * d2, oa = A * (d3 - B2 * d1);
          gfloat eb = d4 - A2 * d2, ob = B * (d3 - A2 * d1);

          q[i]            = A2 * B2 * d0 - (A2 + B2) * d2 + d4;
          q[step + i]     = ea + oa;
          q[2 * step + i] = ea - oa;
          q[3 * step + i] = eb + ob;
          q[4 * step + i] = eb - ob;
          q[5 * step + i] = A2 * B2 * d1 - (A2 + B2) * d3 + d5;
        }
    }
}

DDIM_CLONES static void
transform_input (const gfloat *restrict d,
                 gsize                  line,
                 gint                   c,
                 gfloat       *restrict out,
                 gsize                  step)
{
  gint first = 0;

  for (; first + GROUP <= c; first += GROUP)
    transform_input_group (d, line, c, out, step, first, GROUP);
  if (first < c)
    transform_input_group (d, line, c, out, step, first, c - first);
}

/* A' m A of one tile.  m: 36 points, `step` floats apart, of c numbers.
 * out: 4 rows, `line` floats apart, of 4 pixels of c numbers.              */
static inline __attribute__ ((always_inline)) void
transform_output_group (const gfloat *restrict m,
                        gsize                  step,
                        gint                   c,
                        gfloat       *restrict out,
                        gsize                  line,
                        gint                   first,
                        gint                   n)
{
  gfloat t[TILE * INPUT][GROUP];

  for (gint x = 0; x < INPUT; x++)
    {
      const gfloat *p = m + x * step + first;

      for (gint i = 0; i < n; i++)
        {
          gfloat m0 = p[i], m5 = p[30 * step + i];
          gfloat sa = p[6 * step + i] + p[12 * step + i];
          gfloat da = p[6 * step + i] - p[12 * step + i];
          gfloat sb = p[18 * step + i] + p[24 * step + i];
          gfloat db = p[18 * step + i] - p[24 * step + i];

          t[x][i]      = m0 + sa + sb;
          t[6 + x][i]  = A * da + B * db;
          t[12 + x][i] = A2 * sa + B2 * sb;
          t[18 + x][i] = A3 * da + B3 * db + m5;
        }
    }
  for (gint y = 0; y < TILE; y++)
    {
      gfloat *q = out + y * line + first;

      for (gint i = 0; i < n; i++)
        {
          gfloat m0 = t[6 * y][i], m5 = t[6 * y + 5][i];
          gfloat sa = t[6 * y + 1][i] + t[6 * y + 2][i];
          gfloat da = t[6 * y + 1][i] - t[6 * y + 2][i];
          gfloat sb = t[6 * y + 3][i] + t[6 * y + 4][i];
          gfloat db = t[6 * y + 3][i] - t[6 * y + 4][i];

          q[i]         = m0 + sa + sb;
          q[c + i]     = A * da + B * db;
          q[2 * c + i] = A2 * sa + B2 * sb;
          q[3 * c + i] = A3 * da + B3 * db + m5;
        }
    }
}

DDIM_CLONES static void
transform_output (const gfloat *restrict m,
                  gsize                  step,
                  gint                   c,
                  gfloat       *restrict out,
                  gsize                  line)
{
  gint first = 0;

  for (; first + GROUP <= c; first += GROUP)
    transform_output_group (m, step, c, out, line, first, GROUP);
  if (first < c)
    transform_output_group (m, step, c, out, line, first, c - first);
}

static void
winograd_block (const DdimConv     *conv,
                const DdimConvArgs *args,
                gint                item,
                gint                block,
                gfloat             *scratch,
                gdouble            *moments)
{
  gint    c_in = conv->spec.c_in, c_out = conv->spec.c_out;
  gint    across = tiles_across (conv->w), down = tiles_across (conv->h);
  gint    side   = (across + conv->columns - 1) / conv->columns;
  gint    row    = block / side * conv->rows;
  gint    column = block % side * conv->columns;
  gint    rows    = MIN (conv->rows, down - row);
  gint    columns = MIN (conv->columns, across - column);
  gint    tiles   = rows * columns;
  gint    width   = columns * TILE + 2;
  gsize   line    = (gsize) width * c_in;
  gsize   out_line = (gsize) columns * TILE * c_out;
  gfloat *strip   = scratch;
  gfloat *v       = strip + strip_size (conv);
  gfloat *m       = v + ddim_memory_round ((gsize) POINTS * conv->rows * conv->columns * c_in);
  gfloat *lines   = m + ddim_memory_round ((gsize) POINTS * conv->rows * conv->columns * c_out);

  for (gint y = 0; y < rows * TILE + 2; y++)
    ddim_conv_read (conv, args, item, row * TILE - 1 + y, column * TILE - 1, width,
                    strip + y * line);
  for (gint i = 0; i < tiles; i++)
    transform_input (strip + i / columns * TILE * line + i % columns * TILE * c_in, line, c_in,
                     v + (gsize) i * c_in, (gsize) tiles * c_in);

  for (gint i = 0; i < POINTS; i++)
    cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, tiles, c_out, c_in,
                 1, v + (gsize) i * tiles * c_in, c_in,
                 conv->packed + (gsize) i * c_in * c_out, c_out,
                 0, m + (gsize) i * tiles * c_out, c_out);

  for (gint i = 0; i < rows; i++)
    {
      gint y = (row + i) * TILE, x = column * TILE;
      gint n = MIN (columns * TILE, conv->w - x);

      for (gint j = 0; j < columns; j++)
        transform_output (m + (gsize) (i * columns + j) * c_out, (gsize) tiles * c_out, c_out,
                          lines + (gsize) j * TILE * c_out, out_line);
      for (gint k = 0; k < MIN (TILE, conv->h - y); k++)
        ddim_conv_finish (conv, args, item, ((gsize) item * conv->h + y + k) * conv->w + x, n,
                          lines + k * out_line, moments);
    }
}

const DdimConvWay ddim_conv_winograd =
  { "winograd 4x4", winograd_pack, winograd_plan, winograd_block };
