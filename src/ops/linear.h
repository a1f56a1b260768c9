/* linear.h: linear layers over a few rows, as the time embedding has
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Linear layers over all pixels are 1 x 1 convolutions: conv.h.
 */

#pragma once

#include "tensor.h"

G_BEGIN_DECLS

typedef struct _DdimLinear DdimLinear;

/* weight: c_out x c_in, kept (not copied) until ddim_linear_plan (); bias: c_out
 * or NULL, copied.  Returns NULL where a constant's size does not fit or memory
 * is out.                                                                   */
DdimLinear * ddim_linear_new  (gint                c_in,
                               gint                c_out,
                               const DdimConstant *weight,
                               const DdimConstant *bias);
void         ddim_linear_free (DdimLinear         *linear); /* or NULL */

/* Packs the weight for this pool's kernels, where it is not; FALSE where there is
 * no memory.  To be called before ddim_linear_run ().                       */
gboolean     ddim_linear_plan (DdimLinear         *linear,
                               DdimThreadPool     *pool);

/* out (n x c_out) = x (n x c_in) weight^T + bias, rows stride floats apart.
 * Needs no scratch.  Returns FALSE where cancelled.                         */
gboolean     ddim_linear_run  (DdimLinear         *linear,
                               gint                n,
                               const gfloat       *x,
                               gsize               x_stride,
                               gfloat             *out,
                               gsize               out_stride,
                               const DdimRun      *run);

/* The same by the definition, in double precision: the reference. */
void         ddim_linear_naive (gint                c_in,
                                gint                c_out,
                                const DdimConstant *weight,
                                const DdimConstant *bias,
                                gint                n,
                                const gfloat       *x,
                                gsize               x_stride,
                                gfloat             *out,
                                gsize               out_stride);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdimLinear, ddim_linear_free)

G_END_DECLS
