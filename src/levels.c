/* levels.c: the one array of noise levels that encoder and decoder share
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * diffusers takes the previous timestep to be t - T / S, which is wrong for
 * linspace and for trailing where S does not divide T.  Here every level is
 * in the array, and nobody derives one from another.
 */

#include "ddim.h"

#include <math.h>

/* Timestep i of n (0 the cleanest) among the first T. */
static gint
timestep_at (DdimSpacing  spacing,
             gint         i,
             gint         n,
             gint         T,
             gint         offset)
{
  switch (spacing)
    {
    case DDIM_SPACING_LEADING:
      return i * (T / n) + offset;

    case DDIM_SPACING_LINSPACE:
      return n > 1 ? rint ((gdouble) i * (T - 1) / (n - 1)) : 0;

    case DDIM_SPACING_TRAILING:
      return rint (T - (gdouble) (n - 1 - i) * T / n) - 1;

    /* The paper's floor (c i) and floor (c i^2) for i = 1 .. n, with the c
     * that takes the last one to T - 1; in integers, so that floor is exact. */
    case DDIM_SPACING_LINEAR:
      return (gint64) (i + 1) * (T - 1) / n;

    case DDIM_SPACING_QUADRATIC:
      return (gint64) (i + 1) * (i + 1) * (T - 1) / ((gint64) n * n);
    }
  g_return_val_if_reached (0);
}

static DdimLevel
level_for (gint    timestep,
           gdouble alpha_cumprod)
{
  DdimLevel level = { timestep, sqrt (alpha_cumprod), sqrt (1 - alpha_cumprod) };

  return level;
}

DdimLevels *
ddim_levels_new (const DdimSchedule      *schedule,
                 DdimSpacing              spacing,
                 gint                     n_steps,
                 gdouble                  depth,
                 const DdimLevelsOptions *options,
                 GError                 **error)
{
  const gdouble *alphas = ddim_schedule_get_alphas_cumprod (schedule);
  gint           length = ddim_schedule_get_length (schedule);
  DdimLevelsOptions defaults = { 0 };
  DdimLevels    *levels;
  gint           T, n, last;

  if (n_steps < 1 || ! (depth > 0 && depth <= 1))
    {
      g_set_error (error, DDIM_ERROR, DDIM_ERROR_ARGUMENT,
                   "%d steps at depth %g: there must be at least one step, and the depth "
                   "must lie above 0 and be at most 1", n_steps, depth);
      return NULL;
    }
  if (! options)
    options = &defaults;

  T = CLAMP (rint (depth * length), 1, length);
  n = MIN (n_steps, T);
  levels = g_malloc (sizeof (DdimLevels) + (n + 1) * sizeof (DdimLevel));

  last = options->final_alpha_one ? -1 : 0;
  levels->levels[0] = level_for (last, options->final_alpha_one ? 1 : alphas[0]);
  levels->S = 0;
  for (gint i = 0; i < n; i++)
    {
      gint t = MIN (timestep_at (spacing, i, n, T, options->steps_offset), length - 1);

      if (t <= last)
        continue;
      levels->levels[++levels->S] = level_for (t, alphas[t]);
      last = t;
    }
  return levels;
}
