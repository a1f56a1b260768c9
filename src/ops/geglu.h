/* geglu.h: the gated unit of a transformer's feed-forward layer
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Of each row's two halves a and b: a gelu (b), with the exact GELU (Shazeer,
 * arXiv 2002.05202, equation 6; the linear layers before it are one).
 */

#pragma once

#include "tensor.h"

G_BEGIN_DECLS

/* x: n rows of 2 c; out: n rows of c, other memory.  Needs no scratch.  Returns
 * FALSE where cancelled.                                                    */
gboolean ddim_geglu_run   (gsize          n,
                           gint           c,
                           const gfloat  *x,
                           gfloat        *out,
                           const DdimRun *run);

/* The same by the definition, in double precision: the reference. */
void     ddim_geglu_naive (gsize          n,
                           gint           c,
                           const gfloat  *x,
                           gfloat        *out);

G_END_DECLS
