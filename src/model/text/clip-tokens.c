/* clip-tokens.c: the special and the added tokens of CLIP's tokenizer
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Three generations of transformers have written these folders, and the newest reads
 * them all: the added tokens from tokenizer_config.json's added_tokens_decoder or, where
 * that is absent, from added_tokens.json and tokenizer.json; the names of the special
 * ones from tokenizer_config.json and, where it has no added_tokens_decoder, from
 * special_tokens_map.json before it.
 */

#include "clip-tokens.h"

#include <string.h>

/* Of all folders that are read, the added tokens have some ten, a few with learned
 * words some hundred.                                                       */
#define MAX_ADDED 10000

typedef struct
{
  const gchar    *folder;
  DdimClipTokens *tokens;
  GError         *error;
} Reader;

static const gchar * const name_fields[] = { "bos_token", "eos_token", "unk_token", "pad_token" };
static const gchar * const default_names[] =
  { "<|startoftext|>", "<|endoftext|>", "<|endoftext|>", "<|endoftext|>" };

static void
token_clear (gpointer data)
{
  g_free (((DdimClipToken *) data)->content);
}

static gboolean
is_true (JsonObject  *object,
         const gchar *field,
         gboolean     fallback)
{
  JsonNode *node = json_object_get_member (object, field);

  return node && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_BOOLEAN
         ? json_node_get_boolean (node) : fallback;
}

/* Fills the token; node: its text, or an object that has it as its content.  special:
 * whether it is for certain.                                                */
static gboolean
read_token (Reader        *reader,
            const gchar   *path,
            JsonNode      *node,
            gboolean       special,
            DdimClipToken *token)
{
  static const gchar * const unsupported[] = { "lstrip", "rstrip", "single_word" };
  JsonObject  *object  = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  JsonNode    *content = object ? json_object_get_member (object, "content") : node;
  const gchar *text    = content && JSON_NODE_HOLDS_VALUE (content)
                         ? json_node_get_string (content) : NULL;

  if (! text)
    {
      ddim_clip_refuse (&reader->error, path, "a token is neither a text nor an object with",
                        "content");
      return FALSE;
    }
  for (gsize i = 0; object && i < G_N_ELEMENTS (unsupported); i++)
    if (is_true (object, unsupported[i], FALSE) && ! reader->error)
      g_set_error (&reader->error, DDIM_ERROR, DDIM_ERROR_UNSUPPORTED,
                   "%s: the token “%s” has “%s”, which is not supported", path, text,
                   unsupported[i]);
  if (reader->error)
    return FALSE;

  token->content    = g_strdup (text);
  token->normalised = object && is_true (object, "normalized",
                                         ! special && ! is_true (object, "special", FALSE));
  return TRUE;
}

/* Takes over the token's content.  Of several with one content the last is right. */
static void
add_token (Reader        *reader,
           DdimClipToken  token)
{
  DdimClipToken *known = NULL;

  for (guint i = 0; i < reader->tokens->added->len && ! known; i++)
    if (! strcmp (g_array_index (reader->tokens->added, DdimClipToken, i).content, token.content))
      known = &g_array_index (reader->tokens->added, DdimClipToken, i);

  if (known && (token.fixed || ! known->fixed))
    known->normalised = token.normalised;
  if (reader->tokens->added->len == MAX_ADDED)
    ddim_clip_refuse (&reader->error, reader->folder, "far too many tokens are added, from",
                      token.content);
  if (known || ! *token.content || reader->error)
    g_free (token.content);
  else
    g_array_append_val (reader->tokens->added, token);
}

static gint
compare_orders (gconstpointer a,
                gconstpointer b)
{
  const DdimClipToken *x = a, *y = b;

  return (x->order > y->order) - (x->order < y->order);
}

/* {"number": token, ...}; or, swapped, {"token": number, ...} */
static void
read_added_object (Reader      *reader,
                   const gchar *path,
                   JsonObject  *object,
                   gboolean     swapped)
{
  JsonObjectIter iter;
  const gchar   *name;
  JsonNode      *node;

  json_object_iter_init (&iter, object);
  while (! reader->error && json_object_iter_next (&iter, &name, &node))
    {
      DdimClipToken token = { NULL, TRUE, TRUE, 0 };

      if (swapped)
        {
          gboolean special = FALSE;

          for (gint i = 0; i < DDIM_CLIP_NAMES; i++)
            special |= ! strcmp (reader->tokens->names[i], name);
          token.content    = g_strdup (name);
          token.normalised = ! special;
          token.order      = JSON_NODE_HOLDS_VALUE (node) ? json_node_get_int (node) : 0;
        }
      else if (read_token (reader, path, node, FALSE, &token))
        token.order = g_ascii_strtoll (name, NULL, 10);
      if (! reader->error)
        add_token (reader, token);
    }
}

static void
read_added_array (Reader      *reader,
                  const gchar *path,
                  JsonArray   *array,
                  gboolean     special)
{
  for (guint i = 0; i < json_array_get_length (array) && ! reader->error; i++)
    {
      JsonNode     *node  = json_array_get_element (array, i);
      DdimClipToken token = { NULL, TRUE, ! special, G_MAXINT64 };

      if (! read_token (reader, path, node, special, &token))
        return;
      if (! special && JSON_NODE_HOLDS_OBJECT (node) &&
          json_object_has_member (json_node_get_object (node), "id"))
        {
          JsonNode *id = json_object_get_member (json_node_get_object (node), "id");

          token.order = JSON_NODE_HOLDS_VALUE (id) ? json_node_get_int (id) : 0;
        }
      add_token (reader, token);
    }
}

/* Special tokens ------------------------------------------------------------- */

/* The special tokens that a file names, into `named`. */
static void
read_named (Reader        *reader,
            const gchar   *path,
            JsonObject    *object,
            DdimClipToken  named[DDIM_CLIP_NAMES])
{
  for (gint i = 0; i < DDIM_CLIP_NAMES && ! reader->error; i++)
    {
      JsonNode     *node  = json_object_get_member (object, name_fields[i]);
      DdimClipToken token = { NULL, FALSE, FALSE, G_MAXINT64 };

      if (! node || JSON_NODE_HOLDS_NULL (node) || ! read_token (reader, path, node, TRUE, &token))
        continue;
      if (! *token.content)
        ddim_clip_refuse (&reader->error, path, "this token is empty:", name_fields[i]);
      g_free (named[i].content);
      g_free (reader->tokens->names[i]);
      named[i] = token;
      reader->tokens->names[i] = g_strdup (token.content);
    }
}

/* Further special tokens, by the old name of the field or the new. */
static void
read_more (Reader      *reader,
           const gchar *path,
           JsonObject  *object)
{
  static const gchar * const fields[] = { "extra_special_tokens", "additional_special_tokens" };

  for (gsize i = 0; i < G_N_ELEMENTS (fields); i++)
    {
      JsonNode *node = json_object_get_member (object, fields[i]);

      if (node && JSON_NODE_HOLDS_ARRAY (node))
        {
          read_added_array (reader, path, json_node_get_array (node), TRUE);
          return;
        }
    }
}

/* Opens one of the folder's files of JSON, where it is there. */
static gboolean
open_json (Reader      *reader,
           const gchar *name,
           DdimJson    *json,
           gchar      **path)
{
  if (reader->error)
    return FALSE;

  *path = g_build_filename (reader->folder, name, NULL);
  return g_file_test (*path, G_FILE_TEST_EXISTS) && ddim_json_open (json, *path, &reader->error);
}

static void
check_class (Reader   *reader,
             DdimJson *json)
{
  const gchar *name = ddim_json_string (json, "tokenizer_class", "CLIPTokenizer");

  if (! g_str_has_prefix (name, "CLIPTokenizer"))
    ddim_json_refuse (json, DDIM_ERROR_UNSUPPORTED, "tokenizer_class",
                      "is “%s”; supported is CLIPTokenizer", name);
  if (ddim_json_boolean (json, "split_special_tokens", FALSE))
    ddim_json_refuse (json, DDIM_ERROR_UNSUPPORTED, "split_special_tokens", "is not supported");
}

/* The files beside the vocabulary, which say what tokens are special or added. */
static void
read_tokens (Reader   *reader,
             DdimJson *tokenizer) /* tokenizer.json, or NULL */
{
  g_autofree gchar *config_path = NULL, *map_path = NULL, *added_path = NULL;
  DdimJson      config = { 0 }, map = { 0 }, added = { 0 };
  gboolean      has_config = open_json (reader, "tokenizer_config.json", &config, &config_path);
  gboolean      has_map = FALSE;
  JsonObject   *decoder = NULL;
  DdimClipToken named[DDIM_CLIP_NAMES] = { 0 };

  if (has_config)
    {
      check_class (reader, &config);
      decoder = ddim_clip_object (config.object, "added_tokens_decoder");
      read_named (reader, config_path, config.object, named);
    }
  if (! decoder)
    {
      has_map = open_json (reader, "special_tokens_map.json", &map, &map_path);
      if (has_map)
        read_named (reader, map_path, map.object, named);
    }

  if (decoder)
    read_added_object (reader, config_path, decoder, FALSE);
  else
    {
      if (open_json (reader, "added_tokens.json", &added, &added_path))
        {
          read_added_object (reader, added_path, added.object, TRUE);
          ddim_json_close (&added, NULL);
        }
      if (tokenizer && ! reader->error)
        {
          JsonNode *node = json_object_get_member (tokenizer->object, "added_tokens");

          if (node && JSON_NODE_HOLDS_ARRAY (node))
            read_added_array (reader, tokenizer->path, json_node_get_array (node), FALSE);
        }
    }
  g_array_sort (reader->tokens->added, compare_orders);

  for (gint i = 0; i < DDIM_CLIP_NAMES; i++)
    {
      DdimClipToken token = { g_strdup (default_names[i]), FALSE, FALSE, G_MAXINT64 };

      add_token (reader, named[i].content ? named[i] : token);
      if (named[i].content)
        g_free (token.content);
    }
  if (has_map && ! reader->error)
    read_more (reader, map_path, map.object);
  if (has_config && ! reader->error)
    read_more (reader, config_path, config.object);

  if (has_map)
    ddim_json_close (&map, NULL);
  if (has_config)
    ddim_json_close (&config, reader->error ? NULL : &reader->error);
}

gboolean
ddim_clip_tokens_read (DdimClipTokens  *tokens,
                       const gchar     *folder,
                       DdimJson        *tokenizer,
                       GError         **error)
{
  Reader reader = { folder, tokens };

  tokens->added = g_array_new (FALSE, FALSE, sizeof (DdimClipToken));
  g_array_set_clear_func (tokens->added, token_clear);
  for (gint i = 0; i < DDIM_CLIP_NAMES; i++)
    tokens->names[i] = g_strdup (default_names[i]);

  read_tokens (&reader, tokenizer);
  if (! reader.error)
    return TRUE;

  g_propagate_error (error, reader.error);
  return FALSE;
}

void
ddim_clip_tokens_clear (DdimClipTokens *tokens)
{
  g_clear_pointer (&tokens->added, g_array_unref);
  for (gint i = 0; i < DDIM_CLIP_NAMES; i++)
    g_clear_pointer (&tokens->names[i], g_free);
}
