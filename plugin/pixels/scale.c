/* scale.c: rows of samples to more or fewer of them
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Fewer: each is the mean over the stretch it stands for, so no weight is
 * negative and the whole keeps its mean.  More: Catmull and Rom's cubic
 * through the samples, smooth at any factor; beyond the ends the last sample
 * goes on.  GEGL scales too, but would mix the colours that lie hidden under
 * transparent pixels into those beside them, and knows no rows in passing.
 */

#include "scale.h"

#include <math.h>
#include <string.h>

/* Catmull and Rom's weights of the samples -1, 0, 1, 2 for a place between 0
 * and 1 ("A class of local interpolating splines", 1974).                  */
static void
cubic_weights (gdouble t,
               gdouble weights[4])
{
  weights[0] = ((-0.5 * t + 1.0) * t - 0.5) * t;
  weights[1] = (1.5 * t - 2.5) * t * t + 1.0;
  weights[2] = ((-1.5 * t + 2.0) * t + 0.5) * t;
  weights[3] = (0.5 * t - 0.5) * t * t;
}

static void
make_means (DdimScale *scale)
{
  gdouble ratio = (gdouble) scale->from / scale->to;

  for (gint o = 0; o < scale->to; o++)
    {
      gdouble  from    = o * ratio;
      gdouble  to      = from + ratio;
      gint     first   = MIN ((gint) from, scale->from - scale->n_taps);
      gfloat  *weights = scale->weights + (gsize) o * scale->n_taps;

      scale->first[o] = first;
      for (gint i = 0; i < scale->n_taps; i++)
        weights[i] = MAX (0.0, MIN (to, first + i + 1) - MAX (from, first + i)) / ratio;
    }
}

static void
make_cubics (DdimScale *scale)
{
  gdouble ratio = (gdouble) scale->from / scale->to;

  for (gint o = 0; o < scale->to; o++)
    {
      gdouble  place   = (o + 0.5) * ratio - 0.5;
      gint     left    = (gint) floor (place);
      gint     first   = CLAMP (left - 1, 0, scale->from - scale->n_taps);
      gfloat  *weights = scale->weights + (gsize) o * scale->n_taps;
      gdouble  cubic[4];

      cubic_weights (place - left, cubic);

      scale->first[o] = first;
      for (gint i = 0; i < 4; i++)
        weights[CLAMP (left - 1 + i, 0, scale->from - 1) - first] += cubic[i];
    }
}

DdimScale *
ddim_scale_new (gint     from,
                gint     to,
                GError **error)
{
  g_autoptr (DdimScale) scale = g_new0 (DdimScale, 1);

  scale->from    = from;
  scale->to      = to;
  scale->n_taps  = to > from ? MIN (4, from)
                 : to < from ? MIN ((from + to - 1) / to + 1, from)
                 : 1;
  if (! (scale->first = ddim_try_new0 (gint, to, error)) ||
      ! (scale->weights = ddim_try_new0 (gfloat, (gsize) to * scale->n_taps, error)))
    return NULL;

  if (to > from)
    make_cubics (scale);
  else
    make_means (scale);

  return g_steal_pointer (&scale);
}

void
ddim_scale_free (DdimScale *scale)
{
  if (! scale)
    return;

  g_free (scale->first);
  g_free (scale->weights);
  g_free (scale);
}

void
ddim_scale_row (const DdimScale *scale,
                const gfloat    *row,
                gint             channels,
                gfloat          *scaled)
{
  for (gint o = 0; o < scale->to; o++, scaled += channels)
    {
      const gfloat *weights = scale->weights + (gsize) o * scale->n_taps;
      const gfloat *from    = row + (gsize) scale->first[o] * channels;

      for (gint c = 0; c < channels; c++)
        scaled[c] = weights[0] * from[c];

      for (gint i = 1; i < scale->n_taps; i++)
        for (gint c = 0; c < channels; c++)
          scaled[c] += weights[i] * from[(gsize) i * channels + c];
    }
}

void
ddim_scale_add_row (const DdimScale *scale,
                    gint             y,
                    const gfloat    *row,
                    gint             size,
                    gfloat          *sums)
{
  /* the first output that may see it is about where its taps end */
  gint o = MAX (0, (gint) ((gint64) (y - scale->n_taps) * scale->to / scale->from) - 2);

  for (; o < scale->to && scale->first[o] <= y; o++)
    {
      gint    tap = y - scale->first[o];
      gfloat *sum = sums + (gsize) o * size;
      gfloat  weight;

      if (tap >= scale->n_taps)
        continue;

      weight = scale->weights[(gsize) o * scale->n_taps + tap];
      if (weight != 0.0f)
        for (gint i = 0; i < size; i++)
          sum[i] += weight * row[i];
    }
}

gboolean
ddim_scaled_rows_init (DdimScaledRows  *self,
                       const gfloat    *data,
                       const gfloat    *minus,
                       gint             h,
                       gint             w,
                       gint             channels,
                       gint             to_h,
                       gint             to_w,
                       GError         **error)
{
  self->data     = data;
  self->minus    = minus;
  self->channels = channels;

  return (self->rows = ddim_scale_new (h, to_h, error)) &&
         (self->columns = ddim_scale_new (w, to_w, error)) &&
         (self->narrow = ddim_try_new (gfloat, (gsize) w * channels, error)) &&
         (self->row = ddim_try_new (gfloat, (gsize) to_w * channels, error));
}

void
ddim_scaled_rows_clear (DdimScaledRows *self)
{
  g_clear_pointer (&self->rows, ddim_scale_free);
  g_clear_pointer (&self->columns, ddim_scale_free);
  g_clear_pointer (&self->narrow, g_free);
  g_clear_pointer (&self->row, g_free);
}

const gfloat *
ddim_scaled_rows_make (DdimScaledRows *self,
                       gint            y)
{
  const DdimScale *rows = self->rows;
  gsize            size = (gsize) self->columns->from * self->channels;

  memset (self->narrow, 0, size * sizeof (gfloat));
  for (gint tap = 0; tap < rows->n_taps; tap++)
    {
      gfloat        weight = rows->weights[(gsize) y * rows->n_taps + tap];
      gsize         first  = (rows->first[y] + tap) * size;
      const gfloat *data   = self->data + first;
      const gfloat *minus  = self->minus ? self->minus + first : NULL;

      for (gsize i = 0; i < size; i++)
        self->narrow[i] += weight * (minus ? data[i] - minus[i] : data[i]);
    }

  ddim_scale_row (self->columns, self->narrow, self->channels, self->row);

  return self->row;
}
