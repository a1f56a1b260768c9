/* file.h: opening what may be no file at all
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "errors.h"

G_BEGIN_DECLS

/* Opens a regular file for reading, and says how many bytes it has.  Anything
 * else (a folder, a pipe, a device without an end) is refused at once.  Returns
 * a descriptor, or -1; errors name the file.                                */
gint ddim_file_open (const gchar *path,
                     guint64     *size,
                     GError     **error);

/* All of a file's bytes, `size` of them and a zero behind; NULL where it has more
 * than `most`.  Free with g_free ().                                        */
gchar * ddim_file_read_text (const gchar *path,
                             gsize        most,
                             gsize       *size,
                             GError     **error);

G_END_DECLS
