/* texture-task.c: textures like a sample
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pure noise, decoded by the model that the sample's patches make.  A stage of
 * 1 / k of the size has the sample at 1 / k of its size and the noise of the full
 * one, reduced, so that the same things come to lie at the same places.
 */

#include "texture-task.h"

typedef struct
{
  DdimTask             base;
  DdimTextureInput    *input;
  DdimTextureSettings  settings;
} TextureTask;

typedef struct
{
  DdimModel  *model;
  DdimLevels *levels;
  gchar      *hash;    /* of the sample                                      */
} Opened;

/* The input -------------------------------------------------------------- */

DdimTextureInput *
ddim_texture_input_new (DdimStagesKind kind,
                        gint           h,
                        gint           w)
{
  DdimTextureInput *input = g_atomic_rc_box_new0 (DdimTextureInput);

  ddim_stages_init (&input->stages, kind, h, w);

  return input;
}

DdimTextureInput *
ddim_texture_input_ref (DdimTextureInput *input)
{
  return g_atomic_rc_box_acquire (input);
}

static void
clear_input (gpointer data)
{
  DdimTextureInput *input = data;

  ddim_patch_source_free (input->source);
}

void
ddim_texture_input_unref (DdimTextureInput *input)
{
  if (input)
    g_atomic_rc_box_release_full (input, clear_input);
}

/* The task --------------------------------------------------------------- */

static gboolean
same_opening (const DdimTask *a,
              const DdimTask *b)
{
  const TextureTask *one   = (const TextureTask *) a;
  const TextureTask *other = (const TextureTask *) b;

  return one->input == other->input && one->settings.steps == other->settings.steps;
}

static gboolean
same_making (const DdimTask *a,
             const DdimTask *b)
{
  return TRUE;
}

/* Of the model, which is nothing beside its evaluations. */
static gdouble
opening_cost (const DdimTask *task,
              gint            stage)
{
  return 0.0;
}

static gdouble
making_cost (const DdimTask *task,
             gint            stage)
{
  const TextureTask *self = (const TextureTask *) task;

  return ddim_stage_get_cost (&task->stages->stages[stage], self->settings.steps);
}

static void
close_model (gpointer data)
{
  Opened *opened = data;

  ddim_model_unref (opened->model);
  ddim_levels_free (opened->levels);
  g_free (opened->hash);
  g_free (opened);
}

static gpointer
open_model (const DdimTask     *task,
            gint                stage,
            DdimModelCache     *cache,
            const DdimMonitor  *monitor,
            gdouble            *evaluated,
            GError            **error)
{
  const TextureTask *self   = (const TextureTask *) task;
  const DdimStage   *s      = &task->stages->stages[stage];
  Opened            *opened = g_new0 (Opened, 1);

  opened->model = ddim_patch_source_make_model (self->input->source, NULL, s->reduction,
                                                cache->pool, error);
  if (opened->model)
    opened->levels = ddim_levels_new (ddim_model_get_schedule (opened->model),
                                      DDIM_SPACING_QUADRATIC,
                                      ddim_stage_get_steps (s, self->settings.steps),
                                      1.0, NULL, error);
  if (opened->levels)
    opened->hash = ddim_patch_source_get_hash (self->input->source);
  else
    g_clear_pointer (&opened, close_model);

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
  const TextureTask      *self     = (const TextureTask *) task;
  const DdimStage        *s        = &task->stages->stages[stage];
  const Opened           *opened   = data;
  g_autoptr (DdimField)   field    = ddim_model_new_field (opened->model, NULL, error);
  DdimSampling            sampling = { .second_order = TRUE };
  g_autoptr (DdimCanvas)  textures = NULL;

  if (! field)
    return NULL;

  textures = ddim_canvas_try_new (n, s->h, s->w, field->channels, error);
  if (! textures)
    return NULL;
  ddim_noise_fill_reduced (textures, seeds, 0, s->reduction);
  if (! ddim_decode (field, opened->levels, &sampling, textures, monitor, error))
    return NULL;
  ddim_range_expand (&self->input->source->range, textures);

  return g_steal_pointer (&textures);
}

static void
report (gpointer        data,
        DdimTaskReport *report)
{
  report->hash = g_strdup (((const Opened *) data)->hash);
}

static void
finalize (DdimTask *task)
{
  TextureTask *self = (TextureTask *) task;

  ddim_texture_input_unref (self->input);
  ddim_texture_settings_clear (&self->settings);
  g_free (self);
}

static const DdimTaskClass klass =
{
  .same_opening = same_opening,
  .same_making  = same_making,
  .opening_cost = opening_cost,
  .making_cost  = making_cost,
  .open         = open_model,
  .close        = close_model,
  .make         = make,
  .report       = report,
  .finalize     = finalize,
};

DdimTask *
ddim_texture_task_new (DdimTextureInput          *input,
                       const DdimTextureSettings *settings)
{
  TextureTask *self = g_new0 (TextureTask, 1);

  self->base  = (DdimTask) { &klass, 1, &input->stages };
  self->input = ddim_texture_input_ref (input);
  ddim_texture_settings_copy (settings, &self->settings);

  return &self->base;
}
