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
 * The weights are not kept transformed, which would be four times as much to
 * hold and, where a map has few tiles, to read.  Where there are many blocks
 * they are transformed once for all of them; where there are few, each panel's
 * as it is used, slice by slice, into the core's own cache.  The numbers are
 * the same.
 *
 * As pairs of bfloat16s points are computed from floats and rounded last: of a
 * convolution 1e-2 is lost with tiles of 4 x 4 and 4e-3 with those of 2 x 2, where
 * rounding its input and its weights loses 2.4e-3 (test-conv).
 *
 * input: point, tile, c_in
 */

#include "aligned-memory.h"
#include "conv-private.h"

#define MAX_INPUTS 6

/* Floats of a block's input that stay in a core's own cache beside a panel's
 * weights and sums, or leave half of it to them; and tiles below which the
 * weights would be read too often for too little.                          */
#define CACHE_FLOATS 340000
#define HALF_CACHE   200000
#define MIN_TILES    16
#define ENOUGH_TILES 32
#define MAX_TILES    64

/* With so few tiles one product computes a row's points: their weights are all
 * in the first cache.  With more, each point's are done with before the next. */
#define FEW_UNITS    16

static inline gint
inputs_of (const DdimConv *conv)
{
  return conv->algorithm->unit + 2;
}

static inline gint
points_of (const DdimConv *conv)
{
  return inputs_of (conv) * inputs_of (conv);
}

/* From one tile's channels to the next's; a power of two would bring all
 * tiles to the same few lines of the cache, as it would the points.        */
static inline gsize
odd_lines (gsize floats)
{
  return ((floats + 15) / 16 | 1) * 16;
}

static inline gsize
tile_pitch (const DdimConv *conv)
{
  return conv->pairs ? odd_lines (conv->spec.c_in / 2)
                     : (gsize) (conv->spec.c_in + 15) / 16 * 16 + 16;
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

/* The channels are summed in slices, whose transformed weights stay near: in
 * the first cache where there are few tiles to be multiplied with them.
 *
 * A load has to wait for an earlier store whose address ends in the same 12
 * bits.  While a row of points is transformed, loads run some tens of lines of
 * 64 bytes ahead of the stores: a row's points start STORES lines behind what
 * they are made of, and SPREAD lines from each other.                       */
#define FEW_TILES   16
#define SHORT_SLICE 32
#define LONG_SLICE  128
#define LINE   16 /* floats */
#define PAGE   64 /* lines  */
#define STORES 30
#define SPREAD 6

static inline gint
slices_of (const DdimConv *conv)
{
  gint tiles = MIN (conv->units, conv->across * conv->down); /* alone or in a batch */
  gint most  = tiles > FEW_TILES ? LONG_SLICE : SHORT_SLICE;

  return (conv->spec.c_in + most - 1) / most;
}

static inline gint
slice_size (const DdimConv *conv)
{
  gint size = (conv->spec.c_in + slices_of (conv) - 1) / slices_of (conv);

  return conv->pairs ? (size + 1) / 2 * 2 : size;
}

static inline gsize
weights_step (const DdimConv *conv)
{
  gsize lines = (ddim_conv_room (conv, slice_size (conv)) * conv->kernels->panel + LINE - 1) / LINE;

  return (lines + (SPREAD - lines) % PAGE) * LINE;
}

/* Where the points of the weights `from` begin in `scratch`. */
static inline gfloat *
weights_start (const gfloat *from,
               gfloat       *scratch)
{
  gsize line = (gsize) from / (LINE * sizeof (gfloat)) + STORES;

  return scratch + (line - (gsize) scratch / (LINE * sizeof (gfloat))) % PAGE * LINE;
}

static gint
winograd_units (const DdimConv *conv)
{
  gint  tiles = MAX_TILES;
  gsize each  = points_of (conv) * tile_pitch (conv);

  while (tiles * each > (tiles > ENOUGH_TILES ? HALF_CACHE : CACHE_FLOATS) && tiles > MIN_TILES)
    tiles /= 2;
  return tiles;
}

/* Lines of one row of a block's tiles. */
static inline gint
line_width (const DdimConv *conv)
{
  return conv->columns * conv->algorithm->unit + 2;
}

static void
winograd_plan (DdimConv *conv)
{
  conv->input_size     = points_of (conv) * input_step (conv);
  conv->input_scratch  = (gsize) inputs_of (conv) * line_width (conv) * DDIM_CONV_SLICE;
  conv->output_scratch = points_of (conv) * output_step (conv)
                         + inputs_of (conv) * weights_step (conv) + PAGE * LINE;
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
  gint          tile   = conv->algorithm->unit;
  gint          inputs = inputs_of (conv);
  gint          pixel  = (n + 15) / 16 * 16;
  gint          width  = b.columns * tile + 2;
  gfloat       *out    = input + ddim_conv_room (conv, first);

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
              if (conv->pairs)
                conv->kernels->bf16_winograd_input[tile / 4] (at, pixel, n, out, input_step (conv));
              else
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

/* A row of points of a slice's weights. */
static void
transform (const DdimConv *conv,
           gint            panel,
           const gfloat   *packed,
           gint            y,
           gint            slice,
           gfloat         *weights)
{
  gint  width = ddim_conv_width (conv, panel);
  gint  first = slice * slice_size (conv);
  gint  depth = MIN (slice_size (conv), conv->spec.c_in - first);
  gsize tap   = (gsize) conv->spec.c_in * width;

  packed += (gsize) first * width;
  if (conv->pairs)
    conv->kernels->bf16_winograd_weights[conv->algorithm->unit / 4] (
      width, packed, tap, y, depth / 2, weights, weights_step (conv));
  else
    conv->kernels->winograd_weights[conv->algorithm->unit / 4] (
      packed, tap, y, depth * width, weights, weights_step (conv));
}

/* Where a row of points of a slice's weights lies, all being transformed. */
static inline gsize
prepared_place (const DdimConv *conv,
                gint            panel,
                gint            y,
                gint            slice)
{
  return (((gsize) panel * inputs_of (conv) + y) * slices_of (conv) + slice)
         * inputs_of (conv) * weights_step (conv);
}

static gsize
winograd_prepared (const DdimConv *conv)
{
  return prepared_place (conv, conv->panels, 0, 0);
}

static void
winograd_prepare (const DdimConv *conv,
                  gint            panel,
                  const gfloat   *weights,
                  gfloat         *prepared)
{
  for (gint y = 0; y < inputs_of (conv); y++)
    for (gint slice = 0; slice < slices_of (conv); slice++)
      transform (conv, panel, weights, y, slice,
                 prepared + prepared_place (conv, panel, y, slice));
}

/* Line `line` of the block's output, and of its residual, which wait in memory
 * to be written and read when the sums are done.                            */
static void
find_beyond (const DdimConv      *conv,
             const DdimConvArgs  *args,
             const DdimConvBlock *b,
             gint                 panel,
             gint                 line,
             const gfloat        *beyond[2])
{
  gint  y  = b->row * conv->algorithm->unit + line, x = b->column * conv->algorithm->unit;
  gsize at = (((gsize) b->item * conv->h + y) * conv->w + x) * conv->spec.c_out
             + panel * conv->kernels->panel;

  beyond[0] = beyond[1] = NULL;
  if (line >= b->rows * conv->algorithm->unit || y >= conv->h)
    return;
  beyond[0] = args->out->data + at;
  beyond[1] = args->residual ? args->residual->data[0] + at : NULL;
}

/* The sums of all points of one panel, a row of points and a slice of channels
 * at a time: their weights are transformed, if they are not yet, and then
 * multiplied, while those that come next come near.                         */
static void
sum_points (const DdimConv      *conv,
            const DdimConvArgs  *args,
            const DdimConvBlock *b,
            const DdimConvPanel *panel,
            const gfloat        *input,
            const gfloat        *prepared,
            gfloat              *sums,
            gfloat              *scratch)
{
  gint            units = b->units;
  gint            n = inputs_of (conv), slices = slices_of (conv), size = slice_size (conv);
  gint            width = ddim_conv_width (conv, panel->index);
  gboolean        few = units <= FEW_UNITS; /* a row's points at once */
  const gfloat   *rows[DDIM_CONV_MAX_UNITS];
  DdimProductPart part = { .rows = rows };
  DdimProduct     product =
    {
      .count = few ? n : 1, .m = units, .n_parts = 1, .parts = &part, .c_stride = width,
      .a_step = input_step (conv), .b_step = weights_step (conv), .c_step = output_step (conv)
    };
  gint            calls = n * slices * (few ? 1 : n), line = 0;

  if (prepared)
    {
      product.ahead      = prepared + prepared_place (conv, panel->index, 0, 1);
      product.ahead_size = n * weights_step (conv) / (few ? 1 : n);
    }
  else if (panel->ahead)
    {
      gsize lines = panel->ahead_size / LINE;

      product.ahead      = panel->ahead;
      product.ahead_size = (lines + calls - 1) / calls * LINE;
    }

  product.n_beyond    = few ? 0 : b->columns * conv->algorithm->unit;
  product.beyond_step = conv->spec.c_out;

  for (gint y = 0; y < n; y++)
    for (gint slice = 0; slice < slices; slice++)
      {
        gint          first = slice * size;
        const gfloat *weights;

        if (prepared)
          weights = prepared + prepared_place (conv, panel->index, y, slice);
        else
          {
            gfloat *near = weights_start (panel->weights + (gsize) first * width, scratch);

            transform (conv, panel->index, panel->weights, y, slice, near);
            weights = near;
          }

        part.depth  = ddim_conv_room (conv, MIN (size, conv->spec.c_in - first));
        product.add = slice > 0;
        for (gint x = 0; x < n; x += product.count)
          {
            for (gint i = 0; i < units; i++)
              rows[i] = input + (y * n + x) * input_step (conv) + i * tile_pitch (conv)
                        + ddim_conv_room (conv, first);
            product.b = weights + x * weights_step (conv);
            product.c = sums + (y * n + x) * output_step (conv);
            if (! few)
              find_beyond (conv, args, b, panel->index, line++, product.beyond);
            ddim_conv_multiply (conv, width, &product);
            if (product.ahead)
              product.ahead += product.ahead_size;
          }
      }
}

static void
winograd_output (const DdimConv      *conv,
                 const DdimConvArgs  *args,
                 gint                 block,
                 const DdimConvPanel *panel,
                 const gfloat        *input,
                 const gfloat        *prepared,
                 gfloat              *scratch,
                 gfloat              *shared)
{
  DdimConvBlock b      = ddim_conv_block (conv, args, block);
  gint          tile   = conv->algorithm->unit;
  gint          width  = ddim_conv_width (conv, panel->index);
  const gfloat *points = scratch;

  sum_points (conv, args, &b, panel, input, prepared, scratch,
              scratch + points_of (conv) * output_step (conv));

  for (gint item = b.item; item < b.item + b.items; item++)
    {
      DdimFinish first = ddim_conv_finish (conv, args, block, item, panel->index, shared);
      gint       before = 0;

      for (gint row = b.row; row < b.row + b.rows; row++)
        for (gint column = b.column; column < b.column + b.columns; column++, points += width)
          {
            DdimFinish finish = first;
            gsize      x = column * tile, y = row * tile;
            gint       rows = MIN (tile, conv->h - (gint) y);
            gint       columns = MIN (tile, conv->w - (gint) x);

            finish.before = before;
            before += rows * columns;
            finish.out += y * finish.out_line + x * finish.out_pixel;
            if (finish.residual)
              finish.residual += y * finish.residual_line + x * finish.residual_pixel;
            conv->kernels->winograd_output[tile / 4] (points, output_step (conv),
                                                      ddim_conv_channels (conv, panel->index),
                                                      rows, columns, &finish);
          }
    }
}

const DdimConvAlgorithm ddim_conv_winograd_2 =
  { "winograd 2x2", 2, winograd_units, winograd_plan, winograd_input,
    winograd_output, winograd_prepared, winograd_prepare };
const DdimConvAlgorithm ddim_conv_winograd_4 =
  { "winograd 4x4", 4, winograd_units, winograd_plan, winograd_input,
    winograd_output, winograd_prepared, winograd_prepare };
