/* preview-finish.c: what a preview dialog still does after OK
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The work is written down in the order it is done in, as without a dialog: while
 * the job runs a task, a main loop inside of it goes on.
 */

#include "config.h"

#include "preview-finish.h"

/* Of all that is to be done, which is many evaluations. */
#define BELIEVE_AFTER 0.01

static gboolean
run (DdimRunner      *runner,
     DdimTask        *task,
     const guint64   *seeds,
     gint             n,
     DdimTaskSink     sink,
     gpointer         sink_data,
     DdimTaskReport  *report,
     gdouble          from,
     gdouble          to,
     GError         **error)
{
  DdimPreviewFinish *self = (DdimPreviewFinish *) runner;

  self->from = from;
  self->to   = to;
  if (from == 0.0) /* before that it was read */
    ddim_estimate_begin (&self->estimate, 0, 1.0, ddim_estimate_get_now ());
  if (! self->stopped)
    {
      self->loop = g_main_loop_new (NULL, FALSE);
      ddim_job_run (self->job, ddim_task_ref (task), seeds, n, sink, sink_data, report);
      g_main_loop_run (self->loop);
      g_clear_pointer (&self->loop, g_main_loop_unref);
    }

  if (self->stopped)
    {
      g_clear_error (&self->error);
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "Stopped");
      return FALSE;
    }
  if (self->error)
    {
      g_propagate_error (error, g_steal_pointer (&self->error));
      return FALSE;
    }

  return TRUE;
}

void
ddim_preview_finish_init (DdimPreviewFinish  *self,
                          DdimJob            *job,
                          void              (*pause) (gpointer pause_data),
                          gpointer            pause_data)
{
  *self = (DdimPreviewFinish) {
    .runner = { .run = run, .pause = pause, .pause_data = pause_data },
    .job    = job };
}

gboolean
ddim_preview_finish_run (DdimPreviewFinish  *self,
                         gboolean          (*work) (gpointer     data,
                                                    DdimRunner  *runner,
                                                    GError     **error),
                         gpointer            data,
                         GError            **error)
{
  const gdouble todo[DDIM_STAGES_MAX] = { 1.0 };
  gboolean      success;

  self->estimate = (DdimEstimate) { .believe_after = BELIEVE_AFTER };
  ddim_estimate_start (&self->estimate, todo);

  self->stopped = FALSE;
  self->busy    = TRUE;
  success       = work (data, &self->runner, error);
  self->busy    = FALSE;

  /* stopped when there was nothing left to stop */
  if (success && self->stopped)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "Stopped");
      return FALSE;
    }

  return success;
}

void
ddim_preview_finish_stop (DdimPreviewFinish *self)
{
  if (! self->busy || self->stopped)
    return;

  self->stopped = TRUE;
  ddim_job_stop (self->job);
  if (self->loop)
    g_main_loop_quit (self->loop);
}

gboolean
ddim_preview_finish_is_running (const DdimPreviewFinish *self)
{
  return self->loop && ! self->stopped;
}

void
ddim_preview_finish_done (DdimPreviewFinish *self,
                          const GError      *error)
{
  self->error = error ? g_error_copy (error) : NULL;
  g_main_loop_quit (self->loop);
}

gdouble
ddim_preview_finish_tell (DdimPreviewFinish *self,
                          gdouble            fraction,
                          gdouble           *seconds)
{
  return ddim_estimate_tell (&self->estimate,
                             self->from + fraction * (self->to - self->from),
                             ddim_estimate_get_now (), seconds);
}
