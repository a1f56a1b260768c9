/* fuzz-network.c: any bytes as a network: its config, and then its numbers
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What stands before the first zero byte is a config.json; the bytes behind it,
 * over and over, are the numbers of whatever tensors that asks for, which this
 * target makes as the errors name them.  The network is refused with an error of
 * ours, or it is built, planned and evaluated to the end.  Numbers may be extreme
 * but are finite, and what comes out may be anything but a crash.
 */

#include <math.h>
#include <string.h>

#include "fuzz.h"
#include "safetensors.h"
#include "unet.h"

#define MAX_NUMBERS (1 << 17) /* of a network that is worth its time */
#define MAX_TENSORS 400
#define MAX_SIDE    16

typedef struct
{
  GString      *header; /* without its last bracket */
  GByteArray   *data;
  gint          n;
  const guint8 *bytes;
  gsize         n_bytes;
} Tensors;

/* From nothing much to 1e10, by two bytes. */
static gfloat
number (const Tensors *tensors,
        gsize          i)
{
  if (tensors->n_bytes < 2)
    return 0.01f * ((gint) (i % 7) - 3);
  return (tensors->bytes[2 * i % tensors->n_bytes] - 128) / 128.0f
         * powf (10, tensors->bytes[(2 * i + 1) % tensors->n_bytes] / 16 - 5);
}

/* Adds the tensor that an error misses; FALSE where it is too large. */
static gboolean
add (Tensors      *tensors,
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
      if (count > MAX_NUMBERS || (size *= count) > MAX_NUMBERS)
        return FALSE;
      more = g_str_has_prefix (end, " × ");
      at   = end + strlen (" × ") - 1;
    }
  g_string_append_printf (tensors->header, "],\"data_offsets\":[%" G_GSIZE_FORMAT ",%"
                          G_GSIZE_FORMAT "]}", start, start + 4 * size);
  for (gsize i = 0; i < size; i++)
    {
      gfloat value = number (tensors, i + tensors->n);

      g_byte_array_append (tensors->data, (const guint8 *) &value, sizeof value);
    }
  return ++tensors->n < MAX_TENSORS && tensors->data->len <= 4 * MAX_NUMBERS;
}

static DdimSafetensors *
parse (const Tensors *tensors)
{
  g_autoptr (GByteArray) file = g_byte_array_new ();
  g_autoptr (GBytes)     bytes = NULL;
  g_autoptr (GError)     error = NULL;
  guint64                length = GUINT64_TO_LE (tensors->header->len + 1);
  DdimSafetensors       *parsed;

  g_byte_array_append (file, (const guint8 *) &length, 8);
  g_byte_array_append (file, (const guint8 *) tensors->header->str, tensors->header->len);
  g_byte_array_append (file, (const guint8 *) "}", 1);
  g_byte_array_append (file, tensors->data->data, tensors->data->len);
  bytes  = g_byte_array_free_to_bytes (g_steal_pointer (&file));
  parsed = ddim_safetensors_parse (bytes, "the-file", &error);
  g_assert_no_error (error);
  return parsed;
}

static void
evaluate (DdimUnet *unet,
          gint      side,
          gint      channels)
{
  g_autoptr (GError)  error = NULL;
  gint                n = 2, size = n * side * side * channels;
  g_autofree gfloat  *x = g_new (gfloat, size), *out = g_new (gfloat, size);
  g_autofree gfloat  *labels = g_new0 (gfloat, n * ddim_unet_get_labels (unet) + 1);

  for (gint i = 0; i < size; i++)
    x[i] = (i % 13 - 6) / 6.0f;
  if (! ddim_unet_plan (unet, n, side, side, 0, &error))
    {
      g_assert_error (error, DDIM_ERROR, DDIM_ERROR_MEMORY);
      return;
    }
  g_assert_true (ddim_unet_run (unet, &(DdimUnetIn) { x, 500, labels, NULL }, out, NULL,
                                &error));
  g_assert_no_error (error);
}

/* Builds it from the tensors so far; whether it asks for one more. */
static gboolean
build (const DdimUnetConfig *config,
       Tensors              *tensors,
       DdimThreadPool       *pool)
{
  g_autoptr (DdimSafetensors) file = parse (tensors);
  g_autoptr (GError)   error = NULL;
  g_autoptr (DdimUnet) unet  = ddim_unet_new (config, file, pool, &error);
  gint                 side  = ddim_unet_config_get_multiple (config);

  fuzz_check_error (unet != NULL, error, "the-file");
  if (! unet)
    return g_error_matches (error, DDIM_ERROR, DDIM_ERROR_MISSING) && add (tensors, error);
  if (side <= MAX_SIDE)
    evaluate (unet, side, config->in_channels);
  return FALSE;
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  static DdimThreadPool *pool;
  const guint8      *end = size ? memchr (data, 0, size) : NULL;
  gsize              length = end ? (gsize) (end - data) : size;
  Tensors            tensors = { .bytes = data + length, .n_bytes = size - length };
  gint               file;
  g_autofree gchar  *path = fuzz_file_new (data, length, &file);
  DdimUnetConfig     config;

  if (! pool)
    pool = ddim_thread_pool_new (1);
  if (ddim_unet_config_load (path, &config, NULL))
    {
      tensors.header = g_string_new ("{");
      tensors.data   = g_byte_array_new ();
      while (build (&config, &tensors, pool));
      g_string_free (tensors.header, TRUE);
      g_byte_array_unref (tensors.data);
    }
  close (file);
  return 0;
}
