/* job-run.c: all results of a task, made beside the main loop
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What becomes of a result needs GIMP, which only the main loop may call: so the
 * worker offers one at a time and waits for the answer.  A request that is stopped
 * is given up at once, but for a result that the sink is looking at.
 */

#include "job-private.h"

typedef struct
{
  DdimJob     *job;
  DdimRequest *request;
} Run;

static void
tell (gdouble  fraction,
      gpointer user_data)
{
  const Run *run = user_data;

  if (ddim_job_may_tell (run->job))
    ddim_job_post (run->job, run->request,
                   (DdimMessage) { .kind     = DDIM_MESSAGE_PROGRESS,
                                   .fraction = fraction,
                                   .seconds  = -1.0 });
}

/* Fits DdimTaskSink. */
static gboolean
offer (gint               i,
       const DdimCanvas  *made,
       gpointer           data,
       GError           **error)
{
  const Run   *run     = data;
  DdimJob     *job     = run->job;
  DdimRequest *request = run->request;
  DdimResult  *result  = &request->result;
  GError      *refusal;

  g_mutex_lock (&job->mutex);
  *result = (DdimResult) { DDIM_RESULT_OFFERED, i, made };
  g_mutex_unlock (&job->mutex);

  ddim_job_post (job, request, (DdimMessage) { .kind = DDIM_MESSAGE_RESULT });

  g_mutex_lock (&job->mutex);
  while (result->state == DDIM_RESULT_TAKEN ||
         (result->state == DDIM_RESULT_OFFERED &&
          ! g_cancellable_is_cancelled (request->cancellable)))
    g_cond_wait (&job->changed, &job->mutex);
  result->state = DDIM_RESULT_NONE;
  refusal       = g_steal_pointer (&result->error);
  g_mutex_unlock (&job->mutex);

  if (refusal)
    {
      g_propagate_error (error, refusal);
      return FALSE;
    }

  return ! g_cancellable_set_error_if_cancelled (request->cancellable, error);
}

void
ddim_job_pass_on (DdimJob *job)
{
  DdimRequest *request = job->request; /* only this loop puts another there */
  DdimResult  *result  = &request->result;
  GError      *refusal = NULL;

  /* the sink may stop it */
  g_atomic_int_inc (&request->ref_count);
  if (request->report_to)
    {
      ddim_task_report_clear (request->report_to);
      *request->report_to = request->report;
      request->report     = (DdimTaskReport) { 0 };
      request->report_to  = NULL;
    }

  g_mutex_lock (&job->mutex);
  result->state = DDIM_RESULT_TAKEN;
  g_mutex_unlock (&job->mutex);

  request->sink (result->i, result->made, request->sink_data, &refusal);

  g_mutex_lock (&job->mutex);
  result->state = DDIM_RESULT_ANSWERED;
  result->error = refusal;
  g_cond_broadcast (&job->changed);
  g_mutex_unlock (&job->mutex);
  ddim_request_unref (request);
}

/* What was opened to make results of earlier requests is as large as what is to be
 * opened now.                                                                */
static void
close_results (DdimJob *job)
{
  const DdimTask *task = job->kept_task;

  for (gint i = 0; task && i < task->stages->n; i++)
    if (job->kept[i].opened && ddim_stage_is_result (&task->stages->stages[i]))
      {
        g_mutex_lock (&job->mutex);
        task->klass->close (g_steal_pointer (&job->kept[i].opened));
        g_mutex_unlock (&job->mutex);
      }
}

gboolean
ddim_job_run_task (DdimJob      *job,
                   DdimRequest  *request,
                   GError      **error)
{
  Run               run     = { job, request };
  const DdimMonitor monitor = { .cancellable = request->cancellable,
                                .progress    = tell,
                                .user_data   = &run };

  close_results (job);

  return ddim_task_run (request->task, &job->cache, request->seeds, request->n_seeds, offer,
                        &run, &request->report, &monitor, error);
}
