/* interpolation-run.c: the frames between layers, from reading to writing
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <libgimp/gimp.h>

#include "interpolation-run.h"
#include "recipe.h"
#include "task-input.h"

void
ddim_interpolation_run_clear (DdimInterpolationRun *self)
{
  g_clear_pointer (&self->positions, g_free);
  g_clear_pointer (&self->input, ddim_interpolation_input_unref);
  g_clear_pointer (&self->layer_set, ddim_layer_set_free);
  g_clear_pointer (&self->transaction, ddim_transaction_free);
  ddim_task_report_clear (&self->report);
  ddim_interpolation_settings_clear (&self->settings);
}

gboolean
ddim_interpolation_run_read (DdimInterpolationRun  *self,
                             GError               **error)
{
  const DdimModelSettings *model     = &self->settings.model;
  DdimLayerSet            *layer_set = self->layer_set;
  DdimModelInfo            info;
  DdimPlacement            placement;

  if (! ddim_model_settings_inspect (model, layer_set->colors, &info, error))
    return FALSE;

  ddim_placement_init (&placement, model->method, FALSE, info.sample_size, info.fixed_size,
                       layer_set->target.height, layer_set->target.width);
  self->input = ddim_layer_set_plan_input (layer_set, &placement, DDIM_STAGES_RESULT);

  return ddim_layer_set_read_input (layer_set, self->input, 0, info.channels, error);
}

/* How frame i, counted from 0, can be made again. */
static gchar *
make_recipe (const DdimInterpolationRun *self,
             gint                        i)
{
  const DdimLayerSet     *layer_set = self->layer_set;
  const GeglRectangle    *target    = &layer_set->target;
  g_autoptr (GPtrArray)   names     = g_ptr_array_new ();
  DdimRecipeOrigin        origin    = { target->x, target->y, target->width, target->height,
                                        self->report.hash };

  for (guint k = 0; k < layer_set->regions->len; k++)
    g_ptr_array_add (names, ((DdimRegion *) layer_set->regions->pdata[k])->name);
  g_ptr_array_add (names, NULL);
  origin.layers = (const gchar * const *) names->pdata;

  if (self->options.kind == DDIM_FRAMES_LAYER)
    return ddim_recipe_of_position (&self->settings, &origin, self->options.position);
  else
    return ddim_recipe_of_frame (&self->settings, &origin, i + 1, self->n_frames);
}

/* Keeps a frame as GIMP will have it. */
static gboolean
keep (gint               i,
      const DdimCanvas  *made,
      gpointer           data,
      GError           **error)
{
  DdimInterpolationRun *self     = data;
  DdimCanvas          **keys     = self->input->keys[0];
  gdouble               position = self->positions[i];
  gint                  last     = self->settings.loop ? self->n_keys - 1 : self->n_keys - 2;
  gint                  from     = MIN ((gint) position, last);
  gint                  to       = (from + 1) % self->n_keys;
  GeglBuffer           *frame    = ddim_layer_set_make_frame (self->layer_set, from, to,
                                                              position - from, keys[from],
                                                              keys[to], made, 0, error);

  if (! frame)
    return FALSE;

  ddim_frames_add (&self->options, self->layer_set, self->transaction, i, frame,
                   make_recipe (self, i));

  return TRUE;
}

gboolean
ddim_interpolation_run_compute (DdimInterpolationRun  *self,
                                DdimRunner            *runner,
                                GError               **error)
{
  g_autoptr (DdimTask)  task  = NULL;
  g_autofree guint64   *seeds = g_new (guint64, self->n_frames);

  for (gint i = 0; i < self->n_frames; i++)
    seeds[i] = i + 1;

  self->transaction = ddim_frames_begin (&self->options, self->layer_set);
  task = ddim_interpolation_task_new (self->input, &self->settings, self->positions,
                                      self->n_frames);

  return runner->run (runner, task, seeds, self->n_frames, keep, self, &self->report, 0.0, 1.0,
                      error);
}
