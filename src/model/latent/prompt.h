/* prompt.h: what makes states of a prompt
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A pipeline's tokenizer and its text encoder as one.
 */

#pragma once

#include "folder.h"
#include "thread-pool.h"

G_BEGIN_DECLS

typedef struct _DdimPrompter DdimPrompter;

/* Reads what the folder's part `text_encoder` says, without the weights' numbers.
 * Errors name the file.                                                     */
DdimPrompter * ddim_prompter_open     (const DdimFolder   *folder,
                                       GError            **error);
void           ddim_prompter_free     (DdimPrompter       *prompter); /* or NULL */

/* Numbers of a state, and of all parameters, and the bytes these take in the file. */
gint           ddim_prompter_get_width      (const DdimPrompter *prompter);
guint64        ddim_prompter_get_parameters (const DdimPrompter *prompter);
guint64        ddim_prompter_get_bytes      (const DdimPrompter *prompter);

/* Makes both, once; what follows may be called then. */
gboolean       ddim_prompter_build    (DdimPrompter       *prompter,
                                       DdimThreadPool     *pool,
                                       GError            **error);

/* Of all parameters. */
guint64        ddim_prompter_get_hash       (const DdimPrompter *prompter);

/* How many tokens a prompt has beyond those that the encoder takes. */
gint           ddim_prompter_count_cut (const DdimPrompter *prompter,
                                        const gchar        *prompt);

/* The states of a prompt (UTF-8, NULL for ""), tokens x width; free with g_free ().
 * A longer prompt is cut.                                                   */
gfloat       * ddim_prompter_read      (DdimPrompter       *prompter,
                                        const gchar        *prompt,
                                        gint               *tokens,
                                        GError            **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdimPrompter, ddim_prompter_free)

G_END_DECLS
