/* layer-norm.h: layer normalisation
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * out = (x - mean) / sqrt (variance + eps) * gamma + beta, mean and variance (that
 * of n, not n - 1) being those of a row: a word's or a pixel's channels (Ba, Kiros
 * and Hinton, arXiv 1607.06450).
 */

#pragma once

#include "tensor.h"

G_BEGIN_DECLS

typedef struct _DdimLayerNorm DdimLayerNorm;

/* gamma and beta: C numbers, copied; NULL for 1 and 0. */
DdimLayerNorm * ddim_layer_norm_new   (gint                 c,
                                       gdouble              eps,
                                       const DdimConstant  *gamma,
                                       const DdimConstant  *beta);
void            ddim_layer_norm_free  (DdimLayerNorm       *norm); /* or NULL */

/* out and x: n rows of C numbers, stride floats apart; `out` may be x.  Needs no
 * scratch.  Returns FALSE where cancelled.                                  */
gboolean        ddim_layer_norm_run   (const DdimLayerNorm *norm,
                                       gint                 n,
                                       const gfloat        *x,
                                       gsize                x_stride,
                                       gfloat              *out,
                                       gsize                out_stride,
                                       const DdimRun       *run);

/* The same by the definition, in double precision: the reference. */
void            ddim_layer_norm_naive (gint                 c,
                                       gdouble              eps,
                                       const DdimConstant  *gamma,
                                       const DdimConstant  *beta,
                                       gint                 n,
                                       const gfloat        *x,
                                       gsize                x_stride,
                                       gfloat              *out,
                                       gsize                out_stride);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdimLayerNorm, ddim_layer_norm_free)

G_END_DECLS
