/* job.h: a task, computed beside the main loop
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "task.h"

typedef struct _DdimJob DdimJob;

/* None is called for a request that another has replaced or that was stopped,
 * but render () while that is being found out.                              */
typedef struct
{
  /* In the worker's thread: makes of a result, at any stage, what the main loop
   * is to show, free it with free_picture (); view is the request's.  NULL: then
   * pictures are NULL.                                                      */
  gpointer       (*render)       (gpointer            view,
                                  gint                stage,
                                  const DdimCanvas   *made);
  GDestroyNotify   free_picture;

  /* The others are called in the main loop. */

  /* Something can be shown: `picture` is owned by the job.  finished: it is of
   * the last stage.                                                         */
  void           (*picture)      (guint64             seed,
                                  gpointer            picture,
                                  gboolean            finished,
                                  gpointer            user_data);

  /* fraction: of all that was asked for.  seconds: how long the rest takes, by
   * the evaluations measured so far; negative while nobody knows.           */
  void           (*progress)     (gdouble             fraction,
                                  gdouble             seconds,
                                  gpointer            user_data);

  /* The request is fulfilled, or `error` says why it cannot be. */
  void           (*done)         (const GError       *error,
                                  gpointer            user_data);
} DdimJobListener;

/* Belongs to the thread-default main context of the calling thread.
 * n_threads: how many compute.                                              */
DdimJob          * ddim_job_new           (gint                   n_threads,
                                           const DdimJobListener *listener,
                                           gpointer               user_data);

/* Ends the work, at the latest after one operation of the network. */
void               ddim_job_free          (DdimJob               *job);

/* Nothing is read yet of what the next tasks' stages need; stops. */
void               ddim_job_begin_reading (DdimJob               *job);

/* What one more stage needs has been read; a request waits for it. */
void               ddim_job_stage_read    (DdimJob               *job);

/* Replaces the request there is by this one: every seed in all stages but the
 * last, then the first n_picked of them in the last.  What is still valid of
 * earlier ones, a stage that is open or a finished result, is used again.
 * Takes over the task and the view, which free_view (or NULL) frees, from any
 * thread; all tasks of a job are of one class.                              */
void               ddim_job_request       (DdimJob               *job,
                                           DdimTask              *task,
                                           gpointer               view,
                                           GDestroyNotify         free_view,
                                           const guint64         *seeds,
                                           gint                   n_seeds,
                                           gint                   n_picked);

/* Replaces the request there is by this one: all results of a task's last stage, as
 * ddim_task_run () makes them, in the worker; but the sink is called in the main loop,
 * and the worker waits for it.  progress (), without a time, and done () tell of it as
 * of any request; after ddim_job_stop () the sink is no longer called.  What is kept of
 * earlier requests stays, but for what was opened to make results: that is large.
 * Takes over the task.  report: filled before the first result comes; or NULL.     */
void               ddim_job_run           (DdimJob               *job,
                                           DdimTask              *task,
                                           const guint64         *seeds,
                                           gint                   n,
                                           DdimTaskSink           sink,
                                           gpointer               sink_data,
                                           DdimTaskReport        *report);

/* Leaves the request as it is, unfulfilled. */
void               ddim_job_stop          (DdimJob               *job);

/* What is finished of this seed by the latest request, or NULL; only after done (), and
 * until the next request.                                                   */
const DdimCanvas * ddim_job_look_at_finished
                                          (DdimJob               *job,
                                           guint64                seed);

/* Takes it from the job.  Free with ddim_canvas_free (). */
DdimCanvas       * ddim_job_take_finished (DdimJob               *job,
                                           guint64                seed);

/* What there is to tell of what is finished, as for it; report is empty. */
void               ddim_job_report        (DdimJob               *job,
                                           DdimTaskReport        *report);

/* How long all of a request for n_picked takes that begins with nothing, in
 * seconds, by the evaluations measured so far; negative where there are none. */
gdouble            ddim_job_estimate      (DdimJob               *job,
                                           const DdimTask        *task,
                                           gint                   n_picked);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdimJob, ddim_job_free)
