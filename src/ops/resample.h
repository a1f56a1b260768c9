/* resample.h: halving and doubling a map without weights
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * As the residual blocks that resample (Resnet{Down,Up}sampleBlock2D) do on
 * both of their branches.  Doubling before a convolution is the
 * convolution's own affair: DdimConvSpec.upsample.
 */

#pragma once

#include "norm.h"
#include "tensor.h"

G_BEGIN_DECLS

/* out (N x 2H x 2W x C): each pixel of the source four times.  Both functions
 * need no scratch and return FALSE where cancelled.                         */
gboolean ddim_resample_double (const DdimSource *source,
                               DdimTensor       *out,
                               const DdimRun    *run);

/* out (N x H/2 x W/2 x C): the mean of every 2 x 2 pixels of
 * activation (scale source + shift), affine NULL for the source itself; an odd
 * last row or column is left out.                                           */
gboolean ddim_resample_halve  (const DdimSource *source,
                               const DdimAffine *affine,
                               DdimTensor       *out,
                               const DdimRun    *run);

G_END_DECLS
