/* preview-private.h: what the two sides of a preview dialog share
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "preview-dialog.h"
#include "preview-finish.h"
#include "preview-layout.h"
#include "preview-reading.h"

struct _DdimPreviewDialog
{
  GtkWidget                    *dialog;
  GimpProcedureConfig          *config;
  const DdimPreviewDialogClass *klass;
  gpointer                      data;

  DdimJob               *job;
  DdimPreviewReading     reading;
  DdimPreviewFinish      finish;
  DdimPreviewState       state;
  gboolean               finished;       /* what is picked is all there       */
  gboolean               outlined;       /* what may change                   */
  gboolean               complete;       /* OK has nothing left to do         */
  guint                  request_source, finish_source; /* of the main loop, or 0 */

  GtkWidget             *controls;
  DdimPreviewLayout      layout;
};

/* preview-dialog.c */

void ddim_preview_set_state      (DdimPreviewDialog *preview_dialog,
                                  DdimPreviewState   state);
/* Several changes in one turn of the loop are one request. */
void ddim_preview_request_soon   (DdimPreviewDialog *preview_dialog);

/* preview-response.c */

/* All is there that OK takes from the job: it does what is left. */
void ddim_preview_finish_soon    (DdimPreviewDialog *preview_dialog);

/* A change of the arguments leads back to choosing, and Stop; and out of the dialog. */
void ddim_preview_stop_finishing (DdimPreviewDialog *preview_dialog);

/* The window is gone at once, whatever is still being read. */
void ddim_preview_leave          (DdimPreviewDialog *preview_dialog);

/* Comes before GIMP's own handler, which ends the dialog. */
void ddim_preview_responded      (GtkDialog         *dialog,
                                  gint               response,
                                  DdimPreviewDialog *preview_dialog);
