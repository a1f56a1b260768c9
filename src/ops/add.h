/* add.h: a residual's sum where no convolution takes it
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "norm.h"
#include "tensor.h"

G_BEGIN_DECLS

/* Floats of scratch that a run needs. */
gsize    ddim_add_plan (gint            n,
                        gint            h,
                        gint            w,
                        gint            c,
                        DdimThreadPool *pool);

/* out = (a + b) * scale, all N x H x W x C, and the moments of `out`; `out` may
 * be a or b.  Returns FALSE where cancelled.                                */
gboolean ddim_add_run  (const DdimTensor *a,
                        const DdimTensor *b,
                        gfloat            scale,
                        DdimTensor       *out,
                        DdimMoments      *moments,
                        const DdimRun    *run);

G_END_DECLS
