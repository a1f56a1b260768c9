/* test-file.c: whatever may lie where a model's file should
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Each file of whole models in turn, and each that may lie beside them, is a pipe, a
 * device without an end, a folder, or larger than any memory.  The model is refused
 * at once, by an error that names the file: a pipe would be waited for until the
 * test's own end, and a device be read until the memory's.
 */

#include <sys/stat.h>

#include <glib/gstdio.h>

#include "ddim.h"

static DdimThreadPool *pool;

typedef enum
{
  PIPE,
  DEVICE,
  FOLDER,
  HUGE_FILE,
  N_KINDS
} Kind;

static const gchar *const kinds[] = { "a pipe", "a device", "a folder", "terabytes" };

/* Files that are read where they are, but need not be there. */
static const gchar *const more[] =
{
  "tokenizer/tokenizer.json", "tokenizer/added_tokens.json", "tokenizer/special_tokens_map.json",
  "tokenizer/tokenizer_config.json"
};

static void
remove_all (const gchar *path)
{
  GStatBuf status;

  if (g_lstat (path, &status) == 0 && S_ISDIR (status.st_mode))
    {
      g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
      const gchar     *name;

      while ((name = g_dir_read_name (dir)))
        {
          g_autofree gchar *sub = g_build_filename (path, name, NULL);

          remove_all (sub);
        }
    }
  g_remove (path);
}

/* Appends the files in a folder, as paths from `root` on. */
static void
list_files (const gchar *root,
            const gchar *within,
            GPtrArray   *files)
{
  g_autofree gchar *path = g_build_filename (root, within, NULL);
  g_autoptr (GDir)  dir  = g_dir_open (path, 0, NULL);
  const gchar      *name;

  while ((name = g_dir_read_name (dir)))
    {
      gchar            *sub = *within ? g_build_filename (within, name, NULL) : g_strdup (name);
      g_autofree gchar *whole = g_build_filename (root, sub, NULL);

      if (g_file_test (whole, G_FILE_TEST_IS_DIR))
        {
          list_files (root, sub, files);
          g_free (sub);
        }
      else if (g_str_has_prefix (name, "golden."))
        g_free (sub);
      else
        g_ptr_array_add (files, sub);
    }
}

/* A folder whose files are links to those in `root`, all but one, which is of that
 * kind.  NULL where the file system has no files so large.                  */
static gchar *
make_folder (const gchar     *root,
             const GPtrArray *files,
             const gchar     *odd,
             Kind             kind)
{
  gchar            *folder = g_dir_make_tmp ("ddim-file-XXXXXX", NULL);
  g_autofree gchar *path = g_build_filename (folder, odd, NULL);
  g_autofree gchar *parent = g_path_get_dirname (path);
  gint              failed = 0;

  for (guint i = 0; i < files->len; i++)
    {
      g_autofree gchar *from = g_build_filename (root, files->pdata[i], NULL);
      g_autofree gchar *to = g_build_filename (folder, files->pdata[i], NULL);
      g_autofree gchar *its = g_path_get_dirname (to);

      g_mkdir_with_parents (its, 0700);
      if (strcmp (files->pdata[i], odd))
        g_assert_cmpint (symlink (from, to), ==, 0);
    }
  g_mkdir_with_parents (parent, 0700);
  switch (kind)
    {
    case PIPE:   failed = mkfifo (path, 0600); break;
    case DEVICE: failed = symlink ("/dev/zero", path); break;
    case FOLDER: failed = g_mkdir (path, 0700); break;
    default:
      g_assert_true (g_file_set_contents (path, "{}", -1, NULL));
      if (truncate (path, (off_t) 4 << 40) != 0)
        {
          remove_all (folder);
          g_clear_pointer (&folder, g_free);
        }
    }
  g_assert_cmpint (failed, ==, 0);
  return folder;
}

static void
test_model (gconstpointer name)
{
  g_autofree gchar     *root = g_test_build_filename (G_TEST_DIST, "golden", name, NULL);
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (g_free);
  guint                 needed;

  list_files (root, "", files);
  needed = files->len;
  g_assert_cmpuint (needed, >, 2);
  for (gsize i = 0; i < G_N_ELEMENTS (more); i++)
    if (g_file_test (root, G_FILE_TEST_IS_DIR) &&
        ! g_ptr_array_find_with_equal_func (files, more[i], g_str_equal, NULL))
      g_ptr_array_add (files, g_strdup (more[i]));

  for (guint i = 0; i < files->len; i++)
    for (gint kind = 0; kind < N_KINDS; kind++)
      {
        const gchar          *odd = files->pdata[i];
        guint                 all = files->len;
        g_autoptr (GError)    error = NULL;
        g_autoptr (DdimModel) model = NULL;
        g_autofree gchar     *folder = NULL;
        g_autofree gchar     *path = NULL;

        files->len = needed;
        folder     = make_folder (root, files, odd, kind);
        files->len = all;
        if (! folder)
          continue;
        path  = g_build_filename (folder, odd, NULL);
        model = ddim_model_load (folder, pool, &error);
        if (i < needed)
          g_assert_null (model);
        if (! model)
          {
            g_test_message ("%s", error->message);
            g_assert_true (error->domain == DDIM_ERROR);
            if (! strstr (error->message, path))
              g_error ("%s is %s: %s", odd, kinds[kind], error->message);
          }
        remove_all (folder);
      }
}

/* The hub's name of its newest download is a file, too. */
static void
test_hub (void)
{
  for (gint kind = 0; kind < N_KINDS; kind++)
    {
      g_autofree gchar *root = g_test_build_filename (G_TEST_DIST, "golden", "models", "heads", NULL);
      g_autoptr (GPtrArray) none = g_ptr_array_new ();
      g_autofree gchar *folder = make_folder (root, none, "refs/main", kind);
      g_autofree gchar *snapshots = folder ? g_build_filename (folder, "snapshots", NULL) : NULL;
      g_autofree gchar *revision = folder ? g_build_filename (snapshots, "0123abc", NULL) : NULL;
      g_autoptr (GError) error = NULL;
      g_autoptr (DdimModel) model = NULL;

      if (! folder)
        continue;
      g_mkdir (snapshots, 0700);
      g_assert_cmpint (symlink (root, revision), ==, 0);
      model = ddim_model_load (folder, pool, &error);
      g_assert_null (model); /* and its error says where the model lies */
      g_assert_error (error, DDIM_ERROR, DDIM_ERROR_MISSING);
      g_assert_nonnull (strstr (error->message, revision));
      g_unlink (revision);
      remove_all (folder);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  pool = ddim_thread_pool_new (1);

  g_test_add_data_func ("/file/network", "models/heads", test_model);
  g_test_add_data_func ("/file/text", "latents/stable-diffusion", test_model);
  g_test_add_data_func ("/file/tokenizer", "latents/stable-diffusion-v", test_model);
  g_test_add_data_func ("/file/codebook", "latents/unconditional-vq", test_model);
  g_test_add_func ("/file/hub", test_hub);
  return g_test_run ();
}
