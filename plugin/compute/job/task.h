/* task.h: what a procedure computes
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A task has stages: the same result at several sizes, the small ones first.
 * Each stage is opened once (a picture is encoded, say); then results are made
 * of it, one for each seed.  There is one class for each procedure, and two ways
 * to have it computed: ddim_task_run () here, which makes the last stage's
 * results and returns, for a run without a dialog; and a job (job.h), which
 * makes all stages beside the main loop, for a dialog.  Nothing here knows GIMP
 * or GTK.
 */

#pragma once

#include "ddim.h"
#include "model-cache.h"
#include "stages.h"

typedef struct _DdimTask      DdimTask;
typedef struct _DdimTaskClass DdimTaskClass;

/* What there is to tell of a result besides itself. */
typedef struct
{
  GArray *errors;  /* of gdouble: the inversion error (DdimInversion) of each
                      picture that was encoded                               */
  gint    evaluations; /* of the model, to encode the picture that took the most */
  gchar  *hash;    /* of the model: see DdimDenoiser                         */
  gint    cut;     /* tokens of a prompt that were too many to be read       */
} DdimTaskReport;

void ddim_task_report_init  (DdimTaskReport *report);
void ddim_task_report_clear (DdimTaskReport *report);

struct _DdimTaskClass
{
  /* Whether what was opened for one task serves the other, and whether what
   * was made of that does, too.  Both are of this class.                    */
  gboolean     (*same_opening) (const DdimTask     *a,
                                const DdimTask     *b);
  gboolean     (*same_making)  (const DdimTask     *a,
                                const DdimTask     *b);

  /* How much work it is, in pixels of evaluations of a field: of opening, what
   * is to be expected; of making, for one seed.                             */
  gdouble      (*opening_cost) (const DdimTask     *task,
                                gint                stage);
  gdouble      (*making_cost)  (const DdimTask     *task,
                                gint                stage);

  /* evaluated: what the opening did cost.  Free with close (). */
  gpointer     (*open)         (const DdimTask     *task,
                                gint                stage,
                                DdimModelCache     *cache,
                                const DdimMonitor  *monitor,
                                gdouble            *evaluated,
                                GError            **error);
  void         (*close)        (gpointer            opened);

  /* Whether the stages between the first and the last follow what the first made. */
  gboolean       follow_first;

  /* An item for each of the n seeds; none depends on the others.  first_made: what
   * the first stage made of these seeds, where a stage follows it, else NULL.  Free
   * with ddim_canvas_free ().                                               */
  DdimCanvas * (*make)         (const DdimTask     *task,
                                gint                stage,
                                gpointer            opened,
                                const guint64      *seeds,
                                gint                n,
                                const DdimCanvas   *first_made,
                                const DdimMonitor  *monitor,
                                GError            **error);

  /* What is known once it is open; report is empty. */
  void         (*report)       (gpointer            opened,
                                DdimTaskReport     *report);

  void         (*finalize)     (DdimTask           *task);
};

/* Embed it first. */
struct _DdimTask
{
  const DdimTaskClass *klass;
  gint                 ref_count;
  const DdimStages    *stages;    /* owned by the embedding struct           */
};

DdimTask * ddim_task_ref   (DdimTask *task);
void       ddim_task_unref (DdimTask *task);

/* Receives one result, an item of the last stage's size, as soon as it is made;
 * the canvas is the caller's and goes when this returns.  i: which of the seeds
 * it is of.  FALSE, with an error, ends the run.                            */
typedef gboolean (* DdimTaskSink) (gint               i,
                                   const DdimCanvas  *made,
                                   gpointer           data,
                                   GError           **error);

/* Opens the last stage, makes the result of every seed, in their order and as
 * many at a time as memory allows, and gives each to the sink.  report: filled
 * before the first is given; or NULL.  Memory does not grow with n.         */
gboolean   ddim_task_run   (const DdimTask     *task,
                            DdimModelCache     *cache,
                            const guint64      *seeds,
                            gint                n,
                            DdimTaskSink        sink,
                            gpointer            sink_data,
                            DdimTaskReport     *report,
                            const DdimMonitor  *monitor,
                            GError            **error);

/* Whether there is memory for a result of that stage; fails with a sentence. */
gboolean   ddim_task_check_memory
                           (const DdimTask     *task,
                            gint                stage,
                            GError            **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DdimTaskReport, ddim_task_report_clear)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdimTask, ddim_task_unref)
