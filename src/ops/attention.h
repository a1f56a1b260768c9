/* attention.h: exact attention of queries to keys and values
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * out = softmax (q k^T / sqrt d) v for every item and head (Vaswani et al.,
 * arXiv 1706.03762, equation 1).  Keys and values may be of another sequence than
 * the queries (a text's, say): of a map's own pixels it is self-attention.
 */

#pragma once

#include "precision.h"
#include "tensor.h"

G_BEGIN_DECLS

/* q and out are N x queries rows, k and v N x keys, `stride` floats apart, in which
 * head i has columns i d .. i d + d - 1.  q, k and v may be slices of one tensor. */
typedef struct
{
  gint          n;
  gint          queries; /* H W of a map */
  gint          keys;
  gint          heads;
  gint          d;       /* columns of a head */
  const gfloat *q, *k, *v;
  gsize         q_stride, k_stride, v_stride;
  gfloat       *out;
  gsize         out_stride;
  gboolean      causal;  /* query i sees keys 0 .. i alone; as many queries as keys */
  DdimPrecision precision;
} DdimAttentionArgs;

/* Floats of scratch that a run needs with this pool. */
gsize    ddim_attention_plan  (gint            n,
                               gint            queries,
                               gint            keys,
                               gint            heads,
                               gint            d,
                               DdimPrecision   precision,
                               DdimThreadPool *pool);

/* Returns FALSE where cancelled. */
gboolean ddim_attention_run   (const DdimAttentionArgs *args,
                               const DdimRun           *run);

/* The same by the definition, in double precision: the reference. */
void     ddim_attention_naive (const DdimAttentionArgs *args);

G_END_DECLS
