/* interpolate-dialog.c: the dialog of an interpolation
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The gallery shows frames on the way, small, and plays them; all of them, at full size,
 * are made after OK.  First where it goes and what comes out, then what is done by
 * what; the rest is behind an expander.
 */

#include "config.h"

#include <libgimp/gimp.h>
#include <libgimp/gimpui.h>
#include <glib/gi18n-lib.h>

#include "controls.h"
#include "frames.h"
#include "interpolate-dialog.h"
#include "interpolation-task.h"
#include "model-cache.h"
#include "models.h"
#include "preview-dialog.h"
#include "region-view.h"
#include "task-input.h"

/* The longer side of what is shown, in pixels. */
#define SHOWN_SIDE 1280

/* How long a cell is shown while they are played, in milliseconds: as a display can, and
 * so that it is seen to move.                                                */
#define PACE_LEAST 20
#define PACE_MOST  2000

/* Evaluations a step of the exact encoder, which all the frames begin with, and
 * the look back.                                                            */
#define EXACT_EVALUATIONS 4.0

typedef struct
{
  DdimPreviewDialog         *preview_dialog;
  GimpProcedureConfig       *config;
  DdimInterpolationReader    read_settings;
  DdimMakeLayerSet           make_layer_set;
  DdimInterpolationMaker     make;
  gpointer                   make_data;

  DdimInterpolationSettings  settings;   /* by which it is planned           */
  DdimLayerSet              *layer_set;  /* or NULL                          */
  DdimInterpolationInput    *input;      /* or NULL                          */
  gint                       channels;   /* of the model                     */
} Dialog;

static DdimFramesKind
get_kind (Dialog *self)
{
  return gimp_procedure_config_get_choice_id (self->config, "output");
}

static gint
plan (gpointer          data,
      cairo_surface_t **before,
      GError          **error)
{
  Dialog                  *self  = data;
  const DdimModelSettings *model = &self->settings.model;
  DdimModelInfo            info;
  DdimPlacement            placement;

  g_clear_pointer (&self->input, ddim_interpolation_input_unref);
  g_clear_pointer (&self->layer_set, ddim_layer_set_free);

  self->layer_set = self->make_layer_set (self->config, self->make_data, error);
  if (! self->layer_set)
    return 0;
  ddim_layer_set_set_pause (self->layer_set, ddim_preview_dialog_serve, self->preview_dialog);

  if (! self->read_settings (self->config, &self->settings, error) ||
      ! ddim_model_settings_inspect (model, self->layer_set->colors, &info, error))
    return 0;

  ddim_placement_init (&placement, model->method, FALSE, info.sample_size, info.fixed_size,
                  self->layer_set->target.height, self->layer_set->target.width);
  self->input    = ddim_layer_set_plan_input (self->layer_set, &placement,
                                              DDIM_STAGES_PREVIEWS);
  self->channels = info.channels;

  return self->input->stages.n;
}

static gboolean
read_stage (gpointer   data,
            gint       stage,
            GError   **error)
{
  Dialog *self = data;

  return ddim_layer_set_read_input (self->layer_set, self->input, stage, self->channels, error);
}

/* The cell that shows the one layer, where that is made: the nearest. */
static gint
get_pick (gpointer data)
{
  Dialog  *self = data;
  gdouble  position;

  if (get_kind (self) != DDIM_FRAMES_LAYER)
    return DDIM_PREVIEW_CELLS / 2 - 1;

  g_object_get (self->config, "position", &position, NULL);

  return (gint) (position * (DDIM_PREVIEW_CELLS - 1) + 0.5);
}

static DdimTask *
make_task (gpointer data)
{
  Dialog                             *self     = data;
  g_auto (DdimInterpolationSettings)  settings = { 0 };
  const DdimInterpolationSettings    *used     = &self->settings;
  gint                                n_keys   = self->input->n_keys;
  gdouble                             positions[DDIM_PREVIEW_CELLS];
  gdouble                             position;

  /* where there is to be another model, this is planned anew very soon */
  if (self->read_settings (self->config, &settings, NULL) &&
      ddim_model_settings_same_model (&settings.model, &used->model))
    used = &settings;

  ddim_path_positions (n_keys, used->loop, used->easing, DDIM_PREVIEW_CELLS, positions);
  if (get_kind (self) == DDIM_FRAMES_LAYER)
    {
      g_object_get (self->config, "position", &position, NULL);
      positions[get_pick (self)] = ddim_path_position (n_keys, used->loop, used->easing,
                                                       position);
    }

  return ddim_interpolation_task_new (self->input, used, positions, DDIM_PREVIEW_CELLS);
}

static gpointer
get_view (gpointer data)
{
  return (gpointer) ((Dialog *) data)->layer_set->format;
}

static gpointer
render (gpointer          format,
        gint              stage,
        const DdimCanvas *made)
{
  return ddim_canvas_render (made, format, SHOWN_SIDE);
}

static gchar *
describe (gpointer data)
{
  Dialog *self = data;

  return g_strdup_printf (
    /* Translators: how many layers, then a frame's width and height. */
    g_dngettext (GETTEXT_PACKAGE,
                 "The animation has %d layer; frames are %d × %d pixels.",
                 "The animation goes through %d layers; frames are %d × %d pixels.",
                 self->input->n_keys),
    self->input->n_keys, self->layer_set->target.width, self->layer_set->target.height);
}

static gboolean
finish (gpointer     data,
        DdimRunner  *runner,
        GError     **error)
{
  Dialog *self = data;

  return self->make (self->config, self->make_data, runner, error);
}

/* The cells are the whole animation, which takes as long as all its frames. */
static gint
get_pace (gpointer data)
{
  Dialog *self = data;
  gint    frames, duration;

  if (get_kind (self) == DDIM_FRAMES_LAYER)
    return 0;

  g_object_get (self->config, "frames", &frames, "duration", &duration, NULL);

  return CLAMP ((gint64) frames * duration / DDIM_PREVIEW_CELLS, PACE_LEAST, PACE_MOST);
}

static gdouble
scale_of_rest (gpointer data)
{
  Dialog               *self  = data;
  g_autoptr (DdimTask)  task  = make_task (self);
  gint                  last  = task->stages->n - 1;
  gdouble               shown = task->klass->opening_cost (task, last) +
                                task->klass->making_cost (task, last);
  gint                  steps, frames, h, w;

  g_object_get (self->config, "steps", &steps, "frames", &frames, NULL);
  if (get_kind (self) == DDIM_FRAMES_LAYER)
    frames = 1;
  ddim_placement_get_canvas_size (&self->input->placement, self->layer_set->frame.height,
                        self->layer_set->frame.width, &h, &w);

  return (gdouble) h * w * steps * (EXACT_EVALUATIONS * self->input->n_keys + frames) / shown;
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

/* Which arguments count depends on the model and on the output. */
static void
changed (gpointer     data,
         const gchar *argument,
         GtkWidget   *controls)
{
  Dialog           *self  = data;
  gboolean          layer = get_kind (self) == DDIM_FRAMES_LAYER;
  g_autofree gchar *model = NULL;

  if (! argument || ! g_strcmp0 (argument, "output"))
    {
      ddim_controls_set_visible (controls, "position", layer);
      ddim_controls_set_visible (controls, "frames", ! layer);
      ddim_controls_set_visible (controls, "duration", ! layer);
    }
  if (! argument || ! g_strcmp0 (argument, "model"))
    {
      g_object_get (self->config, "model", &model, NULL);
      ddim_controls_set_visible (controls, "label", ddim_models_get_labels (model) > 0);
    }
}

static const DdimControl rows[] =
{
  { "other",    DDIM_CONTROL_DRAWABLE, DDIM_CHANGE_INPUT },
  { "output",   DDIM_CONTROL_AUTO,   DDIM_CHANGE_SEEDS },
  { "frames",   DDIM_CONTROL_NUMBER, DDIM_CHANGE_MAKING },
  { "duration", DDIM_CONTROL_NUMBER, DDIM_CHANGE_NOTHING },
  { "position", DDIM_CONTROL_SCALE,  DDIM_CHANGE_SEEDS },
  { "easing",   DDIM_CONTROL_AUTO,   DDIM_CHANGE_MAKING },
  { "loop",     DDIM_CONTROL_AUTO,   DDIM_CHANGE_MAKING },
  { "depth",    DDIM_CONTROL_SCALE,  DDIM_CHANGE_MAKING },
  { "model",    DDIM_CONTROL_MODEL,  DDIM_CHANGE_INPUT },
  { "label",    DDIM_CONTROL_NUMBER, DDIM_CHANGE_INPUT },
  { "steps",    DDIM_CONTROL_NUMBER, DDIM_CHANGE_MAKING, TRUE },
  { "method",   DDIM_CONTROL_AUTO,   DDIM_CHANGE_INPUT,  TRUE },
  { "mix",      DDIM_CONTROL_SCALE,  DDIM_CHANGE_MAKING, TRUE },
  { "seed",     DDIM_CONTROL_NUMBER, DDIM_CHANGE_MAKING, TRUE },
  { NULL }
};

gboolean
ddim_interpolate_dialog_run (GimpProcedure           *procedure,
                             GimpProcedureConfig     *config,
                             GimpDrawable            *drawable,
                             DdimInterpolationReader  read_settings,
                             DdimMakeLayerSet         make_layer_set,
                             DdimInterpolationMaker   make,
                             gpointer                 data)
{
  const DdimPreviewDialogClass klass = {
    .activity      = _("DDIM interpolation"),
    .finished      = _("These are previews. OK computes all frames at full size."),
    .finishing     = _("Making the frames…"),
    .cells         = _("Pre_view"),
    /* Translators: of a frame in the gallery. */
    .cell_name     = _("Frame %u of the preview"),
    .pick_help     = _("Click a frame or use the arrow keys to see it above"),
    .only_previews = TRUE,
    .plan          = plan,
    .read          = read_stage,
    .make_task     = make_task,
    .get_view      = get_view,
    .render        = render,
    .describe      = describe,
    .finish        = finish,
    .scale_of_rest = scale_of_rest,
    .controls      = rows,
    .changed       = changed,
    .get_seeds     = get_seeds,
    .get_pick      = get_pick,
    .get_pace      = get_pace,
  };
  Dialog   self = { .config         = config,
                    .read_settings  = read_settings,
                    .make_layer_set = make_layer_set,
                    .make           = make,
                    .make_data      = data };
  gboolean accepted;

  self.preview_dialog = ddim_preview_dialog_new (procedure, config, _("DDIM Interpolate"),
                                                 drawable, &klass, &self);
  accepted = ddim_preview_dialog_run (self.preview_dialog);

  ddim_preview_dialog_free (self.preview_dialog);
  ddim_interpolation_input_unref (self.input);
  ddim_layer_set_free (self.layer_set);
  ddim_interpolation_settings_clear (&self.settings);

  return accepted;
}
