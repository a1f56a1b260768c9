/* structure-texture.c: a field for structure and a field for texture as one
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A small network knows coarse structure and paints fine texture badly; the
 * patches of the picture itself know its texture, but no structure beyond their
 * size.  Here the texture field gives x_0 at full size, and the structure field
 * corrects its coarse part, octave by octave, where its noise is moderate:
 *
 *   x_0 <- x_0 + share u_j (sigma) up (structure (down (x)) - down (x_0)),  k = cell 2^j.
 *
 * down takes the means of k x k pixels, which divides the noise ratio sigma = s / a
 * by k, so the structure field is asked at the level of sigma / k; up interpolates.
 * With t = log2 (sigma / (k ratio)), u_j rises from 0 to 1 as t goes from -2 to
 * -1.5, and falls back to 0 from -0.5 to 0, when the next octave has risen.  So two
 * octaves take part at a level, and they change over smoothly; below sigma =
 * cell ratio / 4 the texture field is alone.
 *
 * A low ratio is best: there k is about the size of the patches that the
 * picture's own field compares at that sigma.  At 1 the two decide the same bands,
 * do not agree, and their mean is flat.  Half of the correction is enough to hold
 * together what patches alone take apart, a face's eyes say, and flattens half as
 * much; cells of 2 pixels, four times as slow, make nothing better than those of 4
 * (doc/variations.md).
 */

#include <math.h>

#include "reduce.h"
#include "structure-texture.h"
#include "try-alloc.h"

#define CELL  4
#define RATIO 0.3
#define SHARE 0.5

#define LEAST 16   /* cells along the shorter side in the coarsest octave     */

/* Where a network is asked beyond what it knows, its x_0 runs away. */
#define BOUND 1.2

/* What is as far away as this is no picture, however little is known: the field
 * overflows.                                                                */
#define ABSURD 1e6

typedef struct
{
  DdimField             field;
  DdimField            *structure;
  DdimField            *texture;
  gint                  T;
  gdouble              *alphas_cumprod; /* T of them: the structure field's   */
  gint                  cell;
  gdouble               ratio;
  gboolean              tileable;
} StructureTexture;

/* The structure field's level of a noise ratio, between two of its timesteps. */
static DdimLevel
level_of_ratio (const StructureTexture *self,
                gdouble                 ratio)
{
  const gdouble *alphas_cumprod = self->alphas_cumprod;
  gdouble        alpha = CLAMP (1 / (1 + ratio * ratio), alphas_cumprod[self->T - 1],
                                alphas_cumprod[0]);
  gint           low   = 0, high = self->T - 1;

  while (high - low > 1)
    {
      gint middle = (low + high) / 2;

      if (alphas_cumprod[middle] >= alpha)
        low = middle;
      else
        high = middle;
    }
  return (DdimLevel) {
    .timestep = low + (alphas_cumprod[low] - alpha)
                      / MAX (alphas_cumprod[low] - alphas_cumprod[high], 1e-12),
    .a = sqrt (alpha), .s = sqrt (1 - alpha) };
}

static gdouble
ramp (gdouble from,
      gdouble to,
      gdouble x)
{
  return CLAMP ((x - from) / (to - from), 0, 1);
}

/* u_j.  t: see above; the coarsest octave has no next one. */
static gdouble
octave_weight (gdouble  t,
               gboolean coarsest)
{
  gdouble rise = ramp (-2, -1.5, t);

  return coarsest ? rise : MIN (rise, 1 - ramp (-0.5, 0, t));
}

/* Corrects x_0 in `out` by what the structure field says of cells of k pixels. */
static gboolean
correct (StructureTexture   *self,
         const DdimCanvas   *x,
         const DdimLevel    *level,
         gint                k,
         gdouble             weight,
         DdimCanvas         *out,
         const DdimMonitor  *monitor,
         GError            **error)
{
  DdimLevel coarse = level_of_ratio (self, level->s / level->a / k);
  g_autoptr (DdimCanvas) reduced = ddim_canvas_reduce (x, k, self->tileable, error);
  g_autoptr (DdimCanvas) change  = NULL;
  g_autoptr (DdimCanvas) epsilon = NULL;
  gsize size;

  if (! reduced || ! (change = ddim_canvas_reduce (out, k, self->tileable, error)) ||
      ! (epsilon = ddim_canvas_try_like (reduced, reduced->n, error)))
    return FALSE;

  size = ddim_canvas_size (reduced);
  for (gsize i = 0; i < size; i++)
    reduced->data[i] *= coarse.a / level->a;

  if (! ddim_field_epsilon (self->structure, reduced, &coarse, epsilon, monitor, error))
    return FALSE;

  for (gsize i = 0; i < size; i++)
    {
      gdouble x0 = (reduced->data[i] - coarse.s * epsilon->data[i]) / coarse.a;

      if (! (fabs (x0) < ABSURD))
        {
          ddim_field_set_not_finite (&coarse, error);
          return FALSE;
        }
      change->data[i] = SHARE * weight * (CLAMP (x0, - BOUND, BOUND) - change->data[i]);
    }
  return ddim_canvas_add_enlarged (out, change, k, self->tileable, error);
}

static gboolean
structure_texture_evaluate (DdimField          *field,
                            const DdimCanvas   *x,
                            const DdimLevel    *level,
                            DdimCanvas         *out,
                            const DdimMonitor  *monitor,
                            GError            **error)
{
  StructureTexture *self = (StructureTexture *) field;
  gsize             size = ddim_canvas_size (x);
  DdimMonitor       part = ddim_monitor_part (monitor, 0, 0.5);

  if (self->texture->prediction == DDIM_PREDICTION_SAMPLE)
    {
      if (! ddim_field_evaluate (self->texture, x, level, out, &part, error))
        return FALSE;
    }
  else
    {
      if (! ddim_field_epsilon (self->texture, x, level, out, &part, error))
        return FALSE;
      for (gsize i = 0; i < size; i++)
        out->data[i] = (x->data[i] - level->s * out->data[i]) / level->a;
    }

  for (gint k = self->cell; level->a > 0; k *= 2)
    {
      gboolean coarsest = MIN (x->h, x->w) / (2 * k) < LEAST;
      gdouble  weight   = octave_weight (log2 (level->s / level->a / (k * self->ratio)),
                                         coarsest);

      part = ddim_monitor_part (monitor, 0.5, 1);
      if (weight > 0 && ! correct (self, x, level, k, weight, out, &part, error))
        return FALSE;
      if (coarsest)
        break;
    }
  return ddim_monitor_update (monitor, 1, error);
}

static void
structure_texture_finalize (DdimField *field)
{
  StructureTexture *self = (StructureTexture *) field;

  g_clear_pointer (&self->structure, ddim_field_unref);
  g_clear_pointer (&self->texture, ddim_field_unref);
  g_free (self->alphas_cumprod);
  g_free (self);
}

static const DdimFieldClass structure_texture_class =
{
  structure_texture_evaluate, structure_texture_finalize
};

DdimField *
ddim_structure_texture_new (DdimField                   *structure,
                            const DdimSchedule          *schedule,
                            DdimField                   *texture,
                            const DdimStructureTexture  *options,
                            GError                     **error)
{
  static const DdimStructureTexture none = { 0 };

  StructureTexture *self;

  if (! options)
    options = &none;
  if (structure->channels != texture->channels)
    {
      g_set_error (error, DDIM_ERROR, DDIM_ERROR_ARGUMENT,
                   "Structure of %d channels and texture of %d make no field",
                   structure->channels, texture->channels);
      return NULL;
    }
  if (options->cell < 0 || ! (options->ratio >= 0))
    {
      g_set_error (error, DDIM_ERROR, DDIM_ERROR_ARGUMENT,
                   "Structure of cells of %d pixels at a noise ratio of %g: both must be "
                   "above 0", options->cell, options->ratio);
      return NULL;
    }

  self = g_new0 (StructureTexture, 1);
  ddim_field_init (&self->field, &structure_texture_class, texture->channels,
                   DDIM_PREDICTION_SAMPLE);
  self->structure      = ddim_field_ref (structure);
  self->texture        = ddim_field_ref (texture);
  self->T              = ddim_schedule_get_length (schedule);
  self->alphas_cumprod = ddim_try_memdup (ddim_schedule_get_alphas_cumprod (schedule), self->T,
                                          sizeof (gdouble), error);
  self->cell           = options->cell > 0 ? options->cell : CELL;
  self->ratio          = options->ratio > 0 ? options->ratio : RATIO;
  self->tileable       = options->tileable;
  if (! self->alphas_cumprod)
    {
      ddim_field_unref (&self->field);
      return NULL;
    }
  return &self->field;
}
