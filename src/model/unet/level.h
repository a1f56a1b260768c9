/* level.h: one resolution of a U-Net, on the way down or up
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "blocks.h"
#include "unet-config.h"

G_BEGIN_DECLS

/* Cleared by zeros.  The attentions behind its residual blocks are NULL where it
 * has none of the kind.                                                     */
typedef struct
{
  gint                n;            /* residual blocks */
  DdimResnet        **resnets;
  DdimSelfAttention **attentions;
  DdimTransformer   **transformers;
  DdimLayer           sampler;      /* to the next resolution, by a convolution */
  DdimResnet         *resampler;    /* or by a residual block */
} DdimUnetLevel;

/* Makes residual blocks and attentions; c_in: of each residual block, skips
 * included.                                                                 */
void      ddim_unet_level_load         (DdimUnetLevel        *level,
                                        DdimWeights          *weights,
                                        const DdimUnetConfig *config,
                                        const gchar          *name,
                                        const DdimBlock      *block,
                                        const gint           *c_in,
                                        gint                  c_out,
                                        gint                  n,
                                        gint                  time_dim);
/* Makes what leads to the next resolution, up or down. */
void      ddim_unet_level_load_sampler (DdimUnetLevel        *level,
                                        DdimWeights          *weights,
                                        const DdimUnetConfig *config,
                                        const gchar          *name,
                                        const DdimBlock      *block,
                                        gint                  c,
                                        gint                  time_dim,
                                        gboolean              up);
void      ddim_unet_level_clear        (DdimUnetLevel        *level);

/* One residual block and its attention; takes over x (and skip, or NULL). */
DdimMap * ddim_unet_level_run          (DdimUnetLevel        *level,
                                        DdimPass             *pass,
                                        gint                  i,
                                        DdimMap              *x,
                                        DdimMap              *skip);
/* To the next resolution, where it leads to one; takes over x. */
DdimMap * ddim_unet_level_run_sampler  (DdimUnetLevel        *level,
                                        DdimPass             *pass,
                                        DdimMap              *x);

G_END_DECLS
