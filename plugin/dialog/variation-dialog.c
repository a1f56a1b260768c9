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

#include "model-combo.h"
#include "controls.h"
#include "variation-dialog.h"
#include "models.h"
#include "pyramid.h"
#include "patch-source.h"
#include "preview-dialog.h"
#include "variation-task.h"

/* The longer side of what is shown, in pixels. */
#define PREVIEW_SIDE 480

typedef struct
{
  DdimPreviewDialog   *preview_dialog;
  GimpProcedureConfig *config;
  DdimRegion          *region;
  gint                 n_regions;
  DdimVariationCheck   check;
  gpointer             check_data;

  DdimPyramid *pyramid;           /* or NULL                                 */
  gint         channels;          /* of the model                            */
  GtkWidget   *of_image;          /* the arguments of a model of the image   */
} Dialog;

/* What is done ----------------------------------------------------------- */

/* The model as its folder, or the image, has it. */
static gboolean
inspect (Dialog            *self,
         const DdimRecipe  *recipe,
         DdimModelInfo     *info,
         GError           **error)
{
  g_autofree gchar *folder = NULL;

  if (! self->check (self->config, self->check_data, error))
    return FALSE;

  if (ddim_recipe_is_of_image (recipe))
    {
      ddim_model_inspect_picture (self->region->colors, info);
      return TRUE;
    }

  folder = ddim_models_find (recipe->model, error);

  return folder && ddim_model_inspect (folder, info, error);
}

/* What is seen of the region, and how, depends on the model and the method. */
static gint
plan (gpointer          data,
      cairo_surface_t **before,
      GError          **error)
{
  Dialog              *self   = data;
  g_auto (DdimRecipe)  recipe = { 0 };
  DdimModelInfo        info;
  DdimPlacement        how;

  g_clear_pointer (&self->pyramid, ddim_pyramid_unref);
  ddim_recipe_read (&recipe, self->config);
  if (! inspect (self, &recipe, &info, error))
    return 0;

  ddim_placement_init (&how, recipe.method, recipe.tileable, info.sample_size, info.attention,
                       self->region->target.height, self->region->target.width);
  self->pyramid  = ddim_pyramid_new (self->region, &how, PREVIEW_SIDE);
  self->channels = info.channels == 1 ? 1 : 3;
  *before        = ddim_pyramid_render (self->pyramid, 0, NULL);

  return self->pyramid->n_stages;
}

static gboolean
read_stage (gpointer   data,
            gint       stage,
            GError   **error)
{
  Dialog              *self   = data;
  g_auto (DdimRecipe)  recipe = { 0 };

  ddim_recipe_read (&recipe, self->config);
  if (stage == 0 && ddim_recipe_is_of_image (&recipe))
    {
      self->pyramid->source = ddim_patch_source_read (self->config, self->region->drawable, FALSE,
                                                      &self->region->target, self->channels,
                                                      DDIM_VARIATION_APART, recipe.tileable,
                                                      ddim_preview_dialog_serve,
                                                      self->preview_dialog, error);
      if (! self->pyramid->source)
        return FALSE;
    }

  ddim_pyramid_read_stage (self->pyramid, self->region, stage, self->channels);

  return ddim_recipe_check_weights (&recipe, self->region,
                                    self->pyramid->stages[stage].weights, error);
}

static DdimTask *
make_task (gpointer data)
{
  Dialog              *self   = data;
  g_auto (DdimRecipe)  recipe = { 0 };

  ddim_recipe_read (&recipe, self->config);

  return ddim_variation_task_new (self->pyramid, &recipe);
}

/* How the plan puts the region before the model. */
static gchar *
describe_plan (const DdimPyramid *pyramid)
{
  const DdimPlacement *placement = &pyramid->placement;
  const DdimStage     *last      = &pyramid->stages[pyramid->n_stages - 1];

  if (placement->method == DDIM_PLACEMENT_FIT)
    return g_strdup_printf (
      /* Translators: width and height in pixels of the scaled region. */
      _("The region is scaled to %d × %d pixels, and its change scaled back."),
      last->w, last->h);

  if (! pyramid->source && MAX (last->w, last->h) > placement->tiling.size)
    return g_strdup_printf (
      /* Translators: width and height of the region, and a window's side. */
      _("The region, %d × %d pixels with its surroundings, is seen in overlapping "
        "windows of %d pixels."), last->w, last->h, placement->tiling.size);

  return g_strdup_printf (
    /* Translators: width and height of the region. */
    _("The region, %d × %d pixels with its surroundings, is seen at once."),
    last->w, last->h);
}

static gchar *
describe (gpointer data)
{
  Dialog           *self = data;
  g_autofree gchar *how  = describe_plan (self->pyramid);
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
scale_of_all (gpointer data)
{
  return ((Dialog *) data)->n_regions;
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

static void
show_arguments_of_model (Dialog *self)
{
  g_autofree gchar *model = NULL;

  g_object_get (self->config, "model", &model, NULL);
  gtk_widget_set_visible (self->of_image, ! g_strcmp0 (model, DDIM_MODEL_IMAGE));
}

static DdimChange
affects (gpointer     data,
         const gchar *argument)
{
  static const gchar * const making[] = { "depth", "strength", "steps", "eta", NULL };
  static const gchar * const input[]  = { "model", "method", "tileable", "output", "source",
                                          "symmetry", NULL };
  Dialog *self = data;

  if (! g_strcmp0 (argument, "output"))
    g_object_set (self->config, "count", 1, NULL);
  if (! g_strcmp0 (argument, "model"))
    show_arguments_of_model (self);

  if (! g_strcmp0 (argument, "seed"))
    return DDIM_CHANGE_SEEDS;
  else if (g_strv_contains (making, argument))
    return DDIM_CHANGE_MAKING;
  else if (g_strv_contains (input, argument))
    return DDIM_CHANGE_INPUT;
  else
    return DDIM_CHANGE_NOTHING;
}

static GtkWidget *
make_controls (Dialog *self)
{
  GimpProcedureDialog *dialog = ddim_preview_dialog_get_dialog (self->preview_dialog);
  GtkWidget           *box    = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkBox              *inner;

  ddim_controls_add_scale (dialog, GTK_BOX (box), "depth");
  ddim_controls_add_scale (dialog, GTK_BOX (box), "strength");
  gtk_box_pack_start (GTK_BOX (box), ddim_seed_entry_new (self->config, "seed"),
                      FALSE, FALSE, 0);
  ddim_controls_add (dialog, GTK_BOX (box), "output");
  gtk_box_pack_start (GTK_BOX (box), ddim_model_combo_new (self->config, "model"),
                      FALSE, FALSE, 6);

  self->of_image = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  ddim_controls_add (dialog, GTK_BOX (self->of_image), "source");
  ddim_controls_add (dialog, GTK_BOX (self->of_image), "symmetry");
  gtk_box_pack_start (GTK_BOX (box), self->of_image, FALSE, FALSE, 0);
  show_arguments_of_model (self);

  inner = ddim_controls_add_expander (GTK_BOX (box));
  ddim_controls_add_number (dialog, inner, "steps");
  ddim_controls_add_scale (dialog, inner, "eta");
  ddim_controls_add (dialog, inner, "method");
  ddim_controls_add (dialog, inner, "tileable");
  gtk_widget_show (box);

  return box;
}

/* The dialog ------------------------------------------------------------- */

/* Takes what is finished out of the job. */
static void
take (Dialog    *self,
      DdimPicks *picks)
{
  const DdimCanvas *before = self->pyramid->stages[self->pyramid->n_stages - 1].canvas;
  gsize             size   = ddim_canvas_item_size (before);
  guint64           seeds[DDIM_PREVIEW_CELLS];

  picks->n       = ddim_preview_dialog_get_picked (self->preview_dialog, seeds);
  picks->seeds   = g_memdup2 (seeds, picks->n * sizeof *seeds);
  picks->changes = ddim_canvas_new (picks->n, before->h, before->w, before->c);

  for (gint i = 0; i < picks->n; i++)
    {
      const DdimCanvas *after  = ddim_preview_dialog_get_finished (self->preview_dialog, seeds[i]);
      gfloat           *change = picks->changes->data + i * size;

      for (gsize k = 0; k < size; k++)
        change[k] = after->data[k] - before->data[k];
    }
}

gboolean
ddim_variation_dialog_run (GimpProcedure       *procedure,
                           GimpProcedureConfig *config,
                           DdimRegion          *region,
                           gint                 n_regions,
                           DdimVariationCheck   check,
                           gpointer             check_data,
                           DdimPicks           *picks)
{
  const DdimPreviewDialogClass klass = {
    .activity     = _("DDIM variation"),
    .finished     = _("This is the finished variation."),
    .preview_help = _("The variation you picked; press the mouse button on it "
                      "to see what was before"),
    .cells        = _("_Variations"),
    /* Translators: of a variation in the gallery. */
    .cell_name    = _("Variation of seed %u"),
    .pick_help    = _("Pick one with a click or the arrow keys; where new "
                      "layers are made, more with Ctrl and a click, or Ctrl "
                      "and the space bar"),
    .plan         = plan,
    .read         = read_stage,
    .make_task    = make_task,
    .describe     = describe,
    .scale_of_all = scale_of_all,
    .affects      = affects,
    .get_seeds    = get_seeds,
  };
  Dialog   self = { .config = config, .region = region, .n_regions = n_regions,
                    .check = check, .check_data = check_data };
  gboolean accepted;

  self.preview_dialog = ddim_preview_dialog_new (procedure, config, _("DDIM Variation"),
                                                 region->drawable, &klass, &self);
  region->pause      = ddim_preview_dialog_serve;
  region->pause_data = self.preview_dialog;

  accepted = ddim_preview_dialog_run (self.preview_dialog, make_controls (&self));
  region->pause = NULL;

  if (accepted)
    {
      take (&self, picks);
      g_object_set (config, "seed", (gint) picks->seeds[0], "count", picks->n, NULL);
    }

  ddim_preview_dialog_free (self.preview_dialog);
  ddim_pyramid_unref (self.pyramid);

  return accepted;
}

void
ddim_picks_clear (DdimPicks *picks)
{
  g_clear_pointer (&picks->seeds, g_free);
  g_clear_pointer (&picks->changes, ddim_canvas_free);
}
