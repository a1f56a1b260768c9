/* clip-tokenizer.c: a prompt as the numbers that a text encoder reads
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A text is cut at the added tokens that stand in it; what lies between is normalised
 * and cut at those that are found in normalised text; and the rest into words.
 */

#include "clip-tokenizer.h"

#include <string.h>

#include "clip-unicode.h"
#include "clip-vocabulary.h"

struct _DdimClipTokenizer
{
  DdimClipVocabulary vocabulary;
};

DdimClipTokenizer *
ddim_clip_tokenizer_load (const gchar *folder,
                          GError     **error)
{
  g_autoptr (DdimClipTokenizer) self = g_new0 (DdimClipTokenizer, 1);

  return ddim_clip_vocabulary_read (&self->vocabulary, folder, error)
         ? g_steal_pointer (&self) : NULL;
}

void
ddim_clip_tokenizer_free (DdimClipTokenizer *self)
{
  if (! self)
    return;

  ddim_clip_vocabulary_clear (&self->vocabulary);
  g_free (self);
}

gint
ddim_clip_tokenizer_get_size (const DdimClipTokenizer *self)
{
  return self->vocabulary.size;
}

/* The word's byte pairs; a name of a token, which is none here, in its three parts. */
static void
add_word (const DdimClipTokenizer *self,
          const gchar             *word,
          gsize                    n,
          GArray                  *ids)
{
  const DdimBytePairs *pairs = self->vocabulary.pairs;

  if (n > 4 && g_str_has_prefix (word, "<|") && g_ascii_isalpha (word[2]))
    {
      ddim_byte_pairs_encode (pairs, word, 2, ids);
      ddim_byte_pairs_encode (pairs, word + 2, n - 4, ids);
      ddim_byte_pairs_encode (pairs, word + n - 2, 2, ids);
    }
  else
    ddim_byte_pairs_encode (pairs, word, n, ids);
}

static void
add_words (const DdimClipTokenizer *self,
           const gchar             *text,
           const gchar             *end,
           GArray                  *ids)
{
  gsize n;

  while ((n = ddim_clip_next_word (&text, end)))
    {
      add_word (self, text, n, ids);
      text += n;
    }
}

/* The longest added token of this kind that stands at the text's beginning. */
static const DdimAddedToken *
find_added (const DdimClipTokenizer *self,
            gboolean                 normalised,
            const gchar             *text,
            const gchar             *end,
            gsize                   *length)
{
  const GArray         *added = self->vocabulary.added;
  const DdimAddedToken *found = NULL;

  *length = 0;
  for (guint i = 0; i < added->len; i++)
    {
      const DdimAddedToken *token = &g_array_index (added, DdimAddedToken, i);
      gsize                 n     = strlen (token->content);

      if (token->normalised == normalised && n > *length && n <= (gsize) (end - text) &&
          ! memcmp (text, token->content, n))
        {
          found   = token;
          *length = n;
        }
    }
  return found;
}

static void add_part (const DdimClipTokenizer *self, gboolean normalised, const gchar *text,
                      const gchar *end, GArray *ids);

/* What lies between the added tokens of one kind. */
static void
add_between (const DdimClipTokenizer *self,
             gboolean                 normalised,
             const gchar             *text,
             const gchar             *end,
             GArray                  *ids)
{
  if (text == end)
    return;

  if (normalised)
    add_words (self, text, end, ids);
  else
    {
      g_autofree gchar *normal = ddim_clip_normalise (text, end - text);

      add_part (self, TRUE, normal, normal + strlen (normal), ids);
    }
}

static void
add_part (const DdimClipTokenizer *self,
          gboolean                 normalised,
          const gchar             *text,
          const gchar             *end,
          GArray                  *ids)
{
  const gchar *from = text;
  gsize        n;

  for (const gchar *at = text; at < end; )
    {
      const DdimAddedToken *token = find_added (self, normalised, at, end, &n);

      if (! token)
        {
          at = g_utf8_next_char (at);
          continue;
        }
      add_between (self, normalised, from, at, ids);
      g_array_append_val (ids, token->id);
      from = at += n;
    }
  add_between (self, normalised, from, end, ids);
}

gint
ddim_clip_tokenizer_encode (const DdimClipTokenizer *self,
                            const gchar             *text,
                            gint                     length,
                            gint                    *ids)
{
  g_autofree gchar  *valid = g_utf8_make_valid (text, -1);
  g_autoptr (GArray) found = g_array_new (FALSE, FALSE, sizeof (gint));
  gint               n;

  g_return_val_if_fail (length >= 2, 0);

  add_part (self, FALSE, valid, valid + strlen (valid), found);
  n = MIN ((gint) found->len, length - 2);
  ids[0] = self->vocabulary.bos;
  for (gint i = 0; i < n; i++)
    ids[i + 1] = g_array_index (found, gint, i);
  ids[n + 1] = self->vocabulary.eos;
  for (gint i = n + 2; i < length; i++)
    ids[i] = self->vocabulary.pad;
  return found->len - n;
}
