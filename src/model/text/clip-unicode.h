/* clip-unicode.h: text as CLIP's tokenizer sees it
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* n bytes of UTF-8 without a zero, composed (NFC), runs of white space a space each,
 * in lower case.  Free with g_free ().                                       */
gchar * ddim_clip_normalise (const gchar  *text,
                             gsize         n);

/* Goes from *text over spaces to the next word of normalised text, and returns its
 * length in bytes, 0 where there is none before `end`: <|startoftext|> or
 * <|endoftext|>, an English contraction's end, a run of letters, one number, or a run
 * of anything else.                                                         */
gsize   ddim_clip_next_word (const gchar **text,
                             const gchar  *end);

G_END_DECLS
