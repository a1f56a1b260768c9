/* clip-tokenizer.h: a prompt as the numbers that a text encoder reads
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * transformers' CLIPTokenizer: text in lower case, cut into words, and these into
 * byte pairs (byte-pairs.h).
 */

#pragma once

#include "errors.h"

G_BEGIN_DECLS

typedef struct _DdimClipTokenizer DdimClipTokenizer;

/* Reads a folder that transformers wrote: vocab.json and merges.txt, or the one
 * tokenizer.json of newer versions; and tokenizer_config.json, special_tokens_map.json
 * and added_tokens.json, where they are there.  Errors name the file and what is wrong
 * there.  Free with ddim_clip_tokenizer_free ().                             */
DdimClipTokenizer * ddim_clip_tokenizer_load     (const gchar              *folder,
                                                  GError                  **error);
void                ddim_clip_tokenizer_free     (DdimClipTokenizer        *tokenizer); /* or NULL */

/* One more than the largest number there is: what a text encoder must know. */
gint                ddim_clip_tokenizer_get_size (const DdimClipTokenizer  *tokenizer);

/* Fills `ids` with `length` numbers (2 or more; 77 for CLIP): the start's, the text's,
 * the end's, and padding.  Returns how many numbers of the text were left out because
 * they were too many: 0 where all of it is there.  text: UTF-8; what is none is
 * replaced.                                                                  */
gint                ddim_clip_tokenizer_encode   (const DdimClipTokenizer  *tokenizer,
                                                  const gchar              *text,
                                                  gint                      length,
                                                  gint                     *ids);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdimClipTokenizer, ddim_clip_tokenizer_free)

G_END_DECLS
