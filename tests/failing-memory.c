/* failing-memory.c: memory that runs out, files that break and users who cancel, at
 * every place in turn
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <string.h>

#include "failing-memory.h"

#if defined (__GLIBC__)
#include <malloc.h>
#endif

/* Which of them fails, counted from 1; 0: none.  And how many there were. */
static Failure       failure;
static gint          fail_at, count;
static GCancellable *cancellable; /* of one time */

gpointer __real_g_try_malloc_n  (gsize n, gsize size);
gpointer __real_g_try_malloc0_n (gsize n, gsize size);
gpointer __real_ddim_os_try_alloc (gsize align, gsize size);
gpointer __wrap_g_try_malloc_n  (gsize n, gsize size);
gpointer __wrap_g_try_malloc0_n (gsize n, gsize size);
gpointer __wrap_ddim_os_try_alloc (gsize align, gsize size);
gsize    __real_ddim_os_read (gint fd, guint64 offset, gsize size, gpointer out);
gsize    __wrap_ddim_os_read (gint fd, guint64 offset, gsize size, gpointer out);

static gboolean
fails_of (Failure kind)
{
  return kind == failure && g_atomic_int_add (&count, 1) + 1 == fail_at;
}

static gboolean
fails (void)
{
  return fails_of (FAIL_MEMORY);
}

/* As where a disk breaks, or a file is cut off meanwhile. */
gsize
__wrap_ddim_os_read (gint     fd,
                     guint64  offset,
                     gsize    size,
                     gpointer out)
{
  return fails_of (FAIL_READ) ? 0 : __real_ddim_os_read (fd, offset, size, out);
}

static void
update (gdouble  fraction,
        gpointer data)
{
  if (fails_of (FAIL_UPDATE))
    g_cancellable_cancel (cancellable);
}

DdimMonitor
fail_monitor (void)
{
  return (DdimMonitor) { .cancellable = cancellable, .progress = update };
}

gpointer
__wrap_g_try_malloc_n (gsize n,
                       gsize size)
{
  return fails () ? NULL : __real_g_try_malloc_n (n, size);
}

gpointer
__wrap_g_try_malloc0_n (gsize n,
                        gsize size)
{
  return fails () ? NULL : __real_g_try_malloc0_n (n, size);
}

gpointer
__wrap_ddim_os_try_alloc (gsize align,
                          gsize size)
{
  return fails () ? NULL : __real_ddim_os_try_alloc (align, size);
}

/* Where the C library counts them. */
static gsize
bytes_in_use (void)
{
#if defined (__GLIBC__)
  struct mallinfo2 info = mallinfo2 ();

  return info.uordblks + info.hblkhd;
#else
  return 0;
#endif
}

/* Runs it once, with number `fail_at` failing; returns whether there was one of that
 * number.                                                                   */
static gboolean
fail_once (Work            work,
           gconstpointer   data,
           gboolean        batches,
           DdimThreadPool *pool)
{
  g_autoptr (GError) error = NULL;
  gboolean           success;

  count       = 0;
  cancellable = g_cancellable_new ();
  success     = work (pool, data, &error);
  g_clear_object (&cancellable);
  if (count < fail_at)
    {
      g_assert_no_error (error);
      g_assert_true (success);
      return FALSE;
    }
  if (failure == FAIL_UPDATE)
    {
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_assert_false (success);
    }
  else if (failure == FAIL_READ)
    {
      g_assert_true (error && error->domain == DDIM_ERROR);
      g_assert_false (success);
      g_assert_nonnull (strstr (error->message, G_DIR_SEPARATOR_S)); /* a file's name */
    }
  else if (! success || ! batches)
    {
      g_assert_error (error, DDIM_ERROR, DDIM_ERROR_MEMORY);
      g_assert_false (success);
      g_assert_cmpint (strlen (error->message), >, 30);
    }
  return TRUE;
}

void
fail_each (Work          work,
           gconstpointer data,
           gboolean      batches)
{
  fail_each_of (FAIL_MEMORY, work, data, batches);
}

void
fail_each_of (Failure       kind,
              Work          work,
              gconstpointer data,
              gboolean      batches)
{
  g_autoptr (DdimThreadPool) pool  = ddim_thread_pool_new (1);
  gint                       step  = g_getenv ("DDIM_TEST_EMULATED") ? 37
                                     : kind == FAIL_MEMORY || g_getenv ("DDIM_ALL") ? 1 : 7;
  gint                       n     = 0;
  gboolean                   found = TRUE;

  failure = kind;
  for (fail_at = 1; found; fail_at += step, n += found)
    /* Some things are kept for good when they are first asked for; what is lost is
     * lost each time.                                                       */
    for (gint again = 0; again < 4; again++)
      {
        gsize before = bytes_in_use ();

        found = fail_once (work, data, batches, pool);
        if (bytes_in_use () <= before)
          break;
        g_assert_cmpint (again, <, 3);
      }

  g_test_message ("%d of them failed in turn", n);
  g_assert_cmpint (n, >, 0);
  fail_at = 0;
}

void
fail_init (int    *argc,
           char ***argv)
{
  /* What is freed is not kept aside, so that it is counted as free; nor is it where
   * GLIBC_TUNABLES says so (tests/meson.build).                             */
#if defined (__GLIBC__)
  mallopt (M_MXFAST, 0);
#endif
  g_test_init (argc, argv, NULL);
}
