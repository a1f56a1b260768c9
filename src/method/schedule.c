/* schedule.c: how much of the picture is left at each training timestep
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * alphas_cumprod[t] = prod over i <= t of (1 - beta_i), the paper's alpha_t,
 * in double precision.  The betas' names are diffusers'.  References: Ho et
 * al., arXiv 2006.11239 (linear); Nichol and Dhariwal, arXiv 2102.09672, eq.
 * (17) (squaredcos_cap_v2); Lin et al., arXiv 2305.08891, algorithm 1
 * (zero terminal signal-to-noise ratio).
 */

#include <math.h>

#include "schedule.h"
#include "try-alloc.h"

/* More than any model has; keeps a broken config from asking for memory. */
#define MAX_LENGTH 1000000

struct _DdimSchedule
{
  gint    T;
  gdouble alphas_cumprod[];
};

/* The share of the picture left at `time` (0 to 1) on the cosine schedule.  */
static gdouble
cosine_share (gdouble time)
{
  gdouble c = cos ((time + 0.008) / 1.008 * G_PI / 2);

  return c * c;
}

static gdouble
beta_at (DdimBetas kind,
         gint      t,
         gint      T,
         gdouble   start,
         gdouble   end)
{
  gdouble position = T > 1 ? t / (gdouble) (T - 1) : 0;
  gdouble root;

  switch (kind)
    {
    case DDIM_BETAS_SCALED_LINEAR:
      root = sqrt (start) + (sqrt (end) - sqrt (start)) * position;
      return root * root;

    case DDIM_BETAS_SQUAREDCOS_CAP_V2:
      return MIN (1 - cosine_share ((t + 1) / (gdouble) T) / cosine_share (t / (gdouble) T),
                  0.999);

    case DDIM_BETAS_SIGMOID:
      return start + (end - start) / (1 + exp (6 - 12 * position));

    case DDIM_BETAS_LINEAR:
    default:
      return start + (end - start) * position;
    }
}

/* Shifts and scales sqrt (alphas_cumprod) so that its last value is 0 and its
 * first stays.                                                              */
static gboolean
remove_last_signal (gdouble *alphas_cumprod,
                    gint     T,
                    GError **error)
{
  gdouble first = sqrt (alphas_cumprod[0]);
  gdouble last  = sqrt (alphas_cumprod[T - 1]);

  if (! (last < first))
    {
      g_set_error (error, DDIM_ERROR, DDIM_ERROR_INVALID,
                   "The betas of the noise schedule are too small to be rescaled "
                   "to no signal at its end");
      return FALSE;
    }

  for (gint t = 0; t < T; t++)
    {
      gdouble a = (sqrt (alphas_cumprod[t]) - last) * first / (first - last);

      alphas_cumprod[t] = a * a;
    }
  alphas_cumprod[T - 1] = 0;
  return TRUE;
}

static gboolean
check_length (gint     T,
              GError **error)
{
  if (T >= 1 && T <= MAX_LENGTH)
    return TRUE;

  g_set_error (error, DDIM_ERROR, DDIM_ERROR_INVALID,
               "A noise schedule of %d timesteps is too short or too long", T);
  return FALSE;
}

DdimSchedule *
ddim_schedule_new_for_betas (const gdouble  *betas,
                             gint            T,
                             gboolean        zero_snr,
                             GError        **error)
{
  DdimSchedule *schedule;
  gdouble       product = 1;

  if (! check_length (zero_snr ? T - 1 : T, error))
    return NULL;

  for (gint t = 0; t < T; t++)
    if (! (betas[t] > 0 && betas[t] < 1))
      {
        g_set_error (error, DDIM_ERROR, DDIM_ERROR_INVALID,
                     "beta %d of the noise schedule is %g, not between 0 and 1",
                     t, betas[t]);
        return NULL;
      }

  schedule = ddim_try_malloc (1, sizeof *schedule + T * sizeof (gdouble), error);
  if (! schedule)
    return NULL;
  schedule->T = T;
  for (gint t = 0; t < T; t++)
    {
      product *= 1 - betas[t];
      schedule->alphas_cumprod[t] = product;
    }
  if (zero_snr && ! remove_last_signal (schedule->alphas_cumprod, T, error))
    g_clear_pointer (&schedule, ddim_schedule_free);

  return schedule;
}

DdimSchedule *
ddim_schedule_new (DdimBetas   kind,
                   gint        T,
                   gdouble     beta_start,
                   gdouble     beta_end,
                   gboolean    zero_snr,
                   GError    **error)
{
  g_autofree gdouble *betas = NULL;

  if (! check_length (T, error))
    return NULL;

  betas = ddim_try_new (gdouble, T, error);
  if (! betas)
    return NULL;
  for (gint t = 0; t < T; t++)
    betas[t] = beta_at (kind, t, T, beta_start, beta_end);

  return ddim_schedule_new_for_betas (betas, T, zero_snr, error);
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
