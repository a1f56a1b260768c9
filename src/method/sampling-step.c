/* sampling-step.c: one step of the sampler
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Equation (12): predict x_0 and epsilon, and put them together again at the
 * next level p,
 *
 *   x_p = a_p x_0 + sqrt (s_p^2 - sigma^2) epsilon + sigma z,
 *
 * with equation (16)'s sigma = eta (s_p / s_t) sqrt (1 - a_t^2 / a_p^2): eta 0
 * is DDIM, 1 the posterior of DDPM.  The larger variance, sigma-hat =
 * sqrt (1 - a_t^2 / a_p^2), takes the place of sigma before z only, as in the
 * paper's own experiments, and is left out at a clean level.
 *
 * The second-order step is DPM-Solver++ (2M) (Lu et al., arXiv 2211.01095):
 * the same formula with x_0 extrapolated half a step ahead in lambda =
 * log (a / s) from its last two values.
 */

#include <math.h>

#include "philox.h"
#include "sampling-step.h"

/* How far, as a share of the last step, x_0 is extrapolated: half of this
 * step in log (a / s).  0 where a step is infinite: its end is clean, or the
 * last one's start was pure noise.                                          */
static gdouble
step_ahead (const DdimLevel *last,
            const DdimLevel *from,
            const DdimLevel *to)
{
  if (to->s <= 0 || last->a <= 0)
    return 0;

  return 0.5 * log (to->a * from->s / (to->s * from->a))
             / log (from->a * last->s / (from->s * last->a));
}

gboolean
ddim_step_init (DdimStep            *step,
                DdimPrediction       prediction,
                const DdimLevels    *levels,
                gint                 i,
                const DdimSampling  *sampling,
                GError             **error)
{
  const DdimLevel *from = &levels->levels[i];
  const DdimLevel *to   = &levels->levels[i - 1];
  gdouble          a    = from->a;
  gdouble          s    = from->s;

  *step = (DdimStep) { .a = a, .s = s, .a_next = to->a, .s_next = to->s };

  switch (prediction)
    {
    case DDIM_PREDICTION_V:
      step->x0_of_x = a;
      step->x0_of_out = -s;
      step->eps_of_x = s;
      step->eps_of_out = a;
      break;

    case DDIM_PREDICTION_SAMPLE:
      step->x0_of_out = 1;
      step->eps_of_x = 1 / s;
      step->eps_of_out = -a / s;
      break;

    case DDIM_PREDICTION_EPSILON:
    default:
      if (a <= 0)
        {
          g_set_error (error, DDIM_ERROR, DDIM_ERROR_ARGUMENT,
                       "A model that predicts epsilon cannot start at timestep "
                       "%g, where nothing is left of the picture",
                       from->timestep);
          return FALSE;
        }
      step->x0_of_x = 1 / a;
      step->x0_of_out = -s / a;
      step->eps_of_out = 1;
      break;
    }

  if (sampling->eta > 0)
    {
      gdouble larger = sqrt (MAX (1 - a * a / (to->a * to->a), 0));

      step->sigma = step->noise = sampling->eta * to->s / s * larger;
      if (sampling->larger_variance && to->s > 0)
        step->noise = sampling->eta * larger;
    }

  if (sampling->second_order && i < levels->S)
    step->ahead = step_ahead (&levels->levels[i + 1], from, to);

  return TRUE;
}

/* Replaces x by the next level's.  out: what the field said of x.  last_x0:
 * the last step's x_0, replaced by this one's, or NULL.  z: this pixel's
 * noise, or NULL.                                                           */
static void
step_pixel (const DdimStep *step,
            gdouble         clip,
            gdouble         weight,
            const gfloat   *z,
            gint            channels,
            const gfloat   *out,
            gfloat         *last_x0,
            gfloat         *x)
{
  gdouble sigma     = weight * step->sigma;
  gdouble direction = sqrt (MAX (step->s_next * step->s_next - sigma * sigma, 0));

  for (gint c = 0; c < channels; c++)
    {
      gdouble x0  = step->x0_of_x * x[c] + step->x0_of_out * out[c];
      gdouble eps = step->eps_of_x * x[c] + step->eps_of_out * out[c];

      if (clip > 0 && fabs (x0) > clip)
        {
          x0  = CLAMP (x0, -clip, clip);
          eps = (x[c] - step->a * x0) / step->s;
        }
      if (last_x0)
        {
          gdouble now = x0;

          if (step->ahead > 0)
            {
              x0 += step->ahead * (x0 - last_x0[c]);
              eps = (x[c] - step->a * x0) / step->s;
            }
          last_x0[c] = now;
        }

      x[c] = step->a_next * x0 + direction * eps
             + (z ? weight * step->noise * z[c] : 0);
    }
}

void
ddim_step_canvas (const DdimStep     *step,
                  const DdimSampling *sampling,
                  gint                i,
                  const DdimCanvas   *out,
                  DdimCanvas         *last_x0,
                  DdimCanvas         *x)
{
  gfloat *z     = step->noise > 0 ? g_newa (gfloat, x->c) : NULL;
  gsize   place = 0;

  for (gint n = 0; n < x->n; n++)
    for (gint row = 0; row < x->h; row++)
      for (gint column = 0; column < x->w; column++, place += x->c)
        {
          gdouble weight = 1;

          if (sampling->weights)
            weight = sampling->weights[(gsize) row * x->w + column];
          if (z && weight > 0)
            ddim_philox_normals (sampling->seeds[n], i, x->x + column, x->y + row,
                                 x->c, z);

          step_pixel (step, sampling->clip, weight, weight > 0 ? z : NULL, x->c,
                      out->data + place, last_x0 ? last_x0->data + place : NULL,
                      x->data + place);
        }
}
