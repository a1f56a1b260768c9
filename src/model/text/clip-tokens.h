/* clip-tokens.h: the special and the added tokens of CLIP's tokenizer
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "json.h"

G_BEGIN_DECLS

/* A token that is found in a text as it stands, before it has a number. */
typedef struct
{
  gchar    *content;
  gboolean  normalised; /* it is found in normalised text, and is so itself  */
  gboolean  fixed;      /* by a table of added tokens: a special one's name says no more */
  gint64    order;      /* its number where it is given                      */
} DdimClipToken;

/* The special ones that have names. */
enum
{
  DDIM_CLIP_BOS,
  DDIM_CLIP_EOS,
  DDIM_CLIP_UNK,
  DDIM_CLIP_PAD,
  DDIM_CLIP_NAMES
};

typedef struct
{
  GArray *added; /* of DdimClipToken, in the order in which they get their numbers */
  gchar  *names[DDIM_CLIP_NAMES];
} DdimClipTokens;

/* Reads what lies beside a vocabulary in the folder.  tokenizer: tokenizer.json, or
 * NULL.  Clear with ddim_clip_tokens_clear (), also where it fails.          */
gboolean ddim_clip_tokens_read  (DdimClipTokens  *tokens,
                                 const gchar     *folder,
                                 DdimJson        *tokenizer,
                                 GError         **error);
void     ddim_clip_tokens_clear (DdimClipTokens  *tokens);

/* The object's field where that is an object itself, or NULL. */
static inline JsonObject *
ddim_clip_object (JsonObject  *object,
                  const gchar *field)
{
  JsonNode *node = json_object_get_member (object, field);

  return node && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

/* Sets the error, where none is set: `what` of a token, or of a line, is wrong. */
static inline void
ddim_clip_refuse (GError      **error,
                  const gchar  *path,
                  const gchar  *what,
                  const gchar  *token)
{
  if (! *error)
    g_set_error (error, DDIM_ERROR, DDIM_ERROR_INVALID, "%s: %s “%s”", path, what, token);
}

G_END_DECLS
