/* thread-pool.c: a persistent pool of threads
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The calling thread is worker 0; the others wait for a job.  A network's
 * evaluation is several hundred short jobs in a row, so a worker that runs
 * out of work first spins for some tens of microseconds, and only then goes
 * to sleep.
 *
 * Chunks are handed out by one atomic ticket: the job's number above, and
 * below it how many chunks nobody has taken yet.  The caller waits for chunks,
 * not for workers: one that has lost its processor to another program before
 * it took a chunk is not missed, and when it comes back finds another job's
 * number on the ticket.
 */

#include "thread-pool-private.h"

#define SPINS 3000

struct _DdimThreadPool
{
  gint                ref_count;
  gint                n_threads;
  const DdimKernels  *kernels;
  GThread           **threads;    /* n_threads - 1 */

  /* The job; written by the caller before the ticket, and read by those who
   * have taken a chunk, for as long as it is not done.                      */
  DdimChunkFunc       func;
  gpointer            data;
  gint                n_chunks;
  GCancellable       *cancellable;
  gint                cancelled;  /* atomic                                  */
  gint                done;       /* atomic: chunks                          */

  guint64             ticket;     /* atomic                                  */
  gint                quit;       /* atomic                                  */
  gint                sleepers;   /* under mutex                             */
  GMutex              mutex;
  GCond               wake;
};

typedef struct
{
  DdimThreadPool *pool;
  gint            worker;
} Start;

static inline void
relax (void)
{
#if defined (__x86_64__) || defined (__i386__)
  __builtin_ia32_pause ();
#elif defined (__aarch64__)
  __asm__ volatile ("yield");
#endif
}

static inline guint
ticket_job (guint64 ticket)
{
  return ticket >> 32;
}

static inline guint
ticket_left (guint64 ticket)
{
  return ticket & G_MAXUINT32;
}

static void
pool_run_chunk (DdimThreadPool *pool,
                gint            chunk,
                gint            worker)
{
  if (pool->cancellable && g_cancellable_is_cancelled (pool->cancellable))
    __atomic_store_n (&pool->cancelled, 1, __ATOMIC_RELAXED);
  else
    pool->func (chunk, worker, pool->data);
}

/* Takes chunks of the job until there are none. */
static void
pool_work (DdimThreadPool *pool,
           guint           job,
           gint            worker)
{
  guint64 ticket = __atomic_load_n (&pool->ticket, __ATOMIC_ACQUIRE);

  while (ticket_job (ticket) == job && ticket_left (ticket))
    if (__atomic_compare_exchange_n (&pool->ticket, &ticket, ticket - 1, FALSE,
                                     __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
      {
        pool_run_chunk (pool, pool->n_chunks - ticket_left (ticket), worker);
        __atomic_fetch_add (&pool->done, 1, __ATOMIC_RELEASE);
        ticket = __atomic_load_n (&pool->ticket, __ATOMIC_ACQUIRE);
      }
}

static inline guint
pool_get_job (DdimThreadPool *pool)
{
  return ticket_job (__atomic_load_n (&pool->ticket, __ATOMIC_ACQUIRE));
}

static gpointer
pool_thread (gpointer data)
{
  Start           start = *(Start *) data;
  DdimThreadPool *pool  = start.pool;
  guint           seen  = 0;

  g_free (data);

  for (;;)
    {
      gint spins = 0;

      while (pool_get_job (pool) == seen)
        {
          if (++spins < SPINS)
            {
              relax ();
              continue;
            }
          g_mutex_lock (&pool->mutex);
          pool->sleepers++;
          while (pool_get_job (pool) == seen)
            g_cond_wait (&pool->wake, &pool->mutex);
          pool->sleepers--;
          g_mutex_unlock (&pool->mutex);
        }
      seen = pool_get_job (pool);
      if (__atomic_load_n (&pool->quit, __ATOMIC_RELAXED))
        return NULL;

      pool_work (pool, seen, start.worker);
    }
}

/* Writes the next job's ticket, waking those who sleep; returns its number. */
static guint
pool_start (DdimThreadPool *pool,
            gint            n_chunks)
{
  guint    job;
  gboolean sleepers;

  g_mutex_lock (&pool->mutex);
  job = pool_get_job (pool) + 1;
  __atomic_store_n (&pool->ticket, (guint64) job << 32 | n_chunks, __ATOMIC_RELEASE);
  sleepers = pool->sleepers > 0;
  g_mutex_unlock (&pool->mutex);
  if (sleepers)
    g_cond_broadcast (&pool->wake);
  return job;
}

DdimThreadPool *
ddim_thread_pool_new (gint n_threads)
{
  DdimThreadPool *pool = g_new0 (DdimThreadPool, 1);

  pool->ref_count = 1;
  pool->n_threads = n_threads > 0 ? n_threads : (gint) g_get_num_processors ();
  pool->kernels   = ddim_kernels_choose ();
  pool->threads   = g_new0 (GThread *, pool->n_threads);
  g_mutex_init (&pool->mutex);
  g_cond_init (&pool->wake);

  for (gint i = 1; i < pool->n_threads; i++)
    {
      Start *start = g_new (Start, 1);

      start->pool   = pool;
      start->worker = i;
      pool->threads[i - 1] = g_thread_new ("ddim", pool_thread, start);
    }
  return pool;
}

DdimThreadPool *
ddim_thread_pool_ref (DdimThreadPool *pool)
{
  g_atomic_int_inc (&pool->ref_count);
  return pool;
}

void
ddim_thread_pool_unref (DdimThreadPool *pool)
{
  if (! g_atomic_int_dec_and_test (&pool->ref_count))
    return;

  __atomic_store_n (&pool->quit, 1, __ATOMIC_RELAXED);
  pool_start (pool, 0);
  for (gint i = 1; i < pool->n_threads; i++)
    g_thread_join (pool->threads[i - 1]);
  g_mutex_clear (&pool->mutex);
  g_cond_clear (&pool->wake);
  g_free (pool->threads);
  g_free (pool);
}

gint
ddim_thread_pool_get_n_threads (const DdimThreadPool *pool)
{
  return pool->n_threads;
}

const DdimKernels *
ddim_thread_pool_get_kernels (const DdimThreadPool *pool)
{
  return pool->kernels;
}

gboolean
ddim_thread_pool_run (DdimThreadPool *pool,
                      gint            n_chunks,
                      DdimChunkFunc   func,
                      gpointer        data,
                      GCancellable   *cancellable)
{
  gint spins = 0;

  pool->func        = func;
  pool->data        = data;
  pool->n_chunks    = n_chunks;
  pool->cancellable = cancellable;
  pool->cancelled   = 0;
  pool->done        = 0;

  if (pool->n_threads == 1 || n_chunks <= 1)
    {
      for (gint chunk = 0; chunk < n_chunks && ! pool->cancelled; chunk++)
        pool_run_chunk (pool, chunk, 0);
      return ! pool->cancelled;
    }

  pool_work (pool, pool_start (pool, n_chunks), 0);

  while (__atomic_load_n (&pool->done, __ATOMIC_ACQUIRE) < n_chunks)
    {
      /* A worker that lost its processor to another program finishes its chunk
       * only after this thread has let go of its own.                        */
      if (++spins < SPINS)
        relax ();
      else
        g_thread_yield ();
    }
  return ! pool->cancelled;
}
