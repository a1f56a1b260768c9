/* variation-target.c: a drawable that is varied, from reading to writing
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <libgimp/gimp.h>
#include <glib/gi18n-lib.h>

#include "recipe.h"
#include "task-input.h"
#include "variation-target.h"

static void
target_free (gpointer data)
{
  DdimVariationTarget *target = data;

  ddim_region_free (target->region);
  ddim_variation_input_unref (target->input);
  ddim_task_report_clear (&target->report);
  g_free (target);
}

GPtrArray *
ddim_variation_targets_new (GimpImage     *image,
                            GimpDrawable **drawables,
                            GError       **error)
{
  g_autoptr (GPtrArray)  regions = ddim_regions_new (image, drawables, error);
  GPtrArray             *targets;

  if (! regions)
    return NULL;

  /* A caller from the PDB may hand over anything: see for yourself. */
  if (regions->len == 0)
    {
      g_set_error_literal (error, GIMP_PLUG_IN_ERROR, 0,
                           _("There is nothing to vary. Select a layer, a layer "
                             "mask or a channel first."));
      return NULL;
    }

  targets = g_ptr_array_new_with_free_func (target_free);
  while (regions->len > 0)
    {
      DdimVariationTarget *target = g_new0 (DdimVariationTarget, 1);

      target->region = g_ptr_array_steal_index (regions, 0);
      ddim_task_report_init (&target->report);
      g_ptr_array_add (targets, target);
    }

  return targets;
}

gboolean
ddim_variation_targets_check (GPtrArray  *targets,
                              gboolean    in_place,
                              gint        n,
                              GError    **error)
{
  for (guint i = 0; i < targets->len; i++)
    {
      const DdimRegion *region = ((DdimVariationTarget *) targets->pdata[i])->region;

      if (in_place ? ! ddim_region_check_in_place (region, error)
                   : ! ddim_region_check_layer (region, error))
        return FALSE;

      if (! ddim_transaction_check_memory (n, region->target.width, region->target.height,
                                           region->format, error))
        return FALSE;
    }

  return TRUE;
}

gdouble
ddim_variation_target_get_work (const DdimVariationTarget *target)
{
  return (gdouble) target->region->frame.width * target->region->frame.height;
}

/* Reading ---------------------------------------------------------------- */

gboolean
ddim_variation_target_read (DdimVariationTarget          *target,
                            GimpDrawable                 *source,
                            const DdimVariationSettings  *settings,
                            GError                      **error)
{
  DdimRegion    *region = target->region;
  DdimModelInfo  info;
  DdimPlacement  placement;

  if (target->input)
    return TRUE;

  if (! ddim_model_settings_inspect (&settings->model, region->colors, &info, error))
    return FALSE;

  ddim_variation_settings_place (settings, &info, region->target.height, region->target.width,
                                 &placement);
  target->input = ddim_region_plan_input (region, &placement, DDIM_STAGES_RESULT);

  if (ddim_variation_settings_has_patches (settings) &&
      ! ddim_region_read_source (region, target->input, source, settings, info.channels, error))
    return FALSE;

  return ddim_region_read_input (region, target->input, 0, info.channels, error);
}

/* The results ------------------------------------------------------------ */

static gchar *
make_recipe (const DdimVariationTarget *target,
             guint64                    seed)
{
  const DdimRegion       *region   = target->region;
  const gchar            *layers[] = { region->name, NULL };
  const DdimRecipeOrigin  origin   = { region->bounds.x + region->target.x,
                                       region->bounds.y + region->target.y,
                                       region->target.width, region->target.height,
                                       target->report.hash, layers };

  return ddim_recipe_of_variation (target->output->settings, &origin, seed);
}

/* Puts a result into the transaction; fits DdimTaskSink. */
static gboolean
add_result (gint               i,
            const DdimCanvas  *made,
            gpointer           data,
            GError           **error)
{
  const DdimVariationTarget *target   = data;
  const DdimVariationOutput *output   = target->output;
  const DdimStages          *stages   = &target->input->stages;
  const DdimCanvas          *picture  = target->input->pictures[stages->n - 1];
  g_autofree gchar          *title    = NULL;
  DdimNewLayer              *layer;

  if (output->in_place)
    return ddim_transaction_add_change (output->transaction, target->region, picture, made, 0,
                                        error);

  /* Translators: a new layer's name: the layer it was made of, the seed, and
   * the strength as a number from 0 to 1. */
  title = g_strdup_printf (_("%s, seed %u, strength %.2f"), target->region->name,
                           (guint) output->seeds[i], output->settings->strength);
  layer = ddim_region_compose_layer (target->region, picture, made, 0, title, error);
  if (! layer)
    return FALSE;

  layer->recipe    = make_recipe (target, output->seeds[i]);
  layer->procedure = DDIM_PARASITE_VARIATION;
  ddim_transaction_add_layer (output->transaction, layer);

  return TRUE;
}

void
ddim_variation_target_reset (DdimVariationTarget *target)
{
  g_clear_pointer (&target->input, ddim_variation_input_unref);
  ddim_task_report_clear (&target->report);
  ddim_task_report_init (&target->report);
  target->output = NULL;
}

gboolean
ddim_variation_target_take (DdimVariationTarget        *target,
                            DdimVariationInput         *input,
                            const DdimCanvas          **made,
                            const DdimTaskReport       *report,
                            const DdimVariationOutput  *output,
                            GError                    **error)
{
  target->input       = ddim_variation_input_ref (input);
  target->output      = output;
  target->report.hash = g_strdup (report->hash);
  target->report.cut  = report->cut;
  target->report.evaluations = report->evaluations;
  g_array_append_vals (target->report.errors, report->errors->data, report->errors->len);
  ddim_region_set_frame (target->region, input->placement.context, input->placement.least);
  for (gint i = 0; i < output->n; i++)
    if (! add_result (i, made[i], target, error))
      return FALSE;

  return TRUE;
}

gboolean
ddim_variation_target_compute (DdimVariationTarget        *target,
                               const DdimVariationOutput  *output,
                               DdimRunner                 *runner,
                               gdouble                     from,
                               gdouble                     to,
                               GError                    **error)
{
  g_autoptr (DdimTask) task = NULL;

  if (target->output) /* taken */
    return TRUE;

  target->output = output;
  task           = ddim_variation_task_new (target->input, output->settings);

  return runner->run (runner, task, output->seeds, output->n, add_result, target,
                      &target->report, from, to, error);
}
