/* unet-config-private.h: what the configs of all U-Nets have in common
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "json.h"
#include "unet-config.h"

G_BEGIN_DECLS

/* Reads the fields that mean the same everywhere: sizes and channels (by default
 * so many), widths, norms, activation and embeddings.  times: the names, in the
 * order of DdimTimeEmbedding, of those that are computed, NULL after the last. */
void ddim_unet_config_read_common (DdimJson            *json,
                                   gint                 channels,
                                   const gchar * const *times,
                                   DdimUnetConfig      *config);

/* Reads the kinds of blocks of all levels: indices into `names`, three of them and
 * NULL.                                                                     */
void ddim_unet_config_read_blocks (DdimJson            *json,
                                   const gchar         *field,
                                   const gchar * const *names,
                                   gint                 levels,
                                   gint                *kinds);

G_END_DECLS
