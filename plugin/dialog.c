/* dialog.c: the dialog of a variation
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Left what comes out, right what a painter chooses first, the rest behind an
 * expander.  All that takes time is done by the job beside the main loop; the
 * only work here is to read the region, a stage for each turn of the loop.
 * Any change of an argument replaces the job's request.
 *
 * OK takes what is finished.  Where the picked variations are not, the dialog
 * stays until they are; Stop leads back to choosing.
 */

#include "config.h"

#include <libgimp/gimp.h>
#include <libgimp/gimpui.h>
#include <glib/gi18n-lib.h>

#include "chooser.h"
#include "conversions.h"
#include "dialog.h"
#include "gallery.h"
#include "help.h"
#include "job.h"
#include "models.h"
#include "preview.h"
#include "watch.h"

#define N_VARIATIONS 6
#define PREVIEW_SIDE 480
#define PREVIEW_LEAST 320

#define SERVED_AT_A_TIME 20

/* How often to look whether a scene can be set, in milliseconds. */
#define SCENE_EVERY 10

typedef enum
{
  IDLE,      /* nothing to do, or stopped, or an error stands in the way      */
  LOOKING,   /* the job works, and the user looks                             */
  FINISHING  /* OK was pressed: the dialog closes when all is there           */
} State;

typedef struct
{
  GtkWidget           *dialog;
  GimpProcedureConfig *config;
  DdimRegion          *region;
  DdimDialogCheck      check;
  gpointer             check_data;

  DdimConversions     *conversions;
  DdimJob             *job;
  DdimScene           *scene;
  gint                 channels;     /* of the model                          */
  gint                 n_read;       /* stages of the scene                   */
  gboolean             reading;      /* one more                              */
  State                state;
  gboolean             finished;     /* the picked variations are all there   */

  guint                scene_source; /* sources of the main loop, or 0        */
  guint                read_source;
  guint                request_source;

  GtkWidget           *preview;
  DdimGallery         *gallery;
  GtkWidget           *controls;
  GtkWidget           *status;       /* what goes on                          */
  GtkWidget           *bar;
  GtkWidget           *stop;
  GtkWidget           *method;       /* how the region is put before the model */
  GtkWidget           *estimate;     /* how long it takes                     */
  GtkWidget           *problem;      /* why it cannot be done                 */
} Dialog;

/* What the user reads ---------------------------------------------------- */

static gchar *
format_seconds (gdouble seconds)
{
  gint n = MAX (1, (gint) (seconds + 0.5));

  if (n < 90)
    /* Translators: how long something takes; it stands alone or in
     * “about %s”. */
    return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%d second", "%d seconds", n), n);

  n = (n + 30) / 60;

  /* Translators: as “%d second”. */
  return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%d minute", "%d minutes", n), n);
}

/* How the plan puts the region before the model. */
static gchar *
describe_plan (const DdimScene *scene)
{
  const DdimPlan  *plan = &scene->plan;
  const DdimStage *last = &scene->stages[scene->n_stages - 1];

  if (plan->method == DDIM_METHOD_FIT)
    return g_strdup_printf (
      /* Translators: width and height in pixels of the scaled region. */
      _("The region is scaled to %d × %d pixels, and its change scaled back."),
      last->w, last->h);

  if (MAX (last->w, last->h) > plan->windows.size)
    return g_strdup_printf (
      /* Translators: width and height of the region, and a window's side. */
      _("The region, %d × %d pixels with its surroundings, is seen in overlapping "
        "windows of %d pixels."), last->w, last->h, plan->windows.size);

  return g_strdup_printf (
    /* Translators: width and height of the region. */
    _("The region, %d × %d pixels with its surroundings, is seen at once."),
    last->w, last->h);
}

static void
show_estimate (Dialog *self)
{
  g_auto (DdimRecipe)  recipe = { 0 };
  g_autofree gchar    *plan   = NULL;
  guint64              seeds[N_VARIATIONS];
  gdouble              seconds;

  if (! self->scene)
    return;

  ddim_recipe_read (&recipe, self->config);
  plan    = describe_plan (self->scene);
  seconds = ddim_job_estimate (self->job, &recipe,
                               ddim_gallery_get_seeds (self->gallery, seeds));
  if (seconds >= 0.0)
    {
      g_autofree gchar *time = format_seconds (seconds);
      g_autofree gchar *text = NULL;

      /* Translators: %s is “12 seconds” or “3 minutes”. */
      text = g_strdup_printf (_("All of it takes about %s."), time);
      gtk_label_set_text (GTK_LABEL (self->estimate), text);
    }
  else
    gtk_label_set_text (GTK_LABEL (self->estimate), "");

  gtk_label_set_text (GTK_LABEL (self->method), plan);
}

static void
show_state (Dialog *self)
{
  const gchar *text;

  if (self->state == FINISHING)
    text = _("Finishing what you picked…");
  else if (self->state == LOOKING)
    text = _("Preview, being refined…");
  else if (self->finished)
    text = _("This is the finished variation.");
  else if (gtk_widget_get_visible (self->problem))
    text = "";
  else
    text = _("Stopped. Keep going, or change a value.");

  gtk_label_set_text (GTK_LABEL (self->status), text);
  gtk_button_set_label (GTK_BUTTON (self->stop),
                        self->state == IDLE ? _("_Keep going") : _("Sto_p"));
  gtk_widget_set_sensitive (self->stop, self->state != IDLE || ! self->finished);
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
show_problem (Dialog      *self,
              const gchar *problem)
{
  gtk_label_set_text (GTK_LABEL (self->problem), problem ? problem : "");
  gtk_widget_set_visible (self->problem, problem != NULL);
  gtk_dialog_set_response_sensitive (GTK_DIALOG (self->dialog), GTK_RESPONSE_OK,
                                     problem == NULL);
}

static void
set_state (Dialog *self,
           State   state)
{
  if (self->state == FINISHING && state != FINISHING)
    gimp_progress_end ();
  if (self->state != FINISHING && state == FINISHING)
    gimp_progress_init (_("DDIM variation"));

  self->state = state;
  show_state (self);
}

/* The job ------------------------------------------------------------------ */

static void
job_picture (guint64          seed,
             cairo_surface_t *picture,
             gboolean         finished,
             gpointer         data)
{
  Dialog *self = data;

  ddim_watch_picture (finished);
  ddim_gallery_set_picture (self->gallery, seed, picture);
  ddim_preview_set_after (self->preview, ddim_gallery_get_picture (self->gallery));
  show_estimate (self);
}

static void
job_progress (gdouble  fraction,
              gdouble  seconds,
              gpointer data)
{
  Dialog           *self = data;
  g_autofree gchar *time = NULL;
  g_autofree gchar *text = NULL;

  if (seconds >= 0.0)
    {
      time = format_seconds (seconds);
      /* Translators: %s is “12 seconds” or “3 minutes”. */
      text = g_strdup_printf (_("about %s left"), time);
    }
  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (self->bar), CLAMP (fraction, 0.0, 1.0));
  gtk_progress_bar_set_text (GTK_PROGRESS_BAR (self->bar), text ? text : "");

  if (self->state == FINISHING)
    {
      gimp_progress_update (CLAMP (fraction, 0.0, 1.0));
      if (text)
        gimp_progress_set_text_printf ("%s: %s", _("DDIM variation"), text);
    }
}

static void
job_done (const GError *error,
          gpointer      data)
{
  Dialog *self      = data;
  State   was       = self->state;

  self->finished = error == NULL;
  show_problem (self, error ? error->message : NULL);
  set_state (self, IDLE);

  if (was == FINISHING && self->finished)
    gtk_dialog_response (GTK_DIALOG (self->dialog), GTK_RESPONSE_OK);
}

static const DdimJobListener listener = { job_picture, job_progress, job_done };

static gboolean
request (gpointer data)
{
  Dialog              *self   = data;
  g_auto (DdimRecipe)  recipe = { 0 };
  guint64              seeds[N_VARIATIONS];
  gint                 n_picked;

  self->request_source = 0;
  ddim_recipe_read (&recipe, self->config);
  n_picked = ddim_gallery_get_seeds (self->gallery, seeds);
  self->finished = FALSE;
  ddim_job_request (self->job, &recipe, seeds, N_VARIATIONS, n_picked);

  if (self->state == IDLE)
    set_state (self, LOOKING);
  show_estimate (self);

  return G_SOURCE_REMOVE;
}

/* Several changes in one turn of the loop are one request. */
static void
request_soon (Dialog *self)
{
  if (self->scene && ! self->request_source)
    self->request_source = g_idle_add (request, self);
}

/* The scene ---------------------------------------------------------------- */

static void
give_up (Dialog       *self,
         const GError *error)
{
  ddim_job_stop (self->job);
  g_clear_handle_id (&self->read_source, g_source_remove);
  g_clear_handle_id (&self->request_source, g_source_remove);
  g_clear_pointer (&self->scene, ddim_scene_unref);
  self->finished = FALSE;
  show_problem (self, error->message);
  set_state (self, IDLE);
}

/* Serves the window while a stage is read; see set_scene () for what may not
 * happen meanwhile.                                                          */
static void
serve (gpointer data)
{
  for (gint i = 0; i < SERVED_AT_A_TIME && gtk_events_pending (); i++)
    gtk_main_iteration_do (FALSE);
}

static gboolean
read_stage (gpointer data)
{
  Dialog              *self   = data;
  gint                 stage  = self->n_read++;
  g_auto (DdimRecipe)  recipe = { 0 };
  g_autoptr (GError)   error  = NULL;

  if (self->n_read == self->scene->n_stages)
    self->read_source = 0;

  ddim_recipe_read (&recipe, self->config);
  self->reading = TRUE;
  ddim_scene_read_stage (self->scene, self->region, stage, self->channels);
  self->reading = FALSE;
  if (! ddim_recipe_check_weights (&recipe, self->region,
                                   self->scene->stages[stage].weights, &error))
    {
      self->read_source = 0;
      give_up (self, error);
      return G_SOURCE_REMOVE;
    }

  ddim_job_stage_read (self->job);

  return self->read_source ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

/* The model as its folder describes it. */
static gboolean
inspect (Dialog            *self,
         const DdimRecipe  *recipe,
         DdimModelInfo     *info,
         GError           **error)
{
  g_autofree gchar *folder = NULL;

  if (! self->check (self->config, self->check_data, error))
    return FALSE;

  folder = ddim_models_find (recipe->model, error);

  return folder && ddim_model_inspect (folder, info, error);
}

/* What is seen of the region, and how, depends on the model and the method. */
static gboolean
set_scene (gpointer data)
{
  Dialog              *self   = data;
  g_auto (DdimRecipe)  recipe = { 0 };
  g_autoptr (GError)   error  = NULL;
  DdimModelInfo        info;
  DdimPlan             plan;
  cairo_surface_t     *before;

  if (self->reading /* from this region */ ||
      ! ddim_conversions_are_known (self->conversions))
    return G_SOURCE_CONTINUE;

  self->scene_source = 0;
  g_clear_handle_id (&self->read_source, g_source_remove);
  ddim_recipe_read (&recipe, self->config);

  if (! inspect (self, &recipe, &info, &error))
    {
      give_up (self, error);
      return G_SOURCE_REMOVE;
    }

  ddim_plan_make (&plan, recipe.method, recipe.tileable, info.sample_size, info.attention,
                  self->region->target.height, self->region->target.width);
  g_clear_pointer (&self->scene, ddim_scene_unref);
  self->scene    = ddim_scene_new (self->region, &plan, PREVIEW_SIDE);
  self->channels = info.channels == 1 ? 1 : 3;
  self->n_read   = 0;
  before = ddim_scene_render (self->scene, 0, NULL);
  ddim_preview_set_before (self->preview, before);
  cairo_surface_destroy (before);

  ddim_job_set_scene (self->job, self->scene);
  self->read_source = g_idle_add (read_stage, self);
  ddim_gallery_outdate (self->gallery);
  show_problem (self, NULL);
  if (self->state != IDLE) /* not stopped before it began */
    request_soon (self);

  return G_SOURCE_REMOVE;
}

/* What the user does --------------------------------------------------------- */

/* Only new layers can hold several variations. */
static gboolean
may_pick_several (Dialog *self)
{
  g_autofree gchar *output = NULL;

  g_object_get (self->config, "output", &output, NULL);

  return ! g_strcmp0 (output, "new-layers");
}

static void
show_pick (Dialog *self)
{
  ddim_preview_set_after (self->preview, ddim_gallery_get_picture (self->gallery));
}

/* Shows the variations from the config's seed on, the first picked. */
static void
set_seeds (Dialog *self)
{
  gint seed, count;

  g_object_get (self->config, "seed", &seed, "count", &count, NULL);
  ddim_gallery_set_seeds (self->gallery, seed,
                          may_pick_several (self) ? MIN (count, N_VARIATIONS) : 1);
}

static void
set_scene_soon (Dialog *self)
{
  if (! self->scene_source)
    self->scene_source = g_timeout_add (SCENE_EVERY, set_scene, self);
  if (self->state == IDLE)
    set_state (self, LOOKING);
}

static void
config_changed (GimpProcedureConfig *config,
                GParamSpec          *pspec,
                Dialog              *self)
{
  const gchar *name = g_param_spec_get_name (pspec);

  if (! g_strcmp0 (name, "output"))
    {
      ddim_gallery_set_several (self->gallery, may_pick_several (self));
      g_object_set (config, "count", 1, NULL);
      set_scene_soon (self);
    }
  else if (! g_strcmp0 (name, "model") || ! g_strcmp0 (name, "method") ||
           ! g_strcmp0 (name, "tileable"))
    {
      set_scene_soon (self);
    }
  else if (! g_strcmp0 (name, "seed"))
    {
      set_seeds (self);
      show_pick (self);
      request_soon (self);
    }
  else if (! g_strcmp0 (name, "depth") || ! g_strcmp0 (name, "strength") ||
           ! g_strcmp0 (name, "steps") || ! g_strcmp0 (name, "eta"))
    {
      ddim_gallery_outdate (self->gallery);
      request_soon (self);
    }
}

static void
pick_changed (gpointer data)
{
  Dialog *self = data;

  show_pick (self);
  request_soon (self);
}

static void
before_toggled (GtkToggleButton *button,
                Dialog          *self)
{
  ddim_preview_show_before (self->preview, gtk_toggle_button_get_active (button));
}

static void
stop_clicked (GtkButton *button,
              Dialog    *self)
{
  if (self->state == IDLE)
    {
      if (self->scene || self->scene_source)
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
responded (GtkDialog *dialog,
           gint       response,
           Dialog    *self)
{
  if (response != GTK_RESPONSE_OK ||
      (self->finished && ! self->request_source && ! self->scene_source))
    return;

  g_signal_stop_emission_by_name (dialog, "response");
  if (self->state == IDLE)
    request_soon (self);
  if (self->scene || self->scene_source)
    set_state (self, FINISHING);
}

/* The widgets ---------------------------------------------------------------- */

static GtkWidget *
add_wrapped_label (GtkBox *box)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_line_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 44);
  gtk_label_set_xalign (GTK_LABEL (label), 0.0);
  gtk_box_pack_start (box, label, FALSE, FALSE, 0);
  gtk_widget_show (label);

  return label;
}

static GtkWidget *
make_result (Dialog *self)
{
  GtkWidget *box   = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *row   = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *check = gtk_check_button_new_with_mnemonic (_("_Before"));
  GtkWidget *label = gtk_label_new_with_mnemonic (_("_Variations"));

  self->preview = ddim_preview_new (PREVIEW_LEAST);
  self->gallery = ddim_gallery_new (N_VARIATIONS, pick_changed, self);
  self->status  = gtk_label_new (NULL);
  self->bar     = gtk_progress_bar_new ();
  self->stop    = gtk_button_new_with_mnemonic (_("Sto_p"));

  ddim_gallery_set_several (self->gallery, may_pick_several (self));
  set_seeds (self);

  gtk_widget_set_tooltip_text (self->preview,
                               _("The variation you picked; press the mouse button on it "
                                 "to see what was before"));
  gtk_widget_set_tooltip_text (check, _("Show the picture as it was"));
  gtk_widget_set_tooltip_text (ddim_gallery_get_widget (self->gallery),
                               _("Pick one with a click or the arrow keys; where new "
                                 "layers are made, more with Ctrl and a click, or Ctrl "
                                 "and the space bar"));
  gtk_label_set_mnemonic_widget (GTK_LABEL (label), ddim_gallery_get_widget (self->gallery));
  gtk_label_set_xalign (GTK_LABEL (label), 0.0);
  gtk_label_set_xalign (GTK_LABEL (self->status), 0.0);
  gtk_label_set_ellipsize (GTK_LABEL (self->status), PANGO_ELLIPSIZE_END);
  gtk_progress_bar_set_show_text (GTK_PROGRESS_BAR (self->bar), TRUE);
  gtk_progress_bar_set_text (GTK_PROGRESS_BAR (self->bar), "");
  gtk_button_set_use_underline (GTK_BUTTON (self->stop), TRUE);
  g_signal_connect (check, "toggled", G_CALLBACK (before_toggled), self);
  g_signal_connect (self->stop, "clicked", G_CALLBACK (stop_clicked), self);

  gtk_box_pack_start (GTK_BOX (box), self->preview, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (row), self->status, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (row), check, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), row, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), label, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), ddim_gallery_get_widget (self->gallery), FALSE, FALSE, 0);
  row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  gtk_widget_set_valign (self->bar, GTK_ALIGN_CENTER);
  gtk_box_pack_start (GTK_BOX (row), self->bar, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (row), self->stop, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), row, FALSE, FALSE, 0);
  gtk_widget_show_all (box);

  return box;
}

static GtkWidget *
make_controls (Dialog *self)
{
  GimpProcedureDialog *dialog   = GIMP_PROCEDURE_DIALOG (self->dialog);
  GtkWidget           *box      = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget           *inner    = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget           *expander = gtk_expander_new_with_mnemonic (_("_Advanced"));
  GtkWidget           *widget;

  for (const gchar **name = (const gchar *[]) { "depth", "strength", NULL }; *name; name++)
    {
      widget = gimp_procedure_dialog_get_scale_entry (dialog, *name, 1.0);
      gtk_box_pack_start (GTK_BOX (box), widget, FALSE, FALSE, 0);
    }
  gtk_box_pack_start (GTK_BOX (box), ddim_chooser_new_seed (self->config, "seed"),
                      FALSE, FALSE, 0);
  widget = gimp_procedure_dialog_get_widget (dialog, "output", G_TYPE_NONE);
  gtk_box_pack_start (GTK_BOX (box), widget, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), ddim_chooser_new_model (self->config, "model"),
                      FALSE, FALSE, 6);

  widget = gimp_procedure_dialog_get_widget (dialog, "steps", GIMP_TYPE_LABEL_SPIN);
  gtk_box_pack_start (GTK_BOX (inner), widget, FALSE, FALSE, 0);
  widget = gimp_procedure_dialog_get_scale_entry (dialog, "eta", 1.0);
  gtk_box_pack_start (GTK_BOX (inner), widget, FALSE, FALSE, 0);
  widget = gimp_procedure_dialog_get_widget (dialog, "method", G_TYPE_NONE);
  gtk_box_pack_start (GTK_BOX (inner), widget, FALSE, FALSE, 0);
  widget = gimp_procedure_dialog_get_widget (dialog, "tileable", G_TYPE_NONE);
  gtk_box_pack_start (GTK_BOX (inner), widget, FALSE, FALSE, 0);
  gtk_container_add (GTK_CONTAINER (expander), inner);
  gtk_box_pack_start (GTK_BOX (box), expander, FALSE, FALSE, 0);
  gtk_widget_show_all (box);

  self->method   = add_wrapped_label (GTK_BOX (box));
  self->estimate = add_wrapped_label (GTK_BOX (box));
  self->problem  = add_wrapped_label (GTK_BOX (box));
  gtk_style_context_add_class (gtk_widget_get_style_context (self->problem),
                               GTK_STYLE_CLASS_ERROR);

  return box;
}

static void
make_dialog (Dialog        *self,
             GimpProcedure *procedure)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 18);
  GtkWidget *content;

  self->dialog   = ddim_help_dialog_new (procedure, self->config, _("DDIM Variation"));
  self->controls = make_controls (self);
  gtk_box_pack_start (GTK_BOX (box), make_result (self), TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (box), self->controls, FALSE, FALSE, 0);
  gtk_widget_show (box);
  content = gtk_dialog_get_content_area (GTK_DIALOG (self->dialog));
  gtk_box_pack_start (GTK_BOX (content), box, TRUE, TRUE, 0);

  g_signal_connect (self->dialog, "response", G_CALLBACK (responded), self);
  g_signal_connect (self->config, "notify", G_CALLBACK (config_changed), self);
}

/* Takes what is finished out of the job. */
static void
take (Dialog    *self,
      DdimPicks *picks)
{
  const DdimCanvas *before = self->scene->stages[self->scene->n_stages - 1].canvas;
  gsize             size   = ddim_canvas_item_size (before);
  guint64           seeds[N_VARIATIONS];

  picks->n       = ddim_gallery_get_seeds (self->gallery, seeds);
  picks->seeds   = g_memdup2 (seeds, picks->n * sizeof *seeds);
  picks->changes = ddim_canvas_new (picks->n, before->h, before->w, before->c);

  for (gint i = 0; i < picks->n; i++)
    {
      const DdimCanvas *after  = ddim_job_get_finished (self->job, seeds[i]);
      gfloat           *change = picks->changes->data + i * size;

      for (gsize k = 0; k < size; k++)
        change[k] = after->data[k] - before->data[k];
    }
}

gboolean
ddim_dialog_run (GimpProcedure       *procedure,
                 GimpProcedureConfig *config,
                 DdimRegion          *region,
                 DdimDialogCheck      check,
                 gpointer             check_data,
                 DdimPicks           *picks)
{
  Dialog   self = { .config = config, .region = region,
                    .check = check, .check_data = check_data };
  gboolean accepted;

  gimp_ui_init (GETTEXT_PACKAGE);
  region->pause = serve;

  self.conversions = ddim_conversions_new (region->drawable);
  self.job = ddim_job_new (gimp_get_num_processors (), &listener, &self);
  make_dialog (&self, procedure);
  ddim_watch_start (self.dialog);
  set_scene_soon (&self);

  accepted = gimp_procedure_dialog_run (GIMP_PROCEDURE_DIALOG (self.dialog));

  g_clear_handle_id (&self.scene_source, g_source_remove);
  g_clear_handle_id (&self.read_source, g_source_remove);
  g_clear_handle_id (&self.request_source, g_source_remove);
  set_state (&self, IDLE);
  g_signal_handlers_disconnect_by_data (config, &self);
  region->pause = NULL;
  ddim_watch_stop ();
  gtk_widget_hide (self.dialog);

  if (accepted)
    {
      take (&self, picks);
      g_object_set (config, "seed", (gint) picks->seeds[0], "count", picks->n, NULL);
    }

  gtk_widget_destroy (self.dialog);
  ddim_job_free (self.job);
  ddim_scene_unref (self.scene);
  ddim_conversions_free (self.conversions);

  return accepted;
}

void
ddim_picks_clear (DdimPicks *picks)
{
  g_clear_pointer (&picks->seeds, g_free);
  g_clear_pointer (&picks->changes, ddim_canvas_free);
}
