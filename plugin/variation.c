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

/* A region and what becomes of it. */
typedef struct
{
  DdimRegion *region;
  DdimCanvas *change;   /* what is to be added to its pixels                */
} VariationJob;

static void
job_free (gpointer data)
{
  VariationJob *job = data;

  ddim_region_free (job->region);
  ddim_canvas_free (job->change);
  g_free (job);
}

/* A job for each drawable, or NULL if any of them cannot be worked on. */
static GPtrArray *
make_jobs (GimpImage     *image,
           GimpDrawable **drawables,
           GError       **error)
{
  g_autoptr (GPtrArray) jobs = g_ptr_array_new_with_free_func (job_free);

  /* A caller from the PDB may hand over anything: see for yourself. */
  if (! drawables || ! drawables[0])
    {
      g_set_error_literal (error, GIMP_PLUG_IN_ERROR, 0,
                           _("There is nothing to vary. Select a layer, a layer "
                             "mask or a channel first."));
      return NULL;
    }

  for (gint i = 0; drawables[i]; i++)
    {
      VariationJob *job = g_new0 (VariationJob, 1);

      g_ptr_array_add (jobs, job);
      job->region = ddim_region_new (image, drawables[i], TRUE, error);
      if (! job->region)
        return NULL;
    }

  return g_steal_pointer (&jobs);
}

/* Leaves the change in the job, and nothing else: there may be many. */
static gboolean
compute (VariationJob             *job,
         DdimModel                *model,
         const DdimLevels         *levels,
         const VariationSettings  *settings,
         const DdimMonitor        *monitor,
         GError                  **error)
{
  DdimField                 *field     = ddim_model_get_field (model);
  DdimRegion                *region    = job->region;
  gint                       h         = region->frame.height;
  gint                       w         = region->frame.width;
  g_autofree gfloat         *weights   = NULL;
  g_autoptr (DdimInversion)  inversion = NULL;
  DdimMonitor                part      = ddim_monitor_part (monitor, 0, 0.75);
  DdimVariation              options;

  inversion = ddim_inversion_new (field, levels, DDIM_ENCODER_EXACT,
                                  ddim_region_read_canvas (region, field->channels, h, w),
                                  &part, error);
  if (! inversion)
    return FALSE;

  weights = ddim_region_read_weights (region, h, w);
  options = (DdimVariation) {
    .strength = settings->strength,
    .eta      = settings->eta,
    .seeds    = &settings->seed,
    .weights  = weights,
  };

  job->change = ddim_canvas_new (1, h, w, field->channels);
  part        = ddim_monitor_part (monitor, 0.75, 1);
  if (! ddim_vary (inversion, &options, job->change, NULL, &part, error))
    return FALSE;

  for (gsize i = 0; i < ddim_canvas_size (job->change); i++)
    job->change->data[i] -= inversion->image->data[i];

  return TRUE;
}

static gdouble
get_area (const VariationJob *job)
{
  return (gdouble) job->region->frame.width * job->region->frame.height;
}

/* Each takes its share of the bar by its pixels. */
static gboolean
compute_all (GPtrArray                *jobs,
             DdimModel                *model,
             const DdimLevels         *levels,
             const VariationSettings  *settings,
             GError                  **error)
{
  DdimProgress progress;
  gdouble      whole   = 0.0;
  gdouble      done    = 0.0;
  gboolean     success = TRUE;

  for (guint i = 0; i < jobs->len; i++)
    whole += get_area (jobs->pdata[i]);

  ddim_progress_start (&progress, _("DDIM variation"));
  for (guint i = 0; i < jobs->len && success; i++)
    {
      gdouble     share = get_area (jobs->pdata[i]) / whole;
      DdimMonitor part  = ddim_monitor_part (&progress.monitor, done, done + share);

      success  = compute (jobs->pdata[i], model, levels, settings, &part, error);
      done    += share;
    }
  ddim_progress_end (&progress);

  return success;
}

/* All of them are one step to undo. */
static gboolean
commit_all (GimpImage  *image,
            GPtrArray  *jobs,
            GError    **error)
{
  gboolean success = TRUE;

  gimp_image_undo_group_start (image);
  for (guint i = 0; i < jobs->len && success; i++)
    {
      VariationJob *job = jobs->pdata[i];

      success = ddim_region_commit (job->region, NULL, job->change, 0, error);
    }
  gimp_image_undo_group_end (image);

  return success;
}

/* From the settings to the changed drawables. */
static GimpValueArray *
apply (GimpProcedure           *procedure,
       const VariationSettings *settings,
       GimpImage               *image,
       GPtrArray               *jobs)
{
  g_autoptr (DdimTeam)   team   = ddim_team_new (gimp_get_num_processors ());
  g_autoptr (DdimModel)  model  = NULL;
  g_autoptr (DdimLevels) levels = NULL;
  DdimField             *field;
  GError                *error  = NULL;
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
  for (guint i = 0; i < jobs->len; i++)
    {
      VariationJob *job = jobs->pdata[i];

      ddim_region_set_frame (job->region, side / 2, side);
    }

  if (! compute_all (jobs, model, levels, settings, &error) ||
      ! commit_all (image, jobs, &error))
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
  g_autoptr (GPtrArray)      jobs     = NULL;
  GimpValueArray            *values;
  GError                    *error    = NULL;

  gegl_init (NULL, NULL);

  jobs = make_jobs (image, drawables, &error);
  if (! jobs)
    return fail (procedure, GIMP_PDB_CALLING_ERROR, error);

  if (run_mode == GIMP_RUN_INTERACTIVE && ! dialog_run (procedure, config))
    return gimp_procedure_new_return_values (procedure, GIMP_PDB_CANCEL, NULL);

  settings_read (&settings, config);
  values = apply (procedure, &settings, image, jobs);

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
