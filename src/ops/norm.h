/* norm.h: group normalisation in three steps
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Group normalisation (Wu and He, arXiv 1803.08494) is three steps here, so
 * that no normalised tensor need be stored:
 *   1. moments: the sum and the sum of squares of every item's channels,
 *      taken by the operation that writes the tensor;
 *   2. affine: one scale and one shift for every item's channel, from the
 *      moments of its group, gamma, beta and the time step's conditioning;
 *   3. activation (scale x + shift), by the convolution that reads the tensor
 *      (or by ddim_affine_apply).
 */

#pragma once

#include "tensor.h"

G_BEGIN_DECLS

/* Of one tensor: N x C x 2, the sum over H W and the sum of squares. */
typedef struct
{
  gint     n, c;
  gdouble *data;
} DdimMoments;

/* Adds to c channels' moments (a sum and a sum of squares each) those of n pixels, n at
 * least 1: the sums of what is left of their values without the pivots, and of the
 * squares of what is left without their mean.  One far from zero then costs the
 * variance no digits.                                                       */
void ddim_moments_add (gdouble      *moments,
                       gint          c,
                       gint          n,
                       const gfloat *pivots,
                       const gfloat *sums,
                       const gfloat *squares);

/* x -> activation (scale x + shift), scale and shift being N x C. */
typedef struct
{
  gint            n, c;
  gfloat         *scale;
  gfloat         *shift;
  DdimActivation  activation;
} DdimAffine;

typedef struct _DdimNorm DdimNorm;

/* groups must divide c.  gamma and beta: C numbers, copied; NULL for 1 and 0. */
DdimNorm * ddim_norm_new  (gint                c,
                           gint                groups,
                           gdouble             eps,
                           const DdimConstant *gamma,
                           const DdimConstant *beta);
void       ddim_norm_free (DdimNorm           *norm); /* or NULL */

/* Fills `affine` (its n, c, scale and shift say where) for a tensor of
 * h w pixels whose channels have the moments `first` and then `second` (or
 * NULL), as a DdimSource has.  condition: NULL, or for each item 2 C numbers
 * (scale, then shift), condition_stride floats apart, which make
 * norm (x) (1 + scale) + shift.  Cheap; on this thread.                     */
void       ddim_norm_affine (const DdimNorm    *norm,
                             const DdimMoments *first,
                             const DdimMoments *second,
                             gint               hw,
                             const gfloat      *condition,
                             gsize              condition_stride,
                             DdimActivation     activation,
                             DdimAffine        *affine);

/* out (N x H x W x C) = activation (scale source + shift), affine NULL for a
 * plain copy; `out` may be the source.  Returns FALSE where cancelled.      */
gboolean   ddim_affine_apply    (const DdimSource *source,
                                 const DdimAffine *affine,
                                 DdimTensor       *out,
                                 const DdimRun    *run);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdimNorm, ddim_norm_free)

G_END_DECLS
