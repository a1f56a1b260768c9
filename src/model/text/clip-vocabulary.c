/* clip-vocabulary.c: what the files of CLIP's tokenizer say
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The vocabulary and the merges come from tokenizer.json, where there is one, or from
 * vocab.json and merges.txt.
 */

#include "clip-vocabulary.h"

#include <string.h>

#include "clip-tokens.h"
#include "clip-unicode.h"
#include "file.h"

#define MAX_MERGES_SIZE (16 << 20)

#define MAX_ID (1 << 24)

typedef struct
{
  DdimClipVocabulary *vocabulary;
  const gchar        *folder;
  GHashTable         *ids;    /* token -> id + 1 */
  DdimClipTokens      tokens;
  GError             *error;
} Reader;

/* The byte of a character that stands for one in vocabularies, or -1.  Bytes that are
 * printable in Latin 1 stand for themselves, the others, in their order, for what
 * begins at U+0100.                                                         */
static gint
byte_of (gunichar c)
{
  if ((c >= 0x21 && c <= 0x7e) || (c >= 0xa1 && c <= 0xac) || (c >= 0xae && c <= 0xff))
    return c;
  if (c >= 0x100 && c < 0x100 + 33)
    return c - 0x100;
  if (c >= 0x121 && c < 0x121 + 34)
    return c - 0x121 + 0x7f;
  return c == 0x143 ? 0xad : -1;
}

static gint
lookup (const Reader *reader,
        const gchar  *token)
{
  return GPOINTER_TO_INT (g_hash_table_lookup (reader->ids, token)) - 1;
}

/* The vocabulary ------------------------------------------------------------ */

static void
read_vocabulary (Reader      *reader,
                 const gchar *path,
                 JsonObject  *object)
{
  JsonObjectIter iter;
  const gchar   *token;
  JsonNode      *node;

  json_object_iter_init (&iter, object);
  while (json_object_iter_next (&iter, &token, &node))
    {
      gint64 id = JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_INT64
                  ? json_node_get_int (node) : -1;

      if (id < 0 || id > MAX_ID)
        {
          ddim_clip_refuse (&reader->error, path,
                            "the vocabulary gives no number from 0 to 16777216 to", token);
          return;
        }
      g_hash_table_replace (reader->ids, g_strdup (token), GINT_TO_POINTER ((gint) id + 1));
      reader->vocabulary->size = MAX (reader->vocabulary->size, (gint) id + 1);
    }
}

/* The tokens of single bytes, and what a word of them begins as. */
static void
make_pairs (Reader      *reader,
            const gchar *path)
{
  gint symbols[256][2];
  gint unk = lookup (reader, reader->tokens.names[DDIM_CLIP_UNK]);

  for (gunichar c = 0x21; c <= 0x143; c++)
    for (gint end = 0; byte_of (c) >= 0 && end < 2; end++)
      {
        gchar symbol[12] = { 0 };
        gint  n = g_unichar_to_utf8 (c, symbol), id;

        strcpy (symbol + n, end ? "</w>" : "");
        id = lookup (reader, symbol);
        if (id < 0 && unk < 0)
          {
            ddim_clip_refuse (&reader->error, path, "the vocabulary lacks", symbol);
            return;
          }
        symbols[byte_of (c)][end] = id < 0 ? unk : id;
      }
  reader->vocabulary->pairs = ddim_byte_pairs_new ((const gint (*)[2]) symbols);
}

/* Two tokens that become one. */
static gboolean
add_merge (Reader      *reader,
           const gchar *path,
           const gchar *a,
           const gchar *b)
{
  g_autofree gchar *merged = g_strconcat (a, b, NULL);
  const gchar      *needed[] = { a, b, merged };
  gint              ids[3];

  for (gint i = 0; i < 3; i++)
    {
      ids[i] = lookup (reader, needed[i]);
      if (ids[i] < 0)
        {
          ddim_clip_refuse (&reader->error, path, "a merge needs what the vocabulary lacks,",
                            needed[i]);
          return FALSE;
        }
    }
  ddim_byte_pairs_add (reader->vocabulary->pairs, ids[0], ids[1], ids[2]);
  return TRUE;
}

/* “a b” */
static gboolean
add_merge_line (Reader      *reader,
                const gchar *path,
                const gchar *line)
{
  g_auto (GStrv) parts = g_strsplit (line, " ", 3);

  if (g_strv_length (parts) == 2)
    return add_merge (reader, path, parts[0], parts[1]);

  ddim_clip_refuse (&reader->error, path, "this is not two tokens to be merged:", line);
  return FALSE;
}

static void
read_merges_file (Reader *reader)
{
  g_autofree gchar *path = g_build_filename (reader->folder, "merges.txt", NULL);
  gsize             size;
  g_autofree gchar *text = ddim_file_read_text (path, MAX_MERGES_SIZE, &size, &reader->error);

  if (! text)
    return;
  if (! g_utf8_validate (text, size, NULL))
    {
      g_set_error (&reader->error, DDIM_ERROR, DDIM_ERROR_INVALID, "%s is not text in UTF-8", path);
      return;
    }

  for (gchar *line = text, *next; line; line = next)
    {
      gchar *end = strchr (line, '\n');

      next = end ? end + 1 : NULL;
      if (! end)
        end = line + strlen (line);
      *end = '\0';
      if (end > line && end[-1] == '\r')
        end[-1] = '\0';
      if (*line && ! g_str_has_prefix (line, "#version") && ! add_merge_line (reader, path, line))
        return;
    }
}

static void
read_merges (Reader      *reader,
             const gchar *path,
             JsonArray   *array)
{
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonNode    *node = json_array_get_element (array, i);
      JsonArray   *pair = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
      const gchar *line = JSON_NODE_HOLDS_VALUE (node) ? json_node_get_string (node) : NULL;
      const gchar *parts[2] = { NULL, NULL };

      for (guint j = 0; pair && json_array_get_length (pair) == 2 && j < 2; j++)
        {
          JsonNode *part = json_array_get_element (pair, j);

          parts[j] = JSON_NODE_HOLDS_VALUE (part) ? json_node_get_string (part) : NULL;
        }
      if (line ? ! add_merge_line (reader, path, line)
               : parts[0] && parts[1] && ! add_merge (reader, path, parts[0], parts[1]))
        return;
      if (! line && ! (parts[0] && parts[1]))
        {
          ddim_clip_refuse (&reader->error, path, "something else than pairs of tokens is in",
                            "merges");
          return;
        }
    }
}

/* Numbers for the added tokens: theirs in the vocabulary, or new ones behind it. */
static void
number_tokens (Reader *reader)
{
  DdimClipVocabulary *vocabulary = reader->vocabulary;

  for (guint i = 0; i < reader->tokens.added->len; i++)
    {
      DdimClipToken *token = &g_array_index (reader->tokens.added, DdimClipToken, i);
      DdimAddedToken added = { NULL, token->normalised, lookup (reader, token->content) };

      if (added.id < 0)
        {
          added.id = vocabulary->size++;
          g_hash_table_replace (reader->ids, g_strdup (token->content),
                                GINT_TO_POINTER (added.id + 1));
        }
      added.content = token->normalised
                      ? ddim_clip_normalise (token->content, strlen (token->content))
                      : g_strdup (token->content);
      g_array_append_val (vocabulary->added, added);
    }
  vocabulary->bos = lookup (reader, reader->tokens.names[DDIM_CLIP_BOS]);
  vocabulary->eos = lookup (reader, reader->tokens.names[DDIM_CLIP_EOS]);
  vocabulary->pad = lookup (reader, reader->tokens.names[DDIM_CLIP_PAD]);
}

/* The folder ----------------------------------------------------------------- */

static void
read_new (Reader *reader)
{
  g_autofree gchar *path = g_build_filename (reader->folder, "tokenizer.json", NULL);
  DdimJson    json;
  JsonObject *model, *vocab;
  JsonNode   *merges;

  if (! ddim_json_open (&json, path, &reader->error))
    return;

  model  = ddim_clip_object (json.object, "model");
  vocab  = model ? ddim_clip_object (model, "vocab") : NULL;
  merges = model ? json_object_get_member (model, "merges") : NULL;
  if (! vocab || ! merges || ! JSON_NODE_HOLDS_ARRAY (merges))
    ddim_json_refuse (&json, DDIM_ERROR_INVALID, "model",
                      "has no “vocab” and “merges”: this is not a tokenizer of byte pairs");
  else
    {
      if (ddim_clip_tokens_read (&reader->tokens, reader->folder, &json, &reader->error))
        read_vocabulary (reader, path, vocab);
      if (! reader->error)
        make_pairs (reader, path);
      if (! reader->error)
        read_merges (reader, path, json_node_get_array (merges));
    }
  ddim_json_close (&json, reader->error ? NULL : &reader->error);
}

static void
read_old (Reader *reader)
{
  g_autofree gchar *path = g_build_filename (reader->folder, "vocab.json", NULL);
  DdimJson json;

  if (! ddim_clip_tokens_read (&reader->tokens, reader->folder, NULL, &reader->error) ||
      ! ddim_json_open (&json, path, &reader->error))
    return;

  read_vocabulary (reader, path, json.object);
  ddim_json_close (&json, NULL);
  if (! reader->error)
    make_pairs (reader, path);
  if (! reader->error)
    read_merges_file (reader);
}

static gboolean
has_file (const Reader *reader,
          const gchar  *name)
{
  g_autofree gchar *path = g_build_filename (reader->folder, name, NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

gboolean
ddim_clip_vocabulary_read (DdimClipVocabulary  *vocabulary,
                           const gchar         *folder,
                           GError             **error)
{
  Reader reader = { vocabulary, folder };

  *vocabulary = (DdimClipVocabulary) { 0 };
  vocabulary->added = g_array_new (FALSE, FALSE, sizeof (DdimAddedToken));
  reader.ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  if (has_file (&reader, "tokenizer.json"))
    read_new (&reader);
  else if (has_file (&reader, "vocab.json"))
    read_old (&reader);
  else
    g_set_error (&reader.error, DDIM_ERROR, DDIM_ERROR_MISSING,
                 "%s has neither tokenizer.json nor vocab.json and merges.txt: copy the model's "
                 "folder “tokenizer” whole", folder);
  if (! reader.error)
    {
      ddim_byte_pairs_finish (vocabulary->pairs);
      number_tokens (&reader);
    }

  g_hash_table_unref (reader.ids);
  if (reader.tokens.added)
    ddim_clip_tokens_clear (&reader.tokens);
  if (! reader.error)
    return TRUE;

  g_propagate_error (error, reader.error);
  return FALSE;
}

void
ddim_clip_vocabulary_clear (DdimClipVocabulary *vocabulary)
{
  for (guint i = 0; vocabulary->added && i < vocabulary->added->len; i++)
    g_free (g_array_index (vocabulary->added, DdimAddedToken, i).content);
  g_clear_pointer (&vocabulary->added, g_array_unref);
  g_clear_pointer (&vocabulary->pairs, ddim_byte_pairs_free);
}
