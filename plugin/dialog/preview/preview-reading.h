/* preview-reading.h: what a preview dialog reads of the image
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reading is the only work that the main loop itself does: first it is planned, then
 * each turn of the loop reads a stage.
 */

#pragma once

#include "conversions.h"
#include "preview-dialog.h"

/* Fill in the first part. */
typedef struct
{
  const DdimPreviewDialogClass *klass;
  gpointer                      data;        /* the class's                   */
  DdimJob                      *job;         /* is told of each stage         */
  DdimConversions              *conversions; /* are waited for                */

  /* It is planned.  before: what is shown until there is more, or NULL.     */
  void (*planned) (cairo_surface_t *before,
                   gpointer         user_data);
  /* It cannot go on. */
  void (*failed)  (const GError    *error,
                   gpointer         user_data);
  gpointer user_data;

  gint     n_stages;  /* to be read; 0: nothing is planned                   */
  gint     n_read;
  gboolean reading;   /* a plan's, or one more stage's pixels                */
  gboolean held;
  guint    plan_source, read_source; /* of the main loop, or 0               */
} DdimPreviewReading;

/* Plans and reads all anew, soon. */
void     ddim_preview_reading_begin      (DdimPreviewReading *reading);
void     ddim_preview_reading_end        (DdimPreviewReading *reading);

/* While it is held, nothing is planned. */
void     ddim_preview_reading_hold       (DdimPreviewReading *reading,
                                          gboolean            hold);

/* Whether something is planned, whether it will be or is, and whether all is read. */
gboolean ddim_preview_reading_is_planned (const DdimPreviewReading *reading);
gboolean ddim_preview_reading_has_begun  (const DdimPreviewReading *reading);
gboolean ddim_preview_reading_is_done    (const DdimPreviewReading *reading);
