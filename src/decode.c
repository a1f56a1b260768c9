/* decode.c: the sampler, from noise to picture
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Equation (12): with x_0 and epsilon predicted at level t, the next level p is
 *
 *   x_p = a_p x_0 + sqrt (s_p^2 - sigma^2) epsilon + sigma noise,
 *
 * sigma of equation (16): eta sqrt (s_p^2 / s_t^2) sqrt (1 - a_t^2 / a_p^2).
 */

#include "ddim.h"

#include <math.h>

/* From a prediction for x at `level` to x_0 and epsilon, pixel by pixel. */
typedef struct
{
  gfloat x0_of_x, x0_of_out; /* x_0 = x0_of_x x + x0_of_out out       */
  gfloat e_of_x, e_of_out;   /* epsilon likewise                      */
} Split;

static gboolean
split_for (DdimPrediction    prediction,
           const DdimLevel  *level,
           Split            *split,
           GError          **error)
{
  gdouble a = level->a, s = level->s;

  switch (prediction)
    {
    case DDIM_PREDICTION_EPSILON:
      if (a < 1e-6)
        {
          g_set_error (error, DDIM_ERROR, DDIM_ERROR_ARGUMENT,
                       "A model that predicts epsilon cannot start from timestep %g, where "
                       "its schedule leaves nothing of the picture", level->timestep);
          return FALSE;
        }
      *split = (Split) { 1 / a, - s / a, 0, 1 };
      break;

    case DDIM_PREDICTION_V:
      *split = (Split) { a, - s, s, a };
      break;

    case DDIM_PREDICTION_SAMPLE:
      *split = (Split) { 0, 1, 1 / s, - a / s };
      break;
    }
  return TRUE;
}

typedef struct
{
  gdouble mean;  /* sigma of the mean's direction          */
  gdouble noise; /* standard deviation of the added noise  */
} Sigma;

static Sigma
sigma_for (const DdimSampling *sampling,
           const DdimLevel    *from,
           const DdimLevel    *to)
{
  gdouble ratio = from->a / to->a;
  gdouble full  = sqrt (MAX (1 - ratio * ratio, 0));
  Sigma   sigma = { 0 };

  if (sampling && sampling->eta > 0)
    {
      sigma.mean  = MIN (sampling->eta * to->s / from->s * full, to->s);
      sigma.noise = sampling->larger_variance ? full : sigma.mean;
    }
  return sigma;
}

/* x becomes its next level; out holds the prediction. */
static void
step (DdimCanvas         *x,
      const DdimCanvas   *out,
      const DdimCanvas   *noise,  /* or NULL */
      const Split        *split,
      const DdimSampling *sampling,
      const DdimLevel    *from,
      const DdimLevel    *to)
{
  Sigma   sigma  = sigma_for (sampling, from, to);
  gsize   pixels = (gsize) x->h * x->w;
  gfloat  clip   = sampling ? sampling->clip : 0;
  gdouble share  = 1;
  gfloat  a = to->a;
  gfloat  direction = sqrt (MAX (to->s * to->s - sigma.mean * sigma.mean, 0));

  for (gsize i = 0; i < x->n * pixels; i++)
    {
      if (noise && sampling->weights)
        {
          gdouble mean;

          share = sampling->weights[i % pixels];
          mean  = share * sigma.mean;
          direction = sqrt (MAX (to->s * to->s - mean * mean, 0));
        }
      for (gsize j = i * x->c; j < (i + 1) * x->c; j++)
        {
          gfloat x0      = split->x0_of_x * x->data[j] + split->x0_of_out * out->data[j];
          gfloat epsilon = split->e_of_x * x->data[j] + split->e_of_out * out->data[j];

          if (clip > 0)
            {
              x0      = CLAMP (x0, - clip, clip);
              epsilon = (x->data[j] - from->a * x0) / from->s;
            }
          x->data[j] = a * x0 + direction * epsilon;
          if (noise)
            x->data[j] += share * sigma.noise * noise->data[j];
        }
    }
}

gboolean
ddim_decode (DdimField           *field,
             const DdimLevels    *levels,
             const DdimSampling  *sampling,
             DdimCanvas          *x,
             const DdimMonitor   *monitor,
             GError             **error)
{
  g_autoptr (DdimCanvas) out = ddim_canvas_copy (x);
  g_autoptr (DdimCanvas) noise = NULL;

  if (sampling && sampling->eta > 0)
    {
      g_return_val_if_fail (sampling->seeds, FALSE);
      noise = ddim_canvas_copy (x);
    }

  for (gint i = levels->S; i > 0; i--)
    {
      const DdimLevel *from = &levels->levels[i];
      DdimMonitor      part = ddim_monitor_part (monitor,
                                                 1 - (gdouble) i / levels->S,
                                                 1 - (gdouble) (i - 1) / levels->S);
      Split            split = { 0 };

      if (! split_for (field->prediction, from, &split, error) ||
          ! ddim_monitor_update (&part, 0, error) ||
          ! ddim_field_evaluate (field, x, from, out, &part, error))
        return FALSE;

      /* Stream 0 of a seed is the perturbation's. */
      if (noise)
        ddim_noise_fill (noise, sampling->seeds, i);
      step (x, out, noise, &split, sampling, from, &levels->levels[i - 1]);
    }
  return ddim_monitor_update (monitor, 1, error);
}
