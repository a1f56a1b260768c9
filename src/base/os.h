/* os.h: what differs from one operating system to another
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * All that the library asks of a system beyond C and GLib; nothing else includes
 * a system's own headers (tests/layers.py).
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Memory ------------------------------------------------------------------------ */

/* `size` bytes at a multiple of `align`, a power of two of at least a pointer's size;
 * contents undefined.  NULL where memory is out.  Free with ddim_os_free ().     */
gpointer ddim_os_try_alloc        (gsize    align,
                                   gsize    size);
void     ddim_os_free             (gpointer block); /* or NULL */

/* Asks for pages of DDIM_OS_HUGE_PAGE bytes for a block that is aligned to one.  Where
 * the system gives none, nothing happens.                                       */
#define  DDIM_OS_HUGE_PAGE        ((gsize) 2 << 20)
void     ddim_os_advise_huge      (gpointer block,
                                   gsize    size);

/* Bytes of memory that are free, where the system says it in one number; otherwise
 * all that the machine has.                                                     */
gdouble  ddim_os_get_memory       (void);

/* The bytes that this process may have of addresses, and of data among them;
 * G_MAXDOUBLE where there is no limit.                                          */
void     ddim_os_get_limits       (gdouble *addresses,
                                   gdouble *data);

/* The processor ----------------------------------------------------------------- */

/* Whether this process may use the tiles of an x86-64 processor that has them.  The
 * permission holds for all its threads; to ask again does nothing.              */
gboolean ddim_os_permit_tiles     (void);

/* Files ------------------------------------------------------------------------- */

typedef struct
{
  guint64 size;
  gint64  changed; /* nanoseconds, as fine as the system counts them */
} DdimOsStatus;

/* Opens a file for reading, without waiting for the other end of a pipe, and closed
 * in programs that this one starts.  path: UTF-8 on Windows.  Returns a descriptor, or
 * -1 with errno set: EISDIR for a folder, on systems that do not open one.      */
gint     ddim_os_open             (const gchar *path);
void     ddim_os_close            (gint         fd);

/* FALSE where it is no regular file: a folder, a pipe, a device. */
gboolean ddim_os_get_status       (gint          fd,
                                   DdimOsStatus *status);

/* Reads `size` bytes from `offset` on, or as many as there are; returns how many.
 * Several threads may read from one file.                                       */
gsize    ddim_os_read             (gint     fd,
                                   guint64  offset,
                                   gsize    size,
                                   gpointer out);

G_END_DECLS
