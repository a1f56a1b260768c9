/* codebook.h: the nearest vectors of a codebook
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Vector quantisation (van den Oord, Vinyals and Kavukcuoglu, arXiv 1711.00937,
 * equation 1): out = e_k, k = argmin over j of |x - e_j|, the first of several.
 */

#pragma once

#include "tensor.h"

G_BEGIN_DECLS

typedef struct _DdimCodebook DdimCodebook;

/* vectors: n x c, copied.  Returns NULL where its size does not fit or memory is
 * out.                                                                      */
DdimCodebook * ddim_codebook_new   (gint                n,
                                    gint                c,
                                    const DdimConstant *vectors);
void           ddim_codebook_free  (DdimCodebook       *codebook); /* or NULL */

/* out and x: `rows` of c numbers.  A row that is not finite stays as it is.  Needs no
 * scratch.  Returns FALSE where cancelled.                                  */
gboolean       ddim_codebook_run   (const DdimCodebook *codebook,
                                    gint                rows,
                                    const gfloat       *x,
                                    gfloat             *out,
                                    const DdimRun      *run);

/* The same by the definition, in double precision: the reference. */
void           ddim_codebook_naive (gint                n,
                                    gint                c,
                                    const DdimConstant *vectors,
                                    gint                rows,
                                    const gfloat       *x,
                                    gfloat             *out);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdimCodebook, ddim_codebook_free)

G_END_DECLS
