/* recipe.c: what is done to a region, apart from where and with which seed
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <libgimp/gimp.h>
#include <glib/gi18n-lib.h>

#include "models.h"
#include "recipe.h"
#include "patch-source.h"

#define GROUP "recipe"

static const gchar * const methods[] = { "auto", "windows", "whole", "fit" };

static void
add_model_steps_and_depth (GimpProcedure *procedure,
                           gdouble        depth)
{
  gimp_procedure_add_string_argument (
    procedure, "model", _("_Model"),
    _("What the plug-in knows of pictures: the name of an installed model, or "
      "the folder of one"),
    "photo", G_PARAM_READWRITE);

  gimp_procedure_add_int_argument (
    procedure, "steps", _("S_teps"),
    _("In how many steps the picture is taken apart and put together again: "
      "more are finer, and take longer"),
    2, 1000, 20, G_PARAM_READWRITE);

  gimp_procedure_add_double_argument (
    procedure, "depth", _("_Depth"),
    _("What may change: fine texture at low values, then shapes, and at high "
      "values everything, colours too"),
    0.0, 1.0, depth, G_PARAM_READWRITE);
}

static void
add_method (GimpProcedure *procedure)
{
  gimp_procedure_add_choice_argument (
    procedure, "method", _("Met_hod"),
    _("How a region of another size than the model's is put before it"),
    gimp_choice_new_with_values (
      methods[DDIM_PLACEMENT_AUTO], DDIM_PLACEMENT_AUTO, _("Automatic"),
      _("What suits the model and the region best"),
      methods[DDIM_PLACEMENT_WINDOWS], DDIM_PLACEMENT_WINDOWS, _("Windows"),
      _("Overlapping windows of the size that the model was trained on"),
      methods[DDIM_PLACEMENT_WHOLE], DDIM_PLACEMENT_WHOLE, _("Whole"),
      _("All at once, or in windows as large as fit: for models of texture"),
      methods[DDIM_PLACEMENT_FIT], DDIM_PLACEMENT_FIT, _("Fit"),
      _("Scaled to the model's size, and the change scaled back: for models "
        "of whole objects"),
      NULL),
    methods[DDIM_PLACEMENT_AUTO], G_PARAM_READWRITE);
}

void
ddim_recipe_add_arguments (GimpProcedure *procedure)
{
  add_model_steps_and_depth (procedure, 0.4);

  gimp_procedure_add_double_argument (
    procedure, "strength", _("Stren_gth"),
    _("How much it changes: 0 leaves the picture as it is, 1 forgets it as "
      "far as the depth allows"),
    0.0, 1.0, 0.3, G_PARAM_READWRITE);

  gimp_procedure_add_double_argument (
    procedure, "eta", _("_Fresh noise"),
    _("How much chance comes in at each step while the picture is put "
      "together (the paper's eta): 0 is smoothest"),
    0.0, 1.0, 0.0, G_PARAM_READWRITE);

  add_method (procedure);

  gimp_procedure_add_boolean_argument (
    procedure, "tileable", _("T_ileable"),
    _("Make opposite borders meet, so that the result can be laid side by "
      "side with itself"),
    FALSE, G_PARAM_READWRITE);
}

gboolean
ddim_recipe_is_of_image (const DdimRecipe *recipe)
{
  return ! g_strcmp0 (recipe->model, DDIM_MODEL_IMAGE);
}

void
ddim_recipe_add_common_arguments (GimpProcedure *procedure,
                                  gdouble        depth)
{
  add_model_steps_and_depth (procedure, depth);
  add_method (procedure);
}

void
ddim_recipe_read (DdimRecipe          *recipe,
                  GimpProcedureConfig *config)
{
  *recipe = (DdimRecipe) { 0 };

  g_object_get (config,
                "model", &recipe->model,
                "steps", &recipe->steps,
                "depth", &recipe->depth,
                NULL);
  if (g_object_class_find_property (G_OBJECT_GET_CLASS (config), "strength"))
    g_object_get (config,
                  "strength", &recipe->strength,
                  "eta",      &recipe->eta,
                  "tileable", &recipe->tileable,
                  NULL);
  recipe->method = gimp_procedure_config_get_choice_id (config, "method");
  if (g_object_class_find_property (G_OBJECT_GET_CLASS (config), "symmetry"))
    {
      g_autoptr (GimpDrawable) source = NULL;

      g_object_get (config, "source", &source, "symmetry", &recipe->symmetry, NULL);
      if (source)
        recipe->source = gimp_item_get_name (GIMP_ITEM (source));
    }
}

void
ddim_recipe_copy (const DdimRecipe *recipe,
                  DdimRecipe       *copy)
{
  *copy          = *recipe;
  copy->model    = g_strdup (recipe->model);
  copy->source   = g_strdup (recipe->source);
  copy->symmetry = g_strdup (recipe->symmetry);
}

void
ddim_recipe_clear (DdimRecipe *recipe)
{
  g_clear_pointer (&recipe->model, g_free);
  g_clear_pointer (&recipe->source, g_free);
  g_clear_pointer (&recipe->symmetry, g_free);
}

gchar *
ddim_recipe_to_text (const DdimRecipe *recipe,
                     guint64           seed)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();

  g_key_file_set_string  (file, GROUP, "version",  PACKAGE_VERSION);
  g_key_file_set_string  (file, GROUP, "model",    recipe->model);
  g_key_file_set_integer (file, GROUP, "steps",    recipe->steps);
  g_key_file_set_double  (file, GROUP, "depth",    recipe->depth);
  g_key_file_set_double  (file, GROUP, "strength", recipe->strength);
  g_key_file_set_double  (file, GROUP, "eta",      recipe->eta);
  g_key_file_set_string  (file, GROUP, "method",   methods[recipe->method]);
  g_key_file_set_boolean (file, GROUP, "tileable", recipe->tileable);
  g_key_file_set_uint64  (file, GROUP, "seed",     seed);
  if (ddim_recipe_is_of_image (recipe))
    {
      if (recipe->source)
        g_key_file_set_string (file, GROUP, "source", recipe->source);
      if (recipe->symmetry)
        g_key_file_set_string (file, GROUP, "symmetry", recipe->symmetry);
    }

  return g_key_file_to_data (file, NULL, NULL);
}

DdimModel *
ddim_recipe_load_model (const DdimRecipe  *recipe,
                        DdimThreadPool    *pool,
                        GError           **error)
{
  g_autofree gchar     *folder = NULL;
  g_autoptr (GError)    cause  = NULL;
  g_autoptr (DdimModel) model  = NULL;
  gint                  channels;

  if (ddim_recipe_is_of_image (recipe))
    {
      g_set_error (error, GIMP_PLUG_IN_ERROR, 0,
                   _("Only a variation can learn from “%s”. Give the name of an "
                     "installed model, such as “photo”, or a model's folder."),
                   recipe->model);
      return NULL;
    }

  folder = ddim_models_find (recipe->model, error);
  if (! folder)
    return NULL;

  model = ddim_model_load (folder, pool, &cause);
  if (! model)
    {
      g_set_error (error, GIMP_PLUG_IN_ERROR, 0,
                   /* Translators: the first %s is a folder, the second says what
                    * is wrong with it, in English. */
                   _("The model in “%s” cannot be used: %s"),
                   folder, cause->message);
      return NULL;
    }

  channels = ddim_model_get_field (model)->channels;
  if (channels != 1 && channels != 3)
    {
      g_set_error (error, GIMP_PLUG_IN_ERROR, 0,
                   _("The model “%s” works on %d channels; a picture needs one "
                     "with 1 (grey) or 3 (colour)."),
                   recipe->model, channels);
      return NULL;
    }

  return g_steal_pointer (&model);
}

/* A depth of 0 is asked of levels as the least one they have. */
DdimLevels *
ddim_recipe_make_levels (const DdimRecipe  *recipe,
                         const DdimModel   *model,
                         GError           **error)
{
  const DdimSchedule *schedule = ddim_model_get_schedule (model);
  gdouble             least    = 2.0 / ddim_schedule_get_length (schedule);

  return ddim_levels_new (schedule, DDIM_SPACING_QUADRATIC, recipe->steps,
                          MAX (recipe->depth, least), NULL, error);
}

/* A pixel of the small picture is the mean of k x k pixels; so is its noise, of
 * which 1 / k is left.  What the full size loses at its depth, the small one
 * therefore loses where the signal stands k times higher over the noise
 * (Hoogeboom, Heek and Salimans, "simple diffusion", ICML 2023, section 3.1). */
gdouble
ddim_recipe_get_reduced_depth (const DdimRecipe *recipe,
                               const DdimModel  *model,
                               gint              k)
{
  const DdimSchedule *schedule       = ddim_model_get_schedule (model);
  const gdouble      *alphas_cumprod = ddim_schedule_get_alphas_cumprod (schedule);
  gint                T              = ddim_schedule_get_length (schedule);
  gint                t              = CLAMP ((gint) (recipe->depth * T + 0.5) - 1, 0, T - 1);
  gdouble             alpha          = alphas_cumprod[t];
  gdouble             snr            = k * (gdouble) k * alpha / MAX (1.0 - alpha, 1e-12);
  gdouble             least          = snr / (1.0 + snr);

  while (t > 0 && alphas_cumprod[t] < least)
    t--;

  return (t + 1) / (gdouble) T;
}

void
ddim_recipe_init_placement (const DdimRecipe *recipe,
                            const DdimModel  *model,
                            gint              h,
                            gint              w,
                            DdimPlacement    *placement)
{
  ddim_placement_init (placement, recipe->method, recipe->tileable,
                       ddim_model_get_sample_size (model),
                       ddim_model_has_attention (model), h, w);
}

gboolean
ddim_recipe_check_weights (const DdimRecipe  *recipe,
                           const DdimRegion  *region,
                           const gfloat      *weights,
                           GError           **error)
{
  g_autofree gchar *name = NULL;

  if (! recipe->tileable || ! weights)
    return TRUE;

  name = gimp_item_get_name (GIMP_ITEM (region->drawable));
  g_set_error (error, GIMP_PLUG_IN_ERROR, 0,
               _("A tile is a whole rectangle, and a part of “%s” that is soft, "
                 "transparent or not selected would not tile. Select an opaque "
                 "rectangle without feathering, or turn “Tileable” off."), name);
  return FALSE;
}
