/* variation-task.c: variations of a pyramid, for a job
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A picture is taken apart once for each model, depth and number of steps;
 * another strength or seed only puts together again.
 */

#include "config.h"

#include "patch-source.h"
#include "variation-task.h"

/* Evaluations a step of the exact encoder, before it was measured: the most. */
#define EXACT_EVALUATIONS 3.0

typedef struct
{
  DdimTask     base;
  DdimPyramid *pyramid;
  DdimRecipe   recipe;
} VariationTask;

/* As in a run without a dialog: at strength 0 the picture stays as it is. */
static gboolean
is_made_periodic (const DdimRecipe *recipe)
{
  return recipe->tileable && recipe->strength > 0.0;
}

static gboolean
same_opening (const DdimTask *a,
              const DdimTask *b)
{
  const VariationTask *one   = (const VariationTask *) a;
  const VariationTask *other = (const VariationTask *) b;
  const DdimRecipe    *x     = &one->recipe;
  const DdimRecipe    *y     = &other->recipe;

  return one->pyramid == other->pyramid && ! g_strcmp0 (x->model, y->model) &&
         x->steps == y->steps && x->depth == y->depth &&
         is_made_periodic (x) == is_made_periodic (y);
}

static gboolean
same_making (const DdimTask *a,
             const DdimTask *b)
{
  const DdimRecipe *x = &((const VariationTask *) a)->recipe;
  const DdimRecipe *y = &((const VariationTask *) b)->recipe;

  return x->strength == y->strength && x->eta == y->eta;
}

static gint
stage_steps (const VariationTask *self,
             gint                 stage)
{
  gint most = self->pyramid->stages[stage].steps;

  return most ? MIN (most, self->recipe.steps) : self->recipe.steps;
}

static gdouble
making_cost (const DdimTask *task,
             gint            stage)
{
  const VariationTask *self = (const VariationTask *) task;
  const DdimStage     *s    = &self->pyramid->stages[stage];

  return s->w * (gdouble) s->h * stage_steps (self, stage);
}

/* With the look back. */
static gdouble
opening_cost (const DdimTask *task,
              gint            stage)
{
  return making_cost (task, stage) *
         (1.0 + (stage == task->n_stages - 1 ? EXACT_EVALUATIONS : 1.0));
}

/* A picture taken apart. */
static gpointer
open (const DdimTask     *task,
      gint                stage,
      DdimTaskCache      *cache,
      const DdimMonitor  *monitor,
      gdouble            *evaluated,
      GError            **error)
{
  const VariationTask    *self     = (const VariationTask *) task;
  const DdimStage        *s        = &self->pyramid->stages[stage];
  gboolean                last     = stage == task->n_stages - 1;
  DdimRecipe              recipe   = self->recipe; /* borrows its model */
  g_autoptr (DdimModel)   of_image = NULL;
  DdimModel              *model;
  g_autoptr (DdimField)   field    = NULL;
  g_autoptr (DdimLevels)  levels   = NULL;
  DdimCanvas             *canvas;
  DdimInversion          *inversion;

  if (self->pyramid->source)
    model = of_image = ddim_patch_source_make_model (self->pyramid->source, s->canvas, s->reduction,
                                                     cache->pool, error);
  else
    model = ddim_task_cache_get_model (cache, &recipe, error);
  if (! model)
    return NULL;

  /* A model of the image takes canvases of any size, and wraps them itself. */
  field = of_image ? ddim_field_ref (ddim_model_get_field (model))
                   : ddim_tiling_new (ddim_model_get_field (model),
                                      &self->pyramid->placement.tiling, error);
  if (! field)
    return NULL;

  recipe.depth = ddim_recipe_get_reduced_depth (&recipe, model, s->reduction);
  recipe.steps = stage_steps (self, stage);
  levels = ddim_recipe_make_levels (&recipe, model, error);
  if (! levels)
    return NULL;

  canvas = ddim_canvas_copy (s->canvas);
  if (is_made_periodic (&recipe))
    ddim_canvas_make_seamless (canvas);

  inversion = ddim_inversion_new (field, levels,
                                  last ? DDIM_ENCODER_EXACT : DDIM_ENCODER_PAPER,
                                  canvas, monitor, error);
  if (inversion)
    *evaluated = s->w * (gdouble) s->h * inversion->evaluations;

  return inversion;
}

static void
close_inversion (gpointer opened)
{
  ddim_inversion_free (opened);
}

static DdimCanvas *
make (const DdimTask     *task,
      gint                stage,
      gpointer            opened,
      guint64             seed,
      const DdimMonitor  *monitor,
      GError            **error)
{
  const VariationTask    *self      = (const VariationTask *) task;
  const DdimInversion    *inversion = opened;
  const DdimCanvas       *image     = inversion->image;
  g_autoptr (DdimCanvas)  after     = ddim_canvas_new (1, image->h, image->w, image->c);
  DdimVariation           options   = { .strength  = self->recipe.strength,
                                        .eta       = self->recipe.eta,
                                        .seeds     = &seed,
                                        .weights   = self->pyramid->stages[stage].weights,
                                        .reduction = self->pyramid->stages[stage].reduction };

  if (! ddim_vary (inversion, &options, after, NULL, monitor, error))
    return NULL;

  return g_steal_pointer (&after);
}

static cairo_surface_t *
render (const DdimTask   *task,
        gint              stage,
        const DdimCanvas *made)
{
  return ddim_pyramid_render (((const VariationTask *) task)->pyramid, stage, made);
}

static void
finalize (DdimTask *task)
{
  VariationTask *self = (VariationTask *) task;

  ddim_pyramid_unref (self->pyramid);
  ddim_recipe_clear (&self->recipe);
  g_free (self);
}

static const DdimTaskClass klass =
{
  .same_opening = same_opening,
  .same_making  = same_making,
  .opening_cost = opening_cost,
  .making_cost  = making_cost,
  .open         = open,
  .close        = close_inversion,
  .make         = make,
  .render       = render,
  .finalize     = finalize,
};

DdimTask *
ddim_variation_task_new (DdimPyramid      *pyramid,
                         const DdimRecipe *recipe)
{
  VariationTask *self = g_new0 (VariationTask, 1);

  self->base  = (DdimTask) { &klass, 1, pyramid->n_stages };
  self->pyramid = ddim_pyramid_ref (pyramid);
  ddim_recipe_copy (recipe, &self->recipe);

  return &self->base;
}
