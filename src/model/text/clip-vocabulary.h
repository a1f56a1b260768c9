/* clip-vocabulary.h: what the files of CLIP's tokenizer say
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "byte-pairs.h"
#include "errors.h"

G_BEGIN_DECLS

/* A token that is found in a text as it stands, before it is cut into words. */
typedef struct
{
  gchar    *content;    /* normalised, where it is found in normalised text */
  gboolean  normalised;
  gint      id;
} DdimAddedToken;

typedef struct
{
  DdimBytePairs *pairs;
  GArray        *added; /* of DdimAddedToken */
  gint           bos, eos, pad;
  gint           size;  /* one more than the largest id */
} DdimClipVocabulary;

/* Fills it; clear with ddim_clip_vocabulary_clear (), also where it fails. */
gboolean ddim_clip_vocabulary_read  (DdimClipVocabulary  *vocabulary,
                                     const gchar         *folder,
                                     GError             **error);
void     ddim_clip_vocabulary_clear (DdimClipVocabulary  *vocabulary);

G_END_DECLS
