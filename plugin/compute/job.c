/* job.c: a task, computed beside the main loop
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One thread, the worker, calls libddim and nothing of GIMP or GTK.  The main
 * loop hands it requests, of which only the latest counts: a new one cancels
 * the work on the one before, and the worker keeps from that what the new one
 * still needs.  What the worker has to say goes to the main loop as messages;
 * those of a request that is no longer the latest are dropped there.
 */

#include "config.h"

#include "job.h"

#define TELL_EVERY (G_USEC_PER_SEC / 20)

/* Of a piece of work, what must be done for its own pace to be believed. */
#define BELIEVE_AFTER 0.1

typedef struct
{
  gint          ref_count;
  guint         serial;
  DdimTask     *task;
  guint64      *seeds;
  gint          n_seeds;
  gint          n_picked;
  GCancellable *cancellable;
} Request;

/* What the worker keeps of a stage. */
typedef struct
{
  gpointer    opened;
  GHashTable *made;      /* seed -> DdimCanvas of the last stage, or a mark  */
} Kept;

struct _DdimJob
{
  gint             ref_count;   /* the owner, and each message on its way     */
  gint             n_threads;
  DdimJobListener  listener;
  gpointer         user_data;
  GThread         *worker;

  /* What both sides see: under the mutex. */
  GMutex           mutex;
  GCond            changed;
  gboolean         quit;
  Request         *request;     /* the latest, or NULL                        */
  gint             stages_read; /* what they need                             */
  gdouble          pace;        /* seconds for one pixel of one evaluation    */
  gdouble          opening;     /* cost of the last stage, by that expected   */

  /* The main loop's. */
  gint             last;        /* stage of what was requested last           */
  guint            serial;

  /* The worker's; `kept` of the last stage is written under the mutex. */
  DdimTaskCache  cache;
  DdimTask      *kept_task;     /* what `kept` is of                          */
  Kept           kept[DDIM_TASK_STAGES];

  /* Progress of the request being worked on, in pixels of evaluations. */
  gdouble          total;
  gdouble          before;      /* done before this piece                     */
  gdouble          piece;       /* of this piece, in all                      */
  gint64           began;       /* this piece                                 */
  gint64           told;
};

static void
request_unref (Request *request)
{
  if (! request || ! g_atomic_int_dec_and_test (&request->ref_count))
    return;

  ddim_task_unref (request->task);
  g_object_unref (request->cancellable);
  g_free (request->seeds);
  g_free (request);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Request, request_unref)

/* Messages -------------------------------------------------------------- */

typedef struct
{
  DdimJob         *job;
  guint            serial;
  enum { PICTURE, PROGRESS, DONE } kind;
  guint64          seed;
  cairo_surface_t *picture;
  gboolean         finished;
  gdouble          fraction;
  gdouble          seconds;
  GError          *error;
} Message;

static void
job_unref (DdimJob *job)
{
  if (! g_atomic_int_dec_and_test (&job->ref_count))
    return;

  g_mutex_clear (&job->mutex);
  g_cond_clear (&job->changed);
  g_free (job);
}

static void
message_free (gpointer data)
{
  Message *message = data;

  g_clear_pointer (&message->picture, cairo_surface_destroy);
  g_clear_error (&message->error);
  job_unref (message->job);
  g_free (message);
}

/* In the main loop. */
static gboolean
deliver (gpointer data)
{
  Message               *message  = data;
  DdimJob               *job      = message->job;
  const DdimJobListener *listener = &job->listener;

  if (message->serial != job->serial)
    return G_SOURCE_REMOVE;

  switch (message->kind)
    {
    case PICTURE:
      listener->picture (message->seed, message->picture, message->finished,
                         job->user_data);
      break;
    case PROGRESS:
      listener->progress (message->fraction, message->seconds, job->user_data);
      break;
    case DONE:
      listener->done (message->error, job->user_data);
      break;
    }

  return G_SOURCE_REMOVE;
}

/* Takes over what message points at. */
static void
post (DdimJob       *job,
      const Request *request,
      Message        message)
{
  Message *copy = g_memdup2 (&message, sizeof message);

  copy->job    = job;
  copy->serial = request->serial;
  g_atomic_int_inc (&job->ref_count);
  g_idle_add_full (G_PRIORITY_DEFAULT, deliver, copy, message_free);
}

/* Progress -------------------------------------------------------------- */

typedef struct
{
  DdimJob *job;
  Request *request;
} Work;

/* The monitor of a piece of work. */
static void
tell (gdouble  fraction,
      gpointer user_data)
{
  const Work *work  = user_data;
  DdimJob    *job   = work->job;
  gint64      now   = g_get_monotonic_time ();
  gdouble     done  = job->before + fraction * job->piece;
  gdouble     pace  = job->pace;

  if (now - job->told < TELL_EVERY)
    return;
  job->told = now;

  if (fraction > BELIEVE_AFTER)
    pace = (now - job->began) / (gdouble) G_USEC_PER_SEC / (fraction * job->piece);

  post (job, work->request,
        (Message) { .kind     = PROGRESS,
                    .fraction = done / job->total,
                    .seconds  = pace > 0 ? (job->total - done) * pace : -1 });
}

/* Starts a piece of work of this cost. */
static DdimMonitor
begin (Work    *work,
       gdouble  cost)
{
  work->job->piece = cost;
  work->job->began = g_get_monotonic_time ();

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

  job->before += job->piece;
  if (evaluated <= 0.0)
    return;

  g_mutex_lock (&job->mutex);
  job->pace = (g_get_monotonic_time () - job->began) / (gdouble) G_USEC_PER_SEC / evaluated;
  g_mutex_unlock (&job->mutex);
}

/* The work -------------------------------------------------------------- */

static void
forget_made (DdimJob *job)
{
  g_mutex_lock (&job->mutex);
  for (gint i = 0; i < DDIM_TASK_STAGES; i++)
    g_hash_table_remove_all (job->kept[i].made);
  g_mutex_unlock (&job->mutex);
}

static void
forget_all (DdimJob *job)
{
  forget_made (job);
  for (gint i = 0; i < DDIM_TASK_STAGES; i++)
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
wait_for_stage (DdimJob        *job,
                const Request  *request,
                gint            stage,
                GError        **error)
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
  return stage == task->n_stages - 1;
}

/* As it is to be expected, or as it was before. */
static gdouble
opening_cost (const DdimTask *task,
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
  gdouble         cost      = opening_cost (task, stage, job->opening);
  gdouble         evaluated = cost;
  DdimMonitor     monitor;

  if (! wait_for_stage (job, work->request, stage, error))
    return FALSE;

  monitor = begin (work, cost);
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

static gboolean
make (Work     *work,
      gint      stage,
      guint64   seed,
      GError  **error)
{
  DdimJob                *job     = work->job;
  const DdimTask         *task    = work->request->task;
  gboolean                last    = is_last (task, stage);
  gdouble                 cost    = task->klass->making_cost (task, stage);
  DdimMonitor             monitor = begin (work, cost);
  g_autoptr (DdimCanvas)  made    = NULL;

  made = task->klass->make (task, stage, job->kept[stage].opened, seed, &monitor, error);
  if (! made)
    return FALSE;

  end (work, cost);
  post (job, work->request,
        (Message) { .kind = PICTURE, .seed = seed, .finished = last,
                    .picture = task->klass->render (task, stage, made) });

  g_mutex_lock (&job->mutex);
  g_hash_table_insert (job->kept[stage].made, g_memdup2 (&seed, sizeof seed),
                       last ? g_steal_pointer (&made) : NULL);
  g_mutex_unlock (&job->mutex);

  return TRUE;
}

/* How many of a request's seeds go through a stage. */
static gint
seeds_of_stage (const Request *request,
                gint           stage)
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

/* What is left to do, in pixels of evaluations. */
static gdouble
sum_up (DdimJob       *job,
        const Request *request)
{
  const DdimTask *task  = request->task;
  gdouble         total = 0.0;

  for (gint stage = 0; stage < task->n_stages; stage++)
    {
      gint n = 0;

      for (gint i = 0; i < seeds_of_stage (request, stage); i++)
        n += ! is_kept (job, stage, request->seeds[i]);

      total += n * task->klass->making_cost (task, stage);
      if (n && ! job->kept[stage].opened)
        total += opening_cost (task, stage, job->opening);
    }

  return total;
}

static gboolean
fulfil (Work    *work,
        GError **error)
{
  DdimJob *job     = work->job;
  Request *request = work->request;

  prepare (job, request->task);
  job->before = 0.0;
  job->total  = sum_up (job, request);

  for (gint stage = 0; stage < request->task->n_stages; stage++)
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
static Request *
next_request (DdimJob *job,
              guint    serial)
{
  Request *request = NULL;

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

static gpointer
worker_run (gpointer data)
{
  DdimJob *job    = data;
  guint    serial = 0;
  Request *next;

  job->cache.pool = ddim_thread_pool_new (job->n_threads);

  while ((next = next_request (job, serial)))
    {
      g_autoptr (Request) request = next;
      Work                work    = { job, request };
      GError             *error   = NULL;

      serial = request->serial;
      if (fulfil (&work, &error) ||
          ! g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        post (job, request, (Message) { .kind = DONE, .error = error });
      else
        g_error_free (error);
    }

  forget_all (job);
  for (gint i = 0; i < DDIM_TASK_STAGES; i++)
    g_hash_table_unref (job->kept[i].made);
  ddim_task_cache_clear (&job->cache);

  return NULL;
}

/* The main loop's side -------------------------------------------------- */

DdimJob *
ddim_job_new (gint                   n_threads,
              const DdimJobListener *listener,
              gpointer               user_data)
{
  DdimJob *job = g_new0 (DdimJob, 1);

  job->ref_count = 1;
  job->n_threads = n_threads;
  job->listener  = *listener;
  job->user_data = user_data;
  job->opening   = 1.0;
  g_mutex_init (&job->mutex);
  g_cond_init (&job->changed);
  for (gint i = 0; i < DDIM_TASK_STAGES; i++)
    job->kept[i].made =
      g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free,
                             (GDestroyNotify) ddim_canvas_free);
  job->worker = g_thread_new ("ddim-job", worker_run, job);

  return job;
}

/* Cancels the request there is, and puts another, or NULL, in its place. */
static void
replace_request (DdimJob *job,
                 Request *request,
                 gboolean quit)
{
  Request *old;

  job->serial++;
  if (request)
    request->serial = job->serial;

  g_mutex_lock (&job->mutex);
  old = job->request;
  job->request = request;
  job->quit    = quit;
  if (old)
    g_cancellable_cancel (old->cancellable);
  g_cond_broadcast (&job->changed);
  g_mutex_unlock (&job->mutex);

  request_unref (old);
}

void
ddim_job_free (DdimJob *job)
{
  if (! job)
    return;

  replace_request (job, NULL, TRUE);
  g_thread_join (job->worker);
  job_unref (job);
}

void
ddim_job_begin_reading (DdimJob *job)
{
  ddim_job_stop (job);

  g_mutex_lock (&job->mutex);
  job->stages_read = 0;
  g_mutex_unlock (&job->mutex);
}

void
ddim_job_stage_read (DdimJob *job)
{
  g_mutex_lock (&job->mutex);
  job->stages_read++;
  g_cond_broadcast (&job->changed);
  g_mutex_unlock (&job->mutex);
}

void
ddim_job_request (DdimJob       *job,
                  DdimTask      *task,
                  const guint64 *seeds,
                  gint           n_seeds,
                  gint           n_picked)
{
  Request *request = g_new0 (Request, 1);

  request->ref_count   = 1;
  request->task        = task;
  request->seeds       = g_memdup2 (seeds, n_seeds * sizeof *seeds);
  request->n_seeds     = n_seeds;
  request->n_picked    = n_picked;
  request->cancellable = g_cancellable_new ();
  job->last            = task->n_stages - 1;

  replace_request (job, request, FALSE);
}

void
ddim_job_stop (DdimJob *job)
{
  replace_request (job, NULL, FALSE);
}

const DdimCanvas *
ddim_job_get_finished (DdimJob *job,
                       guint64  seed)
{
  const DdimCanvas *finished;

  g_mutex_lock (&job->mutex);
  finished = g_hash_table_lookup (job->kept[job->last].made, &seed);
  g_mutex_unlock (&job->mutex);

  return finished;
}

gdouble
ddim_job_estimate (DdimJob        *job,
                   const DdimTask *task,
                   gint            n_picked)
{
  gint    last = task->n_stages - 1;
  gdouble pace, opening;

  g_mutex_lock (&job->mutex);
  pace    = job->pace;
  opening = job->opening;
  g_mutex_unlock (&job->mutex);

  if (pace <= 0.0)
    return -1.0;

  return pace * (opening_cost (task, last, opening) +
                 n_picked * task->klass->making_cost (task, last));
}
