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
#include <glib/gi18n-lib.h>

#include "ddim.h"

#include "arguments.h"
#include "progress.h"
#include "variation.h"
#include "variation-dialog.h"
#include "variation-target.h"

typedef enum
{
  OUTPUT_REPLACE,
  OUTPUT_NEW_LAYERS
} Output;

typedef struct
{
  DdimVariationSettings  settings;
  guint64               *seeds;       /* of each of the variations           */
  gint                   count;
  Output                 output;
  GPtrArray             *targets;     /* of DdimVariationTarget              */
  DdimVariationOutput    made;        /* what becomes of what is made        */
  GimpPDBStatusType      failure;     /* what an error is, so far            */
  DdimTransaction       *transaction; /* of what is made                     */
} Variation;

static void
variation_clear (Variation *variation)
{
  ddim_variation_settings_clear (&variation->settings);
  g_clear_pointer (&variation->seeds, g_free);
  g_clear_pointer (&variation->transaction, ddim_transaction_free);
  g_clear_pointer (&variation->targets, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Variation, variation_clear)

/* The arguments ---------------------------------------------------------- */

/* From arguments to settings. */
static gboolean
read_settings (GimpProcedureConfig    *config,
               DdimVariationSettings  *settings,
               GError                **error)
{
  ddim_variation_settings_clear (settings);
  g_object_get (config,
                "strength", &settings->strength,
                "eta",      &settings->eta,
                "texture",  &settings->texture,
                "leeway",  &settings->leeway,
                "tileable", &settings->model.tileable,
                NULL);
  ddim_arguments_read_source (config, &settings->source, &settings->symmetry);

  return ddim_arguments_read_model (config, &settings->model, error);
}

static gboolean
variation_read (Variation            *variation,
                GimpProcedureConfig  *config,
                GError              **error)
{
  DdimModelSettings *model = &variation->settings.model;
  gint               seed;

  g_clear_pointer (&variation->seeds, g_free);
  g_object_get (config,
                "seed",  &seed,
                "count", &variation->count,
                NULL);
  variation->seeds  = g_new (guint64, variation->count);
  for (gint i = 0; i < variation->count; i++)
    variation->seeds[i] = ddim_seed_at (seed, i);
  variation->output = gimp_procedure_config_get_choice_id (config, "output");

  if (variation->output == OUTPUT_REPLACE && variation->count > 1)
    {
      g_set_error (error, GIMP_PLUG_IN_ERROR, 0,
                   _("%d variations cannot all replace the same pixels. Choose "
                     "new layers as the output, or make one variation."),
                   variation->count);
      return FALSE;
    }

  if (! read_settings (config, &variation->settings, error))
    return FALSE;

  if (model->tileable && model->latent)
    {
      g_set_error (error, GIMP_PLUG_IN_ERROR, 0,
                   _("The model “%s” cannot make a result that tiles. Choose another model, or "
                     "turn “Tileable” off."),
                   model->model);
      return FALSE;
    }
  if (model->tileable && model->method == DDIM_PLACEMENT_FIT)
    {
      g_set_error_literal (error, GIMP_PLUG_IN_ERROR, 0,
                           _("A region that is scaled to fit the model does not tile "
                             "exactly. Choose another method, or turn “Tileable” off."));
      return FALSE;
    }

  return TRUE;
}

/* Whether these arguments can work at all. */
static gboolean
check (GimpProcedureConfig  *config,
       gpointer              data,
       GError              **error)
{
  Variation *variation = data;

  return variation_read (variation, config, error) &&
         ddim_variation_targets_check (variation->targets,
                                       variation->output == OUTPUT_REPLACE, variation->count,
                                       error);
}

/* What was picked in the dialog takes the place of what the arguments say. */
static void
take_seeds (Variation       *variation,
            const DdimPicks *picks)
{
  g_free (variation->seeds);
  variation->count = picks->n;
  variation->seeds = g_memdup2 (picks->seeds, picks->n * sizeof *picks->seeds);
}

/* Computing -------------------------------------------------------------- */

static gboolean
read_all (Variation            *variation,
          GimpProcedureConfig  *config,
          GError              **error)
{
  g_autoptr (GimpDrawable) source = NULL;

  g_object_get (config, "source", &source, NULL);
  for (guint i = 0; i < variation->targets->len; i++)
    if (! ddim_variation_target_read (variation->targets->pdata[i], source,
                                      &variation->settings, error))
      return FALSE;

  return TRUE;
}

/* Each takes its share of the bar by its pixels, but for what is made already. */
static gboolean
compute_all (Variation   *variation,
             DdimRunner  *runner,
             GError     **error)
{
  GPtrArray *targets = variation->targets;
  gdouble    whole   = 0.0;
  gdouble    done    = 0.0;

  for (guint i = 0; i < targets->len; i++)
    if (! ((DdimVariationTarget *) targets->pdata[i])->output)
      whole += ddim_variation_target_get_work (targets->pdata[i]);

  for (guint i = 0; i < targets->len; i++)
    {
      DdimVariationTarget *target = targets->pdata[i];
      gdouble              share;

      if (target->output)
        continue;

      share = ddim_variation_target_get_work (target) / whole;
      if (! ddim_variation_target_compute (target, &variation->made, runner, done,
                                           MIN (done + share, 1.0), error))
        return FALSE;
      done += share;
    }

  return TRUE;
}

static void
set_pause (const Variation *variation,
           void           (*pause) (gpointer pause_data),
           gpointer         pause_data)
{
  for (guint i = 0; i < variation->targets->len; i++)
    {
      DdimRegion *region = ((DdimVariationTarget *) variation->targets->pdata[i])->region;

      region->pause      = pause;
      region->pause_data = pause_data;
    }
}

/* Makes all of it, which then is to be committed.  picks: what the first of the targets
 * has already, or NULL.                                                     */
static gboolean
make (GimpProcedureConfig  *config,
      const DdimPicks      *picks,
      gpointer              data,
      DdimRunner           *runner,
      GError              **error)
{
  Variation *variation = data;
  GPtrArray *targets   = variation->targets;
  gboolean   success;

  variation->failure = GIMP_PDB_CALLING_ERROR;
  if (! check (config, variation, error))
    return FALSE;
  if (picks)
    take_seeds (variation, picks);

  g_clear_pointer (&variation->transaction, ddim_transaction_free);
  for (guint i = 0; i < targets->len; i++)
    ddim_variation_target_reset (targets->pdata[i]);
  variation->transaction = ddim_transaction_new (
    ((DdimVariationTarget *) targets->pdata[0])->region->image);
  variation->made = (DdimVariationOutput) {
    .settings    = &variation->settings,
    .seeds       = variation->seeds,
    .n           = variation->count,
    .in_place    = variation->output == OUTPUT_REPLACE,
    .transaction = variation->transaction };

  set_pause (variation, runner->pause, runner->pause_data);
  success = ! picks || ddim_variation_target_take (targets->pdata[0], picks->input, picks->made,
                                                   picks->report, &variation->made, error);
  if (success && (success = read_all (variation, config, error)))
    {
      variation->failure = GIMP_PDB_EXECUTION_ERROR;
      success = compute_all (variation, runner, error);
    }

  return success;
}

static gboolean
make_without_dialog (GimpProcedureConfig  *config,
                     Variation            *variation,
                     GError              **error)
{
  DdimProgress progress;
  gboolean     success;

  ddim_progress_start (&progress, _("DDIM variation"));
  success = make (config, NULL, variation, &progress.runner, error);
  ddim_progress_end (&progress);

  return success;
}

/* The largest. */
static gdouble
get_inversion_error (const Variation *variation)
{
  gdouble largest = 0.0;

  for (guint i = 0; i < variation->targets->len; i++)
    {
      const GArray *errors = ((DdimVariationTarget *) variation->targets->pdata[i])->report.errors;

      for (guint k = 0; k < errors->len; k++)
        largest = MAX (largest, g_array_index (errors, gdouble, k));
    }

  return largest;
}

/* The most. */
static gint
get_evaluations (const Variation *variation)
{
  gint most = 0;

  for (guint i = 0; i < variation->targets->len; i++)
    most = MAX (most, ((DdimVariationTarget *) variation->targets->pdata[i])->report.evaluations);

  return most;
}

/* Says so where a prompt was longer than what the model reads. */
static void
tell_of_cut (const Variation *variation)
{
  gint cut = 0;

  for (guint i = 0; i < variation->targets->len; i++)
    cut = MAX (cut, ((DdimVariationTarget *) variation->targets->pdata[i])->report.cut);
  if (cut > 0)
    g_message (g_dngettext (GETTEXT_PACKAGE,
                            "The prompt is too long for the model: its last word or sign was "
                            "not read.",
                            "The prompt is too long for the model: its last %d words and signs "
                            "were not read.", cut), cut);
}

/* The procedure --------------------------------------------------------- */

static GimpValueArray *
commit (GimpProcedure *procedure,
        Variation     *variation)
{
  g_autoptr (GPtrArray)  layers = g_ptr_array_new ();
  GimpValueArray        *values;
  GError                *error  = NULL;

  if (! ddim_transaction_commit (variation->transaction, layers, &error))
    return gimp_procedure_new_return_values (procedure, GIMP_PDB_EXECUTION_ERROR, error);

  tell_of_cut (variation);
  g_ptr_array_add (layers, NULL);
  values = gimp_procedure_new_return_values (procedure, GIMP_PDB_SUCCESS, NULL);
  GIMP_VALUES_SET_CORE_OBJECT_ARRAY (values, 1, layers->pdata);
  GIMP_VALUES_SET_DOUBLE (values, 2, get_inversion_error (variation));
  GIMP_VALUES_SET_INT (values, 3, get_evaluations (variation));

  return values;
}

static GimpValueArray *
variation_run (GimpProcedure        *procedure,
               GimpRunMode           run_mode,
               GimpImage            *image,
               GimpDrawable        **drawables,
               GimpProcedureConfig  *config,
               gpointer              run_data)
{
  g_auto (Variation)  variation = { 0 };
  GimpValueArray     *values;
  GError             *error     = NULL;

  gegl_init (NULL, NULL);

  /* what cannot be worked on at all is said before a dialog */
  variation.targets = ddim_variation_targets_new (image, drawables, &error);
  if (! variation.targets)
    return gimp_procedure_new_return_values (procedure, GIMP_PDB_CALLING_ERROR, error);

  if (run_mode == GIMP_RUN_INTERACTIVE)
    {
      DdimVariationTarget *first    = variation.targets->pdata[0];
      gboolean             accepted = ddim_variation_dialog_run (procedure, config, first->region,
                                                                 variation.targets->len,
                                                                 read_settings, check, make,
                                                                 &variation);

      set_pause (&variation, NULL, NULL);
      if (! accepted)
        return gimp_procedure_new_return_values (procedure, GIMP_PDB_CANCEL, NULL);
    }
  else if (! make_without_dialog (config, &variation, &error))
    {
      return gimp_procedure_new_return_values (procedure, variation.failure, error);
    }

  values = commit (procedure, &variation);

  if (run_mode != GIMP_RUN_NONINTERACTIVE)
    gimp_displays_flush ();

  return values;
}

static void
add_arguments (GimpProcedure *procedure)
{
  ddim_arguments_add_model (procedure, 0.6);
  ddim_arguments_add_prompts (procedure);

  gimp_procedure_add_double_argument (
    procedure, "strength", _("Stren_gth"),
    _("How much it changes: 0 leaves the picture as it is, 1 changes it as much as the "
      "depth allows"),
    0.0, 1.0, 0.9, G_PARAM_READWRITE);

  gimp_procedure_add_double_argument (
    procedure, "leeway", _("Lee_way"),
    _("How far a place may go from what was there: at 0 it keeps to its own "
      "detail, at 1 it takes any of the image"),
    0.0, 1.0, 0.5, G_PARAM_READWRITE);

  gimp_procedure_add_choice_argument (
    procedure, "texture", _("Te_xture"),
    _("Where fine detail comes from, while large shapes come from the model"),
    gimp_choice_new_with_values (
      DDIM_TEXTURE_IMAGE, 0, _("The image"),
      _("Pieces of the image itself, or of the source"),
      DDIM_TEXTURE_MODEL, 1, _("The model"),
      _("The model alone makes everything"),
      NULL),
    DDIM_TEXTURE_IMAGE, G_PARAM_READWRITE);

  gimp_procedure_add_double_argument (
    procedure, "eta", _("_Fresh noise"),
    _("Adds chance at every step of the decoding (the paper's eta): 0 gives the smoothest "
      "result"),
    0.0, 1.0, 0.0, G_PARAM_READWRITE);

  ddim_arguments_add_method (procedure);

  gimp_procedure_add_boolean_argument (
    procedure, "tileable", _("T_ileable"),
    _("Make opposite edges match, so that the result can be tiled"),
    FALSE, G_PARAM_READWRITE);

  ddim_arguments_add_source (
    procedure,
    _("Where pieces of the image come from: a layer to take them from, or a channel "
      "that marks where in the varied layer. None: all of the varied layer"));

  gimp_procedure_add_int_argument (
    procedure, "seed", _("S_eed"),
    _("Each number gives another variation, and the same number always the same one"),
    0, G_MAXINT, 0, G_PARAM_READWRITE);

  gimp_procedure_add_int_argument (
    procedure, "count", _("_Number"),
    _("Number of variations: the first uses this seed, the second the next, and so on"),
    1, 100, 1, G_PARAM_READWRITE);

  gimp_procedure_add_choice_argument (
    procedure, "output", _("O_utput"),
    _("Where to put the variations"),
    gimp_choice_new_with_values (
      "replace",    OUTPUT_REPLACE,    _("Change the layer"), NULL,
      "new-layers", OUTPUT_NEW_LAYERS, _("New layers"),       NULL,
      NULL),
    "replace", G_PARAM_READWRITE);

  gimp_procedure_add_core_object_array_return_value (
    procedure, "layers", "Layers", _("The new layers; none if the layer itself was "
                                     "changed"),
    GIMP_TYPE_LAYER, G_PARAM_READWRITE);
  gimp_procedure_add_double_return_value (
    procedure, "inversion-error", "Inversion error",
    _("The largest error of encoding and decoding a layer, which the result corrects: "
      "root mean square, as a fraction of the range from black to white"),
    0.0, G_MAXDOUBLE, 0.0, G_PARAM_READWRITE);
  gimp_procedure_add_int_return_value (
    procedure, "evaluations", "Evaluations",
    _("How often the model was evaluated to encode a layer, at most"),
    0, G_MAXINT, 0, G_PARAM_READWRITE);
}

GimpProcedure *
ddim_variation_create (GimpPlugIn *plug_in)
{
  GimpProcedure *procedure;

  procedure = gimp_image_procedure_new (plug_in, DDIM_VARIATION_PROC,
                                        GIMP_PDB_PROC_TYPE_PLUGIN,
                                        variation_run, NULL, NULL);

  /* Never greyed out: what it cannot work on, it says why, and what to do. */
  gimp_procedure_set_image_types (procedure, "*");
  gimp_procedure_set_sensitivity_mask (procedure,
                                       GIMP_PROCEDURE_SENSITIVE_DRAWABLE |
                                       GIMP_PROCEDURE_SENSITIVE_DRAWABLES |
                                       GIMP_PROCEDURE_SENSITIVE_NO_DRAWABLES);
  gimp_procedure_set_menu_label (procedure, _("DDIM _Variation..."));
  gimp_procedure_add_menu_path (procedure, "<Image>/Filters/Artistic");

  gimp_procedure_set_documentation (
    procedure,
    _("Make a variation of the selected part of the picture"),
    _("Encodes the selected region as noise with a diffusion model, changes the noise, "
      "and decodes it again (Denoising Diffusion Implicit Models, ICLR 2021). Depth sets "
      "what may change, strength how much. Pixels that are not selected stay as they are, "
      "and so does transparency."),
    DDIM_VARIATION_PROC);
  gimp_procedure_set_attribution (procedure, "The gimp-ddim authors",
                                  "The gimp-ddim authors, GPL-3.0-or-later",
                                  "2026");

  add_arguments (procedure);

  return procedure;
}
