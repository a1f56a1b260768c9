/* conv-lines.c: reading and finishing the lines of a convolution
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "aligned-memory.h"
#include "activation.h"
#include "conv-private.h"

/* Reading ------------------------------------------------------------------ */

static void
clear (gfloat *out,
       gint    n,
       gint    c,
       gint    pixel)
{
  for (gint i = 0; i < n; i++)
    memset (out + (gsize) i * pixel, 0, c * sizeof (gfloat));
}

void
ddim_conv_read (const DdimConv     *conv,
                const DdimConvArgs *args,
                gint                item,
                gint                y,
                gint                x,
                gint                n,
                gint                first,
                gint                c,
                gfloat             *out,
                gint                pixel)
{
  const DdimSource *source = &args->source;
  const DdimAffine *affine = args->affine;
  gboolean silu  = affine && affine->activation == DDIM_ACTIVATION_SILU;
  gint     up    = conv->spec.upsample ? 2 : 1;
  gint     start = MAX (x, 0);                   /* inside the doubled source */
  gint     end   = MIN (x + n, source->w * up);
  gint     from  = start / up;                   /* in the source itself      */
  gint     count = (end - 1) / up + 1 - from;
  gfloat  *inside = out + (gsize) (start - x) * pixel;

  if (y < 0 || y >= source->h * up || end <= start)
    {
      clear (out, n, c, pixel);
      return;
    }
  clear (out, start - x, c, pixel);
  clear (out + (gsize) (end - x) * pixel, x + n - end, c, pixel);

  /* The part of the channels that each of the two tensors has. */
  for (gint part = 0, before = 0; part < 2; before += source->c[part++])
    {
      gint  width  = source->c[part];
      gint  lowest = MAX (first, before), number = MIN (first + c, before + width) - lowest;
      gsize at     = (((gsize) item * source->h + y / up) * source->w + from) * width
                     + lowest - before;
      gsize factor = (gsize) item * conv->spec.c_in + lowest;

      if (number > 0)
        conv->kernels->affine (source->data[part] + at, width,
                               affine ? affine->scale + factor : NULL,
                               affine ? affine->shift + factor : NULL,
                               silu, count, number, inside + lowest - first, pixel);
    }
  if (affine && ! silu)
    for (gint i = 0; i < count; i++)
      ddim_activation_apply (affine->activation, inside + (gsize) i * pixel, c);

  if (up == 2)
    for (gint i = end - start - 1; i > 0; i--)
      memcpy (inside + (gsize) i * pixel, inside + (gsize) ((start + i) / 2 - from) * pixel,
              c * sizeof (gfloat));
}

/* Finishing ---------------------------------------------------------------- */

/* The shared memory: bias and time of every item, then for every block of every
 * item the pivots, the sums of the output less its pivot, and those of the squares
 * of the output less its mean.                                              */

gsize
ddim_conv_shared_size (const DdimConv *conv,
                       gint            n)
{
  return (gsize) n * (1 + 3 * conv->blocks_item) * conv->padded;
}

void
ddim_conv_start (const DdimConv     *conv,
                 const DdimConvArgs *args,
                 gfloat             *shared)
{
  for (gint item = 0; item < args->source.n; item++, shared += conv->padded)
    for (gint c = 0; c < conv->padded; c++)
      shared[c] = c < conv->spec.c_out
                  ? (conv->bias ? conv->bias[c] : 0)
                    + (args->time ? args->time[item * args->time_stride + c] : 0)
                  : 0;
}

DdimFinish
ddim_conv_finish (const DdimConv     *conv,
                  const DdimConvArgs *args,
                  gint                block,
                  gint                item,
                  gint                panel,
                  gfloat             *shared)
{
  gint       first = panel * conv->kernels->panel;
  gint       c_out = conv->spec.c_out;
  gsize      start = (gsize) item * conv->h * conv->w * c_out + first;
  gsize      sums  = args->source.n
                     + 3 * ((gsize) item * conv->blocks_item + block % conv->blocks_item);
  gfloat    *pivot = shared + sums * conv->padded + first;
  DdimFinish finish =
    {
      .out = args->out->data + start, .out_line = (gsize) conv->w * c_out, .out_pixel = c_out,
      .bias = shared + (gsize) item * conv->padded + first,
      .residual = args->residual ? args->residual->data[0] + start : NULL,
      .residual_line = (gsize) conv->w * c_out, .residual_pixel = c_out,
      .scale = args->output_scale ? args->output_scale : 1,
      .pivot = pivot, .sum = pivot + conv->padded, .squares = pivot + 2 * conv->padded
    };

  return finish;
}

void
ddim_conv_finish_rows (const DdimConv     *conv,
                       const DdimConvArgs *args,
                       gint                block,
                       gint                item,
                       gint                panel,
                       const gfloat       *sums,
                       gfloat             *shared)
{
  DdimConvBlock b     = ddim_conv_block (conv, args, block);
  DdimFinish    first = ddim_conv_finish (conv, args, block, item, panel, shared);
  gint          width = ddim_conv_width (conv, panel);

  for (gint y = b.row; y < b.row + b.rows; y++, sums += (gsize) b.columns * width)
    {
      DdimFinish finish = first;

      finish.before = (y - b.row) * b.columns;
      finish.out   += y * finish.out_line + b.column * finish.out_pixel;
      if (finish.residual)
        finish.residual += y * finish.residual_line + b.column * finish.residual_pixel;
      conv->kernels->finish (sums, width, b.columns, ddim_conv_channels (conv, panel), &finish);
    }
}

/* Pixels of an item that its block covers. */
static gint
count_pixels (const DdimConv     *conv,
              const DdimConvArgs *args,
              gint                block)
{
  DdimConvBlock b    = ddim_conv_block (conv, args, block);
  gint          unit = conv->algorithm->unit;

  return (MIN ((b.row + b.rows) * unit, conv->h) - b.row * unit)
         * (MIN ((b.column + b.columns) * unit, conv->w) - b.column * unit);
}

void
ddim_conv_merge (const DdimConv     *conv,
                 const DdimConvArgs *args,
                 const gfloat       *shared)
{
  const gfloat *sums = shared + (gsize) args->source.n * conv->padded;
  gdouble      *out  = args->moments->data;

  for (gint item = 0; item < args->source.n; item++, out += 2 * conv->spec.c_out)
    {
      memset (out, 0, 2 * conv->spec.c_out * sizeof (gdouble));
      for (gint block = 0; block < conv->blocks_item; block++, sums += 3 * conv->padded)
        ddim_moments_add (out, conv->spec.c_out, count_pixels (conv, args, block),
                          sums, sums + conv->padded, sums + 2 * conv->padded);
    }
}
