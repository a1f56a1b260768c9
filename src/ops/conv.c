/* conv.c: convolutions, with all that surrounds them in a U-Net
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Blocks of rows.  For each, the source's rows are normalised, activated,
 * doubled where the spec says and padded, one at a time, and laid into a strip
 * with the kernel's columns of each output pixel side by side:
 *
 *   row    | p0 p1 p2 p3 ...
 *   strip  | p0 p1 p2 | p1 p2 p3 | p2 p3 p4 | ...
 *
 * so that each of the kernel's rows is one matrix product over all the block's
 * pixels, and a pixel is copied three times rather than nine.
 */

#include <cblas.h>

#include "base/memory.h"
#include "ops/activation.h"
#include "ops/constant.h"
#include "ops/conv.h"

/* Output pixels a block should have: enough to pay for sgemm's packing. */
#define BLOCK_PIXELS 512

struct _DdimConv
{
  DdimConvSpec spec;
  DdimConstant weight;
  gfloat      *bias;   /* c_out, or NULL                                     */

  /* The plan. */
  gfloat      *packed; /* kernel rows x (kernel columns x c_in) x c_out      */
  gint         h, w;   /* of the output                                      */
  gint         rows;   /* of a block                                         */
  gint         padded_w; /* of a padded, doubled row                         */
  gsize        row_size, strip_size, worker_size; /* floats                  */
};

DdimConv *
ddim_conv_new (const DdimConvSpec *spec,
               const DdimConstant *weight,
               const DdimConstant *bias)
{
  DdimConv *conv;

  if (spec->c_in < 1 || spec->c_out < 1 ||
      (spec->kernel != 1 && spec->kernel != 3) ||
      (spec->stride != 1 && spec->stride != 2) ||
      spec->pad_before < 0 || spec->pad_before > 1 ||
      spec->pad_after < 0 || spec->pad_after > 1 ||
      (spec->kernel == 1 && (spec->pad_before || spec->pad_after)) ||
      (spec->upsample && (spec->kernel != 3 || spec->stride != 1 ||
                          ! spec->pad_before || ! spec->pad_after)) ||
      weight->size != (gsize) spec->c_out * spec->c_in * spec->kernel * spec->kernel ||
      (bias && bias->size != (gsize) spec->c_out))
    return NULL;

  conv = g_new0 (DdimConv, 1);
  conv->spec   = *spec;
  conv->weight = *weight;
  conv->bias   = ddim_constant_copy (bias);
  return conv;
}

void
ddim_conv_free (DdimConv *conv)
{
  if (! conv)
    return;

  ddim_memory_free (conv->bias);
  ddim_memory_free (conv->packed);
  g_free (conv);
}

gint
ddim_conv_output_size (const DdimConvSpec *spec,
                       gint                size)
{
  gint padded = size * (spec->upsample ? 2 : 1) + spec->pad_before + spec->pad_after;

  return (padded - spec->kernel) / spec->stride + 1;
}

/* From c_out, c_in, ky, kx, as the file has it, to ky, kx, c_in, c_out. */
static void
pack (DdimConv *conv)
{
  gint    k = conv->spec.kernel, c_in = conv->spec.c_in, c_out = conv->spec.c_out;
  gsize   row = (gsize) c_in * k * k;
  gfloat *filter = g_new (gfloat, row);

  conv->packed = ddim_memory_alloc (row * c_out);
  for (gint co = 0; co < c_out; co++)
    {
      ddim_constant_read (&conv->weight, co * row, row, filter);
      for (gint ci = 0; ci < c_in; ci++)
        for (gint i = 0; i < k * k; i++)
          conv->packed[((gsize) i * c_in + ci) * c_out + co] = filter[ci * k * k + i];
    }
  g_free (filter);
}

static gint
n_blocks (const DdimConv *conv)
{
  return (conv->h + conv->rows - 1) / conv->rows;
}

gsize
ddim_conv_plan (DdimConv *conv,
                gint      n,
                gint      h,
                gint      w,
                DdimTeam *team)
{
  const DdimConvSpec *spec = &conv->spec;
  gint up = spec->upsample ? 2 : 1;
  gint strip_h;

  if (! conv->packed)
    pack (conv);

  conv->h       = ddim_conv_output_size (spec, h);
  conv->w       = ddim_conv_output_size (spec, w);
  conv->rows    = CLAMP (BLOCK_PIXELS / conv->w, 1, conv->h);
  conv->padded_w = w * up + spec->pad_before + spec->pad_after;
  strip_h       = (conv->rows - 1) * spec->stride + spec->kernel;

  conv->row_size    = ddim_memory_round ((gsize) conv->padded_w * spec->c_in);
  conv->strip_size  = ddim_memory_round ((gsize) strip_h * conv->w * spec->kernel * spec->c_in);
  conv->worker_size = conv->row_size + conv->strip_size
                      + ddim_memory_round ((gsize) conv->rows * conv->w * spec->c_out);

  /* Each worker's row, strip and sums, then each block's moments. */
  return ddim_team_get_n_threads (team) * conv->worker_size
         + (gsize) n * n_blocks (conv) * spec->c_out * 4;
}

const gchar *
ddim_conv_get_algorithm (const DdimConv *conv)
{
  return "gemm";
}

gsize
ddim_conv_get_packed_size (const DdimConv *conv)
{
  return conv->packed ? conv->weight.size * sizeof (gfloat) : 0;
}

/* One pixel's c_in numbers, normalised and activated. */
static inline void
read_pixel (const DdimConvArgs *args,
            gint                item,
            gsize               pixel,
            gfloat             *out)
{
  const DdimSource *source = &args->source;
  const DdimAffine *affine = args->affine;
  gint              c_in   = source->c[0] + source->c[1];

  memcpy (out, source->data[0] + pixel * source->c[0], source->c[0] * sizeof (gfloat));
  if (source->c[1])
    memcpy (out + source->c[0], source->data[1] + pixel * source->c[1],
            source->c[1] * sizeof (gfloat));
  if (affine)
    {
      const gfloat *scale = affine->scale + (gsize) item * c_in;
      const gfloat *shift = affine->shift + (gsize) item * c_in;

      for (gint c = 0; c < c_in; c++)
        out[c] = scale[c] * out[c] + shift[c];
    }
}

/* Source row y (of the doubled source) with its padding. */
static void
fill_row (const DdimConv     *conv,
          const DdimConvArgs *args,
          const DdimRun      *run,
          gint                item,
          gint                y,
          gfloat             *row)
{
  const DdimConvSpec *spec   = &conv->spec;
  const DdimSource   *source = &args->source;
  gint    up    = spec->upsample ? 2 : 1;
  gint    inner = source->w * up;
  gsize   c_in  = spec->c_in;
  gfloat *at    = row + spec->pad_before * c_in;

  if (y < 0 || y >= source->h * up)
    {
      memset (row, 0, conv->padded_w * c_in * sizeof (gfloat));
      return;
    }
  memset (row, 0, spec->pad_before * c_in * sizeof (gfloat));
  memset (at + inner * c_in, 0, spec->pad_after * c_in * sizeof (gfloat));

  for (gint x = 0; x < source->w; x++)
    read_pixel (args, item, ((gsize) item * source->h + y / up) * source->w + x,
                at + x * c_in);
  if (args->affine)
    ddim_activation_apply (args->affine->activation, at, source->w * c_in, run);
  if (up == 2)
    for (gint x = inner - 1; x > 0; x--)
      memcpy (at + x * c_in, at + x / 2 * c_in, c_in * sizeof (gfloat));
}

/* The strip for output rows first .. first + rows - 1 of an item. */
static void
fill_strip (const DdimConv     *conv,
            const DdimConvArgs *args,
            const DdimRun      *run,
            gint                item,
            gint                first,
            gint                rows,
            gfloat             *row,
            gfloat             *strip)
{
  const DdimConvSpec *spec = &conv->spec;
  gint   strip_h = (rows - 1) * spec->stride + spec->kernel;
  gsize  depth   = spec->kernel * spec->c_in;

  for (gint i = 0; i < strip_h; i++)
    {
      fill_row (conv, args, run, item, first * spec->stride - spec->pad_before + i, row);
      for (gint x = 0; x < conv->w; x++, strip += depth)
        memcpy (strip, row + x * spec->stride * spec->c_in, depth * sizeof (gfloat));
    }
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

/* Bias, time, residual and scale; the block's moments. */
static void
finish (const DdimConv     *conv,
        const DdimConvArgs *args,
        gint                item,
        gint                first,
        gint                rows,
        const gfloat       *sums,
        gdouble            *moments)
{
  gint    c_out   = conv->spec.c_out;
  gfloat  scale   = args->output_scale ? args->output_scale : 1;
  const gfloat *time = args->time ? args->time + item * args->time_stride : NULL;
  const DdimSource *residual = args->residual;

  memset (moments, 0, 2 * c_out * sizeof (gdouble));
  for (gint y = 0; y < rows; y++)
    for (gint x = 0; x < conv->w; x++)
      {
        gsize         pixel = ((gsize) item * conv->h + first + y) * conv->w + x;
        const gfloat *sum   = sums + ((gsize) y * conv->w + x) * c_out;
        gfloat       *out   = args->out->data + pixel * c_out;

        for (gint c = 0; c < c_out; c++)
          {
            gfloat v = sum[c] + (conv->bias ? conv->bias[c] : 0) + (time ? time[c] : 0);

            if (residual)
              v += c < residual->c[0]
                   ? residual->data[0][pixel * residual->c[0] + c]
                   : residual->data[1][pixel * residual->c[1] + c - residual->c[0]];
            v *= scale;
            out[c] = v;
            moments[2 * c]     += v;
            moments[2 * c + 1] += (gdouble) v * v;
          }
      }
}

typedef struct
{
  const DdimConv     *conv;
  const DdimConvArgs *args;
  const DdimRun      *run;
  gdouble            *moments;
} Job;

static void
run_block (gint     chunk,
           gint     worker,
           gpointer data)
{
  const Job      *job   = data;
  const DdimConv *conv  = job->conv;
  gint            item  = chunk / n_blocks (conv);
  gint            first = chunk % n_blocks (conv) * conv->rows;
  gint            rows  = MIN (conv->rows, conv->h - first);
  gfloat         *row   = job->run->scratch + worker * conv->worker_size;
  gfloat         *strip = row + conv->row_size;
  gfloat         *sums  = strip + conv->strip_size;

  fill_strip (conv, job->args, job->run, item, first, rows, row, strip);
  multiply (conv, rows, strip, sums);
  finish (conv, job->args, item, first, rows, sums,
          job->moments + (gsize) chunk * 2 * conv->spec.c_out);
}

gboolean
ddim_conv_run (DdimConv           *conv,
               const DdimConvArgs *args,
               const DdimRun      *run)
{
  gint  blocks = n_blocks (conv);
  gsize c2     = 2 * conv->spec.c_out;
  Job   job    = { conv, args, run, NULL };

  job.moments = (gdouble *) (run->scratch
                             + ddim_team_get_n_threads (run->team) * conv->worker_size);
  if (! ddim_team_run (run->team, args->source.n * blocks, run_block, &job, run->cancellable))
    return FALSE;

  if (args->moments)
    {
      memset (args->moments->data, 0, args->source.n * c2 * sizeof (gdouble));
      for (gint chunk = 0; chunk < args->source.n * blocks; chunk++)
        for (gsize i = 0; i < c2; i++)
          args->moments->data[chunk / blocks * c2 + i] += job.moments[chunk * c2 + i];
    }
  return TRUE;
}
