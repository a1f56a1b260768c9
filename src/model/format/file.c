/* file.c: opening what may be no file at all
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "file.h"

#include <errno.h>

#include "os.h"
#include "try-alloc.h"

gint
ddim_file_open (const gchar *path,
                guint64     *size,
                GError     **error)
{
  DdimOsStatus status;
  gint         fd = ddim_os_open (path);

  if (fd >= 0 && ddim_os_get_status (fd, &status))
    {
      *size = status.size;
      return fd;
    }

  if (fd >= 0 || errno == EISDIR)
    g_set_error (error, DDIM_ERROR, DDIM_ERROR_INVALID, "%s is not a regular file", path);
  else if (errno == ENOENT || errno == ENOTDIR)
    g_set_error (error, DDIM_ERROR, DDIM_ERROR_MISSING, "%s is missing", path);
  else
    g_set_error (error, DDIM_ERROR, DDIM_ERROR_INVALID,
                 "%s cannot be read: %s", path, g_strerror (errno));
  if (fd >= 0)
    ddim_os_close (fd);
  return -1;
}

gchar *
ddim_file_read_text (const gchar *path,
                     gsize        most,
                     gsize       *size,
                     GError     **error)
{
  guint64 total;
  gint    fd   = ddim_file_open (path, &total, error);
  gchar  *text = NULL;

  if (fd < 0)
    return NULL;
  if (total > most)
    g_set_error (error, DDIM_ERROR, DDIM_ERROR_INVALID,
                 "%s has %" G_GUINT64_FORMAT " bytes, far too many for what it should be",
                 path, total);
  else if ((text = ddim_try_malloc (total + 1, 1, error)))
    {
      *size = ddim_os_read (fd, 0, total, text);
      text[*size] = '\0';
      if (*size < total)
        {
          g_set_error (error, DDIM_ERROR, DDIM_ERROR_INVALID, "%s cannot be read to its end",
                       path);
          g_clear_pointer (&text, g_free);
        }
    }
  ddim_os_close (fd);
  return text;
}
