/* variation-dialog.c: the dialog of a variation
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * First what a painter chooses: what may change, how much, which of several,
 * where it goes, and what it is made by; the rest behind an expander.
 */

#include "config.h"

#include <libgimp/gimp.h>
#include <libgimp/gimpui.h>
#include <glib/gi18n-lib.h>

#include "controls.h"
#include "model-cache.h"
#include "models.h"
#include "preview-dialog.h"
#include "region-view.h"
#include "task-input.h"
#include "variation-dialog.h"

/* The longer side of what is shown, in pixels. */
#define PREVIEW_SIDE 1280

typedef struct
{
  DdimPreviewDialog     *preview_dialog;
  GimpProcedureConfig   *config;
  DdimRegion            *region;
  gint                   n_regions;
  DdimVariationReader    read_settings;
  DdimVariationCheck     check;
  DdimVariationMaker     make;
  gpointer               make_data;

  DdimVariationSettings  settings;  /* by which it is planned                */
  DdimVariationInput    *input;     /* or NULL                               */
  DdimRegionView        *view;      /* of the input                          */
  gint                   channels;  /* of the model                          */
} Dialog;

/* What is done ----------------------------------------------------------- */

/* What is seen of the region, and how, depends on the model and the method. */
static gint
plan (gpointer          data,
      cairo_surface_t **before,
      GError          **error)
{
  Dialog                  *self  = data;
  const DdimModelSettings *model = &self->settings.model;
  DdimModelInfo            info;
  DdimPlacement            placement;

  g_clear_pointer (&self->view, ddim_region_view_unref);
  g_clear_pointer (&self->input, ddim_variation_input_unref);
  if (! self->read_settings (self->config, &self->settings, error) ||
      ! self->check (self->config, self->make_data, error) ||
      ! ddim_model_settings_inspect (model, self->region->colors, &info, error))
    return 0;

  ddim_variation_settings_place (&self->settings, &info, self->region->target.height,
                                 self->region->target.width, &placement);
  self->input    = ddim_region_plan_input (self->region, &placement, DDIM_STAGES_ALL);
  self->view     = ddim_region_view_new (self->region, self->input, PREVIEW_SIDE);
  self->channels = info.channels;
  *before        = ddim_region_view_render (self->view, 0, NULL);

  return self->input->stages.n;
}

static gboolean
read_stage (gpointer   data,
            gint       stage,
            GError   **error)
{
  Dialog                   *self  = data;
  g_autoptr (GimpDrawable)  other = NULL;

  g_object_get (self->config, "source", &other, NULL);
  if (stage == 0 && ddim_variation_settings_has_patches (&self->settings) &&
      ! ddim_region_read_source (self->region, self->input, other, &self->settings,
                                 self->channels, error))
    return FALSE;

  return ddim_region_read_input (self->region, self->input, stage, self->channels, error);
}

static DdimTask *
make_task (gpointer data)
{
  Dialog                         *self     = data;
  g_auto (DdimVariationSettings)  settings = { 0 };

  /* where there is to be another model, this is planned anew very soon */
  if (self->read_settings (self->config, &settings, NULL) &&
      ddim_model_settings_same_model (&settings.model, &self->settings.model))
    return ddim_variation_task_new (self->input, &settings);

  return ddim_variation_task_new (self->input, &self->settings);
}

static gpointer
get_view (gpointer data)
{
  return ddim_region_view_ref (((Dialog *) data)->view);
}

static void
free_view (gpointer view)
{
  ddim_region_view_unref (view);
}

static gpointer
render (gpointer          view,
        gint              stage,
        const DdimCanvas *made)
{
  return ddim_region_view_render (view, stage, made);
}

static gchar *
describe_placement (const DdimVariationInput *input)
{
  const DdimPlacement *placement = &input->placement;
  const DdimStage     *last      = &input->stages.stages[input->stages.n - 1];

  if (placement->method == DDIM_PLACEMENT_FIT)
    return g_strdup_printf (
      /* Translators: width and height in pixels of the scaled region. */
      _("The region is scaled to %d × %d pixels, and the change is scaled back."),
      last->w, last->h);

  if (! input->source && MAX (last->w, last->h) > placement->tiling.size)
    return g_strdup_printf (
      /* Translators: width and height of the region, and a window's side. */
      _("The region, %d × %d pixels with its surroundings, is processed in overlapping "
        "windows of %d pixels."), last->w, last->h, placement->tiling.size);

  return g_strdup_printf (
    /* Translators: width and height of the region. */
    _("The region, %d × %d pixels with its surroundings, is processed at once."),
    last->w, last->h);
}

static gchar *
describe (gpointer data)
{
  Dialog           *self = data;
  g_autofree gchar *how  = describe_placement (self->input);
  gint              n    = self->n_regions - 1;

  if (n == 0)
    return g_steal_pointer (&how);

  return g_strdup_printf (
    "%s %s", how,
    g_dngettext (GETTEXT_PACKAGE,
                 "The other selected layer is varied in the same way after OK.",
                 "The other selected layers are varied in the same way after OK.", n));
}

static gdouble
scale_of_rest (gpointer data)
{
  return ((Dialog *) data)->n_regions - 1;
}

static void
get_part (gpointer           data,
          cairo_rectangle_t *part)
{
  ddim_region_view_get_part (((Dialog *) data)->view, part);
}

static GArray *
get_outline (gpointer data)
{
  return ddim_region_view_get_outline (((Dialog *) data)->view);
}

/* The arguments ---------------------------------------------------------- */

/* Only new layers can hold several variations. */
static gboolean
may_pick_several (Dialog *self)
{
  g_autofree gchar *output = NULL;

  g_object_get (self->config, "output", &output, NULL);

  return ! g_strcmp0 (output, "new-layers");
}

/* The variations from the config's seed on, the first picked. */
static guint64
get_seeds (gpointer  data,
           gint     *n_picked,
           gboolean *several)
{
  Dialog *self = data;
  gint    seed, count;

  g_object_get (self->config, "seed", &seed, "count", &count, NULL);
  *several  = may_pick_several (self);
  *n_picked = *several ? MIN (count, DDIM_PREVIEW_CELLS) : 1;

  return seed;
}

/* Without a network there is but one texture; without patches none to choose; and
 * not every model reads a prompt.                                           */
static void
show_arguments_that_count (Dialog    *self,
                           GtkWidget *controls)
{
  g_autofree gchar *model   = NULL;
  g_autofree gchar *texture = NULL;
  gboolean          of_image, patches;
  DdimModelInfo     info    = { 0 };

  g_object_get (self->config, "model", &model, "texture", &texture, NULL);
  of_image = ! g_strcmp0 (model, DDIM_MODEL_IMAGE);
  if (! of_image && ! ddim_models_inspect (model, &info))
    info = (DdimModelInfo) { 0 };
  patches  = of_image || (! info.latent && ! g_strcmp0 (texture, DDIM_TEXTURE_IMAGE));
  ddim_controls_set_visible (controls, "label", info.labels > 0);
  ddim_controls_set_visible (controls, "prompt", info.reads_prompt);
  ddim_controls_set_visible (controls, "negative-prompt", info.reads_prompt);
  ddim_controls_set_visible (controls, "guidance", info.reads_prompt);
  ddim_controls_set_visible (controls, "texture", ! of_image && ! info.latent);
  ddim_controls_set_visible (controls, "leeway", patches);
  ddim_controls_set_visible (controls, "source", patches);
  ddim_controls_set_visible (controls, "symmetry", patches);
}

static void
changed (gpointer     data,
         const gchar *argument,
         GtkWidget   *controls)
{
  Dialog *self = data;

  if (! g_strcmp0 (argument, "output"))
    g_object_set (self->config, "count", 1, NULL);
  if (! argument || ! g_strcmp0 (argument, "model") || ! g_strcmp0 (argument, "texture"))
    show_arguments_that_count (self, controls);
}

static const DdimControl rows[] =
{
  { "depth",    DDIM_CONTROL_SCALE,  DDIM_CHANGE_MAKING },
  { "strength", DDIM_CONTROL_SCALE,  DDIM_CHANGE_MAKING },
  { "leeway",   DDIM_CONTROL_SCALE,  DDIM_CHANGE_MAKING },
  { "seed",     DDIM_CONTROL_SEED,   DDIM_CHANGE_SEEDS },
  { "output",   DDIM_CONTROL_AUTO,   DDIM_CHANGE_INPUT },
  { "model",    DDIM_CONTROL_MODEL,  DDIM_CHANGE_INPUT },
  { "label",    DDIM_CONTROL_NUMBER, DDIM_CHANGE_INPUT },
  { "prompt",   DDIM_CONTROL_AUTO,   DDIM_CHANGE_MAKING },
  { "negative-prompt", DDIM_CONTROL_AUTO, DDIM_CHANGE_MAKING },
  { "guidance", DDIM_CONTROL_SCALE,  DDIM_CHANGE_MAKING },
  { "texture",  DDIM_CONTROL_AUTO,   DDIM_CHANGE_INPUT },
  { "source",   DDIM_CONTROL_DRAWABLE, DDIM_CHANGE_INPUT },
  { "symmetry", DDIM_CONTROL_AUTO,   DDIM_CHANGE_INPUT,  TRUE },
  { "steps",    DDIM_CONTROL_NUMBER, DDIM_CHANGE_MAKING, TRUE },
  { "eta",      DDIM_CONTROL_SCALE,  DDIM_CHANGE_MAKING, TRUE },
  { "method",   DDIM_CONTROL_AUTO,   DDIM_CHANGE_INPUT,  TRUE },
  { "tileable", DDIM_CONTROL_AUTO,   DDIM_CHANGE_INPUT,  TRUE },
  { NULL }
};

/* The dialog ------------------------------------------------------------- */

static gboolean
finish (gpointer     data,
        DdimRunner  *runner,
        GError     **error)
{
  Dialog                 *self   = data;
  g_auto (DdimTaskReport) report = { 0 };
  guint64                 seeds[DDIM_PREVIEW_CELLS];
  const DdimCanvas       *made[DDIM_PREVIEW_CELLS];
  DdimPicks               picks  = { .input = self->input, .seeds = seeds, .made = made,
                                     .report = &report };

  picks.n = ddim_preview_dialog_get_picked (self->preview_dialog, seeds);
  for (gint i = 0; i < picks.n; i++)
    made[i] = ddim_preview_dialog_look_at_finished (self->preview_dialog, seeds[i]);
  ddim_task_report_init (&report);
  ddim_preview_dialog_report (self->preview_dialog, &report);

  return self->make (self->config, &picks, self->make_data, runner, error);
}

gboolean
ddim_variation_dialog_run (GimpProcedure       *procedure,
                           GimpProcedureConfig *config,
                           DdimRegion          *region,
                           gint                 n_regions,
                           DdimVariationReader  read_settings,
                           DdimVariationCheck   check,
                           DdimVariationMaker   make,
                           gpointer             data)
{
  const DdimPreviewDialogClass klass = {
    .activity      = _("DDIM variation"),
    .finished      = _("This is the finished variation."),
    .finishing     = _("Finishing what you picked…"),
    .cells         = _("_Variations"),
    /* Translators: of a variation in the gallery. */
    .cell_name     = _("Variation of seed %u"),
    .pick_help     = _("Click a variation or use the arrow keys to pick it. If the output "
                       "is new layers, Ctrl+click or Ctrl+Space picks several."),
    .plan          = plan,
    .read          = read_stage,
    .make_task     = make_task,
    .get_view      = get_view,
    .free_view     = free_view,
    .render        = render,
    .describe      = describe,
    .finish        = finish,
    .scale_of_rest = scale_of_rest,
    .get_part      = get_part,
    .get_outline   = get_outline,
    .controls      = rows,
    .changed       = changed,
    .get_seeds     = get_seeds,
  };
  Dialog   self = { .config = config, .region = region, .n_regions = n_regions,
                    .read_settings = read_settings,
                    .check = check, .make = make, .make_data = data };
  guint64  seeds[DDIM_PREVIEW_CELLS];
  gboolean accepted;
  gint     n;

  self.preview_dialog = ddim_preview_dialog_new (procedure, config, _("DDIM Variation"),
                                                 region->drawable, &klass, &self);
  region->pause      = ddim_preview_dialog_serve;
  region->pause_data = self.preview_dialog;

  accepted = ddim_preview_dialog_run (self.preview_dialog);
  region->pause = NULL;

  /* so that the arguments make the same again */
  if (accepted)
    {
      n = ddim_preview_dialog_get_picked (self.preview_dialog, seeds);
      g_object_set (config, "seed", (gint) seeds[0], "count", n, NULL);
    }

  ddim_preview_dialog_free (self.preview_dialog);
  ddim_region_view_unref (self.view);
  ddim_variation_input_unref (self.input);
  ddim_variation_settings_clear (&self.settings);

  return accepted;
}
