/* variation-task.c: variations of a picture
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A picture is encoded once for each model, depth and number of steps; another
 * strength or seed only decodes.
 *
 * Chance decides between patches that fit about as well, and falls otherwise at
 * another size: a coarse variation and a fine one of the same noise would have little
 * in common.  So a fine one follows the coarse stage, which a dialog shows first.  A
 * preview follows what was shown.  For a result it is made again here, a twentieth of
 * the work, with or without a dialog: a painter gets what was seen, in detail.
 */

#include <string.h>

#include "variation-stage.h"
#include "variation-task.h"

/* The cells in which a stage follows the coarse one have so many of that one's pixels
 * along a side, and of a result's at least LEAST_CELL.  Finer ones would bring the
 * coarse stage's own roughness along: cells of 4 pixels left smooth grounds 1 to 2 dB
 * off, of 6 all within one.                                                 */
#define CELL       2
#define LEAST_CELL 6

/* Pixels of a picture that is read at once. */
#define CELLS_MOST (1 << 22)

typedef struct
{
  DdimTask               base;
  DdimVariationInput    *input;
  DdimVariationSettings  settings;
} VariationTask;

/* The input -------------------------------------------------------------- */

DdimVariationInput *
ddim_variation_input_new (const DdimPlacement *placement,
                          DdimStagesKind       kind,
                          gint                 h,
                          gint                 w)
{
  DdimVariationInput *input = g_atomic_rc_box_new0 (DdimVariationInput);

  input->placement = *placement;
  ddim_stages_init (&input->stages, kind, h, w);

  return input;
}

DdimVariationInput *
ddim_variation_input_ref (DdimVariationInput *input)
{
  return g_atomic_rc_box_acquire (input);
}

static void
clear_input (gpointer data)
{
  DdimVariationInput *input = data;

  for (gint i = 0; i < input->stages.n; i++)
    {
      ddim_canvas_free (input->pictures[i]);
      g_free (input->weights[i]);
    }
  ddim_patch_source_free (input->source);
}

void
ddim_variation_input_unref (DdimVariationInput *input)
{
  if (input)
    g_atomic_rc_box_release_full (input, clear_input);
}

gboolean
ddim_variation_input_has_cells (const DdimVariationInput *input)
{
  const DdimStage *last = &input->stages.stages[input->stages.n - 1];

  return ! input->placement.tiling.tileable && last->h <= CELLS_MOST / last->w;
}

/* The task --------------------------------------------------------------- */

static gboolean
is_varied (const DdimVariationSettings *settings)
{
  return settings->strength > 0.0;
}

static gboolean
same_opening (const DdimTask *a,
              const DdimTask *b)
{
  const VariationTask         *one   = (const VariationTask *) a;
  const VariationTask         *other = (const VariationTask *) b;
  const DdimVariationSettings *x     = &one->settings;
  const DdimVariationSettings *y     = &other->settings;

  return one->input == other->input &&
         ddim_model_settings_same_model (&x->model, &y->model) &&
         x->model.label == y->model.label &&
         x->model.steps == y->model.steps && x->model.depth == y->model.depth &&
         x->model.tileable == y->model.tileable && is_varied (x) == is_varied (y);
}

static gboolean
same_making (const DdimTask *a,
             const DdimTask *b)
{
  const DdimVariationSettings *x = &((const VariationTask *) a)->settings;
  const DdimVariationSettings *y = &((const VariationTask *) b)->settings;

  return x->strength == y->strength && x->eta == y->eta && x->leeway == y->leeway &&
         ddim_model_settings_same_prompts (&x->model, &y->model);
}

/* The coarse stage that the result follows.  FALSE: it follows none, or this is another
 * stage.  A latent model's coarse pictures are no pictures of its kind.     */
static gboolean
get_coarse (const VariationTask *self,
            gint                 stage,
            DdimStage           *coarse)
{
  const DdimStage *s      = &self->base.stages->stages[stage];
  const DdimStage *result = &self->base.stages->stages[self->base.stages->n - 1];
  DdimStages       previews;

  ddim_stages_init (&previews, DDIM_STAGES_PREVIEWS, result->h * result->reduction,
                    result->w * result->reduction);
  *coarse = previews.stages[0];
  return ddim_stage_is_result (s) && is_varied (&self->settings) &&
         ! self->settings.model.latent &&
         (s->reduction < coarse->reduction ||
          ddim_stage_get_steps (coarse, self->settings.model.steps)
          < ddim_stage_get_steps (s, self->settings.model.steps));
}

/* Whether a preview follows the first one. */
static gboolean
follows_first (const VariationTask *self,
               gint                 stage)
{
  return stage > 0 && ! ddim_stage_is_result (&self->base.stages->stages[stage]) &&
         is_varied (&self->settings) && ! self->settings.model.latent;
}

static gdouble
making_cost (const DdimTask *task,
             gint            stage)
{
  const VariationTask *self = (const VariationTask *) task;
  gint                 steps = self->settings.model.steps;
  gdouble              cost;
  DdimStage            coarse;

  if (! is_varied (&self->settings))
    return 0.0;

  cost = ddim_stage_get_cost (&task->stages->stages[stage], steps);
  if (get_coarse (self, stage, &coarse))
    cost += ddim_stage_get_cost (&coarse, steps);
  return cost;
}

static gdouble
opening_cost (const DdimTask *task,
              gint            stage)
{
  const VariationTask *self = (const VariationTask *) task;
  const DdimStage     *s    = &task->stages->stages[stage];
  gdouble              cost;
  DdimStage            coarse;

  if (! is_varied (&self->settings))
    return 0.0;

  cost = ddim_variation_stage_get_opening_cost (s, &self->settings.model);
  if (get_coarse (self, stage, &coarse))
    cost += ddim_variation_stage_get_opening_cost (&coarse, &self->settings.model);
  return cost;
}

/* What was opened of a stage, and of the coarse one that it follows, or NULL.  first: of a
 * preview that follows the first one, that one's picture as it was varied.  */
typedef struct
{
  DdimVariationStage *stage;
  DdimVariationStage *coarse;
  DdimCanvas         *reduced; /* the coarse one's picture                   */
  DdimCanvas         *first;
  gdouble             share;   /* of the work, that the coarse one takes     */
} Opened;

static void
close_stages (gpointer data)
{
  Opened *opened = data;

  ddim_variation_stage_free (opened->coarse);
  ddim_variation_stage_free (opened->stage);
  ddim_canvas_free (opened->reduced);
  ddim_canvas_free (opened->first);
  g_free (opened);
}

/* Opens the coarse stage of a picture of another one. */
static gboolean
open_coarse (const VariationTask  *self,
             const DdimStage      *stage,
             DdimStage            *coarse,
             const DdimCanvas     *picture,
             const gfloat         *weights,
             DdimModelCache       *cache,
             Opened               *opened,
             const DdimMonitor    *monitor,
             gdouble              *evaluated,
             GError              **error)
{
  gint       k    = coarse->reduction / stage->reduction;
  gboolean   tile = self->settings.model.tileable;
  DdimCanvas mask = { .n = 1, .h = picture->h, .w = picture->w, .c = 1,
                      .data = (gfloat *) weights };
  g_autoptr (DdimCanvas) cover = NULL;

  opened->reduced = ddim_canvas_reduce (picture, k, tile, error);
  if (! opened->reduced ||
      (weights && ! (cover = ddim_canvas_reduce (&mask, k, tile, error))))
    return FALSE;

  coarse->h          = opened->reduced->h;
  coarse->w          = opened->reduced->w;
  opened->reduced->x = picture->x;
  opened->reduced->y = picture->y;
  opened->coarse     = ddim_variation_stage_new (self->input, &self->settings, coarse,
                                                 opened->reduced, cover ? cover->data : NULL,
                                                 cache, monitor, evaluated, error);
  return opened->coarse != NULL;
}

static gboolean
copy_first (const VariationTask  *self,
            Opened               *opened,
            GError              **error)
{
  opened->first = ddim_canvas_try_copy (self->input->pictures[0], error);
  return opened->first && (! self->settings.model.tileable ||
                           ddim_canvas_make_seamless (opened->first, error));
}

static gpointer
open_stages (const DdimTask     *task,
             gint                stage,
             DdimModelCache     *cache,
             const DdimMonitor  *monitor,
             gdouble            *evaluated,
             GError            **error)
{
  const VariationTask *self    = (const VariationTask *) task;
  DdimVariationInput  *input   = self->input;
  const DdimStage     *s       = &input->stages.stages[stage];
  const DdimCanvas    *picture = input->pictures[stage];
  const gfloat        *weights = input->weights[stage];
  Opened              *opened  = g_new0 (Opened, 1);
  gdouble              of_coarse = 0.0;
  DdimMonitor          first, second;
  DdimStage            coarse;
  gboolean             follows = get_coarse (self, stage, &coarse);

  if (follows)
    opened->share = ddim_stage_get_cost (&coarse, self->settings.model.steps)
                    / making_cost (task, stage);
  first  = ddim_monitor_part (monitor, 0.0, opened->share);
  second = ddim_monitor_part (monitor, opened->share, 1.0);

  if ((follows && ! open_coarse (self, s, &coarse, picture, weights, cache, opened, &first,
                                 &of_coarse, error)) ||
      (follows_first (self, stage) && ! copy_first (self, opened, error)) ||
      ! (opened->stage = ddim_variation_stage_new (input, &self->settings, s, picture, weights,
                                                   cache, &second, evaluated, error)))
    {
      close_stages (opened);
      return NULL;
    }

  *evaluated += of_coarse;
  return opened;
}

/* Leaves by how much each item differs from the picture. */
static void
subtract_picture (DdimCanvas       *made,
                  const DdimCanvas *picture)
{
  gsize size = ddim_canvas_item_size (picture);

  for (gsize i = 0; i < ddim_canvas_size (made); i++)
    made->data[i] -= picture->data[i % size];
}

/* A change of a picture of this reduction, in cells of `cell` pixels of a stage's. */
static DdimCanvas *
take_cells (const VariationTask  *self,
            gint                  stage,
            const DdimCanvas     *change,
            gint                  reduction,
            gint                 *cell,
            GError              **error)
{
  gboolean               tile  = self->settings.model.tileable;
  const DdimStage       *s     = &self->base.stages->stages[stage];
  gint                   k     = reduction / s->reduction;
  g_autoptr (DdimCanvas) shown = ddim_canvas_try_like (self->input->pictures[stage], change->n,
                                                       error);

  if (! shown)
    return NULL;

  memset (shown->data, 0, ddim_canvas_size (shown) * sizeof (gfloat));
  if (! ddim_canvas_add_enlarged (shown, change, k, tile, error))
    return NULL;
  *cell = ddim_stage_is_result (s) ? MAX (LEAST_CELL, CELL * k) : CELL * k;
  return ddim_canvas_reduce (shown, *cell, tile, error);
}

static DdimCanvas *
make (const DdimTask     *task,
      gint                stage,
      gpointer            data,
      const guint64      *seeds,
      gint                n,
      const DdimCanvas   *first_made,
      const DdimMonitor  *monitor,
      GError            **error)
{
  const VariationTask   *self      = (const VariationTask *) task;
  Opened                *opened    = data;
  DdimMonitor            of_coarse = ddim_monitor_part (monitor, 0.0, opened->share);
  DdimMonitor            second    = ddim_monitor_part (monitor, opened->share, 1.0);
  gint                   reduction = task->stages->stages[0].reduction;
  const DdimCanvas      *varied    = opened->first;
  g_autoptr (DdimCanvas) change    = NULL;
  g_autoptr (DdimCanvas) coarse    = NULL;
  gint                   cell      = 0;

  if (! opened->coarse && ! opened->first)
    return ddim_variation_stage_make (opened->stage, self->input, &self->settings, seeds, n,
                                      NULL, 0, monitor, error);

  if (opened->coarse)
    {
      reduction = ddim_variation_stage_get_stage (opened->coarse)->reduction;
      varied    = ddim_variation_stage_get_varied (opened->coarse);
      change    = ddim_variation_stage_make (opened->coarse, self->input, &self->settings, seeds,
                                             n, NULL, 0, &of_coarse, error);
    }
  else
    {
      change = ddim_canvas_try_copy (first_made, error);
    }
  if (! change)
    return NULL;

  subtract_picture (change, varied);
  coarse = take_cells (self, stage, change, reduction, &cell, error);
  if (! coarse)
    return NULL;

  return ddim_variation_stage_make (opened->stage, self->input, &self->settings, seeds, n,
                                    coarse, cell, &second, error);
}

static void
report (gpointer        data,
        DdimTaskReport *report)
{
  ddim_variation_stage_report (((Opened *) data)->stage, report);
}

static void
finalize (DdimTask *task)
{
  VariationTask *self = (VariationTask *) task;

  ddim_variation_input_unref (self->input);
  ddim_variation_settings_clear (&self->settings);
  g_free (self);
}

static const DdimTaskClass klass =
{
  .same_opening = same_opening,
  .same_making  = same_making,
  .follow_first = TRUE,
  .opening_cost = opening_cost,
  .making_cost  = making_cost,
  .open         = open_stages,
  .close        = close_stages,
  .make         = make,
  .report       = report,
  .finalize     = finalize,
};

DdimTask *
ddim_variation_task_new (DdimVariationInput          *input,
                         const DdimVariationSettings *settings)
{
  VariationTask *self = g_new0 (VariationTask, 1);

  self->base  = (DdimTask) { &klass, 1, &input->stages };
  self->input = ddim_variation_input_ref (input);
  ddim_variation_settings_copy (settings, &self->settings);

  return &self->base;
}
