/* conv.c: convolutions, with all that surrounds them in a U-Net
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "ops/conv.h"

struct _DdimConv
{
  DdimConvSpec spec;
  DdimConstant weight;
  DdimConstant bias;
  gboolean     has_bias;
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
  if (bias)
    {
      conv->bias     = *bias;
      conv->has_bias = TRUE;
    }
  return conv;
}

void
ddim_conv_free (DdimConv *conv)
{
  g_free (conv);
}

gint
ddim_conv_output_size (const DdimConvSpec *spec,
                       gint                size)
{
  gint padded = size * (spec->upsample ? 2 : 1) + spec->pad_before + spec->pad_after;

  return (padded - spec->kernel) / spec->stride + 1;
}

gsize
ddim_conv_plan (DdimConv *conv,
                gint      n,
                gint      h,
                gint      w,
                DdimTeam *team)
{
  return 0;
}

const gchar *
ddim_conv_get_algorithm (const DdimConv *conv)
{
  return "naive";
}

gsize
ddim_conv_get_packed_size (const DdimConv *conv)
{
  return 0;
}

gboolean
ddim_conv_run (DdimConv           *conv,
               const DdimConvArgs *args,
               const DdimRun      *run)
{
  if (run->cancellable && g_cancellable_is_cancelled (run->cancellable))
    return FALSE;

  ddim_conv_naive (&conv->spec, &conv->weight,
                   conv->has_bias ? &conv->bias : NULL, args);
  return TRUE;
}
