/* byte-pairs.h: a word as byte pairs
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Byte-pair encoding (Sennrich, Haddow and Birch, arXiv 1508.07909): a word's bytes
 * are merged by two, the pair of the lowest rank first, until no neighbours are a
 * pair that there is.  A word's last byte is another symbol than the same byte
 * elsewhere.
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _DdimBytePairs DdimBytePairs;

/* symbols: the token of each byte within a word, and at its end.            */
DdimBytePairs * ddim_byte_pairs_new       (const gint           symbols[256][2]);
void            ddim_byte_pairs_free      (DdimBytePairs       *pairs); /* or NULL */

/* Tokens a and b, side by side, become `merged`.  Ranks are given in the order of
 * the calls; a pair that is added again has its last rank and result.       */
void            ddim_byte_pairs_add       (DdimBytePairs       *pairs,
                                           gint                 a,
                                           gint                 b,
                                           gint                 merged);
/* To be called once, after all have been added. */
void            ddim_byte_pairs_finish    (DdimBytePairs       *pairs);

/* Appends the tokens (gint) of a word of n bytes.  Of one that has more than 4096,
 * each 4096 are merged by themselves: that is far beyond what any text encoder reads. */
void            ddim_byte_pairs_encode    (const DdimBytePairs *pairs,
                                           const gchar         *word,
                                           gsize                n,
                                           GArray              *tokens);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdimBytePairs, ddim_byte_pairs_free)

G_END_DECLS
