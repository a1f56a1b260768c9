/* runner.h: where long work is done, and who sees it
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A procedure computes the same with a dialog and without.  With one, its window lives on
 * and has a Stop (preview-finish.h); without, GIMP's progress bar moves (progress.h).
 */

#pragma once

#include "task.h"

typedef struct _DdimRunner DdimRunner;

/* Embed it first. */
struct _DdimRunner
{
  /* Has all results of a task's last stage made; see ddim_task_run ().  The sink is
   * called in the calling thread.  from, to: what part this is of all that is to be
   * done.  G_IO_ERROR_CANCELLED where the user stopped it.                   */
  gboolean (*run)       (DdimRunner     *runner,
                         DdimTask       *task,
                         const guint64  *seeds,
                         gint            n,
                         DdimTaskSink    sink,
                         gpointer        sink_data,
                         DdimTaskReport *report,
                         gdouble         from,
                         gdouble         to,
                         GError        **error);

  /* Called now and then while pixels are read or made, as a region's; or NULL. */
  void     (*pause)     (gpointer        pause_data);
  gpointer   pause_data;
};
