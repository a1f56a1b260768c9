/* texture-task.c: textures like a sample, for a job
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pure noise, decoded under the model that the sample's patches make.  A stage
 * of 1 / k of the size has the sample at 1 / k of its size and the noise of the
 * full one, reduced, so that the same things come to lie at the same places.
 */

#include "config.h"

#include "texture-task.h"

/* The longer side of what is shown, in pixels. */
#define SHOWN_SIDE 480

typedef struct
{
  DdimTask    base;
  DdimSample *sample;
  gint        steps;
} TextureTask;

typedef struct
{
  DdimModel  *model;
  DdimLevels *levels;
} Opened;

DdimLevels *
ddim_texture_levels (const DdimModel  *model,
                     gint              steps,
                     GError          **error)
{
  return ddim_levels_new (ddim_model_get_schedule (model), DDIM_SPACING_QUADRATIC, steps,
                          1.0, NULL, error);
}

DdimCanvas *
ddim_texture_make (DdimModel          *model,
                   const DdimLevels   *levels,
                   gint                h,
                   gint                w,
                   gint                reduction,
                   guint64             seed,
                   const DdimMonitor  *monitor,
                   GError            **error)
{
  DdimField              *field    = ddim_model_get_field (model);
  DdimSampling            sampling = { .second_order = TRUE };
  g_autoptr (DdimCanvas)  texture  = ddim_canvas_new (1, h, w, field->channels);

  ddim_noise_fill_reduced (texture, &seed, 0, reduction);
  if (! ddim_decode (field, levels, &sampling, texture, monitor, error))
    return NULL;

  return g_steal_pointer (&texture);
}

/* The sample ------------------------------------------------------------- */

DdimSample *
ddim_sample_new (gint        h,
                 gint        w,
                 gint        channels,
                 const Babl *format)
{
  DdimSample *sample = g_new0 (DdimSample, 1);

  sample->ref_count = 1;
  sample->channels  = channels;
  sample->format    = format;
  sample->n_stages  = ddim_stages_plan (sample->stages, h, w);

  return sample;
}

DdimSample *
ddim_sample_ref (DdimSample *sample)
{
  g_atomic_int_inc (&sample->ref_count);

  return sample;
}

void
ddim_sample_unref (DdimSample *sample)
{
  if (! sample || ! g_atomic_int_dec_and_test (&sample->ref_count))
    return;

  ddim_patch_source_free (sample->source);
  g_free (sample);
}

/* The task --------------------------------------------------------------- */

static gboolean
same_opening (const DdimTask *a,
              const DdimTask *b)
{
  const TextureTask *one   = (const TextureTask *) a;
  const TextureTask *other = (const TextureTask *) b;

  return one->sample == other->sample && one->steps == other->steps;
}

static gboolean
same_making (const DdimTask *a,
             const DdimTask *b)
{
  return TRUE;
}

static gint
stage_steps (const TextureTask *self,
             gint               stage)
{
  gint most = self->sample->stages[stage].steps;

  return most ? MIN (most, self->steps) : self->steps;
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
  const DdimStage   *s    = &self->sample->stages[stage];

  return s->w * (gdouble) s->h * stage_steps (self, stage);
}

static void
close_model (gpointer data)
{
  Opened *opened = data;

  ddim_model_unref (opened->model);
  ddim_levels_free (opened->levels);
  g_free (opened);
}

static gpointer
open_model (const DdimTask     *task,
            gint                stage,
            DdimTaskCache      *cache,
            const DdimMonitor  *monitor,
            gdouble            *evaluated,
            GError            **error)
{
  const TextureTask *self   = (const TextureTask *) task;
  Opened            *opened = g_new0 (Opened, 1);

  opened->model = ddim_patch_source_make_model (self->sample->source, NULL,
                                                self->sample->stages[stage].reduction,
                                                cache->pool, error);
  if (opened->model)
    opened->levels = ddim_texture_levels (opened->model, stage_steps (self, stage), error);
  if (! opened->levels)
    g_clear_pointer (&opened, close_model);

  return opened;
}

static DdimCanvas *
make (const DdimTask     *task,
      gint                stage,
      gpointer            data,
      guint64             seed,
      const DdimMonitor  *monitor,
      GError            **error)
{
  const DdimStage *s      = &((const TextureTask *) task)->sample->stages[stage];
  const Opened    *opened = data;

  return ddim_texture_make (opened->model, opened->levels, s->h, s->w, s->reduction, seed,
                            monitor, error);
}

static cairo_surface_t *
render (const DdimTask   *task,
        gint              stage,
        const DdimCanvas *made)
{
  return ddim_canvas_render (made, ((const TextureTask *) task)->sample->format, SHOWN_SIDE);
}

static void
finalize (DdimTask *task)
{
  ddim_sample_unref (((TextureTask *) task)->sample);
  g_free (task);
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
  .render       = render,
  .finalize     = finalize,
};

DdimTask *
ddim_texture_task_new (DdimSample *sample,
                       gint        steps)
{
  TextureTask *self = g_new0 (TextureTask, 1);

  self->base   = (DdimTask) { &klass, 1, sample->n_stages };
  self->sample = ddim_sample_ref (sample);
  self->steps  = steps;

  return &self->base;
}
