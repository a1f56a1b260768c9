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

#include "try-alloc.h"

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

gchar *
ddim_file_read_text (const gchar *path,
                     gsize        most,
                     gsize       *size,
                     GError     **error)
{
  guint64 total;
  gint    fd   = ddim_file_open (path, &total, error);
  gchar  *text = NULL;
  gsize   done = 0;

  if (fd < 0)
    return NULL;
  if (total > most)
    g_set_error (error, DDIM_ERROR, DDIM_ERROR_INVALID,
                 "%s has %" G_GUINT64_FORMAT " bytes, far too many for what it should be",
                 path, total);
  else if ((text = ddim_try_malloc (total + 1, 1, error)))
    {
      gssize got;

      while ((got = read (fd, text + done, total - done)) > 0)
        done += got;
      text[done] = '\0';
      *size = done;
    }
  close (fd);
  return text;
}
