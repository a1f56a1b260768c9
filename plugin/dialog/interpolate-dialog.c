/* interpolate-dialog.c: the dialog of an interpolation
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The gallery shows frames on the way, small; all of them, at full size, are
 * made after OK.  First where it goes and what comes out, then what is done by
 * what; the rest is behind an expander.
 */

#include "config.h"

#include <libgimp/gimp.h>
#include <libgimp/gimpui.h>
#include <glib/gi18n-lib.h>

#include "model-combo.h"
#include "controls.h"
#include "frames.h"
#include "interpolate-dialog.h"
#include "interpolate-task.h"
#include "models.h"
#include "preview-dialog.h"

/* Evaluations a step of the exact encoder, which all the frames begin with, and
 * the look back.                                                            */
#define EXACT_EVALUATIONS 4.0

typedef struct
{
  DdimStudio          *studio;
  GimpProcedureConfig *config;
  DdimDialogMeet       meet;
  gpointer             meet_data;

  DdimMeeting         *meeting;   /* or NULL                                 */
  DdimWay             *way;       /* or NULL                                 */
  gint                 channels;  /* of the model                            */

  GtkWidget           *of_film[2];
  GtkWidget           *of_layer;
} Dialog;

static DdimFilmKind
get_kind (Dialog *self)
{
  return gimp_procedure_config_get_choice_id (self->config, "output");
}

static gint
plan (gpointer          data,
      cairo_surface_t **before,
      GError          **error)
{
  Dialog              *self   = data;
  g_auto (DdimRecipe)  recipe = { 0 };
  g_autofree gchar    *folder = NULL;
  DdimModelInfo        info;
  DdimPlan             how;

  g_clear_pointer (&self->way, ddim_way_unref);
  g_clear_pointer (&self->meeting, ddim_meeting_free);

  self->meeting = self->meet (self->config, self->meet_data, error);
  if (! self->meeting)
    return 0;
  self->meeting->pause      = ddim_studio_serve;
  self->meeting->pause_data = self->studio;

  ddim_recipe_read (&recipe, self->config);
  folder = ddim_models_find (recipe.model, error);
  if (! folder || ! ddim_model_inspect (folder, &info, error))
    return 0;

  ddim_plan_make (&how, recipe.method, FALSE, info.sample_size, info.attention,
                  self->meeting->target.height, self->meeting->target.width);
  self->way      = ddim_way_new (self->meeting, &how);
  self->channels = info.channels == 1 ? 1 : 3;

  return self->way->n_stages;
}

static gboolean
read_stage (gpointer   data,
            gint       stage,
            GError   **error)
{
  Dialog *self = data;

  return ddim_way_read_stage (self->way, self->meeting, stage, self->channels, error);
}

/* The cell that shows the one layer, where that is made: the nearest. */
static gint
get_pick (gpointer data)
{
  Dialog  *self = data;
  gdouble  position;

  if (get_kind (self) != DDIM_FILM_LAYER)
    return DDIM_STUDIO_CELLS / 2 - 1;

  g_object_get (self->config, "position", &position, NULL);

  return (gint) (position * (DDIM_STUDIO_CELLS - 1) + 0.5);
}

static DdimTask *
make_task (gpointer data)
{
  Dialog              *self   = data;
  g_auto (DdimRecipe)  recipe = { 0 };
  DdimEasing           easing = gimp_procedure_config_get_choice_id (self->config, "easing");
  gdouble              positions[DDIM_STUDIO_CELLS];
  gdouble              position, mix;
  gboolean             loop;
  gint                 seed;

  ddim_recipe_read (&recipe, self->config);
  g_object_get (self->config, "position", &position, "loop", &loop, "mix", &mix,
                "seed", &seed, NULL);

  ddim_path_positions (self->way->n_keys, loop, easing, DDIM_STUDIO_CELLS, positions);
  if (get_kind (self) == DDIM_FILM_LAYER)
    positions[get_pick (self)] = ddim_path_position (self->way->n_keys, loop, easing, position);

  return ddim_interpolate_task_new (self->way, &recipe, positions, DDIM_STUDIO_CELLS, loop,
                                    mix, seed);
}

static gchar *
describe (gpointer data)
{
  Dialog *self = data;

  return g_strdup_printf (
    /* Translators: how many layers, then a frame's width and height. */
    g_dngettext (GETTEXT_PACKAGE,
                 "The way leads through %d layer; frames have %d × %d pixels.",
                 "The way leads through %d layers; frames have %d × %d pixels.",
                 self->way->n_keys),
    self->way->n_keys, self->meeting->target.width, self->meeting->target.height);
}

static gdouble
scale_of_all (gpointer data)
{
  Dialog               *self  = data;
  g_autoptr (DdimTask)  task  = make_task (self);
  gint                  last  = task->n_stages - 1;
  gdouble               shown = task->klass->opening_cost (task, last) +
                                task->klass->making_cost (task, last);
  gint                  steps, frames;

  g_object_get (self->config, "steps", &steps, "frames", &frames, NULL);
  if (get_kind (self) == DDIM_FILM_LAYER)
    frames = 1;

  return (gdouble) self->way->h * self->way->w * steps *
         (EXACT_EVALUATIONS * self->way->n_keys + frames) / shown;
}

/* The arguments ---------------------------------------------------------- */

static guint64
get_seeds (gpointer  data,
           gint     *n_picked,
           gboolean *several)
{
  *n_picked = 1;
  *several  = FALSE;

  return 1;
}

static void
show_arguments_of_output (Dialog *self)
{
  gboolean layer = get_kind (self) == DDIM_FILM_LAYER;

  gtk_widget_set_visible (self->of_layer, layer);
  for (gsize i = 0; i < G_N_ELEMENTS (self->of_film); i++)
    gtk_widget_set_visible (self->of_film[i], ! layer);
}

static DdimChange
affects (gpointer     data,
         const gchar *argument)
{
  static const gchar * const seeds[]  = { "position", "output", NULL };
  static const gchar * const making[] = { "depth", "steps", "mix", "seed", "easing", "loop",
                                          "frames", NULL };
  static const gchar * const scene[]  = { "other", "model", "method", NULL };

  if (! g_strcmp0 (argument, "output"))
    show_arguments_of_output (data);

  if (g_strv_contains (seeds, argument))
    return DDIM_CHANGE_SEEDS;
  else if (g_strv_contains (making, argument))
    return DDIM_CHANGE_MAKING;
  else if (g_strv_contains (scene, argument))
    return DDIM_CHANGE_SCENE;
  else
    return DDIM_CHANGE_NOTHING;
}

static GtkWidget *
make_controls (Dialog *self)
{
  GimpProcedureDialog *dialog = ddim_studio_get_dialog (self->studio);
  GtkWidget           *box    = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkBox              *inner;

  ddim_controls_add (dialog, GTK_BOX (box), "other");
  ddim_controls_add (dialog, GTK_BOX (box), "output");
  self->of_film[0] = ddim_controls_add_number (dialog, GTK_BOX (box), "frames");
  self->of_film[1] = ddim_controls_add_number (dialog, GTK_BOX (box), "duration");
  self->of_layer   = ddim_controls_add_scale (dialog, GTK_BOX (box), "position");
  ddim_controls_add (dialog, GTK_BOX (box), "easing");
  ddim_controls_add (dialog, GTK_BOX (box), "loop");
  ddim_controls_add_scale (dialog, GTK_BOX (box), "depth");
  gtk_box_pack_start (GTK_BOX (box), ddim_chooser_new_model (self->config, "model"),
                      FALSE, FALSE, 6);
  show_arguments_of_output (self);

  inner = ddim_controls_add_expander (GTK_BOX (box));
  ddim_controls_add_number (dialog, inner, "steps");
  ddim_controls_add (dialog, inner, "method");
  ddim_controls_add_scale (dialog, inner, "mix");
  ddim_controls_add_number (dialog, inner, "seed");
  gtk_widget_show (box);

  return box;
}

gboolean
ddim_interpolate_dialog_run (GimpProcedure       *procedure,
                             GimpProcedureConfig *config,
                             GimpDrawable        *drawable,
                             DdimDialogMeet       meet,
                             gpointer             meet_data)
{
  const DdimStudioClass klass = {
    .activity      = _("DDIM interpolation"),
    .finished      = _("These are previews: OK makes all of it."),
    .preview_help  = _("The frame you picked below, smaller than it will be"),
    .cells         = _("Pre_view"),
    /* Translators: of a frame in the gallery. */
    .cell_name     = _("Frame %u of the preview"),
    .pick_help     = _("Frames of the way: look at one with a click or the arrow keys"),
    .only_previews = TRUE,
    .plan          = plan,
    .read          = read_stage,
    .make_task     = make_task,
    .describe      = describe,
    .scale_of_all  = scale_of_all,
    .affects       = affects,
    .get_seeds     = get_seeds,
    .get_pick      = get_pick,
  };
  Dialog   self = { .config = config, .meet = meet, .meet_data = meet_data };
  gboolean accepted;

  self.studio = ddim_studio_new (procedure, config, _("DDIM Interpolate"), drawable, &klass,
                                 &self);
  accepted = ddim_studio_run (self.studio, make_controls (&self));

  ddim_studio_free (self.studio);
  ddim_way_unref (self.way);
  ddim_meeting_free (self.meeting);

  return accepted;
}
