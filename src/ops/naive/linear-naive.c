/* linear-naive.c: linear layers by their definition
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "aligned-memory.h"
#include "constant.h"
#include "linear.h"

void
ddim_linear_naive (gint                c_in,
                   gint                c_out,
                   const DdimConstant *weight,
                   const DdimConstant *bias,
                   gint                n,
                   const gfloat       *x,
                   gsize               x_stride,
                   gfloat             *out,
                   gsize               out_stride)
{
  gfloat *weights = ddim_constant_copy (weight);
  gfloat *biases  = ddim_constant_copy (bias);

  for (gint i = 0; i < n; i++)
    for (gint co = 0; co < c_out; co++)
      {
        gdouble sum = biases ? biases[co] : 0;

        for (gint ci = 0; ci < c_in; ci++)
          sum += (gdouble) x[i * x_stride + ci] * weights[(gsize) co * c_in + ci];
        out[i * out_stride + co] = sum;
      }

  ddim_memory_free (weights);
  ddim_memory_free (biases);
}
