/* job.c: a task, computed beside the main loop
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One thread, the worker (job-worker.c), calls libddim and nothing of GIMP or
 * GTK.  The main loop, here, hands it requests, of which only the latest counts:
 * a new one cancels the work on the one before, and the worker keeps from that
 * what the new one still needs.  What the worker has to say comes to the main
 * loop as messages; those of a request that is no longer the latest are dropped.
 */

#include "job-private.h"

void
ddim_request_unref (DdimRequest *request)
{
  if (! request || ! g_atomic_int_dec_and_test (&request->ref_count))
    return;

  ddim_task_unref (request->task);
  if (request->free_view)
    request->free_view (request->view);
  g_object_unref (request->cancellable);
  ddim_task_report_clear (&request->report);
  g_clear_error (&request->result.error);
  g_free (request->seeds);
  g_free (request);
}

/* Messages --------------------------------------------------------------- */

/* On its way to the main loop. */
typedef struct
{
  DdimJob     *job;
  guint        serial;
  DdimMessage  message;
} Envelope;

static void
job_unref (DdimJob *job)
{
  if (! g_atomic_int_dec_and_test (&job->ref_count))
    return;

  g_mutex_clear (&job->mutex);
  g_cond_clear (&job->changed);
  g_main_context_unref (job->context);
  g_free (job);
}

static void
envelope_free (gpointer data)
{
  Envelope *envelope = data;

  if (envelope->message.picture)
    envelope->job->listener.free_picture (envelope->message.picture);
  g_clear_error (&envelope->message.error);
  job_unref (envelope->job);
  g_free (envelope);
}

/* In the main loop. */
static gboolean
deliver (gpointer data)
{
  const Envelope        *envelope = data;
  const DdimMessage     *message  = &envelope->message;
  DdimJob               *job      = envelope->job;
  const DdimJobListener *listener = &job->listener;

  if (envelope->serial != job->serial)
    return G_SOURCE_REMOVE;

  switch (message->kind)
    {
    case DDIM_MESSAGE_PICTURE:
      listener->picture (message->seed, message->picture, message->finished,
                         job->user_data);
      break;
    case DDIM_MESSAGE_PROGRESS:
      listener->progress (message->fraction, message->seconds, job->user_data);
      break;
    case DDIM_MESSAGE_RESULT:
      ddim_job_pass_on (job);
      break;
    case DDIM_MESSAGE_DONE:
      listener->done (message->error, job->user_data);
      break;
    }

  return G_SOURCE_REMOVE;
}

void
ddim_job_post (DdimJob           *job,
               const DdimRequest *request,
               DdimMessage        message)
{
  Envelope *envelope = g_new (Envelope, 1);
  GSource  *source   = g_idle_source_new ();

  *envelope = (Envelope) { job, request->serial, message };
  g_atomic_int_inc (&job->ref_count);
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, deliver, envelope, envelope_free);
  g_source_attach (source, job->context);
  g_source_unref (source);
}

/* Requests --------------------------------------------------------------- */

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
  job->context   = g_main_context_ref_thread_default ();
  g_mutex_init (&job->mutex);
  g_cond_init (&job->changed);
  for (gint i = 0; i < DDIM_STAGES_MAX; i++)
    job->kept[i].made =
      g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free,
                             (GDestroyNotify) ddim_canvas_free);
  job->worker = g_thread_new ("ddim-job", ddim_job_work, job);

  return job;
}

/* Cancels the request there is, and puts another, or NULL, in its place. */
static void
replace_request (DdimJob     *job,
                 DdimRequest *request,
                 gboolean     quit)
{
  DdimRequest *old;

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

  ddim_request_unref (old);
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

/* A request for all of these seeds; takes over the task. */
static DdimRequest *
request_new (DdimTask      *task,
             const guint64 *seeds,
             gint           n)
{
  DdimRequest *request = g_new0 (DdimRequest, 1);

  request->ref_count   = 1;
  request->task        = task;
  request->seeds       = g_memdup2 (seeds, n * sizeof *seeds);
  request->n_seeds     = n;
  request->n_picked    = n;
  request->cancellable = g_cancellable_new ();

  return request;
}

void
ddim_job_request (DdimJob        *job,
                  DdimTask       *task,
                  gpointer        view,
                  GDestroyNotify  free_view,
                  const guint64  *seeds,
                  gint            n_seeds,
                  gint            n_picked)
{
  DdimRequest *request = request_new (task, seeds, n_seeds);

  request->view      = view;
  request->free_view = free_view;
  request->n_picked  = n_picked;
  job->last          = task->stages->n - 1;

  replace_request (job, request, FALSE);
}

void
ddim_job_run (DdimJob        *job,
              DdimTask       *task,
              const guint64  *seeds,
              gint            n,
              DdimTaskSink    sink,
              gpointer        sink_data,
              DdimTaskReport *report)
{
  DdimRequest *request = request_new (task, seeds, n);

  request->sink      = sink;
  request->sink_data = sink_data;
  request->report_to = report;
  ddim_task_report_init (&request->report);

  replace_request (job, request, FALSE);
}

void
ddim_job_stop (DdimJob *job)
{
  replace_request (job, NULL, FALSE);
}

const DdimCanvas *
ddim_job_look_at_finished (DdimJob *job,
                           guint64  seed)
{
  const DdimCanvas *finished;

  g_mutex_lock (&job->mutex);
  finished = g_hash_table_lookup (job->kept[job->last].made, &seed);
  g_mutex_unlock (&job->mutex);

  return finished;
}

DdimCanvas *
ddim_job_take_finished (DdimJob *job,
                        guint64  seed)
{
  gpointer key = NULL, finished = NULL;

  g_mutex_lock (&job->mutex);
  g_hash_table_steal_extended (job->kept[job->last].made, &seed, &key, &finished);
  g_mutex_unlock (&job->mutex);
  g_free (key);

  return finished;
}

void
ddim_job_report (DdimJob        *job,
                 DdimTaskReport *report)
{
  gpointer opened;

  /* the worker waits for another request, and keeps what it has */
  g_mutex_lock (&job->mutex);
  opened = job->kept[job->last].opened;
  if (opened)
    job->kept_task->klass->report (opened, report);
  g_mutex_unlock (&job->mutex);
}

gdouble
ddim_job_estimate (DdimJob        *job,
                   const DdimTask *task,
                   gint            n_picked)
{
  gint    last = task->stages->n - 1;
  gdouble pace, opening;

  g_mutex_lock (&job->mutex);
  pace    = job->estimate.pace[last];
  opening = job->opening;
  g_mutex_unlock (&job->mutex);

  if (pace <= 0.0)
    return -1.0;

  return pace * (ddim_job_get_opening_cost (task, last, opening) +
                 n_picked * task->klass->making_cost (task, last));
}
