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

#include "variation-dialog.h"
#include "progress.h"
#include "recipe.h"
#include "region.h"
#include "patch-source.h"
#include "variation.h"
#include "variation-layers.h"
#include "variation-task.h"

/* Pixels of all variations that are decoded at a time, unless one alone has
 * more: enough to fill the processors, few enough for memory.              */
#define BATCH_PIXELS (4 * 1024 * 1024)

/* What the procedure was called with. */
typedef struct
{
  GimpImage     *image;
  GimpDrawable **drawables;
} Target;

typedef enum
{
  OUTPUT_REPLACE,
  OUTPUT_NEW_LAYERS
} Output;

/* A region and what becomes of it. */
typedef struct
{
  DdimRegion    *region;
  DdimModel     *model;     /* of its own, where it is made of the image         */
  DdimPlacement  placement;
  DdimCanvas    *changes;   /* what is to be added to its pixels, an item for
                            each variation                                   */
} VariationJob;

typedef struct
{
  DdimRecipe  recipe;
  guint64    *seeds;     /* of each of the variations                        */
  gint        count;
  Output      output;
  GPtrArray  *jobs;      /* of VariationJob                                  */
  gdouble     inversion_error;
} Variation;

static void
job_free (gpointer data)
{
  VariationJob *job = data;

  ddim_region_free (job->region);
  ddim_model_unref (job->model);
  ddim_canvas_free (job->changes);
  g_free (job);
}

static void
variation_clear (Variation *variation)
{
  ddim_recipe_clear (&variation->recipe);
  g_clear_pointer (&variation->seeds, g_free);
  g_clear_pointer (&variation->jobs, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Variation, variation_clear)

static gboolean
variation_read (Variation            *variation,
                GimpProcedureConfig  *config,
                GError              **error)
{
  gint seed;

  variation_clear (variation);
  ddim_recipe_read (&variation->recipe, config);
  g_object_get (config,
                "seed",  &seed,
                "count", &variation->count,
                NULL);
  variation->seeds  = g_new (guint64, variation->count);
  for (gint i = 0; i < variation->count; i++)
    variation->seeds[i] = (guint64) seed + i;
  variation->output = gimp_procedure_config_get_choice_id (config, "output");

  if (variation->output == OUTPUT_REPLACE && variation->count > 1)
    {
      g_set_error (error, GIMP_PLUG_IN_ERROR, 0,
                   _("%d variations cannot all replace the same pixels. Choose "
                     "new layers as the output, or make one variation."),
                   variation->count);
      return FALSE;
    }
  if (variation->recipe.tileable && variation->recipe.method == DDIM_PLACEMENT_FIT)
    {
      g_set_error_literal (error, GIMP_PLUG_IN_ERROR, 0,
                           _("A region that is scaled to the model's size does not "
                             "tile to the pixel. Choose another method, or turn "
                             "“Tileable” off."));
      return FALSE;
    }

  return TRUE;
}

/* A job for each drawable; fails if any of them cannot be worked on. */
static gboolean
make_jobs (Variation     *variation,
           GimpImage     *image,
           GimpDrawable **drawables,
           gboolean       in_place,
           GError       **error)
{
  g_clear_pointer (&variation->jobs, g_ptr_array_unref);
  variation->jobs = g_ptr_array_new_with_free_func (job_free);

  /* A caller from the PDB may hand over anything: see for yourself. */
  if (! drawables || ! drawables[0])
    {
      g_set_error_literal (error, GIMP_PLUG_IN_ERROR, 0,
                           _("There is nothing to vary. Select a layer, a layer "
                             "mask or a channel first."));
      return FALSE;
    }

  for (gint i = 0; drawables[i]; i++)
    {
      VariationJob *job = g_new0 (VariationJob, 1);

      g_ptr_array_add (variation->jobs, job);
      job->region = ddim_region_new (image, drawables[i], in_place, error);
      if (! job->region)
        return FALSE;
    }

  return TRUE;
}

/* Computing ----------------------------------------------------------- */

/* Decodes the variations, a batch at a time, and leaves their changes. */
static gboolean
vary_all (const Variation      *variation,
          const DdimInversion  *inversion,
          const gfloat         *weights,
          DdimCanvas           *changes,
          const DdimMonitor    *monitor,
          GError              **error)
{
  gsize size  = ddim_canvas_item_size (changes);
  gint  batch = CLAMP (BATCH_PIXELS / (size / changes->c), 1, changes->n);

  for (gint first = 0; first < changes->n; first += batch)
    {
      DdimCanvas          items = *changes;
      DdimMonitor         part;
      DdimVariation       options;

      items.n    = MIN (batch, changes->n - first);
      items.data = changes->data + first * size;
      options = (DdimVariation) {
        .strength = variation->recipe.strength,
        .eta      = variation->recipe.eta,
        .seeds    = variation->seeds + first,
        .weights  = weights,
      };
      part = ddim_monitor_part (monitor, first / (gdouble) changes->n,
                                (first + items.n) / (gdouble) changes->n);
      if (! ddim_vary (inversion, &options, &items, NULL, &part, error))
        return FALSE;
    }

  return TRUE;
}

static void
subtract (const DdimCanvas *image,
          DdimCanvas       *changes)
{
  gsize size = ddim_canvas_size (image);

  for (gint n = 0; n < changes->n; n++)
    for (gsize i = 0; i < size; i++)
      changes->data[n * size + i] -= image->data[i];
}

/* Leaves the changes in the job, and nothing else: there may be many. */
static gboolean
compute (Variation         *variation,
         VariationJob      *job,
         DdimModel         *model,
         const DdimLevels  *levels,
         const DdimMonitor *monitor,
         GError           **error)
{
  const DdimRecipe          *recipe    = &variation->recipe;
  DdimRegion                *region    = job->region;
  DdimField                 *inner     = ddim_model_get_field (job->model ? job->model : model);
  g_autoptr (DdimField)      field     = NULL;
  g_autofree gfloat         *weights   = NULL;
  g_autoptr (DdimCanvas)     before    = NULL; /* where it is not encoded */
  g_autoptr (DdimInversion)  inversion = NULL;
  DdimCanvas                *canvas;
  DdimMonitor                part;
  gdouble                    encoding;
  gint                       h, w;

  ddim_placement_get_canvas_size (&job->placement, region->frame.height, region->frame.width,
                                  &h, &w);

  weights = ddim_region_read_weights (region, h, w);
  if (! ddim_recipe_check_weights (recipe, region, weights, error))
    return FALSE;

  /* A model of the image takes canvases of any size, and wraps them itself. */
  field = job->model ? ddim_field_ref (inner)
                     : ddim_tiling_new (inner, &job->placement.tiling, error);
  if (! field)
    return FALSE;

  canvas = ddim_region_read_canvas (region, inner->channels, h, w);
  if (recipe->tileable && recipe->strength > 0.0)
    {
      /* What does not wrap is taken out first, as a part of the change. */
      before = ddim_canvas_copy (canvas);
      ddim_canvas_make_seamless (canvas);
    }

  encoding  = 3.0 / (3.0 + variation->count);
  part      = ddim_monitor_part (monitor, 0.0, encoding);
  inversion = ddim_inversion_new (field, levels, DDIM_ENCODER_EXACT, canvas, &part, error);
  if (! inversion)
    return FALSE;

  job->changes = ddim_canvas_new (variation->count, h, w, inner->channels);
  part         = ddim_monitor_part (monitor, encoding, 1.0);
  if (! vary_all (variation, inversion, weights, job->changes, &part, error))
    return FALSE;

  subtract (before ? before : inversion->image, job->changes);
  variation->inversion_error = MAX (variation->inversion_error,
                                    inversion->inversion_error);

  return TRUE;
}

static gdouble
get_area (const VariationJob *job)
{
  return (gdouble) job->region->frame.width * job->region->frame.height;
}

/* Each takes its share of the bar by its pixels. */
static gboolean
compute_all (Variation         *variation,
             DdimModel         *model,
             const DdimLevels  *levels,
             GError           **error)
{
  GPtrArray    *jobs    = variation->jobs;
  DdimProgress  progress;
  gdouble       whole   = 0.0;
  gdouble       done    = 0.0;
  gboolean      success = TRUE;

  for (guint i = 0; i < jobs->len; i++)
    whole += get_area (jobs->pdata[i]);

  ddim_progress_start (&progress, _("DDIM variation"));
  for (guint i = 0; i < jobs->len && success; i++)
    {
      gdouble     share = get_area (jobs->pdata[i]) / whole;
      DdimMonitor part  = ddim_monitor_part (&progress.monitor, done, done + share);

      if (! ((VariationJob *) jobs->pdata[i])->changes) /* else picked already */
        success = compute (variation, jobs->pdata[i], model, levels, &part, error);
      done    += share;
    }
  ddim_progress_end (&progress);

  return success;
}

/* Committing ---------------------------------------------------------- */

/* All of them are one step to undo.  `layers` receives those that are made. */
static gboolean
commit_all (const Variation  *variation,
            GimpImage        *image,
            GPtrArray        *layers,
            GError          **error)
{
  gboolean success = TRUE;

  gimp_image_undo_group_start (image);
  for (guint i = 0; i < variation->jobs->len && success; i++)
    {
      VariationJob *job = variation->jobs->pdata[i];

      if (variation->output == OUTPUT_REPLACE)
        {
          success = ddim_region_commit (job->region, NULL, job->changes, 0, error);
        }
      else
        {
          success = ddim_variation_add_layers (&variation->recipe, variation->seeds,
                                               job->region, job->changes, layers, error);
        }
    }

  /* nothing half done stays */
  if (! success)
    for (guint i = 0; i < layers->len; i++)
      gimp_image_remove_layer (image, layers->pdata[i]);
  gimp_image_undo_group_end (image);

  return success;
}

/* The procedure --------------------------------------------------------- */

static GimpValueArray *
fail (GimpProcedure     *procedure,
      GimpPDBStatusType  status,
      GError            *error)
{
  return gimp_procedure_new_return_values (procedure, status, error);
}

/* Makes every job's model of its own image. */
static gboolean
make_models (Variation            *variation,
             GimpProcedureConfig  *config,
             DdimThreadPool       *pool,
             GError              **error)
{
  for (guint i = 0; i < variation->jobs->len; i++)
    {
      VariationJob *job = variation->jobs->pdata[i];

      job->model = ddim_patch_source_model (config, job->region->drawable, FALSE,
                                            &job->region->target, job->region->colors, DDIM_VARIATION_APART,
                                            variation->recipe.tileable, pool, error);
      if (! job->model)
        return FALSE;
    }

  return TRUE;
}

/* From the settings to the changed drawables. */
static GimpValueArray *
apply (GimpProcedure       *procedure,
       Variation           *variation,
       GimpProcedureConfig *config,
       GimpImage           *image)
{
  g_autoptr (DdimThreadPool)  pool   = ddim_thread_pool_new (gimp_get_num_processors ());
  g_autoptr (DdimModel)       loaded = NULL;
  DdimModel                  *model;
  g_autoptr (DdimLevels)      levels = NULL;
  g_autoptr (GPtrArray)       layers = g_ptr_array_new ();
  GimpValueArray             *values;
  GError                     *error  = NULL;

  if (ddim_recipe_is_of_image (&variation->recipe))
    {
      VariationJob *first = variation->jobs->pdata[0];

      if (! make_models (variation, config, pool, &error))
        return fail (procedure, GIMP_PDB_EXECUTION_ERROR, error);
      model = first->model;
    }
  else
    {
      model = loaded = ddim_recipe_load_model (&variation->recipe, pool, &error);
      if (! model)
        return fail (procedure, GIMP_PDB_CALLING_ERROR, error);
    }

  levels = ddim_recipe_make_levels (&variation->recipe, model, &error);
  if (! levels)
    return fail (procedure, GIMP_PDB_CALLING_ERROR, error);

  for (guint i = 0; i < variation->jobs->len; i++)
    {
      VariationJob *job = variation->jobs->pdata[i];

      ddim_recipe_init_placement (&variation->recipe, model, job->region->target.height,
                                  job->region->target.width, &job->placement);
      ddim_region_set_frame (job->region, job->placement.context, job->placement.least);
    }

  if (! compute_all (variation, model, levels, &error) ||
      ! commit_all (variation, image, layers, &error))
    return fail (procedure, GIMP_PDB_EXECUTION_ERROR, error);

  g_ptr_array_add (layers, NULL);
  values = gimp_procedure_new_return_values (procedure, GIMP_PDB_SUCCESS, NULL);
  GIMP_VALUES_SET_CORE_OBJECT_ARRAY (values, 1, layers->pdata);
  GIMP_VALUES_SET_DOUBLE (values, 2, variation->inversion_error);

  return values;
}

/* Whether these arguments can work at all. */
static gboolean
check (GimpProcedureConfig  *config,
       gpointer              data,
       GError              **error)
{
  const Target       *target    = data;
  g_auto (Variation)  variation = { 0 };

  return variation_read (&variation, config, error) &&
         make_jobs (&variation, target->image, target->drawables,
                    variation.output == OUTPUT_REPLACE, error);
}

/* What was picked in the dialog takes the place of what the arguments say, and
 * of computing it for the first drawable.                                     */
static void
take_picks (Variation *variation,
            DdimPicks *picks)
{
  VariationJob *first = variation->jobs->pdata[0];

  g_free (variation->seeds);
  variation->count = picks->n;
  variation->seeds = g_steal_pointer (&picks->seeds);
  first->changes   = g_steal_pointer (&picks->changes);
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
  g_auto (DdimPicks)  picks     = { 0 };
  Target              target    = { image, drawables };
  GimpValueArray     *values;
  GError             *error     = NULL;

  gegl_init (NULL, NULL);

  if (run_mode == GIMP_RUN_INTERACTIVE)
    {
      /* what cannot be worked on at all is said before the dialog */
      if (! make_jobs (&variation, image, drawables, FALSE, &error))
        return fail (procedure, GIMP_PDB_CALLING_ERROR, error);
      if (! ddim_variation_dialog_run (procedure, config,
                                       ((VariationJob *) variation.jobs->pdata[0])->region,
                                       variation.jobs->len,
                                       check, &target, &picks))
        return gimp_procedure_new_return_values (procedure, GIMP_PDB_CANCEL, NULL);
    }

  if (! variation_read (&variation, config, &error) ||
      ! make_jobs (&variation, image, drawables,
                   variation.output == OUTPUT_REPLACE, &error))
    return fail (procedure, GIMP_PDB_CALLING_ERROR, error);

  if (picks.n)
    take_picks (&variation, &picks);

  values = apply (procedure, &variation, config, image);

  if (run_mode != GIMP_RUN_NONINTERACTIVE)
    gimp_displays_flush ();

  return values;
}

static void
add_arguments (GimpProcedure *procedure)
{
  ddim_recipe_add_arguments (procedure);
  ddim_patch_source_add_arguments (
    procedure,
    _("For the model “this image”, which learns from the image alone: a layer to take "
      "its pieces from, or a channel that marks where in the varied one. None: the "
      "varied layer, but for what lies at the same place"));

  gimp_procedure_add_int_argument (
    procedure, "seed", _("S_eed"),
    _("Which variation: each number gives another one, and the same number "
      "the same one again"),
    0, G_MAXINT, 0, G_PARAM_READWRITE);

  gimp_procedure_add_int_argument (
    procedure, "count", _("_Number"),
    _("How many variations: the first with this seed, the next with the next "
      "one, and so on"),
    1, 100, 1, G_PARAM_READWRITE);

  gimp_procedure_add_choice_argument (
    procedure, "output", _("O_utput"),
    _("Where the variations go"),
    gimp_choice_new_with_values (
      "replace",    OUTPUT_REPLACE,    _("Change the layer"), NULL,
      "new-layers", OUTPUT_NEW_LAYERS, _("New layers"),       NULL,
      NULL),
    "replace", G_PARAM_READWRITE);

  gimp_procedure_add_core_object_array_return_value (
    procedure, "layers", "Layers", _("The new layers; none where the layer was changed"),
    GIMP_TYPE_LAYER, G_PARAM_READWRITE);
  gimp_procedure_add_double_return_value (
    procedure, "inversion-error", "Inversion error",
    _("How far the encoder alone would miss the picture: root mean square, as "
      "a share of the range from black to white (the result makes up for it)"),
    0.0, G_MAXDOUBLE, 0.0, G_PARAM_READWRITE);
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
