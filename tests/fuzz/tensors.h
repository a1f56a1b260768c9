/* tensors.h: the tensors that a network asks for, made of any bytes
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A network is loaded again and again, and each time the tensor that its error
 * misses is added.  Numbers may be extreme but are finite.
 */

#pragma once

#include <math.h>
#include <string.h>

#include "fuzz.h"
#include "safetensors.h"

#define FUZZ_NUMBERS (1 << 17) /* of a network that is worth its time */
#define FUZZ_TENSORS 400

typedef struct
{
  GString      *header; /* without its last bracket */
  GByteArray   *data;
  gint          n;
  const guint8 *bytes;
  gsize         n_bytes;
} FuzzTensors;

/* From nothing much to 1e10, by two bytes. */
static inline gfloat
fuzz_number (const FuzzTensors *tensors,
             gsize              i)
{
  if (tensors->n_bytes < 2)
    return 0.01f * ((gint) (i % 7) - 3);
  return (tensors->bytes[2 * i % tensors->n_bytes] - 128) / 128.0f
         * powf (10, tensors->bytes[(2 * i + 1) % tensors->n_bytes] / 16 - 5);
}

/* Adds the tensor that an error misses; FALSE where it is too large. */
static inline gboolean
fuzz_tensors_add (FuzzTensors  *tensors,
                  const GError *error)
{
  const gchar *open = strstr (error->message, "“");
  const gchar *close = open ? strstr (open, "”") : NULL;
  const gchar *at = close ? strstr (close, "(") : NULL;
  g_autofree gchar *name = NULL;
  gsize size = 1, start = tensors->data->len;
  gboolean more = at != NULL;

  g_assert_nonnull (at);
  name = g_strndup (open + strlen ("“"), close - open - strlen ("“"));
  g_string_append_printf (tensors->header, "%s\"%s\":{\"dtype\":\"F32\",\"shape\":[",
                          tensors->n ? "," : "", name);
  for (gint i = 0; more; i++)
    {
      gchar *end;
      gsize  count = g_ascii_strtoull (at + 1, &end, 10);

      g_string_append_printf (tensors->header, "%s%" G_GSIZE_FORMAT, i ? "," : "", count);
      if (count > FUZZ_NUMBERS || (size *= count) > FUZZ_NUMBERS)
        return FALSE;
      more = g_str_has_prefix (end, " × ");
      at   = end + strlen (" × ") - 1;
    }
  g_string_append_printf (tensors->header, "],\"data_offsets\":[%" G_GSIZE_FORMAT ",%"
                          G_GSIZE_FORMAT "]}", start, start + 4 * size);
  for (gsize i = 0; i < size; i++)
    {
      gfloat value = fuzz_number (tensors, i + tensors->n);

      g_byte_array_append (tensors->data, (const guint8 *) &value, sizeof value);
    }
  return ++tensors->n < FUZZ_TENSORS && tensors->data->len <= 4 * FUZZ_NUMBERS;
}

/* As a file; free with g_byte_array_unref (). */
static inline GByteArray *
fuzz_tensors_write (const FuzzTensors *tensors)
{
  GByteArray *file = g_byte_array_new ();
  guint64     length = GUINT64_TO_LE (tensors->header->len + 1);

  g_byte_array_append (file, (const guint8 *) &length, 8);
  g_byte_array_append (file, (const guint8 *) tensors->header->str, tensors->header->len);
  g_byte_array_append (file, (const guint8 *) "}", 1);
  g_byte_array_append (file, tensors->data->data, tensors->data->len);
  return file;
}

static inline DdimSafetensors *
fuzz_tensors_parse (const FuzzTensors *tensors)
{
  g_autoptr (GBytes) bytes = g_byte_array_free_to_bytes (fuzz_tensors_write (tensors));
  g_autoptr (GError) error = NULL;
  DdimSafetensors   *parsed;

  parsed = ddim_safetensors_parse (bytes, "the-file", &error);
  g_assert_no_error (error);
  return parsed;
}

/* Whether a network that failed so is to be tried once more, with another tensor. */
static inline gboolean
fuzz_tensors_go_on (FuzzTensors  *tensors,
                    const GError *error)
{
  return g_error_matches (error, DDIM_ERROR, DDIM_ERROR_MISSING) &&
         fuzz_tensors_add (tensors, error);
}

/* From the bytes behind a network's config. */
static inline void
fuzz_tensors_init (FuzzTensors  *tensors,
                   const guint8 *bytes,
                   gsize         n_bytes)
{
  *tensors = (FuzzTensors) { g_string_new ("{"), g_byte_array_new (), 0, bytes, n_bytes };
}

static inline void
fuzz_tensors_clear (FuzzTensors *tensors)
{
  g_string_free (tensors->header, TRUE);
  g_byte_array_unref (tensors->data);
}
