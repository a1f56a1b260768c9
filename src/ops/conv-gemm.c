/* conv-gemm.c: any convolution, as matrix products over blocks of rows
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A block's source rows are laid into a strip with the kernel's columns of
 * each output pixel side by side:
 *
 *   row    | p0 p1 p2 p3 ...
 *   strip  | p0 p1 p2 | p1 p2 p3 | p2 p3 p4 | ...
 *
 * so that each of the kernel's rows is one matrix product over all the block's
 * pixels, and a pixel is copied three times rather than nine.
 */

#include <cblas.h>

#include "base/memory.h"
#include "ops/constant.h"
#include "ops/conv-private.h"

/* Output pixels a block should have: enough to pay for sgemm's packing. */
#define BLOCK_PIXELS 512

/* From c_out, c_in, ky, kx, as the file has it, to ky, kx, c_in, c_out. */
static void
gemm_pack (DdimConv *conv)
{
  gint    k = conv->spec.kernel, c_in = conv->spec.c_in, c_out = conv->spec.c_out;
  gsize   row = (gsize) c_in * k * k;
  gfloat *filter = g_new (gfloat, row);

  conv->packed_size = row * c_out;
  conv->packed      = ddim_memory_alloc (conv->packed_size);
  for (gint co = 0; co < c_out; co++)
    {
      ddim_constant_read (&conv->weight, co * row, row, filter);
      for (gint ci = 0; ci < c_in; ci++)
        for (gint i = 0; i < k * k; i++)
          conv->packed[((gsize) i * c_in + ci) * c_out + co] = filter[ci * k * k + i];
    }
  g_free (filter);
}

/* The source columns that a row of outputs reads, padding included. */
static gint
padded_width (const DdimConv *conv)
{
  return (conv->w - 1) * conv->spec.stride + conv->spec.kernel;
}

static gsize
row_size (const DdimConv *conv)
{
  return ddim_memory_round ((gsize) padded_width (conv) * conv->spec.c_in);
}

static gsize
strip_size (const DdimConv *conv)
{
  gint strip_h = (conv->rows - 1) * conv->spec.stride + conv->spec.kernel;

  return ddim_memory_round ((gsize) strip_h * conv->w * conv->spec.kernel * conv->spec.c_in);
}

static void
gemm_plan (DdimConv *conv)
{
  conv->rows        = CLAMP (BLOCK_PIXELS / conv->w, 1, conv->h);
  conv->n_blocks    = (conv->h + conv->rows - 1) / conv->rows;
  conv->worker_size = row_size (conv) + strip_size (conv)
                      + ddim_memory_round ((gsize) conv->rows * conv->w * conv->spec.c_out);
}

/* sums (rows x w x c_out) <- strip * weights.  With stride 2 the rows that one
 * row of the kernel meets are not neighbours in the strip.                 */
static void
multiply (const DdimConv *conv,
          gint            rows,
          const gfloat   *strip,
          gfloat         *sums)
{
  const DdimConvSpec *spec = &conv->spec;
  gint   depth  = spec->kernel * spec->c_in;
  gsize  line   = (gsize) conv->w * depth;
  gint   calls  = spec->stride == 1 ? 1 : rows;
  gint   pixels = spec->stride == 1 ? rows * conv->w : conv->w;

  for (gint call = 0; call < calls; call++)
    for (gint ky = 0; ky < spec->kernel; ky++)
      cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, pixels, spec->c_out, depth,
                   1, strip + (call * spec->stride + ky) * line, depth,
                   conv->packed + (gsize) ky * depth * spec->c_out, spec->c_out,
                   ky ? 1 : 0, sums + (gsize) call * conv->w * spec->c_out, spec->c_out);
}

static void
gemm_block (const DdimConv     *conv,
            const DdimConvArgs *args,
            gint                item,
            gint                block,
            gfloat             *scratch,
            gdouble            *moments)
{
  const DdimConvSpec *spec = &conv->spec;
  gint    first = block * conv->rows;
  gint    rows  = MIN (conv->rows, conv->h - first);
  gint    strip_h = (rows - 1) * spec->stride + spec->kernel;
  gsize   depth = (gsize) spec->kernel * spec->c_in;
  gfloat *row   = scratch;
  gfloat *strip = row + row_size (conv);
  gfloat *sums  = strip + strip_size (conv);
  gfloat *out   = strip;

  for (gint i = 0; i < strip_h; i++)
    {
      gint y = first * spec->stride - spec->pad_before + i;

      if (spec->kernel == 1 && spec->stride == 1)
        {
          ddim_conv_read (conv, args, item, y, 0, conv->w, out);
          out += conv->w * depth;
          continue;
        }
      ddim_conv_read (conv, args, item, y, - spec->pad_before, padded_width (conv), row);
      for (gint x = 0; x < conv->w; x++, out += depth)
        memcpy (out, row + x * spec->stride * spec->c_in, depth * sizeof (gfloat));
    }
  multiply (conv, rows, strip, sums);
  ddim_conv_finish (conv, args, item, ((gsize) item * conv->h + first) * conv->w,
                    rows * conv->w, sums, moments);
}

const DdimConvWay ddim_conv_gemm = { "gemm", gemm_pack, gemm_plan, gemm_block };
