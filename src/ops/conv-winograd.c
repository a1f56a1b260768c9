/* conv-winograd.c: 3 x 3 convolutions with a fraction of the multiplications
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Winograd's F(m x m, 3 x 3) (Lavin and Gray, arXiv 1509.09308; the matrices
 * stand in base/kernel-winograd.c): a tile of m x m outputs needs (m + 2)^2
 * products a pair of channels, a quarter of the definition's for m = 4.  At
 * each of these points the sum over the channels is one matrix product over
 * all tiles of a block.
 *
 * packed: panel, point, c_in, width
 * input:  point, tile, c_in
 */

#include "base/memory.h"
#include "ops/constant.h"
#include "ops/conv-private.h"

#define MAX_INPUTS 6

/* Floats of a block's input that stay in a core's own cache, and tiles below
 * which the weights would be read too often for too little.                */
#define CACHE_FLOATS 170000
#define MIN_TILES    16
#define MAX_TILES    64

static inline gint
inputs_of (const DdimConv *conv)
{
  return conv->way->unit + 2;
}

static inline gint
points_of (const DdimConv *conv)
{
  return inputs_of (conv) * inputs_of (conv);
}

/* From one tile's channels to the next's; a power of two would bring all
 * tiles to the same few lines of the cache, as it would the points.        */
static inline gsize
tile_pitch (const DdimConv *conv)
{
  return (conv->spec.c_in + 15) / 16 * 16 + 16;
}

static inline gsize
odd_lines (gsize floats)
{
  return ((floats + 15) / 16 | 1) * 16;
}

static inline gsize
input_step (const DdimConv *conv)
{
  return odd_lines (conv->units * tile_pitch (conv));
}

static inline gsize
output_step (const DdimConv *conv)
{
  return odd_lines (conv->units * conv->kernels->panel);
}

static gint
winograd_units (const DdimConv *conv)
{
  gint tiles = MAX_TILES;

  while (tiles > MIN_TILES && points_of (conv) * tiles * tile_pitch (conv) > CACHE_FLOATS)
    tiles /= 2;
  return tiles;
}

static void
winograd_pack (const DdimConv *conv,
               gint            first,
               gint            n,
               gint            width,
               gfloat         *packed)
{
  gint    c_in = conv->spec.c_in;
  gsize   row  = (gsize) c_in * 9;
  gfloat *filters = ddim_memory_alloc (n * row);

  ddim_constant_read (&conv->weight, first * row, n * row, filters);
  conv->kernels->winograd_weights[conv->way->unit / 4] (filters, row, n, c_in, width, packed,
                                                        (gsize) c_in * width);
  ddim_memory_free (filters);
}

/* Lines of one row of a block's tiles. */
static inline gint
line_width (const DdimConv *conv)
{
  return conv->columns * conv->way->unit + 2;
}

static void
winograd_plan (DdimConv *conv)
{
  conv->depth          = (gsize) points_of (conv) * conv->spec.c_in;
  conv->input_size     = points_of (conv) * input_step (conv);
  conv->input_scratch  = (gsize) inputs_of (conv) * line_width (conv) * DDIM_CONV_SLICE;
  conv->output_scratch = points_of (conv) * output_step (conv);
}

static void
winograd_input (const DdimConv     *conv,
                const DdimConvArgs *args,
                gint                block,
                gint                first,
                gint                n,
                gfloat             *input,
                gfloat             *scratch)
{
  DdimConvBlock b      = ddim_conv_block (conv, args, block);
  gint          tile   = conv->way->unit;
  gint          inputs = inputs_of (conv);
  gint          pixel  = (n + 15) / 16 * 16;
  gint          width  = b.columns * tile + 2;
  gfloat       *out    = input + first;

  for (gint item = b.item; item < b.item + b.items; item++)
    {
      /* The last two lines of a row of tiles are the next one's first. */
      gfloat *lines[MAX_INPUTS];
      gint    known = 0;

      for (gint i = 0; i < inputs; i++)
        lines[i] = scratch + (gsize) i * line_width (conv) * DDIM_CONV_SLICE;

      for (gint row = b.row; row < b.row + b.rows; row++)
        {
          const gfloat *at[MAX_INPUTS];

          for (gint i = known; i < inputs; i++)
            ddim_conv_read (conv, args, item, row * tile - 1 + i, b.column * tile - 1, width,
                            first, n, lines[i], pixel);
          for (gint column = 0; column < b.columns; column++, out += tile_pitch (conv))
            {
              for (gint i = 0; i < inputs; i++)
                at[i] = lines[i] + (gsize) column * tile * pixel;
              conv->kernels->winograd_input[tile / 4] (at, pixel, n, out, input_step (conv));
            }
          for (gint i = 0; i < 2; i++)
            {
              gfloat *line = lines[i];

              lines[i] = lines[tile + i];
              lines[tile + i] = line;
            }
          known = 2;
        }
    }
}

static void
winograd_output (const DdimConv     *conv,
                 const DdimConvArgs *args,
                 gint                block,
                 gint                panel,
                 const gfloat       *input,
                 gfloat             *scratch,
                 gfloat             *shared)
{
  DdimConvBlock b      = ddim_conv_block (conv, args, block);
  gint          tile   = conv->way->unit;
  gint          width  = ddim_conv_width (conv, panel);
  const gfloat *packed = conv->packed + panel * conv->depth * conv->kernels->panel;
  const gfloat *points = scratch;
  const gfloat *rows[DDIM_CONV_MAX_UNITS];
  DdimProductPart part = { rows, conv->spec.c_in };

  for (gint point = 0; point < points_of (conv); point++)
    {
      for (gint i = 0; i < b.units; i++)
        rows[i] = input + point * input_step (conv) + i * tile_pitch (conv);
      conv->kernels->product (width, b.units, 1, &part,
                              packed + (gsize) point * conv->spec.c_in * width,
                              scratch + point * output_step (conv), width);
    }

  for (gint item = b.item; item < b.item + b.items; item++)
    {
      DdimFinish first = ddim_conv_finish (conv, args, block, item, panel, shared);

      for (gint row = b.row; row < b.row + b.rows; row++)
        for (gint column = b.column; column < b.column + b.columns; column++, points += width)
          {
            DdimFinish finish = first;
            gsize      x = column * tile, y = row * tile;

            finish.out += y * finish.out_line + x * finish.out_pixel;
            if (finish.residual)
              finish.residual += y * finish.residual_line + x * finish.residual_pixel;
            conv->kernels->winograd_output[tile / 4] (points, output_step (conv),
                                                      ddim_conv_channels (conv, panel),
                                                      MIN (tile, conv->h - (gint) y),
                                                      MIN (tile, conv->w - (gint) x), &finish);
          }
    }
}

const DdimConvWay ddim_conv_winograd_2 =
  { "winograd 2x2", 2, winograd_units, winograd_pack, winograd_plan, winograd_input,
    winograd_output };
const DdimConvWay ddim_conv_winograd_4 =
  { "winograd 4x4", 4, winograd_units, winograd_pack, winograd_plan, winograd_input,
    winograd_output };
