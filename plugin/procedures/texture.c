/* texture.c: the procedure plug-in-ddim-texture
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pure noise, decoded under the model that a sample's patches make: a new
 * texture like the sample, of any size.  On a torus it is tileable.  The image
 * is touched once all is computed.
 */

#include "config.h"

#include <libgimp/gimp.h>
#include <glib/gi18n-lib.h>

#include "ddim.h"

#include "arguments.h"
#include "progress.h"
#include "recipe.h"
#include "task-input.h"
#include "texture.h"
#include "texture-dialog.h"
#include "texture-task.h"
#include "transaction.h"

#define OUTPUT_LAYER "new-layer"
#define OUTPUT_IMAGE "new-image"

/* From arguments to settings. */
static void
read_settings (GimpProcedureConfig *config,
               DdimTextureSettings *settings)
{
  ddim_texture_settings_clear (settings);
  g_object_get (config,
                "width",    &settings->width,
                "height",   &settings->height,
                "tileable", &settings->tileable,
                "steps",    &settings->steps,
                NULL);
  ddim_arguments_read_source (config, &settings->source, &settings->symmetry);
}

static gboolean
keep (gint               i,
      const DdimCanvas  *made,
      gpointer           data,
      GError           **error)
{
  DdimCanvas **texture = data;

  *texture = ddim_canvas_try_copy (made, error);

  return *texture != NULL;
}

/* Without a dialog. */
static gboolean
compute (GimpDrawable               *drawable,
         GimpProcedureConfig        *config,
         const DdimTextureSettings  *settings,
         guint64                     seed,
         DdimTexturePick            *pick,
         GError                    **error)
{
  g_autoptr (GimpDrawable)  source = NULL;
  g_autoptr (DdimTask)      task   = NULL;
  DdimProgress              progress;
  gboolean                  success;

  g_object_get (config, "source", &source, NULL);
  pick->input = ddim_texture_input_new (DDIM_STAGES_RESULT, settings->height, settings->width);
  if (! ddim_texture_read_source (pick->input, drawable, source, settings, NULL, NULL, error))
    return FALSE;

  task = ddim_texture_task_new (pick->input, settings);
  ddim_progress_start (&progress, _("DDIM texture"));
  success = progress.runner.run (&progress.runner, task, &seed, 1, keep, &pick->texture, NULL,
                                 0.0, 1.0, error);
  ddim_progress_end (&progress);

  return success;
}

static gchar *
make_recipe (const DdimTextureInput    *input,
             const DdimTextureSettings *settings,
             guint64                    seed)
{
  const DdimPatchSource  *source   = input->source;
  const DdimCanvas       *sample   = source->picture;
  const gchar            *layers[] = { source->name, NULL };
  g_autofree gchar       *hash     = ddim_patch_source_get_hash (source);
  const DdimRecipeOrigin  origin   = { sample->x, sample->y, sample->w, sample->h, hash,
                                       layers };

  return ddim_recipe_of_texture (settings, &origin, seed);
}

/* Puts the texture above the sample, or into a new image; returns its layer, or
 * NULL.                                                                     */
static GimpLayer *
commit (GimpImage            *image,
        GimpDrawable         *drawable,
        GimpProcedureConfig  *config,
        const DdimCanvas     *texture,
        const gchar          *recipe,
        GError              **error)
{
  g_autofree gchar            *output      = NULL;
  g_autoptr (DdimTransaction)  transaction = NULL;
  g_autoptr (GPtrArray)        layers      = g_ptr_array_new ();
  DdimNewLayer                *layer;

  g_object_get (config, "output", &output, NULL);
  if (! g_strcmp0 (output, OUTPUT_IMAGE))
    transaction = ddim_transaction_new_image (image, texture->w, texture->h);
  else
    transaction = ddim_transaction_new (image);

  layer = ddim_new_layer_new_of_canvas (_("Texture"), image, texture, error);
  if (! layer)
    return NULL;

  layer->mode      = gimp_image_get_default_new_layer_mode (image);
  layer->recipe    = g_strdup (recipe);
  layer->procedure = DDIM_PARASITE_TEXTURE;
  if (g_strcmp0 (output, OUTPUT_IMAGE) && GIMP_IS_LAYER (drawable))
    layer->above = GIMP_LAYER (drawable);
  ddim_transaction_add_layer (transaction, layer);

  return ddim_transaction_commit (transaction, layers, error) ? layers->pdata[0] : NULL;
}

/* Whether all of the drawables are one. */
static gboolean
is_one (GimpDrawable **drawables)
{
  for (gint i = 1; drawables && drawables[0] && drawables[i]; i++)
    if (drawables[i] != drawables[0])
      return FALSE;

  return drawables && drawables[0];
}

static GimpValueArray *
texture_run (GimpProcedure        *procedure,
             GimpRunMode           run_mode,
             GimpImage            *image,
             GimpDrawable        **drawables,
             GimpProcedureConfig  *config,
             gpointer              run_data)
{
  g_auto (DdimTexturePick)      pick     = { 0 };
  g_auto (DdimTextureSettings)  settings = { 0 };
  g_autofree gchar             *recipe   = NULL;
  GimpValueArray               *values;
  GimpLayer                    *layer;
  GError                       *error    = NULL;
  gint                          seed;

  gegl_init (NULL, NULL);

  if (! is_one (drawables))
    {
      g_set_error_literal (&error, GIMP_PLUG_IN_ERROR, 0,
                           _("DDIM Texture takes one layer as its sample. Select a "
                             "single layer."));
      return gimp_procedure_new_return_values (procedure, GIMP_PDB_CALLING_ERROR, error);
    }
  if (gimp_image_get_base_type (image) == GIMP_INDEXED)
    {
      g_set_error_literal (&error, GIMP_PLUG_IN_ERROR, 0,
                           _("A texture cannot be made in an image with indexed colours. "
                             "Convert it with Image ▸ Mode ▸ RGB first."));
      return gimp_procedure_new_return_values (procedure, GIMP_PDB_CALLING_ERROR, error);
    }

  if (run_mode == GIMP_RUN_INTERACTIVE &&
      ! ddim_texture_dialog_run (procedure, config, drawables[0], read_settings, &pick))
    return gimp_procedure_new_return_values (procedure, GIMP_PDB_CANCEL, NULL);

  read_settings (config, &settings);
  g_object_get (config, "seed", &seed, NULL);
  if (! pick.texture && ! compute (drawables[0], config, &settings, seed, &pick, &error))
    return gimp_procedure_new_return_values (procedure, GIMP_PDB_EXECUTION_ERROR, error);

  recipe = make_recipe (pick.input, &settings, seed);
  layer  = commit (image, drawables[0], config, pick.texture, recipe, &error);
  if (! layer)
    return gimp_procedure_new_return_values (procedure, GIMP_PDB_EXECUTION_ERROR, error);
  if (run_mode != GIMP_RUN_NONINTERACTIVE && gimp_item_get_image (GIMP_ITEM (layer)) != image)
    gimp_display_new (gimp_item_get_image (GIMP_ITEM (layer)));

  values = gimp_procedure_new_return_values (procedure, GIMP_PDB_SUCCESS, NULL);
  GIMP_VALUES_SET_LAYER (values, 1, layer);

  if (run_mode != GIMP_RUN_NONINTERACTIVE)
    gimp_displays_flush ();

  return values;
}

static void
add_arguments (GimpProcedure *procedure)
{
  ddim_arguments_add_source (
    procedure,
    _("The sample: a layer, or a channel that marks part of the chosen layer. None: the "
      "selected part of the chosen layer"));

  gimp_procedure_add_int_argument (
    procedure, "width", _("_Width"), _("Width of the texture in pixels"),
    1, 8192, 512, G_PARAM_READWRITE);

  gimp_procedure_add_int_argument (
    procedure, "height", _("Hei_ght"), _("Height of the texture in pixels"),
    1, 8192, 512, G_PARAM_READWRITE);

  gimp_procedure_add_boolean_argument (
    procedure, "tileable", _("T_ileable"),
    _("Make opposite edges match, so that the texture can be tiled"),
    FALSE, G_PARAM_READWRITE);

  gimp_procedure_add_int_argument (
    procedure, "steps", _("S_teps"),
    _("Number of steps: more give a finer result and take longer"),
    2, 1000, 50, G_PARAM_READWRITE);

  gimp_procedure_add_int_argument (
    procedure, "seed", _("S_eed"),
    _("Each number gives another texture, and the same number always the same one"),
    0, G_MAXINT, 0, G_PARAM_READWRITE);

  gimp_procedure_add_choice_argument (
    procedure, "output", _("O_utput"), _("Where to put the texture"),
    gimp_choice_new_with_values (OUTPUT_LAYER, 0, _("New layer"), NULL,
                                 OUTPUT_IMAGE, 1, _("New image"), NULL,
                                 NULL),
    OUTPUT_LAYER, G_PARAM_READWRITE);

  gimp_procedure_add_layer_return_value (
    procedure, "texture", _("Texture"), _("The layer that holds the texture"),
    FALSE, G_PARAM_READWRITE);
}

GimpProcedure *
ddim_texture_create (GimpPlugIn *plug_in)
{
  GimpProcedure *procedure;

  procedure = gimp_image_procedure_new (plug_in, DDIM_TEXTURE_PROC,
                                        GIMP_PDB_PROC_TYPE_PLUGIN,
                                        texture_run, NULL, NULL);

  /* Never greyed out: what it cannot work on, it says why, and what to do. */
  gimp_procedure_set_image_types (procedure, "*");
  gimp_procedure_set_sensitivity_mask (procedure,
                                       GIMP_PROCEDURE_SENSITIVE_DRAWABLE |
                                       GIMP_PROCEDURE_SENSITIVE_DRAWABLES |
                                       GIMP_PROCEDURE_SENSITIVE_NO_DRAWABLES);
  gimp_procedure_set_menu_label (procedure, _("DDIM _Texture..."));
  gimp_procedure_add_menu_path (procedure, "<Image>/Filters/Render");

  gimp_procedure_set_documentation (
    procedure,
    _("Make a new texture that looks like the selected part of the picture"),
    _("Decodes noise with the best denoiser for pictures that are made of the sample's "
      "own patches, at several scales (Denoising Diffusion Implicit Models, ICLR 2021). "
      "It needs no training and no model. The texture can have any size and can be "
      "tileable. If the sample is larger than 2048 pixels, its middle is used."),
    DDIM_TEXTURE_PROC);
  gimp_procedure_set_attribution (procedure, "The gimp-ddim authors",
                                  "The gimp-ddim authors, GPL-3.0-or-later",
                                  "2026");

  add_arguments (procedure);

  return procedure;
}
