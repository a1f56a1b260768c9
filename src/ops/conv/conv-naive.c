/* conv-naive.c: convolution by its definition
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * In double precision throughout, one output value at a time: slow, and easy
 * to see right.  The judge of conv.c.
 */

#include "aligned-memory.h"
#include "activation.h"
#include "constant.h"
#include "conv.h"

/* One value of the two tensors side by side. */
static inline gdouble
source_value (const DdimSource *source,
              gsize             pixel,
              gint              c)
{
  return c < source->c[0]
         ? source->data[0][pixel * source->c[0] + c]
         : source->data[1][pixel * source->c[1] + c - source->c[0]];
}

void
ddim_conv_naive (const DdimConvSpec *spec,
                 const DdimConstant *weight,
                 const DdimConstant *bias,
                 const DdimConvArgs *args)
{
  const DdimSource *source = &args->source;
  const DdimAffine *affine = args->affine;
  DdimTensor       *out    = args->out;
  gint              up     = spec->upsample ? 2 : 1;
  gint              h      = source->h * up;
  gint              w      = source->w * up;
  gint              k      = spec->kernel;
  gdouble           scale  = args->output_scale ? args->output_scale : 1;
  gfloat           *kernel = ddim_constant_copy (weight);
  gfloat           *biases = ddim_constant_copy (bias);
  gsize             n_in   = (gsize) source->n * source->h * source->w;
  gdouble          *x      = g_new (gdouble, n_in * spec->c_in);

  for (gsize i = 0; i < n_in; i++)
    for (gint c = 0; c < spec->c_in; c++)
      {
        gdouble v = source_value (source, i, c);

        if (affine)
          {
            gsize at = i / ((gsize) source->h * source->w) * spec->c_in + c;

            v = ddim_activation_naive (affine->activation,
                                       affine->scale[at] * v + affine->shift[at]);
          }
        x[i * spec->c_in + c] = v;
      }

  if (args->moments)
    for (gsize i = 0; i < (gsize) 2 * out->n * out->c; i++)
      args->moments->data[i] = 0;

  for (gint n = 0; n < out->n; n++)
    for (gint oy = 0; oy < out->h; oy++)
      for (gint ox = 0; ox < out->w; ox++)
        for (gint co = 0; co < spec->c_out; co++)
          {
            gsize   pixel = ((gsize) n * out->h + oy) * out->w + ox;
            gdouble sum   = biases ? biases[co] : 0;

            for (gint ky = 0; ky < k; ky++)
              for (gint kx = 0; kx < k; kx++)
                {
                  gint iy = oy * spec->stride + ky - spec->pad_before;
                  gint ix = ox * spec->stride + kx - spec->pad_before;
                  const gdouble *xs;

                  if (iy < 0 || ix < 0 || iy >= h || ix >= w)
                    continue;
                  xs = x + (((gsize) n * source->h + iy / up) * source->w +
                            ix / up) * spec->c_in;
                  for (gint ci = 0; ci < spec->c_in; ci++)
                    sum += xs[ci] *
                           kernel[(((gsize) co * spec->c_in + ci) * k + ky) * k + kx];
                }

            if (args->time)
              sum += args->time[n * args->time_stride + co];
            if (args->residual)
              sum += source_value (args->residual, pixel, co);
            sum *= scale;
            out->data[pixel * spec->c_out + co] = sum;
            if (args->moments)
              {
                gdouble *m = args->moments->data + 2 * ((gsize) n * out->c + co);

                m[0] += sum;
                m[1] += sum * sum;
              }
          }

  g_free (x);
  ddim_memory_free (kernel);
  ddim_memory_free (biases);
}
