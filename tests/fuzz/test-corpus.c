/* test-corpus.c: a fuzz target over the files kept for it, as a test
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Compiled with one target; TARGET is its name and its folder in corpus/.
 */

#include "fuzz.h"

static void
test_file (gconstpointer path)
{
  g_autofree gchar *bytes = NULL;
  gsize size;

  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  {
    /* A copy of just that size, so that a byte too far is seen. */
    g_autofree guint8 *copy = g_memdup2 (bytes, size);

    LLVMFuzzerTestOneInput (copy, size);
  }
}

int
main (int argc, char **argv)
{
  g_autofree gchar *folder = NULL;
  g_autoptr (GDir)  dir = NULL;
  const gchar      *name;

  g_test_init (&argc, &argv, NULL);
  folder = g_test_build_filename (G_TEST_DIST, "fuzz", "corpus", TARGET, NULL);
  dir    = g_dir_open (folder, 0, NULL);
  g_assert_nonnull (dir);
  while ((name = g_dir_read_name (dir)))
    {
      g_autofree gchar *path = g_strconcat ("/fuzz/" TARGET "/", name, NULL);

      g_test_add_data_func_full (path, g_build_filename (folder, name, NULL), test_file, g_free);
    }
  return g_test_run ();
}
