/* levels.c: the noise levels that encoder and decoder walk
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One explicit array, from the cleanest level to the noisiest, used in both
 * directions: a walk up and the walk down meet the same levels, whatever the
 * spacing and whether or not S divides T.
 *
 * A depth below 1 spaces the same number of steps over the cleanest
 * depth T timesteps.  The paper's sub-sequences (appendix D.2) count from
 * t = 1 and stop near T: floor (c i) and floor (c i^2).  Where the clean end
 * is alphas_cumprod[0] itself, i = 0 is that timestep.
 */

#include <math.h>

#include "levels.h"
#include "try-alloc.h"

/* Timestep (from 0) of step i of 1 .. S, among the `reach` cleanest.  May fall
 * below 0 (nothing: the clean end itself) or outside the schedule.          */
static gdouble
timestep_at (DdimSpacing              spacing,
             gint                     i,
             gint                     S,
             gint                     reach,
             const DdimLevelsOptions *options)
{
  gint   from = options->final_alpha_one ? -1 : 0; /* timestep of i = 0 */
  gint64 span = reach - 1 - from;

  switch (spacing)
    {
    case DDIM_SPACING_LINSPACE:
      return S > 1 ? rint ((reach - 1) * ((i - 1) / (gdouble) (S - 1))) : 0;

    case DDIM_SPACING_TRAILING:
      return rint (reach - (S - i) * (reach / (gdouble) S)) - 1;

    case DDIM_SPACING_LINEAR:
      return from + span * i / S;

    case DDIM_SPACING_QUADRATIC:
      return from + span * i * i / ((gint64) S * S);

    case DDIM_SPACING_LEADING:
    default:
      return (i - 1) * (gdouble) (reach / S) + options->steps_offset;
    }
}

DdimLevels *
ddim_levels_new (const DdimSchedule       *schedule,
                 DdimSpacing               spacing,
                 gint                      n_steps,
                 gdouble                   depth,
                 const DdimLevelsOptions  *options,
                 GError                  **error)
{
  static const DdimLevelsOptions defaults = { 0, FALSE };

  const gdouble *alphas_cumprod = ddim_schedule_get_alphas_cumprod (schedule);
  gint           T = ddim_schedule_get_length (schedule);
  gint           reach, last;
  DdimLevels    *levels;

  if (! options)
    options = &defaults;

  if (n_steps < 1 || ! (depth > 0 && depth <= 1))
    {
      g_set_error (error, DDIM_ERROR, DDIM_ERROR_ARGUMENT,
                   "Cannot space %d steps over a depth of %g: "
                   "1 step or more and a depth above 0, at most 1, are needed",
                   n_steps, depth);
      return NULL;
    }

  reach   = CLAMP ((gint) lrint (depth * T), MIN (2, T), T);
  n_steps = MIN (n_steps, reach);

  levels = ddim_try_malloc (1, sizeof *levels + (n_steps + 1) * sizeof (DdimLevel), error);
  if (! levels)
    return NULL;
  levels->S = 0;
  if (options->final_alpha_one)
    {
      levels->levels[0] = (DdimLevel) { -1, 1, 0 };
      last = -1;
    }
  else
    {
      levels->levels[0] = (DdimLevel) { 0, sqrt (alphas_cumprod[0]),
                                        sqrt (1 - alphas_cumprod[0]) };
      last = 0;
    }

  for (gint i = 1; i <= n_steps; i++)
    {
      gint t = MIN ((gint) timestep_at (spacing, i, n_steps, reach, options), T - 1);

      if (t > last)
        {
          levels->levels[++levels->S] =
            (DdimLevel) { t, sqrt (alphas_cumprod[t]), sqrt (1 - alphas_cumprod[t]) };
          last = t;
        }
    }

  if (levels->S == 0)
    {
      g_free (levels);
      g_set_error (error, DDIM_ERROR, DDIM_ERROR_ARGUMENT,
                   "A depth of %g with this spacing leaves no step", depth);
      return NULL;
    }

  return levels;
}
