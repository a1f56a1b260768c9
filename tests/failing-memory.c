/* failing-memory.c: memory that runs out, at every place in turn
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <string.h>

#include "failing-memory.h"

#if defined (__GLIBC__)
#include <malloc.h>
#endif

/* Which allocation fails, counted from 1; 0: none.  And how many there were. */
static gint fail_at, count;

gpointer __real_g_try_malloc_n  (gsize n, gsize size);
gpointer __real_g_try_malloc0_n (gsize n, gsize size);
gpointer __real_ddim_os_try_alloc (gsize align, gsize size);
gpointer __wrap_g_try_malloc_n  (gsize n, gsize size);
gpointer __wrap_g_try_malloc0_n (gsize n, gsize size);
gpointer __wrap_ddim_os_try_alloc (gsize align, gsize size);

static gboolean
fails (void)
{
  return g_atomic_int_add (&count, 1) + 1 == fail_at;
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

/* Runs it once, with the allocation `fail_at` failing; returns whether there was one
 * of that number.                                                           */
static gboolean
fail_once (Work            work,
           gconstpointer   data,
           gboolean        batches,
           DdimThreadPool *pool)
{
  g_autoptr (GError) error = NULL;
  gboolean           success;

  count   = 0;
  success = work (pool, data, &error);
  if (count < fail_at)
    {
      g_assert_no_error (error);
      g_assert_true (success);
      return FALSE;
    }
  if (! success || ! batches)
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
  g_autoptr (DdimThreadPool) pool  = ddim_thread_pool_new (1);
  gint                       step  = g_getenv ("DDIM_TEST_EMULATED") ? 11 : 1;
  gint                       n     = 0;
  gboolean                   found = TRUE;

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

  g_test_message ("%d allocations failed in turn", n);
  g_assert_cmpint (n, >, 1);
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
