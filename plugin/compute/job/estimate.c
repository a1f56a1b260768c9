/* estimate.c: how long the rest of a request takes
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "estimate.h"

#define BELIEVE_AFTER 0.05

gdouble
ddim_estimate_get_now (void)
{
  return g_get_monotonic_time () / (gdouble) G_USEC_PER_SEC;
}

void
ddim_estimate_start (DdimEstimate  *self,
                     const gdouble  todo[DDIM_STAGES_MAX])
{
  self->total = self->done = self->piece = self->fraction = 0.0;
  self->seconds = -1.0;
  for (gint i = 0; i < DDIM_STAGES_MAX; i++)
    {
      self->todo[i] = todo[i];
      self->total  += todo[i];
    }
}

void
ddim_estimate_begin (DdimEstimate *self,
                     gint          stage,
                     gdouble       cost,
                     gdouble       now)
{
  self->stage = stage;
  self->piece = cost;
  self->began = now;
}

void
ddim_estimate_end (DdimEstimate *self,
                   gdouble       evaluated,
                   gdouble       now)
{
  self->todo[self->stage] = MAX (0.0, self->todo[self->stage] - self->piece);
  self->done += self->piece;
  self->piece = 0.0;
  if (evaluated > 0.0)
    self->pace[self->stage] = (now - self->began) / evaluated;
}

/* Negative where a stage that has something to do was never measured. */
static gdouble
guess (const DdimEstimate *self,
       gdouble             fraction,
       gdouble             now)
{
  gdouble seconds       = 0.0;
  gdouble believe_after = self->believe_after > 0.0 ? self->believe_after : BELIEVE_AFTER;

  for (gint i = 0; i < DDIM_STAGES_MAX; i++)
    {
      gdouble left = self->todo[i];
      gdouble pace = self->pace[i];

      if (i == self->stage)
        {
          left -= fraction * self->piece;
          if (fraction >= believe_after && self->piece > 0.0)
            pace = (now - self->began) / (fraction * self->piece);
        }
      if (left > 0.0 && pace <= 0.0)
        return -1.0;
      seconds += MAX (left, 0.0) * pace;
    }

  return seconds;
}

gdouble
ddim_estimate_tell (DdimEstimate *self,
                    gdouble       fraction,
                    gdouble       now,
                    gdouble      *seconds)
{
  gdouble guessed = guess (self, fraction, now);

  if (self->total > 0.0)
    self->fraction = MAX (self->fraction,
                          MIN (1.0, (self->done + fraction * self->piece) / self->total));
  if (guessed >= 0.0)
    self->seconds = self->seconds < 0.0 ? guessed : MIN (self->seconds, guessed);

  *seconds = self->seconds;
  return self->fraction;
}
