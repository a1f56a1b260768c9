/* preview-dialog.h: the dialog of a procedure whose results are shown while it works
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What all such dialogs have: a preview, a gallery below it, what goes on and
 * how long it takes, Stop, and OK.  What one procedure has of its own is in a
 * class: what is read, what is computed, and which argument matters to what.
 */

#pragma once

#include <libgimp/gimp.h>
#include <gtk/gtk.h>

#include "controls.h"
#include "job.h"
#include "runner.h"

/* Cells of the gallery. */
#define DDIM_PREVIEW_CELLS 6

typedef struct _DdimPreviewDialog DdimPreviewDialog;

typedef struct
{
  const gchar   *activity;        /* in GIMP's progress bar                   */
  const gchar   *finished;        /* under a picture that is what OK gives    */
  const gchar   *finishing;       /* there, while OK does it                  */
  const gchar   *cells;           /* above the gallery, with a mnemonic       */
  const gchar   *cell_name;       /* of one cell, with a %u for its seed      */
  const gchar   *pick_help;       /* how to pick, and what comes of it        */
  gboolean       only_previews;   /* OK waits for nothing that the job makes  */
  const DdimControl *controls;    /* beside the preview, until one without an
                                     argument                                 */

  /* All are called in the main loop, with the class's data; errors are
   * sentences for the user.                                                 */

  /* Plans what the arguments say and reads nothing, or little; returns how many
   * stages are to be read, or 0 for an error.  before: receives what is shown
   * until there is more, or NULL.                                           */
  gint         (*plan)            (gpointer          data,
                                   cairo_surface_t **before,
                                   GError          **error);

  /* Reads what a stage needs; the dialog serves its window meanwhile, where
   * ddim_preview_dialog_serve () is called.                                 */
  gboolean     (*read)            (gpointer          data,
                                   gint              stage,
                                   GError          **error);

  /* What is to be made, of what is planned.  Free with ddim_task_unref ().  */
  DdimTask   * (*make_task)       (gpointer          data);

  /* What render () needs: a new reference, which free_view frees, or none
   * where free_view is NULL.                                                */
  gpointer     (*get_view)        (gpointer          data);
  GDestroyNotify free_view;

  /* What is shown of a result of some stage: a cairo_surface_t, to be freed
   * with cairo_surface_destroy ().  Called in another thread.               */
  gpointer     (*render)          (gpointer          view,
                                   gint              stage,
                                   const DdimCanvas *made);

  /* How it is done, for people.  Free with g_free (). */
  gchar      * (*describe)        (gpointer          data);

  /* What OK has to do besides what the job makes, with the runner's tasks; what comes
   * of it is kept until it is called again.  It may be stopped:
   * G_IO_ERROR_CANCELLED.  NULL: nothing.                                   */
  gboolean     (*finish)          (gpointer          data,
                                   DdimRunner       *runner,
                                   GError          **error);

  /* How many times the last stage's work is what OK has to do besides it. */
  gdouble      (*scale_of_rest)   (gpointer          data);

  /* What the cells show of a picture, in fractions of it; NULL: all of it.  */
  void         (*get_part)        (gpointer           data,
                                   cairo_rectangle_t *part);

  /* The line around what may change, once the first stage is read; a new reference,
   * or NULL.  NULL: there is none.                                          */
  GArray     * (*get_outline)     (gpointer          data);

  /* An argument has changed, NULL at the beginning: to show the controls that
   * count with it.  Or NULL.                                                */
  void         (*changed)         (gpointer          data,
                                   const gchar      *argument,
                                   GtkWidget        *controls);

  /* The first cell's seed; n_picked: how many are picked at first.  several:
   * whether more than one may be.                                           */
  guint64      (*get_seeds)       (gpointer          data,
                                   gint             *n_picked,
                                   gboolean         *several);

  /* Which cell is picked at first, or NULL: the first. */
  gint         (*get_pick)        (gpointer          data);

  /* How long each cell is shown while they are played, in milliseconds; 0 where that
   * makes no sense.  NULL: it never does.                                   */
  gint         (*get_pace)        (gpointer          data);
} DdimPreviewDialogClass;

/* klass and what it points at stay the caller's.  drawable: one that will be
 * read.  Free with ddim_preview_dialog_free ().                             */
DdimPreviewDialog   * ddim_preview_dialog_new          (GimpProcedure                *procedure,
                                                        GimpProcedureConfig          *config,
                                                        const gchar                  *title,
                                                        GimpDrawable                 *drawable,
                                                        const DdimPreviewDialogClass *klass,
                                                        gpointer                      data);
void                  ddim_preview_dialog_free         (DdimPreviewDialog *preview_dialog);

/* Shows the dialog until it is closed; whether with OK.  Then what was picked is
 * finished.                                                                 */
gboolean              ddim_preview_dialog_run          (DdimPreviewDialog *preview_dialog);

/* Serves the window for a moment; fits DdimRegion's pause, with the dialog. */
void                  ddim_preview_dialog_serve        (gpointer preview_dialog);

/* The seeds of what is picked, DDIM_PREVIEW_CELLS at most, the one picked last
 * first; and what is finished of one: the dialog's, or the caller's from then on. */
gint                  ddim_preview_dialog_get_picked   (DdimPreviewDialog *preview_dialog,
                                                        guint64           *seeds);
const DdimCanvas    * ddim_preview_dialog_look_at_finished (DdimPreviewDialog *preview_dialog,
                                                            guint64            seed);
DdimCanvas          * ddim_preview_dialog_take_finished (DdimPreviewDialog *preview_dialog,
                                                         guint64            seed);

/* What there is to tell of it; report is empty. */
void                  ddim_preview_dialog_report       (DdimPreviewDialog *preview_dialog,
                                                        DdimTaskReport    *report);
