/* schedule.c: noise schedules, alphas_cumprod over the training timesteps
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * alphas_cumprod[t] = prod over u <= t of (1 - beta[u]); the paper calls it
 * alpha_t.  Double precision throughout.
 */

#include "ddim.h"

#include <math.h>

#define MAX_LENGTH 1000000

struct _DdimSchedule
{
  gint    T;
  gdouble alphas_cumprod[];
};

/* Nichol and Dhariwal, arXiv 2102.09672, equation (17). */
static gdouble
cosine (gdouble t)
{
  gdouble c = cos ((t + 0.008) / 1.008 * G_PI / 2);

  return c * c;
}

static gdouble
beta_at (DdimBetas kind,
         gint      i,
         gint      T,
         gdouble   start,
         gdouble   end)
{
  gdouble position = T > 1 ? (gdouble) i / (T - 1) : 0;
  gdouble root;

  switch (kind)
    {
    case DDIM_BETAS_LINEAR:
      return start + (end - start) * position;

    case DDIM_BETAS_SCALED_LINEAR:
      root = sqrt (start) + (sqrt (end) - sqrt (start)) * position;
      return root * root;

    case DDIM_BETAS_SQUAREDCOS_CAP_V2:
      return MIN (1 - cosine ((i + 1.0) / T) / cosine ((gdouble) i / T), 0.999);

    case DDIM_BETAS_SIGMOID:
      return start + (end - start) / (1 + exp (6 - 12 * position));
    }
  g_return_val_if_reached (0);
}

/* Shifts and scales sqrt (alphas_cumprod) so that its last value is 0 and its
 * first stays: Lin et al., arXiv 2305.08891, algorithm 1.                  */
static void
rescale_to_zero_snr (DdimSchedule *schedule)
{
  gdouble first = sqrt (schedule->alphas_cumprod[0]);
  gdouble last  = sqrt (schedule->alphas_cumprod[schedule->T - 1]);

  for (gint t = 0; t < schedule->T; t++)
    {
      gdouble a = (sqrt (schedule->alphas_cumprod[t]) - last) * first / (first - last);

      schedule->alphas_cumprod[t] = a * a;
    }
}

DdimSchedule *
ddim_schedule_new_for_betas (const gdouble *betas,
                             gint           T,
                             gboolean       zero_snr,
                             GError       **error)
{
  DdimSchedule *schedule;
  gdouble       product = 1;

  if (T < 1 || T > MAX_LENGTH || (zero_snr && T < 2))
    {
      g_set_error (error, DDIM_ERROR, DDIM_ERROR_ARGUMENT,
                   "%d training timesteps; there must be from %d to %d",
                   T, zero_snr ? 2 : 1, MAX_LENGTH);
      return NULL;
    }
  for (gint t = 0; t < T; t++)
    if (! (betas[t] > 0 && betas[t] < 1))
      {
        g_set_error (error, DDIM_ERROR, DDIM_ERROR_ARGUMENT,
                     "beta %d is %g; it must lie between 0 and 1", t, betas[t]);
        return NULL;
      }

  schedule = g_malloc (sizeof (DdimSchedule) + T * sizeof (gdouble));
  schedule->T = T;
  for (gint t = 0; t < T; t++)
    schedule->alphas_cumprod[t] = product *= 1 - betas[t];
  if (zero_snr)
    rescale_to_zero_snr (schedule);
  return schedule;
}

DdimSchedule *
ddim_schedule_new (DdimBetas   betas,
                   gint        T,
                   gdouble     beta_start,
                   gdouble     beta_end,
                   gboolean    zero_snr,
                   GError    **error)
{
  g_autofree gdouble *values = g_new (gdouble, CLAMP (T, 0, MAX_LENGTH));

  for (gint i = 0; i < MIN (T, MAX_LENGTH); i++)
    values[i] = beta_at (betas, i, T, beta_start, beta_end);
  return ddim_schedule_new_for_betas (values, T, zero_snr, error);
}

void
ddim_schedule_free (DdimSchedule *schedule)
{
  g_free (schedule);
}

gint
ddim_schedule_get_length (const DdimSchedule *schedule)
{
  return schedule->T;
}

const gdouble *
ddim_schedule_get_alphas_cumprod (const DdimSchedule *schedule)
{
  return schedule->alphas_cumprod;
}
