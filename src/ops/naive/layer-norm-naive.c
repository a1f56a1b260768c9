/* layer-norm-naive.c: layer normalisation by its definition
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <math.h>

#include "constant.h"
#include "layer-norm.h"

static gdouble
element (const DdimConstant *constant,
         gint                i,
         gdouble             without)
{
  gfloat value;

  if (! constant)
    return without;

  ddim_constant_read (constant, i, 1, &value);
  return value;
}

void
ddim_layer_norm_naive (gint                c,
                       gdouble             eps,
                       const DdimConstant *gamma,
                       const DdimConstant *beta,
                       gint                n,
                       const gfloat       *x,
                       gsize               x_stride,
                       gfloat             *out,
                       gsize               out_stride)
{
  for (gint row = 0; row < n; row++, x += x_stride, out += out_stride)
    {
      gdouble mean = 0, variance = 0;

      for (gint i = 0; i < c; i++)
        mean += x[i];
      mean /= c;
      for (gint i = 0; i < c; i++)
        variance += (x[i] - mean) * (x[i] - mean);
      variance /= c;

      for (gint i = 0; i < c; i++)
        out[i] = (x[i] - mean) / sqrt (variance + eps) * element (gamma, i, 1)
                 + element (beta, i, 0);
    }
}
