/* team.c: a persistent team of threads
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The calling thread is worker 0; the others wait for a job.  A network's
 * evaluation is several hundred short jobs in a row, so a worker that runs
 * out of work first spins for some tens of microseconds, and only then goes
 * to sleep.  Chunks are handed out by one atomic counter.
 */

#include <sched.h>

#include "base/team.h"
#include "base/team-private.h"

#define SPINS 20000

struct _DdimTeam
{
  gint                ref_count;
  gint                n_threads;
  const DdimKernels  *kernels;
  GThread           **threads;    /* n_threads - 1 */

  /* The job; written by the caller before `generation` rises. */
  DdimChunkFunc       func;
  gpointer            data;
  gint                n_chunks;
  GCancellable       *cancellable;
  gint                next;       /* atomic: the next chunk to take          */
  gint                cancelled;  /* atomic                                  */
  gint                busy;       /* atomic: workers that have not finished  */

  gint                generation; /* atomic: rises with every job            */
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

static void
team_work (DdimTeam *team,
           gint      worker)
{
  for (;;)
    {
      gint chunk = __atomic_fetch_add (&team->next, 1, __ATOMIC_RELAXED);

      if (chunk >= team->n_chunks)
        return;
      if (team->cancellable && g_cancellable_is_cancelled (team->cancellable))
        {
          __atomic_store_n (&team->cancelled, 1, __ATOMIC_RELAXED);
          return;
        }
      team->func (chunk, worker, team->data);
    }
}

static gpointer
team_thread (gpointer data)
{
  Start     start = *(Start *) data;
  DdimTeam *team  = start.team;
  gint      seen  = 0;

  g_free (data);

  for (;;)
    {
      gint spins = 0;

      while (__atomic_load_n (&team->generation, __ATOMIC_ACQUIRE) == seen)
        {
          if (++spins < SPINS)
            {
              relax ();
              continue;
            }
          g_mutex_lock (&team->mutex);
          team->sleepers++;
          while (__atomic_load_n (&team->generation, __ATOMIC_ACQUIRE) == seen)
            g_cond_wait (&team->wake, &team->mutex);
          team->sleepers--;
          g_mutex_unlock (&team->mutex);
        }
      seen = __atomic_load_n (&team->generation, __ATOMIC_ACQUIRE);
      if (__atomic_load_n (&team->quit, __ATOMIC_RELAXED))
        return NULL;

      team_work (team, start.worker);
      __atomic_fetch_sub (&team->busy, 1, __ATOMIC_RELEASE);
    }
}

/* Starts the next generation, waking those who sleep. */
static void
team_start (DdimTeam *team)
{
  gboolean sleepers;

  g_mutex_lock (&team->mutex);
  __atomic_fetch_add (&team->generation, 1, __ATOMIC_RELEASE);
  sleepers = team->sleepers > 0;
  g_mutex_unlock (&team->mutex);
  if (sleepers)
    g_cond_broadcast (&team->wake);
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
  team_start (team);
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
  gboolean alone = team->n_threads == 1 || n_chunks <= 1;
  gint     spins = 0;

  team->func        = func;
  team->data        = data;
  team->n_chunks    = n_chunks;
  team->cancellable = cancellable;
  team->next        = 0;
  team->cancelled   = 0;

  if (! alone)
    {
      team->busy = team->n_threads - 1;
      team_start (team);
    }

  team_work (team, 0);

  while (! alone && __atomic_load_n (&team->busy, __ATOMIC_ACQUIRE) > 0)
    {
      /* A worker that lost its processor to another program finishes only
       * after this thread has let go of its own.                          */
      if (++spins < SPINS)
        relax ();
      else
        g_thread_yield ();
    }
  return ! team->cancelled;
}
