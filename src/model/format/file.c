/* file.c: opening what may be no file at all
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

gint
ddim_file_open (const gchar *path,
                guint64     *size,
                GError     **error)
{
  struct stat status;
  gint        fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* no waiting for a pipe */

  if (fd < 0)
    {
      if (errno == ENOENT || errno == ENOTDIR)
        g_set_error (error, DDIM_ERROR, DDIM_ERROR_MISSING, "%s is missing", path);
      else
        g_set_error (error, DDIM_ERROR, DDIM_ERROR_INVALID,
                     "%s cannot be read: %s", path, g_strerror (errno));
      return -1;
    }
  if (fstat (fd, &status) != 0 || ! S_ISREG (status.st_mode))
    {
      g_set_error (error, DDIM_ERROR, DDIM_ERROR_INVALID, "%s is not a regular file", path);
      close (fd);
      return -1;
    }

  *size = status.st_size;
  return fd;
}
