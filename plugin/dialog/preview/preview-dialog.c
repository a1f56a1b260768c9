/* preview-dialog.c: the dialog of a procedure whose results are shown while it works
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Left what comes out, right what a painter chooses.  All that takes time is
 * done by the job beside the main loop, but for reading (preview-reading.h).  Any
 * change of an argument replaces the job's request.
 *
 * What OK does is in preview-response.c.
 */

#include "config.h"

#include <string.h>

#include <libgimp/gimp.h>
#include <libgimp/gimpui.h>
#include <glib/gi18n-lib.h>

#include "dialog-size.h"
#include "help.h"
#include "preview.h"
#include "preview-private.h"
#include "progress.h"

/* Events at most, each time that the window is served while pixels are read. */
#define SERVED_AT_A_TIME 20

/* What the user reads ---------------------------------------------------- */

static void
show_estimate (DdimPreviewDialog *self)
{
  g_autoptr (DdimTask)  task   = NULL;
  g_autofree gchar     *method = NULL;
  guint64               seeds[DDIM_PREVIEW_CELLS];
  gdouble               seconds;

  if (! ddim_preview_reading_is_planned (&self->reading))
    return;

  task    = self->klass->make_task (self->data);
  method  = self->klass->describe (self->data);
  seconds = ddim_job_estimate (self->job, task,
                               ddim_gallery_get_seeds (self->layout.gallery, seeds));
  if (seconds >= 0.0)
    seconds *= self->klass->scale_of_rest (self->data);
  ddim_preview_layout_show_estimate (&self->layout, method, seconds);
}

/* Of each plan once. */
static void
show_outline (DdimPreviewDialog *self)
{
  g_autoptr (GArray) outline = NULL;

  if (self->outlined || ! self->klass->get_outline)
    return;

  outline = self->klass->get_outline (self->data);
  ddim_preview_set_outline (self->layout.preview, outline);
  self->outlined = TRUE;
}

/* NULL where there is none. */
static void
show_problem (DdimPreviewDialog *self,
              const gchar       *problem)
{
  ddim_preview_layout_show_problem (&self->layout, problem);
  gtk_dialog_set_response_sensitive (GTK_DIALOG (self->dialog), GTK_RESPONSE_OK,
                                     problem == NULL);
}

void
ddim_preview_set_state (DdimPreviewDialog *self,
                        DdimPreviewState   state)
{
  if (self->state == DDIM_PREVIEW_FINISHING && state != DDIM_PREVIEW_FINISHING)
    gimp_progress_end ();
  if (self->state != DDIM_PREVIEW_FINISHING && state == DDIM_PREVIEW_FINISHING)
    gimp_progress_init (self->klass->activity);

  self->state = state;
  ddim_preview_layout_show_state (&self->layout, state, self->finished);
}

/* The job ------------------------------------------------------------------ */

static void
job_picture (guint64  seed,
             gpointer picture,
             gboolean finished,
             gpointer data)
{
  DdimPreviewDialog *self = data;

  g_debug ("picture %s", finished ? "finished" : "preview");
  show_outline (self);
  ddim_gallery_set_picture (self->layout.gallery, seed, picture);
  ddim_preview_layout_show_pick (&self->layout);
  show_estimate (self);
}

static void
job_progress (gdouble  fraction,
              gdouble  seconds,
              gpointer data)
{
  DdimPreviewDialog *self = data;
  g_autofree gchar  *time = NULL;
  g_autofree gchar  *text = NULL;

  if (ddim_preview_finish_is_running (&self->finish))
    fraction = ddim_preview_finish_tell (&self->finish, fraction, &seconds);
  if (seconds >= 0.0)
    {
      time = ddim_progress_format_seconds (seconds);
      /* Translators: %s is “12 seconds” or “3 minutes”. */
      text = g_strdup_printf (_("about %s left"), time);
    }
  fraction = CLAMP (fraction, 0.0, 1.0);
  ddim_preview_layout_show_progress (&self->layout, fraction, text);

  if (self->state == DDIM_PREVIEW_FINISHING)
    {
      gimp_progress_update (fraction);
      if (text)
        gimp_progress_set_text_printf ("%s: %s", self->klass->activity, text);
    }
}

static void
job_done (const GError *error,
          gpointer      data)
{
  DdimPreviewDialog *self = data;

  if (ddim_preview_finish_is_running (&self->finish))
    {
      ddim_preview_finish_done (&self->finish, error);
      return;
    }

  self->finished = error == NULL;
  show_problem (self, error ? error->message : NULL);

  if (self->finished && self->state == DDIM_PREVIEW_FINISHING)
    ddim_preview_finish_soon (self);
  else
    ddim_preview_set_state (self, DDIM_PREVIEW_IDLE);
}

static void
free_picture (gpointer picture)
{
  cairo_surface_destroy (picture);
}

static DdimJob *
make_job (DdimPreviewDialog *self)
{
  const DdimJobListener listener = {
    .render       = self->klass->render,
    .free_picture = free_picture,
    .picture      = job_picture,
    .progress     = job_progress,
    .done         = job_done,
  };

  return ddim_job_new (gimp_get_num_processors (), &listener, self);
}

static gboolean
request (gpointer data)
{
  DdimPreviewDialog *self = data;
  guint64            seeds[DDIM_PREVIEW_CELLS];
  gint               n_picked;

  self->request_source = 0;
  if (! ddim_preview_reading_is_planned (&self->reading))
    return G_SOURCE_REMOVE; /* it is being planned anew, and requested then */
  n_picked = ddim_gallery_get_seeds (self->layout.gallery, seeds);
  if (self->klass->only_previews)
    n_picked = DDIM_PREVIEW_CELLS;
  self->finished = FALSE;
  ddim_job_request (self->job, self->klass->make_task (self->data),
                    self->klass->get_view (self->data), self->klass->free_view,
                    seeds, DDIM_PREVIEW_CELLS, n_picked);

  if (self->state == DDIM_PREVIEW_IDLE)
    ddim_preview_set_state (self, DDIM_PREVIEW_LOOKING);
  show_estimate (self);

  return G_SOURCE_REMOVE;
}

void
ddim_preview_request_soon (DdimPreviewDialog *self)
{
  if (ddim_preview_reading_is_planned (&self->reading) && ! self->request_source)
    self->request_source = g_idle_add (request, self);
}

/* Reading ------------------------------------------------------------------ */

static void
reading_failed (const GError *error,
                gpointer      data)
{
  DdimPreviewDialog *self = data;

  ddim_preview_stop_finishing (self);
  g_clear_handle_id (&self->request_source, g_source_remove);
  self->finished = FALSE;
  show_problem (self, error->message);
  ddim_preview_set_state (self, DDIM_PREVIEW_IDLE);
}

static void
reading_planned (cairo_surface_t *before,
                 gpointer         data)
{
  DdimPreviewDialog *self = data;
  cairo_rectangle_t  part;

  g_clear_handle_id (&self->request_source, g_source_remove);
  g_debug ("original");
  ddim_preview_layout_set_before (&self->layout, before);
  self->outlined = FALSE;
  if (self->klass->get_part)
    {
      self->klass->get_part (self->data, &part);
      ddim_gallery_set_part (self->layout.gallery, &part);
    }
  ddim_gallery_outdate (self->layout.gallery);
  show_problem (self, NULL);
  if (self->state != DDIM_PREVIEW_IDLE) /* not stopped before it began */
    ddim_preview_request_soon (self);
}

static void
begin_reading (DdimPreviewDialog *self)
{
  ddim_preview_reading_begin (&self->reading);
  if (self->state == DDIM_PREVIEW_IDLE)
    ddim_preview_set_state (self, DDIM_PREVIEW_LOOKING);
}

void
ddim_preview_dialog_serve (gpointer preview_dialog)
{
  for (gint i = 0; i < SERVED_AT_A_TIME && gtk_events_pending (); i++)
    gtk_main_iteration_do (FALSE);
}

/* What the user does --------------------------------------------------------- */

static void
set_seeds (DdimPreviewDialog *self)
{
  gint     n_picked;
  gboolean several;
  guint64  first = self->klass->get_seeds (self->data, &n_picked, &several);

  ddim_gallery_set_several (self->layout.gallery, several);
  ddim_gallery_set_seeds (self->layout.gallery, first, n_picked);
  if (self->klass->get_pick)
    ddim_gallery_pick (self->layout.gallery, self->klass->get_pick (self->data));
}

/* Leaves what goes on as it is. */
static void
stop (DdimPreviewDialog *self)
{
  ddim_preview_stop_finishing (self);
  g_clear_handle_id (&self->request_source, g_source_remove);
  ddim_job_stop (self->job);
  ddim_preview_set_state (self, DDIM_PREVIEW_IDLE);
}

static void
config_changed (GimpProcedureConfig *config,
                GParamSpec          *pspec,
                DdimPreviewDialog   *self)
{
  const gchar *argument = g_param_spec_get_name (pspec);
  gint         n_picked;
  gboolean     several;

  if (self->klass->changed)
    self->klass->changed (self->data, argument, self->controls);
  if (self->klass->get_pace)
    ddim_preview_layout_set_pace (&self->layout, self->klass->get_pace (self->data));
  if (self->finish.busy)
    stop (self);

  switch (ddim_controls_get_change (self->klass->controls, argument))
    {
    case DDIM_CHANGE_NOTHING:
      break;
    case DDIM_CHANGE_SEEDS:
      set_seeds (self);
      ddim_preview_layout_show_pick (&self->layout);
      ddim_preview_request_soon (self);
      break;
    case DDIM_CHANGE_MAKING:
      ddim_gallery_outdate (self->layout.gallery);
      ddim_preview_request_soon (self);
      break;
    case DDIM_CHANGE_INPUT:
      self->klass->get_seeds (self->data, &n_picked, &several);
      ddim_gallery_set_several (self->layout.gallery, several);
      begin_reading (self);
      break;
    }
}

static void
pick_changed (gpointer data)
{
  DdimPreviewDialog *self = data;

  ddim_preview_layout_stop_playing (&self->layout);
  ddim_preview_layout_show_pick (&self->layout);
  ddim_preview_request_soon (self);
}

static void
stop_clicked (GtkButton         *button,
              DdimPreviewDialog *self)
{
  if (self->state == DDIM_PREVIEW_IDLE)
    {
      if (ddim_preview_reading_has_begun (&self->reading))
        ddim_preview_set_state (self, DDIM_PREVIEW_LOOKING);
      ddim_preview_request_soon (self);
      return;
    }

  stop (self);
}

/* The dialog --------------------------------------------------------------- */

DdimPreviewDialog *
ddim_preview_dialog_new (GimpProcedure                *procedure,
                         GimpProcedureConfig          *config,
                         const gchar                  *title,
                         GimpDrawable                 *drawable,
                         const DdimPreviewDialogClass *klass,
                         gpointer                      data)
{
  DdimPreviewDialog *self = g_new0 (DdimPreviewDialog, 1);

  gimp_ui_init (GETTEXT_PACKAGE);

  self->config  = config;
  self->klass   = klass;
  self->data    = data;
  self->job     = make_job (self);
  self->dialog  = ddim_help_dialog_new (procedure, config, title);
  ddim_preview_finish_init (&self->finish, self->job, ddim_preview_dialog_serve, self);
  self->reading = (DdimPreviewReading) {
    .klass       = klass,
    .data        = data,
    .job         = self->job,
    .conversions = ddim_conversions_new (drawable),
    .planned     = reading_planned,
    .failed      = reading_failed,
    .user_data   = self };

  return self;
}

void
ddim_preview_dialog_free (DdimPreviewDialog *self)
{
  gtk_widget_destroy (self->dialog);
  ddim_job_free (self->job);
  ddim_conversions_free (self->reading.conversions);
  g_free (self);
}

gboolean
ddim_preview_dialog_run (DdimPreviewDialog *self)
{
  GtkWidget *content = gtk_dialog_get_content_area (GTK_DIALOG (self->dialog));
  gboolean   accepted;

  self->controls = ddim_controls_new (GIMP_PROCEDURE_DIALOG (self->dialog), self->config,
                                      self->klass->controls);
  if (self->klass->changed)
    self->klass->changed (self->data, NULL, self->controls);
  ddim_preview_layout_init (&self->layout, self->klass, self->controls, pick_changed, self);
  if (self->klass->get_pace)
    ddim_preview_layout_set_pace (&self->layout, self->klass->get_pace (self->data));
  set_seeds (self);
  gtk_box_pack_start (GTK_BOX (content), self->layout.box, TRUE, TRUE, 0);
  g_signal_connect (self->layout.stop, "clicked", G_CALLBACK (stop_clicked), self);
  g_signal_connect (self->dialog, "response", G_CALLBACK (ddim_preview_responded), self);
  g_signal_connect (self->config, "notify", G_CALLBACK (config_changed), self);
  ddim_dialog_size_restore (GTK_WINDOW (self->dialog), self->config);
  begin_reading (self);

  accepted = gimp_procedure_dialog_run (GIMP_PROCEDURE_DIALOG (self->dialog));

  ddim_preview_reading_end (&self->reading);
  g_clear_handle_id (&self->request_source, g_source_remove);
  ddim_preview_layout_stop_playing (&self->layout);
  ddim_preview_set_state (self, DDIM_PREVIEW_IDLE);
  g_signal_handlers_disconnect_by_data (self->config, self);
  ddim_preview_leave (self);

  return accepted;
}

gint
ddim_preview_dialog_get_picked (DdimPreviewDialog *self,
                                guint64           *seeds)
{
  guint64 all[DDIM_PREVIEW_CELLS];
  gint    n = ddim_gallery_get_seeds (self->layout.gallery, all);

  memcpy (seeds, all, n * sizeof *seeds);

  return n;
}

const DdimCanvas *
ddim_preview_dialog_look_at_finished (DdimPreviewDialog *self,
                                      guint64            seed)
{
  return ddim_job_look_at_finished (self->job, seed);
}

DdimCanvas *
ddim_preview_dialog_take_finished (DdimPreviewDialog *self,
                                   guint64            seed)
{
  return ddim_job_take_finished (self->job, seed);
}

void
ddim_preview_dialog_report (DdimPreviewDialog *self,
                            DdimTaskReport    *report)
{
  ddim_job_report (self->job, report);
}
