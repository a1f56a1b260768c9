/* test-safetensors.c: the reader of .safetensors files, sound and broken
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <glib/gstdio.h>

#include "aligned-memory.h"
#include "safetensors.h"
#include "constant.h"

/* A file of this header and n bytes of data. */
static GBytes *
make_file (const gchar *header,
           const void  *data,
           gsize        n)
{
  GByteArray *file = g_byte_array_new ();
  guint64     length = GUINT64_TO_LE (strlen (header));

  g_byte_array_append (file, (const guint8 *) &length, 8);
  g_byte_array_append (file, (const guint8 *) header, strlen (header));
  g_byte_array_append (file, data, n);
  return g_byte_array_free_to_bytes (file);
}

/* The bytes must be refused as INVALID, the file named, and `word` too. */
static void
refuse_bytes (GBytes      *bytes,
              const gchar *word)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DdimSafetensors) file = ddim_safetensors_parse (bytes, "the-file", &error);

  g_assert_null (file);
  g_assert_error (error, DDIM_ERROR, DDIM_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "the-file"));
  if (word)
    g_assert_nonnull (strstr (error->message, word));
}

static void
refuse (const gchar *header,
        const gchar *word)
{
  static const gfloat data[8] = { 0 };
  g_autoptr (GBytes) bytes = make_file (header, data, sizeof (data));

  refuse_bytes (bytes, word);
}

/* The three types, a scalar, an empty tensor, an odd start, metadata. */
static void
test_read (void)
{
  static const guint8 data[] =
    { 0x00, 0x00, 0x80, 0x3f,  0x00, 0x00, 0x20, 0xc0,  /* F32: 1, -2.5    */
      0x00,
      0x00, 0x3c,  0x01, 0x00,  0x00, 0xfc,             /* F16: 1, 2^-24, -inf */
      0x20, 0x40 };                                     /* BF16: 2.5       */
  g_autoptr (GBytes) bytes = make_file (
    "{\"__metadata__\":{\"format\":\"pt\"},"
    "\"a\":{\"dtype\":\"F32\",\"shape\":[2,1],\"data_offsets\":[0,8]},"
    "\"pad\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[8,9]},"
    "\"b\":{\"dtype\":\"F16\",\"shape\":[3],\"data_offsets\":[9,15]},"
    "\"c\":{\"dtype\":\"BF16\",\"shape\":[],\"data_offsets\":[15,17]},"
    "\"none\":{\"dtype\":\"F32\",\"shape\":[0,4],\"data_offsets\":[17,17]}}  ",
    data, sizeof (data));
  g_autoptr (GError) error = NULL;
  g_autoptr (DdimSafetensors) file = ddim_safetensors_parse (bytes, "x", &error);
  const DdimTensorView *view;
  gfloat *values;

  g_assert_no_error (error);
  g_assert_nonnull (file);
  g_assert_cmpstr (ddim_safetensors_get_name (file), ==, "x");

  view = ddim_safetensors_lookup (file, "a");
  g_assert_nonnull (view);
  g_assert_cmpint (view->rank, ==, 2);
  g_assert_cmpint (view->shape[0], ==, 2);
  g_assert_cmpint (view->shape[1], ==, 1);
  g_assert_cmpuint (view->constant.size, ==, 2);
  values = ddim_constant_copy (&view->constant);
  g_assert_cmpfloat (values[0], ==, 1);
  g_assert_cmpfloat (values[1], ==, -2.5);
  ddim_memory_free (values);

  view = ddim_safetensors_lookup (file, "b");
  g_assert_nonnull (view);
  values = ddim_constant_copy (&view->constant);
  g_assert_cmpfloat (values[0], ==, 1);
  g_assert_cmpfloat (values[1], ==, 0x1p-24f);
  g_assert_cmpfloat (values[2], ==, -G_MAXFLOAT * 2);
  ddim_memory_free (values);

  view = ddim_safetensors_lookup (file, "c");
  g_assert_nonnull (view);
  g_assert_cmpint (view->rank, ==, 0);
  g_assert_cmpuint (view->constant.size, ==, 1);
  values = ddim_constant_copy (&view->constant);
  g_assert_cmpfloat (values[0], ==, 2.5);
  ddim_memory_free (values);

  view = ddim_safetensors_lookup (file, "none");
  g_assert_nonnull (view);
  g_assert_cmpuint (view->constant.size, ==, 0);

  /* Types that no layer reads are left out, and so is what is not there. */
  g_assert_null (ddim_safetensors_lookup (file, "pad"));
  g_assert_null (ddim_safetensors_lookup (file, "__metadata__"));
  g_assert_null (ddim_safetensors_lookup (file, "A"));
}

/* Each header is broken in one way; the data has 32 bytes. */
static void
test_damaged (void)
{
  static const struct { const gchar *header, *word; } cases[] =
    {
      { "",                   "header" },
      { "[]",                 "header" },
      { "{\"weight\":",       "header" },
      { "\xff\xfe{}",         "header" },
      { "{\"weight\":4}",     "weight" },
      { "{\"weight\":{}}",    "weight" },
      { "{\"weight\":{\"dtype\":7,\"shape\":[8],\"data_offsets\":[0,32]}}",           "weight" },
      { "{\"weight\":{\"dtype\":\"F32\",\"data_offsets\":[0,32]}}",                   "weight" },
      { "{\"weight\":{\"dtype\":\"F32\",\"shape\":[8]}}",                             "weight" },
      { "{\"weight\":{\"dtype\":\"F32\",\"shape\":8,\"data_offsets\":[0,32]}}",       "weight" },
      { "{\"weight\":{\"dtype\":\"F32\",\"shape\":[\"8\"],\"data_offsets\":[0,32]}}", "weight" },
      { "{\"weight\":{\"dtype\":\"F32\",\"shape\":[8.5],\"data_offsets\":[0,32]}}",   "weight" },
      { "{\"weight\":{\"dtype\":\"F32\",\"shape\":[-8],\"data_offsets\":[0,32]}}",    "weight" },
      { "{\"weight\":{\"dtype\":\"F32\",\"shape\":[7],\"data_offsets\":[0,32]}}",     "weight" },
      { "{\"weight\":{\"dtype\":\"F16\",\"shape\":[8],\"data_offsets\":[0,32]}}",     "weight" },
      { "{\"weight\":{\"dtype\":\"F32\",\"shape\":[8],\"data_offsets\":[0]}}",        "weight" },
      { "{\"weight\":{\"dtype\":\"F32\",\"shape\":[8],\"data_offsets\":[0,32,64]}}",  "weight" },
      { "{\"weight\":{\"dtype\":\"F32\",\"shape\":[8],\"data_offsets\":[-32,0]}}",    "weight" },
      { "{\"weight\":{\"dtype\":\"F32\",\"shape\":[8],\"data_offsets\":[32,0]}}",     "weight" },
      { "{\"weight\":{\"dtype\":\"F32\",\"shape\":[8],\"data_offsets\":[4,36]}}",     "weight" },
      { "{\"weight\":{\"dtype\":\"F32\",\"shape\":[8],"
        "\"data_offsets\":[9223372036854775776,9223372036854775807]}}",               "weight" },
      /* Sizes whose product or whose bytes would wrap around to 32. */
      { "{\"weight\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296,8],"
        "\"data_offsets\":[0,32]}}",                                                  "weight" },
      { "{\"weight\":{\"dtype\":\"F32\",\"shape\":[4611686018427387912],"
        "\"data_offsets\":[0,32]}}",                                                  "weight" },
      { "{\"weight\":{\"dtype\":\"F32\",\"shape\":[1,1,1,1,1,1,1,1,8],"
        "\"data_offsets\":[0,32]}}",                                                  "weight" },
      { "{\"a\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,16]},"
        "\"weight\":{\"dtype\":\"F32\",\"shape\":[5],\"data_offsets\":[12,32]}}",     "weight" },
    };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree gchar *escaped = g_strescape (cases[i].header, NULL);

      g_test_message ("%s", escaped);
      refuse (cases[i].header, cases[i].word);
    }
}

/* A sound file cut off at any length is refused. */
static void
test_cut_off (void)
{
  static const gfloat data[2] = { 1, 2 };
  g_autoptr (GBytes) bytes = make_file (
    "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", data, sizeof (data));

  for (gsize n = 0; n < g_bytes_get_size (bytes); n++)
    {
      g_autoptr (GBytes) part = g_bytes_new_from_bytes (bytes, 0, n);

      refuse_bytes (part, NULL);
    }
}

/* Lengths of the header that lie, and a header that nests without end. */
static void
test_hostile_header (void)
{
  static const guint64 lengths[] =
    { 9, 100000001, G_MAXUINT64, G_MAXUINT64 - 7, G_MAXINT64, (guint64) 1 << 32 };
  g_autofree gchar *deep = g_malloc (1000001);

  for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      guint64 file[2] = { GUINT64_TO_LE (lengths[i]), 0 };
      g_autoptr (GBytes) bytes = g_bytes_new (file, sizeof (file));

      refuse_bytes (bytes, "header");
    }

  memset (deep, '[', 1000000);
  deep[1000000] = '\0';
  refuse (deep, NULL);
  for (gint i = 0; i < 1000000; i += 5)
    memcpy (deep + i, "{\"a\":", 5);
  refuse (deep, NULL);
}

/* Any one byte changed: an error or a file, and every view inside it. */
static void
test_changed_bytes (void)
{
  static const gfloat data[8] = { 0 };
  g_autoptr (GBytes) sound = make_file (
    "{\"a\":{\"dtype\":\"F32\",\"shape\":[2,2],\"data_offsets\":[0,16]},"
    "\"b\":{\"dtype\":\"F16\",\"shape\":[8],\"data_offsets\":[16,32]}}", data, sizeof (data));
  gsize size;
  const guint8 *bytes = g_bytes_get_data (sound, &size);
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);

  for (gint i = 0; i < 20000; i++)
    {
      guint8 *copy = g_memdup2 (bytes, size);
      gint    changes = g_rand_int_range (rand, 1, 4);
      g_autoptr (GBytes) changed = NULL;
      g_autoptr (GError) error = NULL;
      g_autoptr (DdimSafetensors) file = NULL;
      const gchar *names[] = { "a", "b" };

      while (changes--)
        copy[g_rand_int_range (rand, 0, size - sizeof (data))] =
          changes & 1 ? g_rand_int_range (rand, 0, 256)
                      : "0123456789[]{}\",:-e."[g_rand_int_range (rand, 0, 21)];
      changed = g_bytes_new_take (copy, size);
      file = ddim_safetensors_parse (changed, "x", &error);
      g_assert_true ((file == NULL) == (error != NULL));
      for (gint j = 0; file && j < 2; j++)
        {
          const DdimTensorView *view = ddim_safetensors_lookup (file, names[j]);
          gfloat *values = view ? ddim_constant_copy (&view->constant) : NULL;
          const guint8 *start = view ? view->constant.data : copy;

          g_assert_true (start >= copy && start <= copy + size);
          ddim_memory_free (values);
        }
    }
}

static void
test_open (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *folder = g_dir_make_tmp ("ddim-XXXXXX", &error);
  g_autofree gchar *path = g_build_filename (folder, "weights.safetensors", NULL);
  DdimSafetensors *file;

  g_assert_null (ddim_safetensors_open (path, &error));
  g_assert_error (error, DDIM_ERROR, DDIM_ERROR_MISSING);
  g_assert_nonnull (strstr (error->message, "weights.safetensors"));
  g_clear_error (&error);

  g_assert_true (g_file_set_contents (path, "", 0, NULL));
  g_assert_null (ddim_safetensors_open (path, &error));
  g_assert_error (error, DDIM_ERROR, DDIM_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "weights.safetensors"));
  g_clear_error (&error);

  g_assert_true (g_file_set_contents (path, "\2\0\0\0\0\0\0\0{}", 10, NULL));
  file = ddim_safetensors_open (path, &error);
  g_assert_no_error (error);
  ddim_safetensors_free (file);

  g_unlink (path);
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/safetensors/read", test_read);
  g_test_add_func ("/safetensors/damaged", test_damaged);
  g_test_add_func ("/safetensors/cut-off", test_cut_off);
  g_test_add_func ("/safetensors/hostile-header", test_hostile_header);
  g_test_add_func ("/safetensors/changed-bytes", test_changed_bytes);
  g_test_add_func ("/safetensors/open", test_open);
  return g_test_run ();
}
