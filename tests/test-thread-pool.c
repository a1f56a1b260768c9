/* test-thread-pool.c: every chunk of every job once, whoever comes late
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "thread-pool-private.h"

#define CHUNKS 37

typedef struct
{
  gint          times[CHUNKS]; /* atomic */
  gint          workers;       /* atomic: bits */
  gint          n_threads;
  GCancellable *cancellable;
} Job;

static void
count (gint     chunk,
       gint     worker,
       gpointer data)
{
  Job *job = data;

  g_assert_cmpint (worker, >=, 0);
  g_assert_cmpint (worker, <, job->n_threads);
  g_atomic_int_inc (&job->times[chunk]);
  g_atomic_int_or ((guint *) &job->workers, 1u << worker);
  if (job->cancellable)
    g_cancellable_cancel (job->cancellable);
}

/* Thousands of short jobs, so that workers are met spinning, asleep and late;
 * with more threads than processors some always are.                        */
static void
test_once (gconstpointer data)
{
  gint n_threads = GPOINTER_TO_INT (data);
  g_autoptr (DdimThreadPool) pool = ddim_thread_pool_new (n_threads);

  for (gint round = 0; round < 3000; round++)
    {
      Job  job = { .n_threads = n_threads };
      gint n   = round % (CHUNKS + 1);

      if (round % 500 == 499)
        g_usleep (2000); /* they fall asleep */
      g_assert_true (ddim_thread_pool_run (pool, n, count, &job, NULL));
      for (gint i = 0; i < CHUNKS; i++)
        g_assert_cmpint (job.times[i], ==, i < n);
    }
}

static void
sleep_a_while (gint     chunk,
               gint     worker,
               gpointer data)
{
  count (chunk, worker, data);
  g_usleep (3000);
}

/* While the caller sleeps in a chunk, others take the next. */
static void
test_shared (void)
{
  g_autoptr (DdimThreadPool) pool = ddim_thread_pool_new (4);
  Job job = { .n_threads = 4 };

  g_assert_true (ddim_thread_pool_run (pool, CHUNKS, sleep_a_while, &job, NULL));
  g_assert_cmpint (job.workers, !=, 1);
}

static void
test_cancel (gconstpointer data)
{
  gint n_threads = GPOINTER_TO_INT (data);
  g_autoptr (DdimThreadPool) pool = ddim_thread_pool_new (n_threads);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Job  job = { .n_threads = n_threads, .cancellable = cancellable };
  Job  next = { .n_threads = n_threads };
  gint started = 0;

  g_assert_false (ddim_thread_pool_run (pool, CHUNKS, count, &job, cancellable));
  for (gint i = 0; i < CHUNKS; i++)
    started += job.times[i];
  g_assert_cmpint (started, <=, n_threads);

  /* And works again. */
  g_assert_true (ddim_thread_pool_run (pool, CHUNKS, count, &next, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/pool/once-1", GINT_TO_POINTER (1), test_once);
  g_test_add_data_func ("/pool/once-2", GINT_TO_POINTER (2), test_once);
  g_test_add_data_func ("/pool/once-7", GINT_TO_POINTER (7), test_once);
  g_test_add_func ("/pool/shared", test_shared);
  g_test_add_data_func ("/pool/cancel-1", GINT_TO_POINTER (1), test_cancel);
  g_test_add_data_func ("/pool/cancel-3", GINT_TO_POINTER (3), test_cancel);
  return g_test_run ();
}
