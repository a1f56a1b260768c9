/* test-os.c: what is asked of the operating system
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <errno.h>
#include <string.h>

#include <glib/gstdio.h>

#include "os.h"

#define THREADS 4

/* Every alignment, small and large: it can be written to its last byte. */
static void
test_memory (void)
{
  for (gsize align = 64; align <= DDIM_OS_HUGE_PAGE; align *= 8)
    for (gsize size = 1; size < 16 << 20; size *= 5)
      {
        guint8 *block = ddim_os_try_alloc (align, size);

        g_assert_nonnull (block);
        g_assert_cmpuint ((gsize) block % align, ==, 0);
        if (align == DDIM_OS_HUGE_PAGE)
          ddim_os_advise_huge (block, size);
        memset (block, 0xa5, size);
        g_assert_cmpuint (block[size - 1], ==, 0xa5);
        ddim_os_free (block);
      }

#if ! defined (__SANITIZE_ADDRESS__) /* which ends a program that asks for so much */
  g_assert_null (ddim_os_try_alloc (64, G_MAXSSIZE - 64));
#endif
  ddim_os_free (NULL);
}

/* More than a megabyte, and less than any machine has. */
static void
test_limits (void)
{
  gdouble addresses, data;

  g_assert_cmpfloat (ddim_os_get_memory (), >, 1e6);
  g_assert_cmpfloat (ddim_os_get_memory (), <, 1e15);
  ddim_os_get_limits (&addresses, &data);
  g_assert_cmpfloat (addresses, >, 1e6);
  g_assert_cmpfloat (data, >, 1e6);
}

typedef struct
{
  gint   fd;
  guint8 number;
} Reader;

/* One of several that read from one file, each its own bytes. */
static gpointer
read_often (gpointer data)
{
  const Reader *reader = data;
  guint8 bytes[256];

  for (gint i = 0; i < 500; i++)
    {
      memset (bytes, 0xff, sizeof bytes);
      g_assert_cmpuint (ddim_os_read (reader->fd, 256 * reader->number, 256, bytes), ==, 256);
      for (gint k = 0; k < 256; k++)
        g_assert_cmpuint (bytes[k], ==, reader->number);
    }
  return NULL;
}

/* Under a name that is not ASCII; all byte values that a text's end could be taken for. */
static void
test_file (void)
{
  g_autofree gchar *folder = g_dir_make_tmp (NULL, NULL);
  g_autofree gchar *path   = g_build_filename (folder, "Übung 한.bin", NULL);
  guint8       bytes[256 * THREADS], got[sizeof bytes + 9];
  Reader       readers[THREADS];
  GThread     *threads[THREADS];
  DdimOsStatus status, later;
  gint         fd;

  for (gsize i = 0; i < sizeof bytes; i++)
    bytes[i] = i % 256;
  memcpy (bytes, "\r\n\x1a\r\n", 5);
  g_assert_true (g_file_set_contents (path, (gchar *) bytes, sizeof bytes, NULL));
  fd = ddim_os_open (path);
  g_assert_cmpint (fd, >=, 0);
  g_assert_true (ddim_os_get_status (fd, &status));
  g_assert_cmpuint (status.size, ==, sizeof bytes);

  g_assert_cmpuint (ddim_os_read (fd, 0, sizeof got, got), ==, sizeof bytes);
  g_assert_cmpmem (got, sizeof bytes, bytes, sizeof bytes);
  g_assert_cmpuint (ddim_os_read (fd, 300, 5, got), ==, 5);
  g_assert_cmpmem (got, 5, bytes + 300, 5);
  g_assert_cmpuint (ddim_os_read (fd, sizeof bytes, 5, got), ==, 0);
  g_assert_cmpuint (ddim_os_read (fd, (guint64) 1 << 40, 5, got), ==, 0);
  g_assert_cmpuint (ddim_os_read (fd, 0, 0, got), ==, 0);
  ddim_os_close (fd);

  for (gsize i = 0; i < sizeof bytes; i++)
    bytes[i] = i / 256;
  g_assert_true (g_file_set_contents (path, (gchar *) bytes, sizeof bytes, NULL));
  fd = ddim_os_open (path);
  for (gint i = 0; i < THREADS; i++)
    {
      readers[i] = (Reader) { fd, i };
      threads[i] = g_thread_new ("reader", read_often, &readers[i]);
    }
  for (gint i = 0; i < THREADS; i++)
    g_thread_join (threads[i]);

  /* What is written to it meanwhile is seen. */
  g_assert_true (ddim_os_get_status (fd, &status));
  {
    FILE *file = g_fopen (path, "ab");

    g_assert_nonnull (file);
    g_assert_cmpint (fputc ('x', file), ==, 'x');
    g_assert_cmpint (fclose (file), ==, 0);
  }
  g_assert_true (ddim_os_get_status (fd, &later));
  g_assert_cmpuint (later.size, ==, status.size + 1);
  g_assert_cmpint (later.changed, >=, status.changed);
  ddim_os_close (fd);

  g_unlink (path);
  g_rmdir (folder);
}

/* What is no file, or a folder, is told apart. */
static void
test_no_file (void)
{
  g_autofree gchar *folder = g_dir_make_tmp (NULL, NULL);
  g_autofree gchar *path   = g_build_filename (folder, "none", NULL);
  DdimOsStatus status;
  gint         fd;

  g_assert_cmpint (ddim_os_open (path), ==, -1);
  g_assert_cmpint (errno, ==, ENOENT);

  fd = ddim_os_open (folder);
  if (fd < 0)
    g_assert_cmpint (errno, ==, EISDIR);
  else
    {
      g_assert_false (ddim_os_get_status (fd, &status));
      ddim_os_close (fd);
    }
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/os/memory", test_memory);
  g_test_add_func ("/os/limits", test_limits);
  g_test_add_func ("/os/file", test_file);
  g_test_add_func ("/os/no-file", test_no_file);
  return g_test_run ();
}
