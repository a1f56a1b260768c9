/* json.c: reading the fields of a config file, with errors that name them
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "json.h"

#include <math.h>

#include "file.h"

/* A configuration has some thousand bytes, an index of shards some hundred thousand,
 * a tokenizer some millions.                                                */
#define MAX_SIZE (16 << 20)

/* The parser calls itself for each. */
#define MAX_DEPTH 64

gboolean
ddim_json_is_sound (const gchar *text,
                    gsize        size)
{
  gint     depth  = 0;
  gboolean quoted = FALSE;

  for (gsize i = 0; i < size; i++)
    {
      if (text[i] == '"')
        quoted = ! quoted;
      else if (quoted)
        i += text[i] == '\\';
      else if (text[i] == '[' || text[i] == '{')
        {
          if (++depth > MAX_DEPTH)
            return FALSE;
        }
      else if (text[i] == ']' || text[i] == '}')
        depth--;
    }
  return g_utf8_validate (text, size, NULL);
}

gboolean
ddim_json_open (DdimJson    *json,
                const gchar *path,
                GError     **error)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) cause = NULL;
  g_autofree gchar *text = NULL;
  JsonNode *root;
  gsize     size;

  text = ddim_file_read_text (path, MAX_SIZE, &size, error);
  if (! text)
    return FALSE;
  if (! ddim_json_is_sound (text, size))
    {
      g_set_error (error, DDIM_ERROR, DDIM_ERROR_INVALID,
                   "%s cannot be read: it is not text in UTF-8, or has too many brackets", path);
      return FALSE;
    }
  if (! json_parser_load_from_data (parser, text, size, &cause))
    {
      g_set_error (error, DDIM_ERROR, DDIM_ERROR_INVALID,
                   "%s cannot be read: %s", path, cause->message);
      return FALSE;
    }
  root = json_parser_get_root (parser);
  if (! root || ! JSON_NODE_HOLDS_OBJECT (root))
    {
      g_set_error (error, DDIM_ERROR, DDIM_ERROR_INVALID,
                   "%s is not a JSON object", path);
      return FALSE;
    }

  json->path   = path;
  json->object = json_node_get_object (root);
  json->parser = g_steal_pointer (&parser);
  json->error  = NULL;
  return TRUE;
}

gboolean
ddim_json_close (DdimJson *json,
                 GError  **error)
{
  g_clear_object (&json->parser);
  if (! json->error)
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&json->error));
  return FALSE;
}

void
ddim_json_refuse (DdimJson    *json,
                  DdimError    code,
                  const gchar *field,
                  const gchar *what,
                  ...)
{
  g_autofree gchar *message = NULL;
  va_list args;

  if (json->error)
    return;

  va_start (args, what);
  message = g_strdup_vprintf (what, args);
  va_end (args);
  g_set_error (&json->error, DDIM_ERROR, code,
               "%s: “%s” %s", json->path, field, message);
}

JsonNode *
ddim_json_node (DdimJson    *json,
                const gchar *field)
{
  JsonNode *node = json_object_get_member (json->object, field);

  return node && ! JSON_NODE_HOLDS_NULL (node) ? node : NULL;
}

/* The field's value where it is of the fundamental type asked for; numbers
 * are numbers, whole or not.                                               */
static JsonNode *
value_node (DdimJson    *json,
            const gchar *field,
            GType        type,
            const gchar *type_name)
{
  JsonNode *node = ddim_json_node (json, field);
  GType     found;

  if (! node)
    return NULL;

  found = JSON_NODE_HOLDS_VALUE (node) ? json_node_get_value_type (node) : G_TYPE_INVALID;
  if (found == type || (type == G_TYPE_DOUBLE && found == G_TYPE_INT64))
    return node;

  ddim_json_refuse (json, DDIM_ERROR_INVALID, field, "is not %s", type_name);
  return NULL;
}

gint
ddim_json_int (DdimJson    *json,
               const gchar *field,
               gint         fallback)
{
  JsonNode *node = value_node (json, field, G_TYPE_INT64, "a whole number");
  gint64    value = node ? json_node_get_int (node) : fallback;

  if (value >= G_MININT && value <= G_MAXINT)
    return value;

  ddim_json_refuse (json, DDIM_ERROR_INVALID, field, "is out of range");
  return fallback;
}

gdouble
ddim_json_double (DdimJson    *json,
                  const gchar *field,
                  gdouble      fallback)
{
  JsonNode *node = value_node (json, field, G_TYPE_DOUBLE, "a number");
  gdouble   value = node ? json_node_get_double (node) : fallback;

  if (isfinite (value))
    return value;

  /* As 1e999 is read. */
  ddim_json_refuse (json, DDIM_ERROR_INVALID, field, "is out of range");
  return fallback;
}

gboolean
ddim_json_boolean (DdimJson    *json,
                   const gchar *field,
                   gboolean     fallback)
{
  JsonNode *node = value_node (json, field, G_TYPE_BOOLEAN, "true or false");

  return node ? json_node_get_boolean (node) : fallback;
}

const gchar *
ddim_json_string (DdimJson    *json,
                  const gchar *field,
                  const gchar *fallback)
{
  JsonNode *node = value_node (json, field, G_TYPE_STRING, "a string");

  return node ? json_node_get_string (node) : fallback;
}

gint
ddim_json_choice (DdimJson            *json,
                  const gchar         *field,
                  const gchar * const *choices,
                  gint                 fallback)
{
  const gchar      *value = ddim_json_string (json, field, NULL);
  g_autofree gchar *list = NULL;

  if (! value)
    return fallback;

  for (gint i = 0; choices[i]; i++)
    if (! strcmp (value, choices[i]))
      return i;

  list = g_strjoinv (", ", (gchar **) choices);
  ddim_json_refuse (json, DDIM_ERROR_UNSUPPORTED, field,
                    "is “%s”; supported are %s", value, list);
  return fallback;
}

gint
ddim_json_positive (DdimJson    *json,
                    const gchar *field,
                    gint         fallback,
                    gint         max)
{
  gint value = ddim_json_int (json, field, fallback);

  if (value >= 1 && value <= max)
    return value;

  ddim_json_refuse (json, DDIM_ERROR_INVALID, field, "is %d; it must be from 1 to %d", value, max);
  return fallback;
}

gint
ddim_json_array (DdimJson     *json,
                 const gchar  *field,
                 gint          max,
                 JsonArray   **array)
{
  JsonNode *node = ddim_json_node (json, field);
  guint     length = 0;

  if (node && JSON_NODE_HOLDS_ARRAY (node))
    {
      *array = json_node_get_array (node);
      length = json_array_get_length (*array);
    }
  if (length >= 1 && length <= (guint) max)
    return length;

  ddim_json_refuse (json, node ? DDIM_ERROR_INVALID : DDIM_ERROR_MISSING, field,
                    "is not an array of 1 to %d entries", max);
  return 0;
}

gint64
ddim_json_entry (JsonArray *array,
                 gint       i)
{
  JsonNode *node = json_array_get_element (array, i);

  return JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_INT64
         ? json_node_get_int (node) : 0;
}
