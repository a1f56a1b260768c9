/* variation.c: the procedure plug-in-ddim-variation
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Encodes the selected region into a DDIM latent, perturbs the latent, and
 * decodes it.  All is computed in this process first; the image is touched
 * by one call at the very end, so that an error or a cancellation (GIMP ends
 * the process) leaves it as it was.
 */

#include "config.h"

#include <libgimp/gimp.h>
#include <libgimp/gimpui.h>
#include <glib/gi18n-lib.h>

#include "ddim.h"

#include "models.h"
#include "progress.h"
#include "region.h"
#include "variation.h"

/* The values of the procedure's arguments. */
typedef struct
{
  gchar   *model;
  gint     steps;
  gdouble  depth;
  gdouble  strength;
  gdouble  eta;
  guint64  seed;
} VariationSettings;

static void
settings_clear (VariationSettings *settings)
{
  g_clear_pointer (&settings->model, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (VariationSettings, settings_clear)

static void
settings_read (VariationSettings   *settings,
               GimpProcedureConfig *config)
{
  gint seed;

  g_object_get (config,
                "model",    &settings->model,
                "steps",    &settings->steps,
                "depth",    &settings->depth,
                "strength", &settings->strength,
                "eta",      &settings->eta,
                "seed",     &seed,
                NULL);
  settings->seed = seed;
}

/* A depth of 0 is asked of levels as the least one they have. */
static DdimLevels *
make_levels (const VariationSettings  *settings,
             const DdimModel          *model,
             GError                  **error)
{
  const DdimSchedule *schedule = ddim_model_get_schedule (model);
  gdouble             least    = 2.0 / ddim_schedule_get_length (schedule);

  return ddim_levels_new (schedule, DDIM_SPACING_QUADRATIC, settings->steps,
                          MAX (settings->depth, least), NULL, error);
}

static DdimModel *
load_model (const VariationSettings  *settings,
            DdimTeam                 *team,
            GError                  **error)
{
  g_autofree gchar   *folder = ddim_models_find (settings->model, error);
  g_autoptr (GError)  cause  = NULL;
  DdimModel          *model;

  if (! folder)
    return NULL;

  model = ddim_model_load (folder, team, &cause);
  if (! model)
    g_set_error (error, GIMP_PLUG_IN_ERROR, 0,
                 /* Translators: the first %s is a folder, the second says what
                  * is wrong with it, in English. */
                 _("The model in “%s” cannot be used: %s"),
                 folder, cause->message);

  return model;
}

static GimpValueArray *
fail (GimpProcedure     *procedure,
      GimpPDBStatusType  status,
      GError            *error)
{
  return gimp_procedure_new_return_values (procedure, status, error);
}

/* From the settings to the changed drawable. */
static GimpValueArray *
apply (GimpProcedure           *procedure,
       const VariationSettings *settings,
       DdimRegion              *region)
{
  g_autoptr (DdimTeam)   team   = ddim_team_new (gimp_get_num_processors ());
  g_autoptr (DdimModel)  model  = NULL;
  g_autoptr (DdimLevels) levels = NULL;
  g_autoptr (DdimInversion) inversion = NULL;
  g_autoptr (DdimCanvas) after  = NULL;
  DdimCanvas            *before;
  DdimField             *field;
  DdimProgress           progress;
  DdimMonitor            part;
  DdimVariation          options;
  GError                *error  = NULL;
  gboolean               success;
  gint                   side;

  model = load_model (settings, team, &error);
  if (! model)
    return fail (procedure, GIMP_PDB_CALLING_ERROR, error);

  field = ddim_model_get_field (model);
  if (field->channels != 1 && field->channels != 3)
    {
      g_set_error (&error, GIMP_PLUG_IN_ERROR, 0,
                   _("The model “%s” works on %d channels; a picture needs one "
                     "with 1 (grey) or 3 (colour)."),
                   settings->model, field->channels);
      return fail (procedure, GIMP_PDB_CALLING_ERROR, error);
    }

  levels = make_levels (settings, model, &error);
  if (! levels)
    return fail (procedure, GIMP_PDB_CALLING_ERROR, error);

  /* half a window of context, and no frame smaller than a window: what the
   * model sees around the target is then like what it was trained on       */
  side = ddim_model_get_sample_size (model);
  if (! ddim_region_read (region, side / 2, side, &error))
    return fail (procedure, GIMP_PDB_EXECUTION_ERROR, error);

  before = ddim_region_canvas (region, field->channels);
  after  = ddim_canvas_new (1, before->h, before->w, before->c);

  options = (DdimVariation) {
    .strength = settings->strength,
    .eta      = settings->eta,
    .seeds    = &settings->seed,
    .weights  = region->weights,
  };

  ddim_progress_start (&progress, _("DDIM variation"));
  part      = ddim_monitor_part (&progress.monitor, 0, 0.75);
  inversion = ddim_inversion_new (field, levels, DDIM_ENCODER_EXACT, before,
                                  &part, &error);
  part      = ddim_monitor_part (&progress.monitor, 0.75, 1);
  success   = inversion && ddim_vary (inversion, &options, after, NULL, &part, &error);
  ddim_progress_end (&progress);

  if (! success || ! ddim_region_commit (region, before, after, 0, &error))
    return fail (procedure, GIMP_PDB_EXECUTION_ERROR, error);

  return gimp_procedure_new_return_values (procedure, GIMP_PDB_SUCCESS, NULL);
}

static gboolean
dialog_run (GimpProcedure       *procedure,
            GimpProcedureConfig *config)
{
  GtkWidget *dialog;
  gboolean   accepted;

  gimp_ui_init (GETTEXT_PACKAGE);

  dialog = gimp_procedure_dialog_new (procedure, config, _("DDIM Variation"));
  gimp_procedure_dialog_get_scale_entry (GIMP_PROCEDURE_DIALOG (dialog),
                                         "depth", 1.0);
  gimp_procedure_dialog_get_scale_entry (GIMP_PROCEDURE_DIALOG (dialog),
                                         "strength", 1.0);
  gimp_procedure_dialog_get_scale_entry (GIMP_PROCEDURE_DIALOG (dialog),
                                         "eta", 1.0);
  gimp_procedure_dialog_get_widget (GIMP_PROCEDURE_DIALOG (dialog),
                                    "seed", GIMP_TYPE_LABEL_SPIN);
  gimp_procedure_dialog_fill (GIMP_PROCEDURE_DIALOG (dialog),
                              "depth", "strength", "seed",
                              "model", "steps", "eta", NULL);

  accepted = gimp_procedure_dialog_run (GIMP_PROCEDURE_DIALOG (dialog));
  gtk_widget_destroy (dialog);

  return accepted;
}

static GimpValueArray *
variation_run (GimpProcedure        *procedure,
               GimpRunMode           run_mode,
               GimpImage            *image,
               GimpDrawable        **drawables,
               GimpProcedureConfig  *config,
               gpointer              run_data)
{
  g_auto (VariationSettings) settings = { 0 };
  g_autoptr (DdimRegion)     region   = NULL;
  GimpValueArray            *values;
  GError                    *error    = NULL;

  gegl_init (NULL, NULL);

  /* A caller from the PDB may hand over anything: see for yourself. */
  if (gimp_core_object_array_get_length ((GObject **) drawables) != 1)
    {
      g_set_error_literal (&error, GIMP_PLUG_IN_ERROR, 0,
                           _("DDIM Variation works on one layer at a time. "
                             "Select a single layer."));
      return fail (procedure, GIMP_PDB_CALLING_ERROR, error);
    }

  region = ddim_region_new (image, drawables[0], &error);
  if (! region)
    return fail (procedure, GIMP_PDB_CALLING_ERROR, error);

  if (run_mode == GIMP_RUN_INTERACTIVE && ! dialog_run (procedure, config))
    return gimp_procedure_new_return_values (procedure, GIMP_PDB_CANCEL, NULL);

  settings_read (&settings, config);
  values = apply (procedure, &settings, region);

  if (run_mode != GIMP_RUN_NONINTERACTIVE)
    gimp_displays_flush ();

  return values;
}

static void
add_arguments (GimpProcedure *procedure)
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
    0.0, 1.0, 0.4, G_PARAM_READWRITE);

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

  gimp_procedure_add_int_argument (
    procedure, "seed", _("S_eed"),
    _("Which variation: each number gives another one, and the same number "
      "the same one again"),
    0, G_MAXINT, 0, G_PARAM_READWRITE);
}

GimpProcedure *
ddim_variation_create (GimpPlugIn *plug_in)
{
  GimpProcedure *procedure;

  procedure = gimp_image_procedure_new (plug_in, DDIM_VARIATION_PROC,
                                        GIMP_PDB_PROC_TYPE_PLUGIN,
                                        variation_run, NULL, NULL);

  gimp_procedure_set_image_types (procedure, "RGB*, GRAY*");
  gimp_procedure_set_sensitivity_mask (procedure,
                                       GIMP_PROCEDURE_SENSITIVE_DRAWABLE);
  gimp_procedure_set_menu_label (procedure, _("DDIM _Variation..."));
  gimp_procedure_add_menu_path (procedure, "<Image>/Filters/Artistic");

  gimp_procedure_set_documentation (
    procedure,
    _("Make a variation of the selected part of the picture"),
    _("Takes the selected region apart into noise with a diffusion model, "
      "changes the noise a little, and puts the picture together again "
      "(Denoising Diffusion Implicit Models, ICLR 2021). Depth says what may "
      "change, strength how much. What is not selected stays as it is, and so "
      "does transparency."),
    DDIM_VARIATION_PROC);
  gimp_procedure_set_attribution (procedure, "The gimp-ddim authors",
                                  "The gimp-ddim authors, GPL-3.0-or-later",
                                  "2026");

  add_arguments (procedure);

  return procedure;
}
