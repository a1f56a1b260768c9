/* conv-gemm.c: any convolution, as matrix products over blocks of pixels
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A block's source lines are laid side by side.  The numbers that one row of
 * the kernel meets at an output pixel are neighbours in such a line, and the
 * next pixel's overlap them: a row of the product's left side is no copy, but
 * a pointer into the line for each row of the kernel.  A 1 x 1 convolution of
 * the source as it is needs no lines at all, unless they are to be pairs of bfloat16s.
 *
 * input: item, line, column, c_in
 */

#include "aligned-memory.h"
#include "conv-private.h"

/* So many blocks read the weights from a cache. */
#define MANY_BLOCKS 8

/* Several times the rows that a product sums at once; more where each block has
 * the weights to unpack first.                                              */
static gint
gemm_units (const DdimConv *conv)
{
  return conv->halves || conv->pairs ? 192 : 96;
}

/* Source columns, and lines, that `outputs` outputs in a row read. */
static inline gint
reach (const DdimConv *conv,
       gint            outputs)
{
  return (outputs - 1) * conv->spec.stride + conv->spec.kernel;
}

static inline gsize
line_pitch (const DdimConv *conv)
{
  return (gsize) reach (conv, conv->columns) * ddim_conv_room (conv, conv->spec.c_in);
}

static inline gsize
item_pitch (const DdimConv *conv)
{
  return reach (conv, conv->rows) * line_pitch (conv);
}

static void
gemm_plan (DdimConv *conv)
{
  conv->input_size     = ddim_memory_round (conv->items * item_pitch (conv));
  conv->input_scratch  = conv->pairs ? (gsize) reach (conv, conv->columns) * DDIM_CONV_SLICE : 0;
  conv->output_scratch = (gsize) conv->units * conv->kernels->panel;
}

/* Whether the products read the source itself. */
static inline gboolean
is_direct (const DdimConv     *conv,
           const DdimConvArgs *args)
{
  return conv->spec.kernel == 1 && ! args->affine && ! conv->pairs;
}

static void
gemm_input (const DdimConv     *conv,
            const DdimConvArgs *args,
            gint                block,
            gint                first,
            gint                n,
            gfloat             *input,
            gfloat             *scratch)
{
  DdimConvBlock b      = ddim_conv_block (conv, args, block);
  gint          stride = conv->spec.stride, before = conv->spec.pad_before;
  gint          width  = reach (conv, b.columns);

  if (is_direct (conv, args))
    return;

  for (gint i = 0; i < b.items; i++)
    for (gint line = 0; line < reach (conv, b.rows); line++)
      {
        gfloat *out = input + i * item_pitch (conv) + line * line_pitch (conv)
                      + ddim_conv_room (conv, first);

        ddim_conv_read (conv, args, b.item + i, b.row * stride - before + line,
                        b.column * stride - before, width, first, n,
                        conv->pairs ? scratch : out, conv->pairs ? n : conv->spec.c_in);
        if (conv->pairs)
          conv->kernels->bf16_round (scratch, n, width, n, out,
                                     ddim_conv_room (conv, conv->spec.c_in));
      }
}

/* Fills the parts' rows; returns the number of parts. */
static gint
find_rows (const DdimConv      *conv,
           const DdimConvArgs  *args,
           const DdimConvBlock *b,
           const gfloat        *input,
           const gfloat        *rows[3][DDIM_CONV_MAX_UNITS],
           DdimProductPart      parts[3])
{
  const DdimSource *source = &args->source;
  gint n      = conv->spec.kernel;
  gint stride = conv->spec.stride;
  gint unit   = 0;

  if (is_direct (conv, args))
    n = source->c[1] ? 2 : 1;
  for (gint part = 0; part < n; part++)
    {
      gint depth = is_direct (conv, args) ? source->c[part]
                                          : conv->spec.kernel
                                            * ddim_conv_room (conv, conv->spec.c_in);

      parts[part] = (DdimProductPart) { .rows = rows[part], .depth = depth };
    }

  for (gint i = 0; i < b->items; i++)
    for (gint y = 0; y < b->rows; y++)
      for (gint x = 0; x < b->columns; x++, unit++)
        for (gint part = 0; part < n; part++)
          if (is_direct (conv, args))
            rows[part][unit] = source->data[part]
                               + (((gsize) (b->item + i) * source->h + (b->row + y) * stride)
                                  * source->w + (b->column + x) * stride) * source->c[part];
          else
            rows[part][unit] = input + i * item_pitch (conv)
                               + (y * stride + part) * line_pitch (conv)
                               + (gsize) x * stride * ddim_conv_room (conv, conv->spec.c_in);
  return n;
}

/* What a 1 x 1 convolution waits for is its source, not its few weights: each
 * panel's product asks for a part of the source of the block that this thread
 * will probably have next, and for the output's places of this one.         */
static void
look_beyond (const DdimConv      *conv,
             const DdimConvArgs  *args,
             const DdimConvBlock *b,
             gint                 panel,
             DdimProduct         *product)
{
  const DdimSource *source = &args->source;
  gint  parts = source->c[1] && conv->panels > 1 ? 2 : 1;
  gint  each  = (conv->panels + parts - 1) / parts; /* panels for a part */
  gint  part  = panel / each;
  gsize pixel = ((gsize) b->item * conv->h + b->row) * conv->w + b->column;
  gsize next  = pixel + (gsize) conv->threads * conv->columns;
  gsize size  = (gsize) b->columns * source->c[part] / each / 16 * 16;

  if (next + conv->columns > (gsize) source->n * conv->h * conv->w)
    size = 0;
  product->ahead       = size ? source->data[part] + next * source->c[part] + panel % each * size
                              : NULL;
  product->ahead_size  = size;
  product->beyond[0]   = args->out->data + pixel * conv->spec.c_out + panel * conv->kernels->panel;
  product->n_beyond    = b->columns;
  product->beyond_step = conv->spec.c_out;
}

static void
gemm_output (const DdimConv      *conv,
             const DdimConvArgs  *args,
             gint                 block,
             const DdimConvPanel *panel,
             const gfloat        *input,
             const gfloat        *prepared,
             gfloat              *scratch,
             gfloat              *shared)
{
  DdimConvBlock   b      = ddim_conv_block (conv, args, block);
  gint            width  = ddim_conv_width (conv, panel->index);
  const gfloat   *sums   = scratch;
  const gfloat   *rows[3][DDIM_CONV_MAX_UNITS];
  DdimProductPart parts[3];
  gint            n = find_rows (conv, args, &b, input, rows, parts);

  DdimProduct     product =
    {
      .count = 1, .m = b.units, .n_parts = n, .parts = parts,
      .b = panel->weights, .c = scratch, .c_stride = width,
      .ahead = panel->ahead, .ahead_size = panel->ahead_size
    };

  if (is_direct (conv, args) && conv->spec.stride == 1 && conv->blocks_item >= MANY_BLOCKS &&
      b.rows == 1)
    look_beyond (conv, args, &b, panel->index, &product);
  ddim_conv_multiply (conv, width, &product);

  for (gint i = 0; i < b.items; i++)
    ddim_conv_finish_rows (conv, args, block, b.item + i, panel->index,
                           sums + (gsize) i * b.rows * b.columns * width, shared);
}

const DdimConvAlgorithm ddim_conv_gemm =
  { "gemm", 1, gemm_units, gemm_plan, gemm_input, gemm_output, NULL, NULL };
