/* preview-layout.h: the widgets of a preview dialog, and what they say
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "gallery.h"
#include "preview-dialog.h"

/* What the user may see it do. */
typedef enum
{
  DDIM_PREVIEW_IDLE,      /* nothing: all is there, or it was stopped, or an
                             error stands in the way                         */
  DDIM_PREVIEW_LOOKING,   /* the job works, and the user looks               */
  DDIM_PREVIEW_FINISHING  /* OK was pressed: the dialog closes when all is there */
} DdimPreviewState;

typedef struct
{
  const DdimPreviewDialogClass *klass;
  GtkWidget                    *box;       /* of all the others              */
  GtkWidget                    *preview;
  DdimGallery                  *gallery;
  GtkWidget                    *before;    /* check buttons: show it         */
  GtkWidget                    *split;     /* show a part of it              */
  GtkWidget                    *zoom;      /* show every pixel               */
  GtkWidget                    *play;      /* show one cell after the other  */
  gint                          pace;      /* how long each, in milliseconds */
  guint                         play_source; /* of the main loop, or 0       */
  GtkWidget                    *status;    /* what goes on                   */
  GtkWidget                    *bar;
  GtkWidget                    *stop;
  GtkWidget                    *controls;  /* of the arguments               */
  GtkWidget                    *method;    /* how it is done                 */
  GtkWidget                    *estimate;  /* how long it takes              */
  GtkWidget                    *problem;   /* why it cannot be done          */
} DdimPreviewLayout;

/* pick_changed: called whenever another cell is picked.  controls: shown beside
 * the preview.                                                              */
void ddim_preview_layout_init          (DdimPreviewLayout            *layout,
                                        const DdimPreviewDialogClass *klass,
                                        GtkWidget                    *controls,
                                        void                        (*pick_changed) (gpointer data),
                                        gpointer                      data);

/* Shows what the picked cell shows, large. */
void ddim_preview_layout_show_pick     (DdimPreviewLayout *layout);

/* How long each cell is shown while they are played, in milliseconds; 0 where they are
 * not: nobody can ask for it then.                                          */
void ddim_preview_layout_set_pace      (DdimPreviewLayout *layout,
                                        gint               pace);
void ddim_preview_layout_stop_playing  (DdimPreviewLayout *layout);

/* What was there before; or NULL, and nobody can ask for it. */
void ddim_preview_layout_set_before    (DdimPreviewLayout *layout,
                                        cairo_surface_t   *before);

/* finished: what is picked is all there. */
void ddim_preview_layout_show_state    (DdimPreviewLayout *layout,
                                        DdimPreviewState   state,
                                        gboolean           finished);

/* left: how much longer it takes, or NULL. */
void ddim_preview_layout_show_progress (DdimPreviewLayout *layout,
                                        gdouble            fraction,
                                        const gchar       *left);

/* seconds: what OK takes besides what goes on; 0 where that is all, negative where
 * nobody knows.                                                             */
void ddim_preview_layout_show_estimate (DdimPreviewLayout *layout,
                                        const gchar       *method,
                                        gdouble            seconds);

/* NULL where there is none. */
void ddim_preview_layout_show_problem  (DdimPreviewLayout *layout,
                                        const gchar       *problem);
