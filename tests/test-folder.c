/* test-folder.c: the ways in which a model may have been saved
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Each is a golden model with its files named, cut or placed as diffusers, its
 * hub, Git LFS or an accident leave them: it gives the very field that the golden
 * model gives, or an error that says what lies there and what mends it.
 */

#include <json-glib/json-glib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utime.h>

#include "mentions.h"
#include "model-folder.h"
#include "safetensors.h"

static DdimThreadPool *pool;

static gchar *
path_in (const gchar *folder,
         const gchar *name)
{
  return g_build_filename (folder, name, NULL);
}

static void
move (const gchar *folder,
      const gchar *from,
      const gchar *to)
{
  g_autofree gchar *old = path_in (folder, from);
  g_autofree gchar *new = path_in (folder, to);

  g_assert_cmpint (g_rename (old, new), ==, 0);
}

static void
put (const gchar *folder,
     const gchar *name,
     const gchar *text,
     gssize       length)
{
  g_autofree gchar *path = path_in (folder, name);

  g_assert_true (g_file_set_contents (path, text, length, NULL));
}

/* What the model in a folder makes of a little picture. */
static DdimCanvas *
evaluate (const gchar *folder)
{
  const DdimLevel        level = { 300, 0.6, 0.8 };
  const guint64          seed  = 1;
  g_autoptr (GError)     error = NULL;
  g_autoptr (DdimModel)  model = ddim_model_load (folder, pool, &error);
  g_autoptr (DdimField)  field = NULL;
  g_autoptr (DdimCanvas) x     = ddim_canvas_new (1, 16, 16, 3);
  DdimCanvas            *out   = ddim_canvas_new (1, 16, 16, 3);

  g_assert_no_error (error);
  field = ddim_model_new_field (model, NULL, &error);
  g_assert_no_error (error);
  ddim_noise_fill (x, &seed, 0);
  ddim_field_evaluate (field, x, &level, out, NULL, &error);
  g_assert_no_error (error);
  return out;
}

/* The folder holds what the golden model is; it is removed. */
static void
accept (gchar       *folder,
        const gchar *sub)
{
  g_autofree gchar *golden = g_test_build_filename (G_TEST_DIST, "golden", "models", "heads", NULL);
  g_autofree gchar *path = path_in (folder, sub);
  g_autoptr (DdimCanvas) wanted = evaluate (golden);
  g_autoptr (DdimCanvas) found = evaluate (path);

  g_assert_cmpmem (found->data, ddim_canvas_size (found) * sizeof (gfloat),
                   wanted->data, ddim_canvas_size (wanted) * sizeof (gfloat));
  remove_folder (folder);
}

/* It is refused, and told each of these words; it is removed. */
static void
refuse (gchar       *folder,
        gint         code,
        const gchar *first,
        const gchar *second)
{
  g_autoptr (GError)    error = NULL;
  g_autoptr (DdimModel) model = ddim_model_load (folder, pool, &error);

  g_assert_null (model);
  g_test_message ("%s", error->message);
  g_assert_error (error, DDIM_ERROR, code);
  g_assert_true (mentions (error->message, first));
  g_assert_true (mentions (error->message, second));
  remove_folder (folder);
}

static void
test_variant (void)
{
  gchar *folder = copy_golden ("heads");

  move (folder, WEIGHTS, "unet/diffusion_pytorch_model.fp16.safetensors");
  accept (folder, "");
}

/* The file cut in two, by tensors, as save_pretrained (max_shard_size=) does. */
static void
make_shards (const gchar *folder)
{
  g_autofree gchar *path = path_in (folder, WEIGHTS);
  g_autofree gchar *bytes = NULL;
  g_autofree gchar *header = NULL;
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GString) index = g_string_new ("{\"metadata\": {}, \"weight_map\": {");
  g_autoptr (GList) tensors = NULL;
  JsonObject *object;
  gsize       size;
  guint64     length, head_length;

  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  memcpy (&length, bytes, 8);
  length = GUINT64_FROM_LE (length);
  header = g_strndup (bytes + 8, length);
  g_assert_true (json_parser_load_from_data (parser, header, -1, NULL));
  object = json_node_get_object (json_parser_get_root (parser));
  if (json_object_has_member (object, "__metadata__"))
    json_object_remove_member (object, "__metadata__");
  tensors = json_object_get_members (object);

  for (guint shard = 0; shard < 2; shard++)
    {
      g_autofree gchar *name = g_strdup_printf
        ("unet/diffusion_pytorch_model-0000%u-of-00002.safetensors", shard + 1);
      g_autoptr (GString) head = g_string_new ("{");
      g_autoptr (GString) data = g_string_new (NULL);
      guint n = 0;

      for (GList *l = tensors; l; l = l->next, n++)
        {
          JsonObject *tensor = json_object_get_object_member (object, l->data);
          JsonArray  *offsets = json_object_get_array_member (tensor, "data_offsets");
          gint64      start = json_array_get_int_element (offsets, 0);
          gint64      end   = json_array_get_int_element (offsets, 1);
          g_autofree gchar *shape = NULL;

          if (n % 2 != shard)
            continue;
          shape = json_to_string (json_object_get_member (tensor, "shape"), FALSE);
          g_string_append_printf (head, "%s\"%s\":{\"dtype\":\"%s\",\"shape\":%s,"
                                  "\"data_offsets\":[%" G_GSIZE_FORMAT ",%" G_GSIZE_FORMAT "]}",
                                  data->len ? "," : "", (gchar *) l->data,
                                  json_object_get_string_member (tensor, "dtype"), shape,
                                  data->len, data->len + (gsize) (end - start));
          g_string_append_printf (index, "%s\"%s\":\"%s\"", index->str[index->len - 1] == '{' ? "" : ",",
                                  (gchar *) l->data, name + strlen ("unet/"));
          g_string_append_len (data, bytes + 8 + length + start, end - start);
        }
      g_string_append_c (head, '}');
      head_length = GUINT64_TO_LE (head->len);
      g_string_prepend_len (head, (gchar *) &head_length, 8);
      g_string_append_len (head, data->str, data->len);
      put (folder, name, head->str, head->len);
    }
  g_string_append (index, "}}");
  put (folder, WEIGHTS ".index.json", index->str, index->len);
  g_unlink (path);
}

static void
test_shards (void)
{
  gchar *folder = copy_golden ("heads");

  make_shards (folder);
  accept (folder, "");
}

/* An index that leads out of its folder, to nothing, or nowhere. */
static void
test_broken_index (void)
{
  static const struct { const gchar *text; gint code; const gchar *word; } cases[] =
    {
      { "{}",                                    DDIM_ERROR_INVALID, "weight_map" },
      { "{\"weight_map\": 3}",                   DDIM_ERROR_INVALID, "weight_map" },
      { "{\"weight_map\": {\"a\": 3}}",          DDIM_ERROR_INVALID, "weight_map" },
      { "{\"weight_map\": {\"a\": \"../x\"}}",   DDIM_ERROR_INVALID, "weight_map" },
      { "{\"weight_map\": {\"a\": \"none\"}}",   DDIM_ERROR_MISSING, "none" },
      { "{\"weight_map\": {}}",                  DDIM_ERROR_MISSING, "tensor" },
    };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      gchar *folder = copy_golden ("heads");
      g_autofree gchar *path = path_in (folder, WEIGHTS);

      g_unlink (path);
      put (folder, WEIGHTS ".index.json", cases[i].text, -1);
      refuse (folder, cases[i].code, "unet", cases[i].word);
    }
}

static void
test_ema (void)
{
  gchar *folder = copy_golden ("heads");

  move (folder, "unet", "vae");       /* any other name that remove_folder knows */
  move (folder, "vae", "unet_ema");
  accept (folder, "");
}

/* The pipeline's part by itself: its scheduler lies beside it. */
static void
test_part (void)
{
  accept (copy_golden ("heads"), "unet");
}

static void
test_no_scheduler (void)
{
  gchar *folder = copy_golden ("heads");
  g_autofree gchar *path = path_in (folder, SCHEDULER);

  g_unlink (path);
  refuse (folder, DDIM_ERROR_MISSING, "scheduler_config.json", "mkdir -p");
}

static void
test_lfs (void)
{
  gchar *folder = copy_golden ("heads");

  put (folder, WEIGHTS, "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n", -1);
  refuse (folder, DDIM_ERROR_MISSING, "Git LFS", "lfs pull");
}

/* The hub's cache: models--NAME/snapshots/REVISION/unet/... */
static void
test_hub (void)
{
  gchar *folder = copy_golden ("heads");
  g_autofree gchar *snapshots = path_in (folder, "snapshots");
  g_autofree gchar *revision = path_in (snapshots, "0123abc");
  g_autofree gchar *unet = path_in (folder, "snapshots/0123abc/unet");
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (revision, 0700), ==, 0);
  move (folder, "unet", "snapshots/0123abc/unet");
  g_assert_null (ddim_model_load (folder, pool, &error));
  g_assert_error (error, DDIM_ERROR, DDIM_ERROR_MISSING);
  g_assert_true (mentions (error->message, revision));
  move (folder, "snapshots/0123abc/unet", "unet");
  g_rmdir (revision);
  g_rmdir (snapshots);
  remove_folder (folder);
}

/* A pipe would be waited for, a device read, without end. */
static void
test_no_regular_file (void)
{
  static const gchar * const names[] = { CONFIG, SCHEDULER, WEIGHTS };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    for (gint kind = 0; kind < 3; kind++)
      {
        gchar *folder = copy_golden ("heads");
        g_autofree gchar *path = path_in (folder, names[i]);

        g_unlink (path);
#if defined (G_OS_UNIX)
        if (kind == 0)
          g_assert_cmpint (mkfifo (path, 0600), ==, 0);
        else if (kind == 1)
          g_assert_cmpint (symlink ("/dev/zero", path), ==, 0);
        else
#endif
          g_assert_cmpint (g_mkdir (path, 0700), ==, 0);
        refuse (folder, DDIM_ERROR_INVALID, path, "not a regular file");
        g_rmdir (path);
      }
}

/* Files of terabytes, all holes: refused by their size. */
static void
test_endless (void)
{
  static const gchar * const names[] = { CONFIG, WEIGHTS };
  goffset size = (goffset) 4 << 40; /* more than Windows' off_t holds */
  GStatBuf made;

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      gchar *folder = copy_golden ("heads");
      g_autofree gchar *path = path_in (folder, names[i]);

      if (truncate (path, size) != 0 || g_stat (path, &made) != 0 || made.st_size != size)
        {
          g_test_skip ("no such large files here");
          remove_folder (folder);
          return;
        }
      refuse (folder, i ? DDIM_ERROR_MEMORY : DDIM_ERROR_INVALID, path, i ? "GB" : "bytes");
    }
}

/* A parser that calls itself for each bracket would leave its stack. */
static void
test_brackets (void)
{
  static const gchar * const names[] = { CONFIG, SCHEDULER, WEIGHTS };
  const gsize length = 4000000;

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      gchar *folder = copy_golden ("heads");
      g_autofree gchar *text = g_malloc (length);
      guint64 header = GUINT64_TO_LE (length - 8);

      memset (text, '[', length);
      if (i == 2)
        memcpy (text, &header, 8);
      put (folder, names[i], text, length);
      refuse (folder, DDIM_ERROR_INVALID, names[i], "");
    }
}

/* Weights that are cut off, or changed, between loading and the first use: the
 * evaluation fails, and nothing reads beyond the end.                       */
static void
test_cut_off_later (void)
{
  const DdimLevel level = { 300, 0.6, 0.8 };

  for (gint change = 0; change < 2; change++)
    {
      gchar *folder = copy_golden ("heads");
      g_autofree gchar *path = path_in (folder, WEIGHTS);
      g_autoptr (GError)     error = NULL;
      g_autoptr (DdimModel)  model = ddim_model_load (folder, pool, &error);
      g_autoptr (DdimField)  field = ddim_model_new_field (model, NULL, &error);
      g_autoptr (DdimCanvas) x     = ddim_canvas_new (1, 16, 16, 3);
      g_autoptr (DdimCanvas) out   = ddim_canvas_new (1, 16, 16, 3);

      g_assert_no_error (error);
      if (change == 0)
        g_assert_cmpint (truncate (path, 5000), ==, 0);
      else
        {
          FILE *file = g_fopen (path, "r+b");

          g_assert_cmpint (fseek (file, 9000, SEEK_SET), ==, 0);
          g_assert_cmpint (fputc ('x', file), ==, 'x');
          g_assert_cmpint (fclose (file), ==, 0);
          g_assert_cmpint (g_utime (path, &(struct utimbuf) { 1, 1 }), ==, 0);
        }
      for (gint again = 0; again < 2; again++)
        {
          g_assert_false (ddim_field_evaluate (field, x, &level, out, NULL, &error));
          g_assert_error (error, DDIM_ERROR, DDIM_ERROR_INVALID);
          g_assert_true (mentions (error->message, path));
          g_clear_error (&error);
        }
      remove_folder (folder);
    }
}

/* Once it has been used, the files are not needed. */
static void
test_gone_later (void)
{
  const DdimLevel level = { 300, 0.6, 0.8 };
  gchar *folder = copy_golden ("heads");
  g_autofree gchar *path = path_in (folder, WEIGHTS);
  g_autoptr (GError)     error = NULL;
  g_autoptr (DdimModel)  model = ddim_model_load (folder, pool, &error);
  g_autoptr (DdimField)  field = ddim_model_new_field (model, NULL, &error);
  g_autoptr (DdimCanvas) small = ddim_canvas_new (1, 16, 16, 3);
  g_autoptr (DdimCanvas) large = ddim_canvas_new (2, 24, 16, 3);
  g_autoptr (DdimCanvas) out   = ddim_canvas_new (2, 24, 16, 3);
  g_autoptr (DdimCanvas) small_out = ddim_canvas_new (1, 16, 16, 3);

  g_assert_true (ddim_field_evaluate (field, small, &level, small_out, NULL, &error));
  g_assert_cmpint (truncate (path, 0), ==, 0);
  g_assert_true (ddim_field_evaluate (field, large, &level, out, NULL, &error));
  g_assert_no_error (error);
  remove_folder (folder);
}

int
main (int argc, char **argv)
{
  gint status;

  g_test_init (&argc, &argv, NULL);
  pool = ddim_thread_pool_new (1);
  g_test_add_func ("/folder/variant", test_variant);
  g_test_add_func ("/folder/shards", test_shards);
  g_test_add_func ("/folder/broken-index", test_broken_index);
  g_test_add_func ("/folder/ema", test_ema);
  g_test_add_func ("/folder/part", test_part);
  g_test_add_func ("/folder/no-scheduler", test_no_scheduler);
  g_test_add_func ("/folder/lfs", test_lfs);
  g_test_add_func ("/folder/hub", test_hub);
  g_test_add_func ("/folder/no-regular-file", test_no_regular_file);
  g_test_add_func ("/folder/endless", test_endless);
  g_test_add_func ("/folder/brackets", test_brackets);
  g_test_add_func ("/folder/cut-off-later", test_cut_off_later);
  g_test_add_func ("/folder/gone-later", test_gone_later);
  status = g_test_run ();
  ddim_thread_pool_unref (pool);
  return status;
}
