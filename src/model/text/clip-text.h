/* clip-text.h: CLIPTextModel, a text's words as a network's states
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The text encoder of CLIP (Radford et al., arXiv 2103.00020), whose states a
 * text-guided diffusion model attends to.
 */

#pragma once

#include "clip-text-config.h"
#include "monitor.h"
#include "safetensors.h"

G_BEGIN_DECLS

typedef struct _DdimClipText DdimClipText;

/* Keeps a reference to the pool, and reads the file, words' embeddings at every run:
 * that must live as long.  Errors name the tensor.                          */
DdimClipText * ddim_clip_text_new  (const DdimClipTextConfig  *config,
                                    DdimSafetensors           *file,
                                    DdimThreadPool            *pool,
                                    GError                   **error);
void           ddim_clip_text_free (DdimClipText              *text); /* or NULL */

/* The last hidden states, normalised, of n texts of `length` ids each (the first
 * max_position_embeddings at most): out is n x length x hidden_size.  Fails where
 * an id is not below vocab_size (DDIM_ERROR_ARGUMENT), where cancelled, where there
 * is no memory, or where the file has changed.                              */
gboolean       ddim_clip_text_run  (DdimClipText              *text,
                                    gint                       n,
                                    gint                       length,
                                    const gint                *ids,
                                    gfloat                    *out,
                                    const DdimMonitor         *monitor,
                                    GError                   **error);

const DdimClipTextConfig * ddim_clip_text_get_config (const DdimClipText *text);

/* Of all its weights. */
guint64        ddim_clip_text_get_hash (const DdimClipText    *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdimClipText, ddim_clip_text_free)

G_END_DECLS
