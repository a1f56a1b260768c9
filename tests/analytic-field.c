/* analytic-field.c: fields whose score is known in closed form
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <math.h>

#include "analytic-field.h"

typedef struct
{
  DdimField               parent;
  const AnalyticGaussian *gaussians; /* NULL: the rough field */
  gint                    n_gaussians;
  gint                    count;
} AnalyticField;

gdouble
analytic_epsilon (const AnalyticGaussian *gaussians,
                  gint                    n_gaussians,
                  const DdimLevel        *level,
                  gdouble                 x)
{
  gdouble highest = -G_MAXDOUBLE;
  gdouble total   = 0;
  gdouble epsilon = 0;

  for (gint pass = 0; pass < 2; pass++)
    for (gint k = 0; k < n_gaussians; k++)
      {
        gdouble variance = level->a * level->a * gaussians[k].variance + level->s * level->s;
        gdouble distance = x - level->a * gaussians[k].mean;
        gdouble log_density = log (gaussians[k].weight / sqrt (variance))
                              - distance * distance / (2 * variance);

        if (pass == 0)
          {
            highest = MAX (highest, log_density);
          }
        else
          {
            gdouble share = exp (log_density - highest);

            total   += share;
            epsilon += share * level->s * distance / variance;
          }
      }

  return epsilon / total;
}

/* The share of the mixture below x at a level, or above it. */
static gdouble
tail (const AnalyticGaussian *gaussians,
      gint                    n_gaussians,
      const DdimLevel        *level,
      gdouble                 x,
      gboolean                above)
{
  gdouble share = 0;

  for (gint k = 0; k < n_gaussians; k++)
    {
      gdouble variance = level->a * level->a * gaussians[k].variance + level->s * level->s;
      gdouble distance = (x - level->a * gaussians[k].mean) / sqrt (2 * variance);

      share += gaussians[k].weight * erfc (above ? distance : - distance) / 2;
    }

  return share;
}

gdouble
analytic_flow (const AnalyticGaussian *gaussians,
               gint                    n_gaussians,
               const DdimLevel        *from,
               const DdimLevel        *to,
               gdouble                 x)
{
  /* The smaller tail keeps its digits. */
  gboolean above  = tail (gaussians, n_gaussians, from, x, TRUE) < 0.5;
  gdouble  wanted = tail (gaussians, n_gaussians, from, x, above);
  gdouble  low    = -100;
  gdouble  high   = 100;

  for (gint i = 0; i < 60; i++)
    {
      gdouble middle = (low + high) / 2;

      if ((tail (gaussians, n_gaussians, to, middle, above) > wanted) == above)
        low = middle;
      else
        high = middle;
    }

  return (low + high) / 2;
}

static gboolean
analytic_evaluate (DdimField          *field,
                   const DdimCanvas   *x,
                   const DdimLevel    *level,
                   DdimCanvas         *out,
                   const DdimMonitor  *monitor,
                   GError            **error)
{
  AnalyticField *self = (AnalyticField *) field;
  gsize          size = ddim_canvas_size (x);

  g_atomic_int_add (&self->count, x->n);

  for (gsize i = 0; i < size; i++)
    {
      gdouble value = x->data[i];
      gdouble epsilon;

      if (! self->gaussians)
        {
          gboolean has_left = i % ((gsize) x->w * x->c) >= (gsize) x->c;

          out->data[i] = sin (40 * value) + (has_left ? cos (30 * x->data[i - x->c]) : 0);
          continue;
        }

      epsilon = analytic_epsilon (self->gaussians, self->n_gaussians, level, value);
      switch (field->prediction)
        {
        case DDIM_PREDICTION_V:
          /* v = a epsilon - s x_0 with x = a x_0 + s epsilon; where a is 0,
           * x_0 is the mean of the mixture.                                 */
        case DDIM_PREDICTION_SAMPLE:
          {
            gdouble x0 = 0;

            if (level->a > 0)
              x0 = (value - level->s * epsilon) / level->a;
            else
              for (gint k = 0; k < self->n_gaussians; k++)
                x0 += self->gaussians[k].weight * self->gaussians[k].mean;

            out->data[i] = field->prediction == DDIM_PREDICTION_SAMPLE
                           ? x0 : level->a * epsilon - level->s * x0;
          }
          break;

        default:
          out->data[i] = epsilon;
        }
    }

  return ddim_monitor_update (monitor, 1, error);
}

static void
analytic_finalize (DdimField *field)
{
  g_free (field);
}

static const DdimFieldClass analytic_class = { analytic_evaluate, analytic_finalize };

DdimField *
analytic_field_new (const AnalyticGaussian *gaussians,
                    gint                    n_gaussians,
                    gint                    channels,
                    DdimPrediction          prediction)
{
  AnalyticField *self = g_new0 (AnalyticField, 1);

  ddim_field_init (&self->parent, &analytic_class, channels, prediction);
  self->gaussians   = gaussians;
  self->n_gaussians = n_gaussians;

  return &self->parent;
}

DdimField *
analytic_field_new_rough (gint channels)
{
  return analytic_field_new (NULL, 0, channels, DDIM_PREDICTION_EPSILON);
}

gint
analytic_field_get_count (DdimField *field)
{
  return g_atomic_int_get (&((AnalyticField *) field)->count);
}
