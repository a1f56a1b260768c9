/* photographs.h: the photographs that tests look at
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

/* Calls add () with the path of tests/data/photo.png, then of every photograph
 * of ../shared/photos where that folder is there (none was trained on).     */
static inline void
photographs_list (void (*add) (const gchar *path))
{
  g_autofree gchar *own    = g_test_build_filename (G_TEST_DIST, "data", "photo.png", NULL);
  g_autofree gchar *folder = g_test_build_filename (G_TEST_DIST, "..", "..", "shared", "photos",
                                                    NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const gchar *name;

  add (own);
  while (dir && (name = g_dir_read_name (dir)))
    if (g_str_has_suffix (name, ".png"))
      {
        g_autofree gchar *path = g_build_filename (folder, name, NULL);

        add (path);
      }
}
