/* model-folder.h: a golden model's folder, to be changed
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib/gstdio.h>

#include "ddim.h"

#define WEIGHTS   "unet/diffusion_pytorch_model.safetensors"
#define CONFIG    "unet/config.json"
#define SCHEDULER "scheduler/scheduler_config.json"

static const gchar * const files[] = { WEIGHTS, CONFIG, SCHEDULER };
static const gchar * const folders[] = { "unet", "unet_ema", "scheduler", "vae", "" };

/* A copy of a golden model in a folder of its own; give it to remove_folder (). */
static inline gchar *
copy_golden (const gchar *name)
{
  gchar *folder = g_dir_make_tmp ("ddim-model-XXXXXX", NULL);

  g_assert_nonnull (folder);
  for (gint i = 0; i < 3; i += 2) /* unet, scheduler */
    {
      g_autofree gchar *sub = g_build_filename (folder, folders[i], NULL);

      g_assert_cmpint (g_mkdir (sub, 0700), ==, 0);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree gchar *from = g_test_build_filename (G_TEST_DIST, "golden", "models", name,
                                                      files[i], NULL);
      g_autofree gchar *to = g_build_filename (folder, files[i], NULL);
      g_autofree gchar *bytes = NULL;
      gsize size;

      g_assert_true (g_file_get_contents (from, &bytes, &size, NULL));
      g_assert_true (g_file_set_contents (to, bytes, size, NULL));
    }
  return folder;
}

/* Removes it and what lies in it, and frees the name. */
static inline void
remove_folder (gchar *folder)
{
  for (gsize i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autofree gchar *sub = g_build_filename (folder, folders[i], NULL);
      g_autoptr (GDir) dir = g_dir_open (sub, 0, NULL);
      const gchar *name;

      while (dir && (name = g_dir_read_name (dir)))
        {
          g_autofree gchar *path = g_build_filename (sub, name, NULL);

          g_unlink (path);
        }
      g_rmdir (sub);
    }
  g_free (folder);
}
