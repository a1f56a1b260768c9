/* embedding.h: what a network is told of the timestep and the class
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "unet-config.h"
#include "weights.h"

G_BEGIN_DECLS

typedef struct _DdimEmbedding DdimEmbedding;

DdimEmbedding * ddim_embedding_new  (DdimWeights          *weights,
                                     const DdimUnetConfig *config);
void            ddim_embedding_free (DdimEmbedding    *embedding); /* or NULL */

/* Numbers of an item's embedding. */
gint            ddim_embedding_get_width  (const DdimEmbedding *embedding);
/* Numbers of an item's label: 0 without classes, 1, or the width (identity). */
gint            ddim_embedding_get_labels (const DdimEmbedding *embedding);

/* Packs its layers' weights for this pool; FALSE where there is no memory. */
gboolean        ddim_embedding_plan (DdimEmbedding  *embedding,
                                     DdimThreadPool *pool);

/* out: N x width, of one timestep and, where there are classes, N labels;
 * activated, as every residual block reads it.  FALSE where cancelled.     */
gboolean        ddim_embedding_run  (DdimEmbedding *embedding,
                                     gint           n,
                                     gdouble        timestep,
                                     const gfloat  *labels,
                                     gfloat        *out,
                                     const DdimRun *run);

G_END_DECLS
