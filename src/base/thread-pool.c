/* thread-pool.c: a persistent team of threads
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

#include <sched.h>

#include "thread-pool-private.h"

#define SPINS 3000

struct _DdimTeam
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
  DdimTeam *team;
  gint      worker;
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
team_run_chunk (DdimTeam *team,
                gint      chunk,
                gint      worker)
{
  if (team->cancellable && g_cancellable_is_cancelled (team->cancellable))
    __atomic_store_n (&team->cancelled, 1, __ATOMIC_RELAXED);
  else
    team->func (chunk, worker, team->data);
}

/* Takes chunks of the job until there are none. */
static void
team_work (DdimTeam *team,
           guint     job,
           gint      worker)
{
  guint64 ticket = __atomic_load_n (&team->ticket, __ATOMIC_ACQUIRE);

  while (ticket_job (ticket) == job && ticket_left (ticket))
    if (__atomic_compare_exchange_n (&team->ticket, &ticket, ticket - 1, FALSE,
                                     __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
      {
        team_run_chunk (team, team->n_chunks - ticket_left (ticket), worker);
        __atomic_fetch_add (&team->done, 1, __ATOMIC_RELEASE);
        ticket = __atomic_load_n (&team->ticket, __ATOMIC_ACQUIRE);
      }
}

static inline guint
team_get_job (DdimTeam *team)
{
  return ticket_job (__atomic_load_n (&team->ticket, __ATOMIC_ACQUIRE));
}

static gpointer
team_thread (gpointer data)
{
  Start     start = *(Start *) data;
  DdimTeam *team  = start.team;
  guint     seen  = 0;

  g_free (data);

  for (;;)
    {
      gint spins = 0;

      while (team_get_job (team) == seen)
        {
          if (++spins < SPINS)
            {
              relax ();
              continue;
            }
          g_mutex_lock (&team->mutex);
          team->sleepers++;
          while (team_get_job (team) == seen)
            g_cond_wait (&team->wake, &team->mutex);
          team->sleepers--;
          g_mutex_unlock (&team->mutex);
        }
      seen = team_get_job (team);
      if (__atomic_load_n (&team->quit, __ATOMIC_RELAXED))
        return NULL;

      team_work (team, seen, start.worker);
    }
}

/* Writes the next job's ticket, waking those who sleep; returns its number. */
static guint
team_start (DdimTeam *team,
            gint      n_chunks)
{
  guint    job;
  gboolean sleepers;

  g_mutex_lock (&team->mutex);
  job = team_get_job (team) + 1;
  __atomic_store_n (&team->ticket, (guint64) job << 32 | n_chunks, __ATOMIC_RELEASE);
  sleepers = team->sleepers > 0;
  g_mutex_unlock (&team->mutex);
  if (sleepers)
    g_cond_broadcast (&team->wake);
  return job;
}

static gint
count_processors (void)
{
  cpu_set_t set;

  if (sched_getaffinity (0, sizeof set, &set) == 0)
    return MAX (1, CPU_COUNT (&set));
  return MAX (1, (gint) g_get_num_processors ());
}

DdimTeam *
ddim_team_new (gint n_threads)
{
  DdimTeam *team = g_new0 (DdimTeam, 1);

  team->ref_count = 1;
  team->n_threads = n_threads > 0 ? n_threads : count_processors ();
  team->kernels   = ddim_kernels_choose ();
  team->threads   = g_new0 (GThread *, team->n_threads);
  g_mutex_init (&team->mutex);
  g_cond_init (&team->wake);

  for (gint i = 1; i < team->n_threads; i++)
    {
      Start *start = g_new (Start, 1);

      start->team   = team;
      start->worker = i;
      team->threads[i - 1] = g_thread_new ("ddim", team_thread, start);
    }
  return team;
}

DdimTeam *
ddim_team_ref (DdimTeam *team)
{
  g_atomic_int_inc (&team->ref_count);
  return team;
}

void
ddim_team_unref (DdimTeam *team)
{
  if (! g_atomic_int_dec_and_test (&team->ref_count))
    return;

  __atomic_store_n (&team->quit, 1, __ATOMIC_RELAXED);
  team_start (team, 0);
  for (gint i = 1; i < team->n_threads; i++)
    g_thread_join (team->threads[i - 1]);
  g_mutex_clear (&team->mutex);
  g_cond_clear (&team->wake);
  g_free (team->threads);
  g_free (team);
}

gint
ddim_team_get_n_threads (const DdimTeam *team)
{
  return team->n_threads;
}

const DdimKernels *
ddim_team_get_kernels (const DdimTeam *team)
{
  return team->kernels;
}

gboolean
ddim_team_run (DdimTeam      *team,
               gint           n_chunks,
               DdimChunkFunc  func,
               gpointer       data,
               GCancellable  *cancellable)
{
  gint spins = 0;

  team->func        = func;
  team->data        = data;
  team->n_chunks    = n_chunks;
  team->cancellable = cancellable;
  team->cancelled   = 0;
  team->done        = 0;

  if (team->n_threads == 1 || n_chunks <= 1)
    {
      for (gint chunk = 0; chunk < n_chunks && ! team->cancelled; chunk++)
        team_run_chunk (team, chunk, 0);
      return ! team->cancelled;
    }

  team_work (team, team_start (team, n_chunks), 0);

  while (__atomic_load_n (&team->done, __ATOMIC_ACQUIRE) < n_chunks)
    {
      /* A worker that lost its processor to another program finishes its chunk
       * only after this thread has let go of its own.                        */
      if (++spins < SPINS)
        relax ();
      else
        g_thread_yield ();
    }
  return ! team->cancelled;
}
