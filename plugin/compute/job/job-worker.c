/* job-worker.c: the thread that computes a job's requests
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "job-private.h"

#define TELL_EVERY 0.05 /* seconds */

/* Progress -------------------------------------------------------------- */

typedef struct
{
  DdimJob     *job;
  DdimRequest *request;
} Work;

gboolean
ddim_job_may_tell (DdimJob *job)
{
  gdouble now = ddim_estimate_get_now ();

  if (now - job->told < TELL_EVERY)
    return FALSE;
  job->told = now;

  return TRUE;
}

/* The monitor of a piece of work. */
static void
tell (gdouble  fraction,
      gpointer user_data)
{
  const Work *work = user_data;
  DdimJob    *job  = work->job;
  gdouble     done, seconds;

  if (job->estimate.total <= 0.0 || ! ddim_job_may_tell (job))
    return;

  done = ddim_estimate_tell (&job->estimate, fraction, job->told, &seconds);
  ddim_job_post (job, work->request,
                 (DdimMessage) { .kind     = DDIM_MESSAGE_PROGRESS,
                                 .fraction = done,
                                 .seconds  = seconds });
}

/* Starts a piece of work of this cost. */
static DdimMonitor
begin (Work    *work,
       gint     stage,
       gdouble  cost)
{
  ddim_estimate_begin (&work->job->estimate, stage, cost, ddim_estimate_get_now ());

  return (DdimMonitor) { .cancellable = work->request->cancellable,
                         .progress    = tell,
                         .user_data   = work };
}

/* Ends it, measured as `evaluated` pixels of evaluations. */
static void
end (Work    *work,
     gdouble  evaluated)
{
  DdimJob *job = work->job;

  g_mutex_lock (&job->mutex);
  ddim_estimate_end (&job->estimate, evaluated, ddim_estimate_get_now ());
  g_mutex_unlock (&job->mutex);
}

/* The work -------------------------------------------------------------- */

static void
forget_made (DdimJob *job)
{
  g_mutex_lock (&job->mutex);
  for (gint i = 0; i < DDIM_STAGES_MAX; i++)
    g_hash_table_remove_all (job->kept[i].made);
  g_mutex_unlock (&job->mutex);
}

static void
forget_all (DdimJob *job)
{
  forget_made (job);
  for (gint i = 0; i < DDIM_STAGES_MAX; i++)
    if (job->kept[i].opened)
      job->kept_task->klass->close (g_steal_pointer (&job->kept[i].opened));
  g_clear_pointer (&job->kept_task, ddim_task_unref);
}

/* Keeps of earlier tasks what this one can use. */
static void
prepare (DdimJob  *job,
         DdimTask *task)
{
  DdimTask *kept = job->kept_task;

  if (kept && ! task->klass->same_opening (kept, task))
    forget_all (job);
  else if (kept && ! task->klass->same_making (kept, task))
    forget_made (job);

  ddim_task_ref (task);
  g_clear_pointer (&job->kept_task, ddim_task_unref);
  job->kept_task = task;
}

/* Waits for the main thread to have read what a stage needs. */
static gboolean
wait_for_stage (DdimJob            *job,
                const DdimRequest  *request,
                gint                stage,
                GError            **error)
{
  g_mutex_lock (&job->mutex);
  while (job->stages_read <= stage && ! g_cancellable_is_cancelled (request->cancellable))
    g_cond_wait (&job->changed, &job->mutex);
  g_mutex_unlock (&job->mutex);

  return ! g_cancellable_set_error_if_cancelled (request->cancellable, error);
}

static gboolean
is_last (const DdimTask *task,
         gint            stage)
{
  return stage == task->stages->n - 1;
}

gdouble
ddim_job_get_opening_cost (const DdimTask *task,
                           gint            stage,
                           gdouble         opening)
{
  return task->klass->opening_cost (task, stage) * (is_last (task, stage) ? opening : 1.0);
}

static gboolean
open_stage (Work    *work,
            gint     stage,
            GError **error)
{
  DdimJob        *job       = work->job;
  const DdimTask *task      = work->request->task;
  gdouble         cost      = ddim_job_get_opening_cost (task, stage, job->opening);
  gdouble         evaluated = cost;
  DdimMonitor     monitor;

  if (! wait_for_stage (job, work->request, stage, error) ||
      ! ddim_task_check_memory (task, stage, error))
    return FALSE;

  monitor = begin (work, stage, cost);
  job->kept[stage].opened = task->klass->open (task, stage, &job->cache, &monitor,
                                               &evaluated, error);
  if (! job->kept[stage].opened)
    return FALSE;

  end (work, evaluated);
  if (is_last (task, stage) && evaluated > 0.0)
    {
      g_mutex_lock (&job->mutex);
      job->opening = evaluated / task->klass->opening_cost (task, stage);
      g_mutex_unlock (&job->mutex);
    }

  return TRUE;
}

/* Whether a stage follows the first one. */
static gboolean
follows_first (const DdimTask *task,
               gint            stage)
{
  return task->klass->follow_first && stage > 0 && ! is_last (task, stage);
}

/* What the first stage made. */
static const DdimCanvas *
get_first (DdimJob *job,
           guint64  seed)
{
  const DdimCanvas *first;

  g_mutex_lock (&job->mutex);
  first = g_hash_table_lookup (job->kept[0].made, &seed);
  g_mutex_unlock (&job->mutex);

  return first;
}

static gboolean
make (Work     *work,
      gint      stage,
      guint64   seed,
      GError  **error)
{
  DdimJob                *job     = work->job;
  const DdimRequest      *request = work->request;
  const DdimTask         *task    = request->task;
  gboolean                last    = is_last (task, stage);
  gboolean                keep    = last || (stage == 0 && follows_first (task, 1));
  gdouble                 cost    = task->klass->making_cost (task, stage);
  DdimMonitor             monitor = begin (work, stage, cost);
  g_autoptr (DdimCanvas)  made    = NULL;
  gpointer                picture = NULL;

  made = task->klass->make (task, stage, job->kept[stage].opened, &seed, 1,
                            follows_first (task, stage) ? get_first (job, seed) : NULL,
                            &monitor, error);
  if (! made)
    return FALSE;

  end (work, cost);
  if (job->listener.render)
    picture = job->listener.render (request->view, stage, made);
  ddim_job_post (job, request,
                 (DdimMessage) { .kind = DDIM_MESSAGE_PICTURE, .seed = seed,
                                 .finished = last, .picture = picture });

  g_mutex_lock (&job->mutex);
  g_hash_table_insert (job->kept[stage].made, g_memdup2 (&seed, sizeof seed),
                       keep ? g_steal_pointer (&made) : NULL);
  g_mutex_unlock (&job->mutex);

  return TRUE;
}

/* How many of a request's seeds go through a stage. */
static gint
seeds_of_stage (const DdimRequest *request,
                gint               stage)
{
  return is_last (request->task, stage) ? request->n_picked : request->n_seeds;
}

static gboolean
is_kept (DdimJob *job,
         gint     stage,
         guint64  seed)
{
  return g_hash_table_contains (job->kept[stage].made, &seed);
}

/* What each stage has left to do, in pixels of evaluations. */
static void
sum_up (DdimJob           *job,
        const DdimRequest *request,
        gdouble            todo[DDIM_STAGES_MAX])
{
  const DdimTask *task = request->task;

  for (gint stage = 0; stage < task->stages->n; stage++)
    {
      gint n = 0;

      for (gint i = 0; i < seeds_of_stage (request, stage); i++)
        n += ! is_kept (job, stage, request->seeds[i]);

      todo[stage] = n * task->klass->making_cost (task, stage);
      if (n && ! job->kept[stage].opened)
        todo[stage] += ddim_job_get_opening_cost (task, stage, job->opening);
    }
}

static gboolean
fulfil (Work    *work,
        GError **error)
{
  DdimJob     *job     = work->job;
  DdimRequest *request = work->request;
  gdouble      todo[DDIM_STAGES_MAX] = { 0.0 };

  prepare (job, request->task);
  sum_up (job, request, todo);
  ddim_estimate_start (&job->estimate, todo);

  for (gint stage = 0; stage < request->task->stages->n; stage++)
    for (gint i = 0; i < seeds_of_stage (request, stage); i++)
      {
        if (is_kept (job, stage, request->seeds[i]))
          continue;
        if (! job->kept[stage].opened && ! open_stage (work, stage, error))
          return FALSE;
        if (! make (work, stage, request->seeds[i], error))
          return FALSE;
      }

  return TRUE;
}

/* The next request after the one of this serial, or NULL at the end. */
static DdimRequest *
next_request (DdimJob *job,
              guint    serial)
{
  DdimRequest *request = NULL;

  g_mutex_lock (&job->mutex);
  while (! job->quit && (! job->request || job->request->serial == serial))
    g_cond_wait (&job->changed, &job->mutex);
  if (! job->quit)
    {
      request = job->request;
      g_atomic_int_inc (&request->ref_count);
    }
  g_mutex_unlock (&job->mutex);

  return request;
}

gpointer
ddim_job_work (gpointer data)
{
  DdimJob     *job    = data;
  guint        serial = 0;
  DdimRequest *next;

  ddim_model_cache_init (&job->cache, job->n_threads);

  while ((next = next_request (job, serial)))
    {
      g_autoptr (DdimRequest)  request = next;
      Work                     work    = { job, request };
      GError                  *error   = NULL;

      serial = request->serial;
      if ((request->sink ? ddim_job_run_task (job, request, &error)
                         : fulfil (&work, &error)) ||
          ! g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        ddim_job_post (job, request,
                       (DdimMessage) { .kind = DDIM_MESSAGE_DONE, .error = error });
      else
        g_error_free (error);
    }

  forget_all (job);
  for (gint i = 0; i < DDIM_STAGES_MAX; i++)
    g_hash_table_unref (job->kept[i].made);
  ddim_model_cache_clear (&job->cache);

  return NULL;
}

