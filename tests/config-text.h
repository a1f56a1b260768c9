/* config-text.h: a U-Net's config.json, written as text in a test
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <string.h>

#include <glib/gstdio.h>

#include "unet-config.h"

typedef gboolean (* ConfigLoader) (const gchar     *path,
                                   DdimUnetConfig  *config,
                                   GError         **error);

/* Loads the text as a file of its own, which errors must name. */
static inline gboolean
load_config_text (ConfigLoader     loader,
                  const gchar     *text,
                  DdimUnetConfig  *config,
                  GError         **error)
{
  g_autofree gchar *path = NULL;
  gint     file = g_file_open_tmp ("ddim-config-XXXXXX.json", &path, NULL);
  gboolean success;

  g_assert_cmpint (file, >=, 0);
  g_close (file, NULL);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  success = loader (path, config, error);
  if (! success)
    g_assert_nonnull (strstr ((*error)->message, path));
  g_unlink (path);
  return success;
}
