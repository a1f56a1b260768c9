/* linear.c: linear layers over a few rows, as the time embedding has
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "ops/linear.h"

struct _DdimLinear
{
  gint         c_in;
  gint         c_out;
  DdimConstant weight;
  DdimConstant bias;
  gboolean     has_bias;
};

DdimLinear *
ddim_linear_new (gint                c_in,
                 gint                c_out,
                 const DdimConstant *weight,
                 const DdimConstant *bias)
{
  DdimLinear *linear;

  if (c_in < 1 || c_out < 1 || weight->size != (gsize) c_in * c_out ||
      (bias && bias->size != (gsize) c_out))
    return NULL;

  linear = g_new0 (DdimLinear, 1);
  linear->c_in   = c_in;
  linear->c_out  = c_out;
  linear->weight = *weight;
  if (bias)
    {
      linear->bias     = *bias;
      linear->has_bias = TRUE;
    }
  return linear;
}

void
ddim_linear_free (DdimLinear *linear)
{
  g_free (linear);
}

gboolean
ddim_linear_run (DdimLinear    *linear,
                 gint           n,
                 const gfloat  *x,
                 gsize          x_stride,
                 gfloat        *out,
                 gsize          out_stride,
                 const DdimRun *run)
{
  ddim_linear_naive (linear->c_in, linear->c_out, &linear->weight,
                     linear->has_bias ? &linear->bias : NULL,
                     n, x, x_stride, out, out_stride);
  return TRUE;
}
