/* json.h: reading the fields of a config file, with errors that name them
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <json-glib/json-glib.h>

#include "errors.h"

G_BEGIN_DECLS

/* A file that holds one JSON object.  The first error made by any of the
 * readers below stays in `error`; later reads then return their fallback.  */
typedef struct
{
  const gchar *path;
  JsonParser  *parser;
  JsonObject  *object;
  GError      *error;
} DdimJson;

/* Whether a text is UTF-8, and no deeper than the parser's stack. */
gboolean      ddim_json_is_sound (const gchar *text,
                                  gsize        size);

gboolean      ddim_json_open    (DdimJson    *json,
                                 const gchar *path,
                                 GError     **error);
/* Closes; returns FALSE and hands over the first error where there was one. */
gboolean      ddim_json_close   (DdimJson    *json,
                                 GError     **error);

/* The field's node; NULL where it is absent or null. */
JsonNode    * ddim_json_node    (DdimJson    *json, const gchar *field);
gint          ddim_json_int     (DdimJson    *json, const gchar *field, gint fallback);
gdouble       ddim_json_double  (DdimJson    *json, const gchar *field, gdouble fallback);
gboolean      ddim_json_boolean (DdimJson    *json, const gchar *field, gboolean fallback);
/* Owned by the file. */
const gchar * ddim_json_string  (DdimJson    *json, const gchar *field, const gchar *fallback);
/* The index of the field's string in the NULL-terminated list. */
gint          ddim_json_choice  (DdimJson    *json, const gchar *field,
                                 const gchar * const *choices, gint fallback);

/* From 1 to max; something else sets the error.                               */
gint          ddim_json_positive (DdimJson   *json, const gchar *field, gint fallback, gint max);
/* The field's array, and how many entries, from 1 to max, it has; 0 where it has
 * none or is no array: the error is then set.  Owned by the file.            */
gint          ddim_json_array   (DdimJson    *json, const gchar *field, gint max,
                                 JsonArray  **array);
/* An entry of an array as a whole number; 0 where it is none. */
gint64        ddim_json_entry   (JsonArray   *array, gint i);

/* Sets the file's error: `field` is at fault, `what` says how. */
void          ddim_json_refuse  (DdimJson    *json, DdimError code,
                                 const gchar *field, const gchar *what, ...)
                                 G_GNUC_PRINTF (4, 5);

G_END_DECLS
