/* variation-task.c: variations of a picture
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A picture is encoded once for each model, depth and number of steps; another
 * strength or seed only decodes.
 */

#include <string.h>

#include "denoiser.h"
#include "variation-task.h"

/* Evaluations a step of the exact encoder, before it was measured: the most. */
#define EXACT_EVALUATIONS 3.0

typedef struct
{
  DdimTask               base;
  DdimVariationInput    *input;
  DdimVariationSettings  settings;
} VariationTask;

typedef struct
{
  DdimInversion *inversion; /* NULL where nothing is to change               */
  gchar         *hash;      /* of the model                                  */
} Opened;

/* The input -------------------------------------------------------------- */

DdimVariationInput *
ddim_variation_input_new (const DdimPlacement *placement,
                          DdimStagesKind       kind,
                          gint                 h,
                          gint                 w)
{
  DdimVariationInput *input = g_new0 (DdimVariationInput, 1);

  input->ref_count = 1;
  input->placement = *placement;
  ddim_stages_init (&input->stages, kind, h, w);

  return input;
}

DdimVariationInput *
ddim_variation_input_ref (DdimVariationInput *input)
{
  g_atomic_int_inc (&input->ref_count);

  return input;
}

void
ddim_variation_input_unref (DdimVariationInput *input)
{
  if (! input || ! g_atomic_int_dec_and_test (&input->ref_count))
    return;

  for (gint i = 0; i < input->stages.n; i++)
    {
      ddim_canvas_free (input->pictures[i]);
      g_free (input->weights[i]);
    }
  ddim_patch_source_free (input->source);
  g_free (input);
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

  return x->strength == y->strength && x->eta == y->eta;
}

static gdouble
making_cost (const DdimTask *task,
             gint            stage)
{
  const VariationTask *self = (const VariationTask *) task;

  if (! is_varied (&self->settings))
    return 0.0;

  return ddim_stage_get_cost (&task->stages->stages[stage], self->settings.model.steps);
}

/* To encode, and to decode what was encoded. */
static gdouble
opening_cost (const DdimTask *task,
              gint            stage)
{
  gboolean exact = ddim_stage_is_result (&task->stages->stages[stage]);

  return making_cost (task, stage) * (1.0 + (exact ? EXACT_EVALUATIONS : 1.0));
}

static void
close_inversion (gpointer data)
{
  Opened *opened = data;

  ddim_inversion_free (opened->inversion);
  g_free (opened->hash);
  g_free (opened);
}

static gpointer
open_inversion (const DdimTask     *task,
                gint                stage,
                DdimModelCache     *cache,
                const DdimMonitor  *monitor,
                gdouble            *evaluated,
                GError            **error)
{
  const VariationTask   *self     = (const VariationTask *) task;
  DdimVariationInput    *input    = self->input;
  const DdimStage       *s        = &input->stages.stages[stage];
  g_auto (DdimDenoiser)  denoiser = { 0 };
  DdimCanvas            *picture;
  Opened                *opened;

  if (! ddim_denoiser_init (&denoiser, &self->settings.model, &input->placement, s,
                            input->pictures[stage], input->source, cache, error))
    return NULL;

  *evaluated   = 0.0;
  opened       = g_new0 (Opened, 1);
  opened->hash = g_steal_pointer (&denoiser.hash);
  if (! is_varied (&self->settings))
    return opened;

  picture = ddim_canvas_copy (input->pictures[stage]);
  if (self->settings.model.tileable)
    ddim_canvas_make_seamless (picture);

  opened->inversion = ddim_inversion_new (denoiser.field, denoiser.levels,
                                          ddim_stage_is_result (s) ? DDIM_ENCODER_EXACT
                                                                   : DDIM_ENCODER_PAPER,
                                          picture, monitor, error);
  if (opened->inversion)
    *evaluated = s->w * (gdouble) s->h * opened->inversion->evaluations;
  else
    {
      ddim_denoiser_name_error (&self->settings.model, error);
      g_clear_pointer (&opened, close_inversion);
    }

  return opened;
}

static DdimCanvas *
make (const DdimTask     *task,
      gint                stage,
      gpointer            data,
      const guint64      *seeds,
      gint                n,
      const DdimMonitor  *monitor,
      GError            **error)
{
  const VariationTask    *self    = (const VariationTask *) task;
  const Opened           *opened  = data;
  const DdimCanvas       *picture = self->input->pictures[stage];
  gsize                   size    = ddim_canvas_item_size (picture);
  g_autoptr (DdimCanvas)  made    = ddim_canvas_new (n, picture->h, picture->w, picture->c);
  DdimVariation           options = { .strength  = self->settings.strength,
                                      .eta       = self->settings.eta,
                                      .seeds     = seeds,
                                      .weights   = self->input->weights[stage],
                                      .reduction = task->stages->stages[stage].reduction };

  if (! opened->inversion)
    {
      for (gint i = 0; i < n; i++)
        memcpy (made->data + i * size, picture->data, size * sizeof (gfloat));
      made->x = picture->x;
      made->y = picture->y;
    }
  else if (! ddim_vary (opened->inversion, &options, made, NULL, monitor, error))
    {
      ddim_denoiser_name_error (&self->settings.model, error);
      return NULL;
    }

  return g_steal_pointer (&made);
}

static void
report (gpointer        data,
        DdimTaskReport *report)
{
  const Opened *opened = data;
  gdouble       error  = opened->inversion ? opened->inversion->inversion_error : 0.0;

  report->hash = g_strdup (opened->hash);
  g_array_append_val (report->errors, error);
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
  .opening_cost = opening_cost,
  .making_cost  = making_cost,
  .open         = open_inversion,
  .close        = close_inversion,
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
