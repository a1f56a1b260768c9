/* variation-target.c: a drawable that is varied, from reading to writing
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include <libgimp/gimp.h>
#include <glib/gi18n-lib.h>

#include "recipe.h"
#include "task-input.h"
#include "variation-target.h"

#define PARASITE "gimp-ddim-variation"

static void
free_canvas (gpointer canvas)
{
  ddim_canvas_free (canvas);
}

static void
target_free (gpointer data)
{
  DdimVariationTarget *target = data;

  ddim_region_free (target->region);
  ddim_variation_input_unref (target->input);
  g_ptr_array_unref (target->made);
  g_free (target);
}

GPtrArray *
ddim_variation_targets_new (GimpImage     *image,
                            GimpDrawable **drawables,
                            gboolean       in_place,
                            GError       **error)
{
  g_autoptr (GPtrArray) targets = g_ptr_array_new_with_free_func (target_free);

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
      DdimVariationTarget *target = g_new0 (DdimVariationTarget, 1);

      g_ptr_array_add (targets, target);
      target->made   = g_ptr_array_new_with_free_func (free_canvas);
      target->region = ddim_region_new (image, drawables[i], in_place, error);
      if (! target->region)
        return NULL;
    }

  return g_steal_pointer (&targets);
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
  DdimPlacement       placement;

  if (target->input)
    return TRUE;

  if (! ddim_model_settings_inspect (&settings->model, region->colors, &info, error))
    return FALSE;

  ddim_placement_init (&placement, settings->model.method, settings->model.tileable,
                  info.sample_size, info.attention,
                  region->target.height, region->target.width);
  target->input = ddim_region_plan_input (region, &placement, DDIM_STAGES_RESULT);

  if (ddim_model_settings_is_image (&settings->model) &&
      ! ddim_region_read_source (region, target->input, source, settings, info.channels, error))
    return FALSE;

  return ddim_region_read_input (region, target->input, 0, info.channels, error);
}

void
ddim_variation_target_take (DdimVariationTarget *target,
                            DdimVariationInput  *input,
                            GPtrArray           *made)
{
  g_ptr_array_unref (target->made);
  target->input = input;
  target->made  = made;
  ddim_region_set_frame (target->region, input->placement.context, input->placement.least);
}

/* Computing -------------------------------------------------------------- */

static gboolean
keep (gint               i,
      const DdimCanvas  *made,
      gpointer           data,
      GError           **error)
{
  g_ptr_array_add (data, ddim_canvas_copy (made));

  return TRUE;
}

gboolean
ddim_variation_target_compute (DdimVariationTarget          *target,
                               const DdimVariationSettings  *settings,
                               const guint64                *seeds,
                               gint                          n,
                               DdimModelCache               *cache,
                               GArray                       *errors,
                               const DdimMonitor            *monitor,
                               GError                      **error)
{
  g_autoptr (DdimTask) task = NULL;

  if (target->made->len > 0)
    return TRUE;

  task = ddim_variation_task_new (target->input, settings);

  return ddim_task_run (task, cache, seeds, n, keep, target->made, errors, monitor, error);
}

/* Writing ---------------------------------------------------------------- */

static const DdimCanvas *
get_picture (const DdimVariationTarget *target)
{
  return target->input->pictures[target->input->stages.n - 1];
}

gboolean
ddim_variation_target_replace (DdimVariationTarget  *target,
                               GError              **error)
{
  return ddim_region_commit (target->region, get_picture (target), target->made->pdata[0], 0,
                             error);
}

/* The new layer says how it was made, so that it can be made again. */
static void
sign (const DdimVariationSettings *settings,
      GimpLayer                   *layer,
      guint64                      seed)
{
  g_autofree gchar *text     = ddim_recipe_of_variation (settings, seed);
  GimpParasite     *parasite = gimp_parasite_new (PARASITE,
                                                  GIMP_PARASITE_PERSISTENT |
                                                  GIMP_PARASITE_UNDOABLE,
                                                  strlen (text), text);

  gimp_item_attach_parasite (GIMP_ITEM (layer), parasite);
  gimp_parasite_free (parasite);
}

gboolean
ddim_variation_target_add_layers (DdimVariationTarget          *target,
                                  const DdimVariationSettings  *settings,
                                  const guint64                *seeds,
                                  GPtrArray                    *layers,
                                  GError                      **error)
{
  g_autofree gchar *name = gimp_item_get_name (GIMP_ITEM (target->region->drawable));

  for (guint i = 0; i < target->made->len; i++)
    {
      /* Translators: a new layer's name: the layer it was made of, the seed,
       * and the strength as a number from 0 to 1. */
      g_autofree gchar *title = g_strdup_printf (_("%s, seed %u, strength %.2f"), name,
                                                 (guint) seeds[i], settings->strength);
      GimpLayer        *layer = ddim_region_to_layer (target->region, get_picture (target),
                                                      target->made->pdata[i], 0, title, error);

      if (! layer)
        return FALSE;

      sign (settings, layer, seeds[i]);
      g_ptr_array_add (layers, layer);
    }

  return TRUE;
}
