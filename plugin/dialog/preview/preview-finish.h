/* preview-finish.h: what a preview dialog still does after OK
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * All that takes long is done by the dialog's job, while the window lives on: so it
 * can be stopped, and the dialog used again.
 */

#pragma once

#include "estimate.h"
#include "job.h"
#include "runner.h"

typedef struct
{
  DdimRunner    runner;
  DdimJob      *job;
  DdimEstimate  estimate;  /* of all that is to be done                      */
  gdouble       from, to;  /* what part of it is being done                  */
  gboolean      busy;
  gboolean      stopped;
  GMainLoop    *loop;      /* while the job runs a task, or NULL             */
  GError       *error;     /* of that task                                   */
} DdimPreviewFinish;

/* pause: serves the window, while pixels are read. */
void     ddim_preview_finish_init  (DdimPreviewFinish  *finish,
                                    DdimJob            *job,
                                    void              (*pause) (gpointer pause_data),
                                    gpointer            pause_data);

/* Calls `work` with a runner whose tasks the job runs, while the main loop goes on;
 * G_IO_ERROR_CANCELLED where it was stopped.                                 */
gboolean ddim_preview_finish_run   (DdimPreviewFinish  *finish,
                                    gboolean          (*work) (gpointer     data,
                                                               DdimRunner  *runner,
                                                               GError     **error),
                                    gpointer            data,
                                    GError            **error);

/* Ends it soon, if there is anything to end. */
void     ddim_preview_finish_stop  (DdimPreviewFinish  *finish);

/* Whether what the job tells is told of a task that is run. */
gboolean ddim_preview_finish_is_running
                                   (const DdimPreviewFinish *finish);

/* The job's task has come to its end. */
void     ddim_preview_finish_done  (DdimPreviewFinish  *finish,
                                    const GError       *error);

/* `fraction` of the task is done.  As ddim_estimate_tell (), of all that is to be
 * done.                                                                      */
gdouble  ddim_preview_finish_tell  (DdimPreviewFinish  *finish,
                                    gdouble             fraction,
                                    gdouble            *seconds);
