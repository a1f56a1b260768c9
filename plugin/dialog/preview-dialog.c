/* preview-dialog.c: the dialog of a procedure whose results are shown while it works
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Left what comes out, right what a painter chooses.  All that takes time is
 * done by the job beside the main loop; the only work here is to read pixels,
 * a stage for each turn of the loop.  Any change of an argument replaces the
 * job's request.
 *
 * OK takes what is finished.  Where what is picked is not, the dialog stays
 * until it is; Stop leads back to choosing.
 */

#include "config.h"

#include <string.h>

#include <libgimp/gimp.h>
#include <libgimp/gimpui.h>
#include <glib/gi18n-lib.h>

#include "controls.h"
#include "conversions.h"
#include "gallery.h"
#include "help.h"
#include "preview.h"
#include "progress.h"
#include "preview-dialog.h"

#define PREVIEW_LEAST 320

/* Events at most, each time that the window is served while pixels are read. */
#define SERVED_AT_A_TIME 20

/* How often to look whether something can be planned, in milliseconds. */
#define PLAN_EVERY 10

typedef enum
{
  IDLE,      /* nothing to do, or stopped, or an error stands in the way      */
  LOOKING,   /* the job works, and the user looks                             */
  FINISHING  /* OK was pressed: the dialog closes when all is there           */
} State;

struct _DdimPreviewDialog
{
  GtkWidget                    *dialog;
  GimpProcedureConfig          *config;
  const DdimPreviewDialogClass *klass;
  gpointer                      data;

  DdimConversions       *conversions;
  DdimJob               *job;
  gint                   n_stages;   /* to be read; 0: nothing is planned     */
  gint                   n_read;
  gboolean               reading;    /* one more                              */
  State                  state;
  gboolean               finished;   /* what is picked is all there           */

  guint                  plan_source; /* sources of the main loop, or 0       */
  guint                  read_source;
  guint                  request_source;

  GtkWidget             *preview;
  DdimGallery           *gallery;
  GtkWidget             *before;     /* shows it                              */
  GtkWidget             *controls;
  GtkWidget             *status;     /* what goes on                          */
  GtkWidget             *bar;
  GtkWidget             *stop;
  GtkWidget             *method;     /* how it is done                        */
  GtkWidget             *estimate;   /* how long it takes                     */
  GtkWidget             *problem;    /* why it cannot be done                 */
};

/* What the user reads ---------------------------------------------------- */

static void
show_estimate (DdimPreviewDialog *self)
{
  g_autoptr (DdimTask)  task = NULL;
  g_autofree gchar     *how  = NULL;
  guint64               seeds[DDIM_PREVIEW_CELLS];
  gdouble               seconds;

  if (! self->n_stages)
    return;

  task    = self->klass->make_task (self->data);
  how     = self->klass->describe (self->data);
  seconds = ddim_job_estimate (self->job, task,
                               ddim_gallery_get_seeds (self->gallery, seeds));
  if (seconds >= 0.0)
    {
      g_autofree gchar *time = NULL;
      g_autofree gchar *text = NULL;

      seconds *= self->klass->scale_of_all (self->data);
      time     = ddim_progress_format_seconds (seconds);
      /* Translators: %s is “12 seconds” or “3 minutes”. */
      text = g_strdup_printf (_("All of it takes about %s."), time);
      gtk_label_set_text (GTK_LABEL (self->estimate), text);
    }
  else
    gtk_label_set_text (GTK_LABEL (self->estimate), "");

  gtk_label_set_text (GTK_LABEL (self->method), how);
}

static void
show_state (DdimPreviewDialog *self)
{
  gboolean     stoppable = self->state != IDLE || ! self->finished;
  const gchar *text;

  if (self->state == FINISHING)
    text = _("Finishing what you picked…");
  else if (self->state == LOOKING)
    text = _("Preview, being refined…");
  else if (self->finished)
    text = self->klass->finished;
  else if (gtk_widget_get_visible (self->problem))
    text = "";
  else
    text = _("Stopped. Keep going, or change a value.");

  gtk_label_set_text (GTK_LABEL (self->status), text);
  gtk_button_set_label (GTK_BUTTON (self->stop),
                        self->state == IDLE ? _("_Keep going") : _("Sto_p"));
  /* the focus would be lost with it, and the next Tab begin at the top */
  if (! stoppable && gtk_widget_is_focus (self->stop))
    gtk_widget_child_focus (self->dialog, GTK_DIR_TAB_FORWARD);
  gtk_widget_set_sensitive (self->stop, stoppable);
  gtk_widget_set_sensitive (self->controls, self->state != FINISHING);
  gtk_widget_set_sensitive (ddim_gallery_get_widget (self->gallery),
                            self->state != FINISHING);
  if (self->state == IDLE)
    {
      gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (self->bar),
                                     self->finished ? 1.0 : 0.0);
      gtk_progress_bar_set_text (GTK_PROGRESS_BAR (self->bar), "");
    }
}

/* NULL where there is none. */
static void
show_problem (DdimPreviewDialog *self,
              const gchar       *problem)
{
  gtk_label_set_text (GTK_LABEL (self->problem), problem ? problem : "");
  gtk_widget_set_visible (self->problem, problem != NULL);
  gtk_dialog_set_response_sensitive (GTK_DIALOG (self->dialog), GTK_RESPONSE_OK,
                                     problem == NULL);
}

static void
set_state (DdimPreviewDialog *self,
           State              state)
{
  if (self->state == FINISHING && state != FINISHING)
    gimp_progress_end ();
  if (self->state != FINISHING && state == FINISHING)
    gimp_progress_init (self->klass->activity);

  self->state = state;
  show_state (self);
}

static void
show_pick (DdimPreviewDialog *self)
{
  ddim_preview_set_after (self->preview, ddim_gallery_get_picture (self->gallery));
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
  ddim_gallery_set_picture (self->gallery, seed, picture);
  show_pick (self);
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

  if (seconds >= 0.0)
    {
      time = ddim_progress_format_seconds (seconds);
      /* Translators: %s is “12 seconds” or “3 minutes”. */
      text = g_strdup_printf (_("about %s left"), time);
    }
  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (self->bar), CLAMP (fraction, 0.0, 1.0));
  gtk_progress_bar_set_text (GTK_PROGRESS_BAR (self->bar), text ? text : "");

  if (self->state == FINISHING)
    {
      gimp_progress_update (CLAMP (fraction, 0.0, 1.0));
      if (text)
        gimp_progress_set_text_printf ("%s: %s", self->klass->activity, text);
    }
}

static void
job_done (const GError *error,
          gpointer      data)
{
  DdimPreviewDialog *self = data;
  State              was  = self->state;

  self->finished = error == NULL;
  show_problem (self, error ? error->message : NULL);
  set_state (self, IDLE);

  if (was == FINISHING && self->finished)
    gtk_dialog_response (GTK_DIALOG (self->dialog), GTK_RESPONSE_OK);
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
  n_picked = ddim_gallery_get_seeds (self->gallery, seeds);
  if (self->klass->only_previews)
    n_picked = DDIM_PREVIEW_CELLS;
  self->finished = FALSE;
  ddim_job_request (self->job, self->klass->make_task (self->data),
                    self->klass->get_view (self->data), self->klass->free_view,
                    seeds, DDIM_PREVIEW_CELLS, n_picked);

  if (self->state == IDLE)
    set_state (self, LOOKING);
  show_estimate (self);

  return G_SOURCE_REMOVE;
}

/* Several changes in one turn of the loop are one request. */
static void
request_soon (DdimPreviewDialog *self)
{
  if (self->n_stages && ! self->request_source)
    self->request_source = g_idle_add (request, self);
}

/* Reading ------------------------------------------------------------------ */

static void
give_up (DdimPreviewDialog *self,
         const GError      *error)
{
  ddim_job_stop (self->job);
  g_clear_handle_id (&self->read_source, g_source_remove);
  g_clear_handle_id (&self->request_source, g_source_remove);
  self->n_stages = 0;
  self->finished = FALSE;
  show_problem (self, error->message);
  set_state (self, IDLE);
}

void
ddim_preview_dialog_serve (gpointer studio)
{
  for (gint i = 0; i < SERVED_AT_A_TIME && gtk_events_pending (); i++)
    gtk_main_iteration_do (FALSE);
}

static gboolean
read_stage (gpointer data)
{
  DdimPreviewDialog  *self  = data;
  gint                stage = self->n_read++;
  g_autoptr (GError)  error = NULL;
  gboolean            success;

  if (self->n_read == self->n_stages)
    self->read_source = 0;

  self->reading = TRUE;
  success = self->klass->read (self->data, stage, &error);
  self->reading = FALSE;
  if (! success)
    {
      self->read_source = 0;
      give_up (self, error);
      return G_SOURCE_REMOVE;
    }

  ddim_job_stage_read (self->job);

  return self->read_source ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static gboolean
plan (gpointer data)
{
  DdimPreviewDialog  *self   = data;
  g_autoptr (GError)  error  = NULL;
  cairo_surface_t    *before = NULL;

  if (self->reading /* what is planned */ ||
      ! ddim_conversions_are_known (self->conversions))
    return G_SOURCE_CONTINUE;

  self->plan_source = 0;
  g_clear_handle_id (&self->read_source, g_source_remove);
  g_clear_handle_id (&self->request_source, g_source_remove);
  ddim_job_begin_reading (self->job);

  self->n_read   = 0;
  self->n_stages = self->klass->plan (self->data, &before, &error);
  if (! self->n_stages)
    {
      give_up (self, error);
      return G_SOURCE_REMOVE;
    }

  gtk_widget_set_visible (self->before, before != NULL);
  if (before)
    {
      ddim_preview_set_before (self->preview, before);
      cairo_surface_destroy (before);
    }
  self->read_source = g_idle_add (read_stage, self);
  ddim_gallery_outdate (self->gallery);
  show_problem (self, NULL);
  if (self->state != IDLE) /* not stopped before it began */
    request_soon (self);

  return G_SOURCE_REMOVE;
}

static void
plan_soon (DdimPreviewDialog *self)
{
  if (! self->plan_source)
    self->plan_source = g_timeout_add (PLAN_EVERY, plan, self);
  if (self->state == IDLE)
    set_state (self, LOOKING);
}

/* What the user does --------------------------------------------------------- */

static void
set_seeds (DdimPreviewDialog *self)
{
  gint     n_picked;
  gboolean several;
  guint64  first = self->klass->get_seeds (self->data, &n_picked, &several);

  ddim_gallery_set_several (self->gallery, several);
  ddim_gallery_set_seeds (self->gallery, first, n_picked);
  if (self->klass->get_pick)
    ddim_gallery_pick (self->gallery, self->klass->get_pick (self->data));
}

static void
config_changed (GimpProcedureConfig *config,
                GParamSpec          *pspec,
                DdimPreviewDialog   *self)
{
  gint     n_picked;
  gboolean several;

  switch (self->klass->affects (self->data, g_param_spec_get_name (pspec)))
    {
    case DDIM_CHANGE_NOTHING:
      break;
    case DDIM_CHANGE_SEEDS:
      set_seeds (self);
      show_pick (self);
      request_soon (self);
      break;
    case DDIM_CHANGE_MAKING:
      ddim_gallery_outdate (self->gallery);
      request_soon (self);
      break;
    case DDIM_CHANGE_INPUT:
      self->klass->get_seeds (self->data, &n_picked, &several);
      ddim_gallery_set_several (self->gallery, several);
      plan_soon (self);
      break;
    }
}

static void
pick_changed (gpointer data)
{
  DdimPreviewDialog *self = data;

  show_pick (self);
  request_soon (self);
}

static void
before_toggled (GtkToggleButton   *button,
                DdimPreviewDialog *self)
{
  ddim_preview_show_before (self->preview, gtk_toggle_button_get_active (button));
}

static void
stop_clicked (GtkButton         *button,
              DdimPreviewDialog *self)
{
  if (self->state == IDLE)
    {
      if (self->n_stages || self->plan_source)
        set_state (self, LOOKING);
      request_soon (self);
      return;
    }

  g_clear_handle_id (&self->request_source, g_source_remove);
  ddim_job_stop (self->job);
  set_state (self, IDLE);
}

/* Comes before GIMP's own handler, which ends the dialog. */
static void
responded (GtkDialog         *dialog,
           gint               response,
           DdimPreviewDialog *self)
{
  if (response != GTK_RESPONSE_OK || self->klass->only_previews ||
      (self->finished && ! self->request_source && ! self->plan_source))
    return;

  g_signal_stop_emission_by_name (dialog, "response");
  if (self->state == IDLE)
    request_soon (self);
  if (self->n_stages || self->plan_source)
    set_state (self, FINISHING);
}

/* The widgets ---------------------------------------------------------------- */

static GtkWidget *
make_result (DdimPreviewDialog *self)
{
  GtkWidget *box   = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *row   = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *label = gtk_label_new_with_mnemonic (self->klass->cells);

  self->before  = gtk_check_button_new_with_mnemonic (_("_Before"));
  self->preview = ddim_preview_new (PREVIEW_LEAST);
  self->gallery = ddim_gallery_new (DDIM_PREVIEW_CELLS, self->klass->cell_name,
                                    pick_changed, self);
  self->status  = gtk_label_new (NULL);
  self->bar     = gtk_progress_bar_new ();
  self->stop    = gtk_button_new_with_mnemonic (_("Sto_p"));

  set_seeds (self);

  gtk_widget_set_tooltip_text (self->preview,
                               self->klass->preview_help);
  gtk_widget_set_tooltip_text (self->before, _("Show the picture as it was"));
  gtk_widget_set_tooltip_text (ddim_gallery_get_widget (self->gallery),
                               self->klass->pick_help);
  gtk_label_set_mnemonic_widget (GTK_LABEL (label), ddim_gallery_get_widget (self->gallery));
  gtk_label_set_xalign (GTK_LABEL (label), 0.0);
  gtk_label_set_xalign (GTK_LABEL (self->status), 0.0);
  gtk_label_set_ellipsize (GTK_LABEL (self->status), PANGO_ELLIPSIZE_END);
  gtk_progress_bar_set_show_text (GTK_PROGRESS_BAR (self->bar), TRUE);
  gtk_progress_bar_set_text (GTK_PROGRESS_BAR (self->bar), "");
  gtk_button_set_use_underline (GTK_BUTTON (self->stop), TRUE);
  g_signal_connect (self->before, "toggled", G_CALLBACK (before_toggled), self);
  g_signal_connect (self->stop, "clicked", G_CALLBACK (stop_clicked), self);

  gtk_box_pack_start (GTK_BOX (box), self->preview, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (row), self->status, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (row), self->before, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), row, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), label, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), ddim_gallery_get_widget (self->gallery), FALSE, FALSE, 0);
  row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  gtk_widget_set_valign (self->bar, GTK_ALIGN_CENTER);
  gtk_box_pack_start (GTK_BOX (row), self->bar, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (row), self->stop, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), row, FALSE, FALSE, 0);
  gtk_widget_show_all (box);
  gtk_widget_hide (self->before); /* until there is one */

  return box;
}

/* The controls, and what there is to say of what they are set to. */
static void
fill_dialog (DdimPreviewDialog *self,
             GtkWidget         *controls)
{
  GtkWidget *box   = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 18);
  GtkWidget *right = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *content;

  gtk_box_pack_start (GTK_BOX (right), controls, FALSE, FALSE, 0);
  gtk_widget_show (right);
  self->controls = controls;
  self->method   = ddim_controls_add_wrapped_label (GTK_BOX (right));
  self->estimate = ddim_controls_add_wrapped_label (GTK_BOX (right));
  self->problem  = ddim_controls_add_wrapped_label (GTK_BOX (right));
  gtk_style_context_add_class (gtk_widget_get_style_context (self->problem),
                               GTK_STYLE_CLASS_ERROR);

  gtk_box_pack_start (GTK_BOX (box), make_result (self), TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (box), right, FALSE, FALSE, 0);
  gtk_widget_show (box);
  content = gtk_dialog_get_content_area (GTK_DIALOG (self->dialog));
  gtk_box_pack_start (GTK_BOX (content), box, TRUE, TRUE, 0);
}

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

  self->config      = config;
  self->klass       = klass;
  self->data        = data;
  self->conversions = ddim_conversions_new (drawable);
  self->job         = make_job (self);
  self->dialog      = ddim_help_dialog_new (procedure, config, title);

  return self;
}

void
ddim_preview_dialog_free (DdimPreviewDialog *self)
{
  gtk_widget_destroy (self->dialog);
  ddim_job_free (self->job);
  ddim_conversions_free (self->conversions);
  g_free (self);
}

GimpProcedureDialog *
ddim_preview_dialog_get_dialog (DdimPreviewDialog *self)
{
  return GIMP_PROCEDURE_DIALOG (self->dialog);
}

gboolean
ddim_preview_dialog_run (DdimPreviewDialog *self,
                         GtkWidget         *controls)
{
  gboolean accepted;

  fill_dialog (self, controls);
  g_signal_connect (self->dialog, "response", G_CALLBACK (responded), self);
  g_signal_connect (self->config, "notify", G_CALLBACK (config_changed), self);
  plan_soon (self);

  accepted = gimp_procedure_dialog_run (GIMP_PROCEDURE_DIALOG (self->dialog));

  g_clear_handle_id (&self->plan_source, g_source_remove);
  g_clear_handle_id (&self->read_source, g_source_remove);
  g_clear_handle_id (&self->request_source, g_source_remove);
  set_state (self, IDLE);
  g_signal_handlers_disconnect_by_data (self->config, self);
  gtk_widget_hide (self->dialog);

  return accepted;
}

gint
ddim_preview_dialog_get_picked (DdimPreviewDialog *self,
                                guint64           *seeds)
{
  guint64 all[DDIM_PREVIEW_CELLS];
  gint    n = ddim_gallery_get_seeds (self->gallery, all);

  memcpy (seeds, all, n * sizeof *seeds);

  return n;
}

const DdimCanvas *
ddim_preview_dialog_get_finished (DdimPreviewDialog *self,
                                  guint64            seed)
{
  return ddim_job_get_finished (self->job, seed);
}
