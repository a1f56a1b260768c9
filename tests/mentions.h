/* mentions.h: whether a message names a path, whichever way its system writes it
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <string.h>

#include <glib.h>

/* Windows writes some of a path's slashes backwards. */
static inline gboolean
mentions (const gchar *message,
          const gchar *words)
{
  g_autofree gchar *said   = g_strdelimit (g_strdup (message), "\\", '/');
  g_autofree gchar *wanted = g_strdelimit (g_strdup (words), "\\", '/');

  return strstr (said, wanted) != NULL;
}
