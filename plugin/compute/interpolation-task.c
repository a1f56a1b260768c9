/* interpolation-task.c: frames between pictures
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The pictures are encoded once for each model, depth and number of steps; other
 * frames only decode.
 */

#include <string.h>

#include "denoiser.h"
#include "interpolation-task.h"

typedef struct
{
  DdimTask                   base;
  DdimInterpolationInput    *input;
  DdimInterpolationSettings  settings;
  gdouble                   *positions;
  gint                       n;
} InterpolationTask;

/* The input -------------------------------------------------------------- */

DdimInterpolationInput *
ddim_interpolation_input_new (const DdimPlacement *placement,
                              DdimStagesKind       kind,
                              gint                 n_keys,
                              gint                 h,
                              gint                 w)
{
  DdimInterpolationInput *input = g_atomic_rc_box_new0 (DdimInterpolationInput);

  input->placement = *placement;
  input->n_keys    = n_keys;
  ddim_stages_init (&input->stages, kind, h, w);
  for (gint i = 0; i < input->stages.n; i++)
    input->keys[i] = g_new0 (DdimCanvas *, n_keys);

  return input;
}

DdimInterpolationInput *
ddim_interpolation_input_ref (DdimInterpolationInput *input)
{
  return g_atomic_rc_box_acquire (input);
}

static void
clear_input (gpointer data)
{
  DdimInterpolationInput *input = data;

  for (gint i = 0; i < input->stages.n; i++)
    {
      for (gint k = 0; k < input->n_keys; k++)
        ddim_canvas_free (input->keys[i][k]);
      g_free (input->keys[i]);
    }
}

void
ddim_interpolation_input_unref (DdimInterpolationInput *input)
{
  if (input)
    g_atomic_rc_box_release_full (input, clear_input);
}

/* The task --------------------------------------------------------------- */

static gboolean
same_opening (const DdimTask *a,
              const DdimTask *b)
{
  const InterpolationTask *one   = (const InterpolationTask *) a;
  const InterpolationTask *other = (const InterpolationTask *) b;
  const DdimModelSettings *x     = &one->settings.model;
  const DdimModelSettings *y     = &other->settings.model;

  return one->input == other->input && ddim_model_settings_same_model (x, y) &&
         x->label == y->label && x->steps == y->steps && x->depth == y->depth;
}

static gboolean
same_making (const DdimTask *a,
             const DdimTask *b)
{
  const InterpolationTask         *one   = (const InterpolationTask *) a;
  const InterpolationTask         *other = (const InterpolationTask *) b;
  const DdimInterpolationSettings *x     = &one->settings;
  const DdimInterpolationSettings *y     = &other->settings;

  return one->n == other->n && x->loop == y->loop && x->mix == y->mix && x->seed == y->seed &&
         ! memcmp (one->positions, other->positions, one->n * sizeof *one->positions);
}

static gdouble
making_cost (const DdimTask *task,
             gint            stage)
{
  const InterpolationTask *self = (const InterpolationTask *) task;

  return ddim_stage_get_cost (&task->stages->stages[stage], self->settings.model.steps);
}

static DdimEncoder
choose_encoder (const InterpolationTask *self,
                gint                     stage)
{
  return ddim_denoiser_choose_encoder (&self->settings.model, &self->base.stages->stages[stage],
                                       self->input->n_keys);
}

static gdouble
opening_cost (const DdimTask *task,
              gint            stage)
{
  const InterpolationTask *self = (const InterpolationTask *) task;

  return self->input->n_keys * making_cost (task, stage)
         * ddim_denoiser_get_encoder_cost (choose_encoder (self, stage));
}

typedef struct
{
  GPtrArray *keys;  /* of DdimInversion                                      */
  gchar     *hash;  /* of the model                                          */
} Opened;

static void
free_inversion (gpointer inversion)
{
  ddim_inversion_free (inversion);
}

static void
close_keys (gpointer data)
{
  Opened *opened = data;

  g_ptr_array_unref (opened->keys);
  g_free (opened->hash);
  g_free (opened);
}

static gpointer
open_keys (const DdimTask     *task,
           gint                stage,
           DdimModelCache     *cache,
           const DdimMonitor  *monitor,
           gdouble            *evaluated,
           GError            **error)
{
  const InterpolationTask *self     = (const InterpolationTask *) task;
  DdimInterpolationInput  *input    = self->input;
  const DdimStage         *s        = &input->stages.stages[stage];
  g_auto (DdimDenoiser)    denoiser = { 0 };
  gint                     n        = input->n_keys;
  Opened                  *opened;

  if (! ddim_denoiser_init (&denoiser, &self->settings.model, &input->placement, s,
                            input->keys[stage][0], NULL, cache, error))
    return NULL;

  *evaluated   = 0.0;
  opened       = g_new (Opened, 1);
  opened->keys = g_ptr_array_new_with_free_func (free_inversion);
  opened->hash = g_steal_pointer (&denoiser.hash);
  for (gint k = 0; k < n; k++)
    {
      DdimMonitor    part    = ddim_monitor_part (monitor, k / (gdouble) n, (k + 1) / (gdouble) n);
      DdimCanvas    *picture = ddim_canvas_try_copy (input->keys[stage][k], error);
      DdimInversion *key     = NULL;

      if (picture)
        key = ddim_inversion_new (denoiser.field, denoiser.levels,
                                  choose_encoder (self, stage), picture, &part, error);
      if (! key)
        {
          ddim_denoiser_name_error (&self->settings.model, error);
          close_keys (opened);
          return NULL;
        }
      *evaluated += s->w * (gdouble) s->h * key->evaluations;
      g_ptr_array_add (opened->keys, key);
    }

  return opened;
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
  const InterpolationTask *self      = (const InterpolationTask *) task;
  const DdimStage         *s         = &task->stages->stages[stage];
  GPtrArray               *keys      = ((Opened *) data)->keys;
  const DdimInversion     *first     = g_ptr_array_index (keys, 0);
  g_autofree gdouble      *positions = g_new (gdouble, n);
  g_autoptr (DdimCanvas)   frames    = ddim_canvas_try_new (n, s->h, s->w, first->image->c,
                                                            error);
  DdimInterpolation        options   = { .positions = positions,
                                         .loop      = self->settings.loop,
                                         .mix       = self->settings.mix,
                                         .seed      = self->settings.seed,
                                         .batch     = n };

  if (! frames)
    return NULL;
  for (gint i = 0; i < n; i++)
    positions[i] = self->positions[seeds[i] - 1];

  if (! ddim_interpolate ((const DdimInversion *const *) keys->pdata, keys->len, &options,
                          frames, monitor, error))
    {
      ddim_denoiser_name_error (&self->settings.model, error);
      return NULL;
    }

  return g_steal_pointer (&frames);
}

static void
report (gpointer        data,
        DdimTaskReport *report)
{
  const Opened *opened = data;

  report->hash = g_strdup (opened->hash);
  for (guint i = 0; i < opened->keys->len; i++)
    {
      const DdimInversion *key = g_ptr_array_index (opened->keys, i);

      g_array_append_val (report->errors, key->inversion_error);
      report->evaluations = MAX (report->evaluations, key->evaluations);
    }
}

static void
finalize (DdimTask *task)
{
  InterpolationTask *self = (InterpolationTask *) task;

  ddim_interpolation_input_unref (self->input);
  ddim_interpolation_settings_clear (&self->settings);
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
  .report       = report,
  .finalize     = finalize,
};

DdimTask *
ddim_interpolation_task_new (DdimInterpolationInput          *input,
                             const DdimInterpolationSettings *settings,
                             const gdouble                   *positions,
                             gint                             n)
{
  InterpolationTask *self = g_new0 (InterpolationTask, 1);

  self->base      = (DdimTask) { &klass, 1, &input->stages };
  self->input     = ddim_interpolation_input_ref (input);
  self->positions = g_memdup2 (positions, n * sizeof *positions);
  self->n         = n;
  ddim_interpolation_settings_copy (settings, &self->settings);

  return &self->base;
}
