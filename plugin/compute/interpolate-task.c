/* interpolate-task.c: frames on the way between layers, small, for a job
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
  DdimTask    base;
  DdimWay    *way;
  DdimRecipe  recipe;
  gdouble    *positions;
  gint        n;
  gboolean    loop;
  gdouble     mix;
  guint64     seed;
} InterpolateTask;

/* The way ---------------------------------------------------------------- */

DdimWay *
ddim_way_new (DdimMeeting    *meeting,
              const DdimPlan *plan)
{
  DdimWay *way = g_new0 (DdimWay, 1);

  way->ref_count = 1;
  way->plan      = *plan;
  way->n_keys    = meeting->layers->len;
  way->format    = meeting->format;

  ddim_meeting_set_frame (meeting, plan->context, plan->least);
  ddim_plan_get_canvas (plan, meeting->frame.height, meeting->frame.width, &way->h, &way->w);
  way->n_stages = MAX (1, ddim_stages_plan (way->stages, way->h, way->w) - 1);
  for (gint i = 0; i < way->n_stages; i++)
    way->keys[i] = g_new0 (DdimCanvas *, way->n_keys);

  return way;
}

DdimWay *
ddim_way_ref (DdimWay *way)
{
  g_atomic_int_inc (&way->ref_count);

  return way;
}

void
ddim_way_unref (DdimWay *way)
{
  if (! way || ! g_atomic_int_dec_and_test (&way->ref_count))
    return;

  for (gint i = 0; i < way->n_stages; i++)
    {
      for (gint k = 0; k < way->n_keys; k++)
        ddim_canvas_free (way->keys[i][k]);
      g_free (way->keys[i]);
    }
  g_free (way);
}

gboolean
ddim_way_read_stage (DdimWay            *way,
                     const DdimMeeting  *meeting,
                     gint                stage,
                     gint                channels,
                     GError            **error)
{
  const DdimStage *s = &way->stages[stage];

  for (gint k = 0; k < way->n_keys; k++)
    {
      way->keys[stage][k] = ddim_meeting_read_canvas (meeting, k, channels, s->h, s->w, error);
      if (! way->keys[stage][k])
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

  return one->way == other->way && ! g_strcmp0 (one->recipe.model, other->recipe.model) &&
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
  gint most = self->way->stages[stage].steps;

  return most ? MIN (most, self->recipe.steps) : self->recipe.steps;
}

static gdouble
making_cost (const DdimTask *task,
             gint            stage)
{
  const InterpolateTask *self = (const InterpolateTask *) task;
  const DdimStage       *s    = &self->way->stages[stage];

  return s->w * (gdouble) s->h * stage_steps (self, stage);
}

/* The paper's encoder, and the look back. */
static gdouble
opening_cost (const DdimTask *task,
              gint            stage)
{
  return making_cost (task, stage) * 2 * ((const InterpolateTask *) task)->way->n_keys;
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
           DdimWorkshop       *workshop,
           const DdimMonitor  *monitor,
           gdouble            *evaluated,
           GError            **error)
{
  const InterpolateTask *self   = (const InterpolateTask *) task;
  DdimModel             *model  = ddim_workshop_get_model (workshop, &self->recipe, error);
  DdimRecipe             recipe = self->recipe; /* borrows its model */
  g_autoptr (GPtrArray)  keys   = g_ptr_array_new_with_free_func (free_inversion);
  g_autoptr (DdimField)  field  = NULL;
  g_autoptr (DdimLevels) levels = NULL;
  gint                   n      = self->way->n_keys;

  if (! model)
    return NULL;

  field = ddim_windows_new (ddim_model_get_field (model), &self->way->plan.windows, error);
  if (! field)
    return NULL;

  recipe.depth = ddim_recipe_get_reduced_depth (&recipe, model,
                                                self->way->stages[stage].reduction);
  recipe.steps = stage_steps (self, stage);
  levels = ddim_recipe_make_levels (&recipe, model, error);
  if (! levels)
    return NULL;

  for (gint k = 0; k < n; k++)
    {
      DdimMonitor    part = ddim_monitor_part (monitor, k / (gdouble) n, (k + 1) / (gdouble) n);
      DdimInversion *key  = ddim_inversion_new (field, levels, DDIM_ENCODER_PAPER,
                                                ddim_canvas_copy (self->way->keys[stage][k]),
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
  const InterpolateTask *self    = (const InterpolateTask *) task;
  const DdimStage       *s       = &self->way->stages[stage];
  GPtrArray             *keys    = opened;
  const DdimInversion   *first   = g_ptr_array_index (keys, 0);
  g_autoptr (DdimCanvas) frame   = ddim_canvas_new (1, s->h, s->w, first->image->c);
  DdimInterpolation      options = { .positions = self->positions + (seed - 1),
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
  return ddim_canvas_render (made, ((const InterpolateTask *) task)->way->format, SHOWN_SIDE);
}

static void
finalize (DdimTask *task)
{
  InterpolateTask *self = (InterpolateTask *) task;

  ddim_way_unref (self->way);
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
ddim_interpolate_task_new (DdimWay          *way,
                           const DdimRecipe *recipe,
                           const gdouble    *positions,
                           gint              n,
                           gboolean          loop,
                           gdouble           mix,
                           guint64           seed)
{
  InterpolateTask *self = g_new0 (InterpolateTask, 1);

  self->base      = (DdimTask) { &klass, 1, way->n_stages };
  self->way       = ddim_way_ref (way);
  self->positions = g_memdup2 (positions, n * sizeof *positions);
  self->n         = n;
  self->loop      = loop;
  self->mix       = mix;
  self->seed      = seed;
  ddim_recipe_copy (recipe, &self->recipe);

  return &self->base;
}
