/* interpolate-task.c: frames between layers, small, for a job
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is shown is what a network sees, which is at full size what all the
 * frames take: the stages leave that out.
 */

#include "config.h"

#include <string.h>

#include "interpolate-task.h"

/* The longer side of what is shown, in pixels. */
#define SHOWN_SIDE 480

typedef struct
{
  DdimTask       base;
  DdimKeyframes *keyframes;
  DdimRecipe     recipe;
  gdouble       *positions;
  gint           n;
  gboolean       loop;
  gdouble        mix;
  guint64        seed;
} InterpolateTask;

/* The keyframes ---------------------------------------------------------- */

DdimKeyframes *
ddim_keyframes_new (DdimLayerSet        *layer_set,
                    const DdimPlacement *placement)
{
  DdimKeyframes *keyframes = g_new0 (DdimKeyframes, 1);

  keyframes->ref_count = 1;
  keyframes->placement = *placement;
  keyframes->n_keys    = layer_set->layers->len;
  keyframes->format    = layer_set->format;

  ddim_layer_set_set_frame (layer_set, placement->context, placement->least);
  ddim_placement_get_canvas_size (placement, layer_set->frame.height, layer_set->frame.width,
                                  &keyframes->h, &keyframes->w);
  keyframes->n_stages = ddim_stages_plan (keyframes->stages, keyframes->h, keyframes->w) - 1;
  keyframes->n_stages = MAX (1, keyframes->n_stages);
  for (gint i = 0; i < keyframes->n_stages; i++)
    keyframes->keys[i] = g_new0 (DdimCanvas *, keyframes->n_keys);

  return keyframes;
}

DdimKeyframes *
ddim_keyframes_ref (DdimKeyframes *keyframes)
{
  g_atomic_int_inc (&keyframes->ref_count);

  return keyframes;
}

void
ddim_keyframes_unref (DdimKeyframes *keyframes)
{
  if (! keyframes || ! g_atomic_int_dec_and_test (&keyframes->ref_count))
    return;

  for (gint i = 0; i < keyframes->n_stages; i++)
    {
      for (gint k = 0; k < keyframes->n_keys; k++)
        ddim_canvas_free (keyframes->keys[i][k]);
      g_free (keyframes->keys[i]);
    }
  g_free (keyframes);
}

gboolean
ddim_keyframes_read_stage (DdimKeyframes       *keyframes,
                           const DdimLayerSet  *layer_set,
                           gint                 stage,
                           gint                 channels,
                           GError             **error)
{
  const DdimStage *s = &keyframes->stages[stage];

  for (gint k = 0; k < keyframes->n_keys; k++)
    {
      keyframes->keys[stage][k] = ddim_layer_set_read_canvas (layer_set, k, channels,
                                                              s->h, s->w, error);
      if (! keyframes->keys[stage][k])
        return FALSE;
    }

  return TRUE;
}

/* The task --------------------------------------------------------------- */

static gboolean
same_opening (const DdimTask *a,
              const DdimTask *b)
{
  const InterpolateTask *one   = (const InterpolateTask *) a;
  const InterpolateTask *other = (const InterpolateTask *) b;

  return one->keyframes == other->keyframes &&
         ! g_strcmp0 (one->recipe.model, other->recipe.model) &&
         one->recipe.steps == other->recipe.steps && one->recipe.depth == other->recipe.depth;
}

static gboolean
same_making (const DdimTask *a,
             const DdimTask *b)
{
  const InterpolateTask *one   = (const InterpolateTask *) a;
  const InterpolateTask *other = (const InterpolateTask *) b;

  return one->n == other->n && one->loop == other->loop && one->mix == other->mix &&
         one->seed == other->seed &&
         ! memcmp (one->positions, other->positions, one->n * sizeof *one->positions);
}

static gint
stage_steps (const InterpolateTask *self,
             gint                   stage)
{
  gint most = self->keyframes->stages[stage].steps;

  return most ? MIN (most, self->recipe.steps) : self->recipe.steps;
}

static gdouble
making_cost (const DdimTask *task,
             gint            stage)
{
  const InterpolateTask *self = (const InterpolateTask *) task;
  const DdimStage       *s    = &self->keyframes->stages[stage];

  return s->w * (gdouble) s->h * stage_steps (self, stage);
}

/* The paper's encoder, and the look back. */
static gdouble
opening_cost (const DdimTask *task,
              gint            stage)
{
  return making_cost (task, stage) * 2 * ((const InterpolateTask *) task)->keyframes->n_keys;
}

static void
close_keys (gpointer opened)
{
  g_ptr_array_unref (opened);
}

static void
free_inversion (gpointer inversion)
{
  ddim_inversion_free (inversion);
}

/* The layers taken apart: an array of DdimInversion. */
static gpointer
open_keys (const DdimTask     *task,
           gint                stage,
           DdimTaskCache      *cache,
           const DdimMonitor  *monitor,
           gdouble            *evaluated,
           GError            **error)
{
  const InterpolateTask  *self   = (const InterpolateTask *) task;
  DdimModel              *model  = ddim_task_cache_get_model (cache, &self->recipe, error);
  DdimRecipe              recipe = self->recipe; /* borrows its model */
  g_autoptr (GPtrArray)   keys   = g_ptr_array_new_with_free_func (free_inversion);
  g_autoptr (DdimField)   field  = NULL;
  g_autoptr (DdimLevels)  levels = NULL;
  gint                    n      = self->keyframes->n_keys;

  if (! model)
    return NULL;

  field = ddim_tiling_new (ddim_model_get_field (model), &self->keyframes->placement.tiling, error);
  if (! field)
    return NULL;

  recipe.depth = ddim_recipe_get_reduced_depth (&recipe, model,
                                                self->keyframes->stages[stage].reduction);
  recipe.steps = stage_steps (self, stage);
  levels = ddim_recipe_make_levels (&recipe, model, error);
  if (! levels)
    return NULL;

  for (gint k = 0; k < n; k++)
    {
      DdimMonitor    part = ddim_monitor_part (monitor, k / (gdouble) n, (k + 1) / (gdouble) n);
      DdimInversion *key  = ddim_inversion_new (field, levels, DDIM_ENCODER_PAPER,
                                                ddim_canvas_copy (self->keyframes->keys[stage][k]),
                                                &part, error);

      if (! key)
        return NULL;
      g_ptr_array_add (keys, key);
    }

  return g_steal_pointer (&keys);
}

static DdimCanvas *
make (const DdimTask     *task,
      gint                stage,
      gpointer            opened,
      guint64             seed,
      const DdimMonitor  *monitor,
      GError            **error)
{
  const InterpolateTask  *self    = (const InterpolateTask *) task;
  const DdimStage        *s       = &self->keyframes->stages[stage];
  GPtrArray              *keys    = opened;
  const DdimInversion    *first   = g_ptr_array_index (keys, 0);
  g_autoptr (DdimCanvas)  frame   = ddim_canvas_new (1, s->h, s->w, first->image->c);
  DdimInterpolation       options = { .positions = self->positions + (seed - 1),
                                      .loop      = self->loop,
                                      .mix       = self->mix,
                                      .seed      = self->seed };

  if (! ddim_interpolate ((const DdimInversion *const *) keys->pdata, keys->len, &options,
                          frame, monitor, error))
    return NULL;

  return g_steal_pointer (&frame);
}

static cairo_surface_t *
render (const DdimTask   *task,
        gint              stage,
        const DdimCanvas *made)
{
  return ddim_canvas_render (made, ((const InterpolateTask *) task)->keyframes->format, SHOWN_SIDE);
}

static void
finalize (DdimTask *task)
{
  InterpolateTask *self = (InterpolateTask *) task;

  ddim_keyframes_unref (self->keyframes);
  ddim_recipe_clear (&self->recipe);
  g_free (self->positions);
  g_free (self);
}

static const DdimTaskClass klass =
{
  .same_opening = same_opening,
  .same_making  = same_making,
  .opening_cost = opening_cost,
  .making_cost  = making_cost,
  .open         = open_keys,
  .close        = close_keys,
  .make         = make,
  .render       = render,
  .finalize     = finalize,
};

DdimTask *
ddim_interpolate_task_new (DdimKeyframes    *keyframes,
                           const DdimRecipe *recipe,
                           const gdouble    *positions,
                           gint              n,
                           gboolean          loop,
                           gdouble           mix,
                           guint64           seed)
{
  InterpolateTask *self = g_new0 (InterpolateTask, 1);

  self->base      = (DdimTask) { &klass, 1, keyframes->n_stages };
  self->keyframes = ddim_keyframes_ref (keyframes);
  self->positions = g_memdup2 (positions, n * sizeof *positions);
  self->n         = n;
  self->loop      = loop;
  self->mix       = mix;
  self->seed      = seed;
  ddim_recipe_copy (recipe, &self->recipe);

  return &self->base;
}
