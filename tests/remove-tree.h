/* remove-tree.h: takes a folder of a test's own away again
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib/gstdio.h>

/* And all that lies in it; of links only the links. */
static inline void
remove_tree (const gchar *path)
{
  g_autoptr (GDir) dir = g_file_test (path, G_FILE_TEST_IS_SYMLINK) ? NULL
                                                                    : g_dir_open (path, 0, NULL);
  const gchar     *name;

  while (dir && (name = g_dir_read_name (dir)))
    {
      g_autofree gchar *place = g_build_filename (path, name, NULL);

      remove_tree (place);
    }
  g_clear_pointer (&dir, g_dir_close); /* Windows keeps a folder that is read */
  g_assert_cmpint (g_remove (path), ==, 0);
}
