/* conv.h: convolutions, with all that surrounds them in a U-Net
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * out = (conv (activation (scale source + shift)) + bias + time + residual)
 *       * output_scale
 * in one operation, and the moments of `out` for the next normalisation.
 * 1 x 1 convolutions are the linear layers over pixels (q, k, v).
 */

#pragma once

#include "norm.h"
#include "precision.h"
#include "tensor.h"

G_BEGIN_DECLS

typedef struct
{
  gint     c_in;
  gint     c_out;
  gint     kernel;     /* 1 or 3                                            */
  gint     stride;     /* 1 or 2                                            */
  gint     pad_before; /* zero rows above and columns to the left, 0 or 1   */
  gint     pad_after;  /* zero rows below and columns to the right, 0 or 1  */
  gboolean upsample;   /* nearest x 2 first (stride 1, kernel 3, pads 1)    */
} DdimConvSpec;

typedef struct
{
  DdimSource        source;       /* N x H x W x c_in                       */
  const DdimAffine *affine;       /* or NULL; padding stays zero            */
  const gfloat     *time;         /* or NULL; N x c_out, added to every pixel */
  gsize             time_stride;  /* floats from one item's to the next's   */
  const DdimSource *residual;     /* or NULL; of the shape of out           */
  gfloat            output_scale; /* 0 stands for 1                         */
  DdimTensor       *out;          /* may be a part of residual, not of source */
  DdimMoments      *moments;      /* or NULL; of out                        */
} DdimConvArgs;

typedef struct _DdimConv DdimConv;

/* weight: c_out x c_in x kernel x kernel, kept (not copied) and read by
 * ddim_conv_plan (); bias: c_out or NULL, copied.  Returns NULL where the
 * spec is not one of those above, a constant's size does not fit it, or memory is
 * out.                                                                      */
DdimConv * ddim_conv_new  (const DdimConvSpec *spec,
                           const DdimConstant *weight,
                           const DdimConstant *bias);
void       ddim_conv_free (DdimConv           *conv); /* or NULL */

/* To be called before the first plan: weights of a 16-bit type are packed in their
 * 16 bits, and unpacked a panel at a time by each run.  The numbers that come out
 * are the same.                                                             */
void       ddim_conv_keep_halves (DdimConv    *conv);

/* Chooses the algorithm for sources of n x h x w and packs the weights for it
 * (in parallel, and only where they are not so packed already; once they are,
 * `weight` is not read again).  To be called before ddim_conv_run (), and again
 * where the shape or the precision changes.  scratch: the floats of scratch that a
 * run needs, with this pool.  The algorithm depends on h, w and the precision alone:
 * an item's result is the same alone and in a batch.  Returns FALSE where there is no
 * memory.                                                                   */
gboolean   ddim_conv_plan (DdimConv       *conv,
                           gint            n,
                           gint            h,
                           gint            w,
                           DdimPrecision   precision,
                           DdimThreadPool *pool,
                           gsize          *scratch);

/* The output's rows (or columns) for a source of `size` rows (or columns). */
gint       ddim_conv_output_size (const DdimConvSpec *spec,
                                  gint                size);

/* The chosen algorithm, for people to read; static. */
const gchar * ddim_conv_get_algorithm (const DdimConv *conv);

/* Bytes of packed weights it holds. */
gsize      ddim_conv_get_packed_size (const DdimConv *conv);

/* Returns FALSE where cancelled: `out` and `moments` are then incomplete.   */
gboolean   ddim_conv_run  (DdimConv           *conv,
                           const DdimConvArgs *args,
                           const DdimRun      *run);

/* The same by the definition, in double precision: the reference. */
void       ddim_conv_naive (const DdimConvSpec *spec,
                            const DdimConstant *weight,
                            const DdimConstant *bias,
                            const DdimConvArgs *args);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdimConv, ddim_conv_free)

G_END_DECLS
