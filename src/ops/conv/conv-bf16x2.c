/* conv-bf16x2.c: any convolution, as products of bf16x2 numbers
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * base/kernel-bf16x2.c says what bf16x2 numbers are.  A block's source pixels
 * are split once, into rows of channels; a product of 16 output pixels and one
 * tap of the kernel then finds its 16 rows at equal steps from each other.
 * In a line they are so from the start.  Where lines are not of whole sixteens
 * the block has its pixels once for each column of the kernel, so that the
 * output's next line goes on where the last one ends:
 *
 *   item, DDIM_BF16X2 of c_in, plane, line (even ones first if the stride is 2),
 *   column, number of the DDIM_BF16X2
 *
 * with one plane, of all source columns, in the former case.
 *
 * Where bfloat16s will do the low halves are left alone: neither written nor read.
 */

#include "aligned-memory.h"
#include "conv-private.h"

/* Floats of a block's input that leave room in a core's own cache. */
#define CACHE_FLOATS 270000
#define MAX_UNITS    256
#define MIN_UNITS    64

/* How a block's pixels lie. */
typedef struct
{
  gint planes;
  gint line;  /* pixels                                */
  gint lines; /* of a plane                            */
  gint step;  /* pixels from an output's to the next's */
} Layout;

static inline gint
whole (gint n,
       gint size)
{
  return (n + size - 1) / size * size;
}

/* Whether the high halves are enough. */
static inline gboolean
is_high (const DdimConv *conv)
{
  return conv->precision == DDIM_PRECISION_BFLOAT16;
}

static Layout
layout_of (const DdimConv *conv,
           gint            rows,
           gint            columns)
{
  const DdimConvSpec *spec = &conv->spec;
  Layout layout = { 1, columns, (rows - 1) * spec->stride + spec->kernel, 1 };

  if (spec->kernel > 1 && columns % DDIM_BF16X2_ROWS == 0)
    {
      layout.line = (columns - 1) * spec->stride + spec->kernel;
      layout.step = spec->stride;
    }
  else
    layout.planes = spec->kernel;
  layout.lines = whole (layout.lines, spec->stride);
  return layout;
}

/* Where a source line of a plane lies. */
static inline gint
place (const DdimConv *conv,
       const Layout   *layout,
       gint            line)
{
  gint stride = conv->spec.stride;

  return line % stride * (layout->lines / stride) + line / stride;
}

static inline gsize
plane_size (const Layout *layout)
{
  return (gsize) layout->lines * layout->line * DDIM_BF16X2;
}

static inline gsize
item_size (const DdimConv *conv,
           const Layout   *layout)
{
  return layout->planes * plane_size (layout)
         * (whole (conv->spec.c_in, DDIM_BF16X2) / DDIM_BF16X2);
}

static gint
bf16x2_units (const DdimConv *conv)
{
  gint units = MAX_UNITS;

  while (units > MIN_UNITS && units * conv->spec.c_in > CACHE_FLOATS)
    units /= 2;
  return units;
}

/* Rows of a product for an item of a block. */
static inline gint
item_rows (const DdimConv *conv,
           gint            rows,
           gint            columns)
{
  return whole (rows * columns, DDIM_BF16X2_ROWS);
}

static void
bf16x2_plan (DdimConv *conv)
{
  gsize size = 0;

  /* The last blocks of a line may be narrower, and need more. */
  for (gint i = 0; i < 2; i++)
    {
      gint   columns = i ? (conv->across - 1) % conv->columns + 1 : conv->columns;
      Layout layout  = layout_of (conv, conv->rows, columns);

      /* The last tile's rows may lie behind the last pixel. */
      size = MAX (size, conv->items * item_size (conv, &layout)
                        + DDIM_BF16X2_ROWS * layout.step * DDIM_BF16X2);
    }
  conv->input_size     = ddim_memory_round (size);
  conv->input_scratch  = (gsize) ((conv->columns - 1) * conv->spec.stride + conv->spec.kernel)
                         * DDIM_CONV_SLICE;
  conv->output_scratch = (gsize) conv->items * item_rows (conv, conv->rows, conv->columns)
                         * conv->kernels->panel;
}

static void
bf16x2_input (const DdimConv     *conv,
              const DdimConvArgs *args,
              gint                block,
              gint                first,
              gint                n,
              gfloat             *input,
              gfloat             *scratch)
{
  DdimConvBlock b      = ddim_conv_block (conv, args, block);
  Layout        layout = layout_of (conv, b.rows, b.columns);
  gint          stride = conv->spec.stride, before = conv->spec.pad_before;
  gint          lines  = (b.rows - 1) * stride + conv->spec.kernel;
  gint          width  = (b.columns - 1) * stride + conv->spec.kernel;
  gint          every  = layout.line < width ? stride : 1; /* a plane's columns */

  for (gint i = 0; i < b.items; i++)
    for (gint line = 0; line < lines; line++)
      {
        gfloat *out = input + i * item_size (conv, &layout)
                      + (gsize) place (conv, &layout, line) * layout.line * DDIM_BF16X2
                      + first / DDIM_BF16X2 * layout.planes * plane_size (&layout);

        ddim_conv_read (conv, args, b.item + i, b.row * stride - before + line,
                        b.column * stride - before, width, first, n, scratch, DDIM_CONV_SLICE);
        for (gint plane = 0; plane < layout.planes; plane++)
          conv->kernels->bf16x2_split (scratch + (gsize) plane * DDIM_CONV_SLICE,
                                       (gsize) every * DDIM_CONV_SLICE, layout.line, n,
                                       out + plane * plane_size (&layout), DDIM_BF16X2,
                                       layout.planes * plane_size (&layout), is_high (conv));
      }
}

static void
bf16x2_output (const DdimConv      *conv,
               const DdimConvArgs  *args,
               gint                 block,
               const DdimConvPanel *panel,
               const gfloat        *input,
               const gfloat        *prepared,
               gfloat              *scratch,
               gfloat              *shared)
{
  DdimConvBlock b      = ddim_conv_block (conv, args, block);
  Layout        layout = layout_of (conv, b.rows, b.columns);
  gint          kernel = conv->spec.kernel, width = ddim_conv_width (conv, panel->index);
  gint          rows   = item_rows (conv, b.rows, b.columns); /* of an item */
  const gfloat *tiles[DDIM_CONV_MAX_UNITS];
  gsize         taps[9];
  gint          n = 0;

  for (gint i = 0; i < b.items; i++)
    for (gint row = 0; row < rows; row += DDIM_BF16X2_ROWS)
      tiles[n++] = input + i * item_size (conv, &layout)
                   + ((gsize) row / b.columns * layout.line + row % b.columns * layout.step)
                     * DDIM_BF16X2;
  for (gint tap = 0; tap < kernel * kernel; tap++)
    {
      gint x = tap % kernel, y = place (conv, &layout, tap / kernel);

      taps[tap] = (gsize) y * layout.line * DDIM_BF16X2
                  + x * (layout.planes > 1 ? plane_size (&layout) : DDIM_BF16X2);
    }

  conv->kernels->bf16x2_product (width, &(DdimBf16x2Product)
    {
      .n_tiles = n, .tiles = tiles, .row_step = layout.step * DDIM_BF16X2,
      .n_parts = kernel * kernel, .parts = taps,
      .depth = whole (conv->spec.c_in, DDIM_BF16X2) / DDIM_BF16X2,
      .depth_step = layout.planes * plane_size (&layout),
      .b = panel->weights, .c = scratch, .c_stride = width, .high = is_high (conv),
      .ahead = panel->ahead, .ahead_size = panel->ahead_size
    });

  for (gint i = 0; i < b.items; i++)
    ddim_conv_finish_rows (conv, args, block, b.item + i, panel->index,
                           scratch + (gsize) i * rows * width, shared);
}

const DdimConvAlgorithm ddim_conv_bf16x2 =
  { "bf16x2", 1, bf16x2_units, bf16x2_plan, bf16x2_input, bf16x2_output, NULL, NULL };
