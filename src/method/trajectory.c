/* trajectory.c: a picture taken up to a latent, one evaluation a step
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A step up from level s to t is z_t = A z_s + B epsilon (z_t, t), A = a_t / a_s,
 * B = s_t - A s_s: the epsilon of the place that is looked for.  It is guessed
 * from the last two places, on a line in sigma = s / a,
 *
 *   epsilon (z_t, t) ~ e_s + g (e_s - e_r) (sigma_t - sigma_s) / (sigma_s - sigma_r),
 *
 * with the g of 0 to 1 that would have been best one step before.  What the guess
 * missed is not iterated away: epsilon (z_t, t), which the next step needs
 * anyway, tells what the decoder would make of z_t.  That is kept beside z_t, and
 * whoever decodes gives the difference back (Ju et al., Direct Inversion, ICLR
 * 2024): the way down is the way up, to the bit, for S + 1 evaluations.
 */

#include <string.h>

#include "sampling-step.h"
#include "trajectory.h"
#include "try-alloc.h"

/* The last three places' epsilon, the latest first. */
typedef struct
{
  DdimCanvas *epsilon[3];
  gint        n;
  gdouble     g;
} History;

static void
history_clear (History *history)
{
  for (gint i = 0; i < 3; i++)
    ddim_canvas_free (history->epsilon[i]);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (History, history_clear)

static gdouble
ratio (const DdimLevel *level)
{
  return level->s / level->a;
}

/* By how much of the last change epsilon would change up to levels[i] on a line. */
static gdouble
reach (const DdimLevels *levels,
       gint              i)
{
  const DdimLevel *level = &levels->levels[i];

  if (i < 2 || level->a <= 0)
    return 0;
  return (ratio (level) - ratio (level - 1)) / (ratio (level - 1) - ratio (level - 2));
}

/* The g that would have led from the two places before the latest to it. */
static void
history_fit (History *history,
             gdouble  last_reach)
{
  const DdimCanvas *e0 = history->epsilon[0], *e1 = history->epsilon[1];
  const DdimCanvas *e2 = history->epsilon[2];
  gsize   size  = ddim_canvas_size (e0);
  gdouble along = 0, square = 0;

  for (gsize i = 0; i < size; i++)
    {
      gdouble on_a_line = last_reach * ((gdouble) e1->data[i] - e2->data[i]);

      along  += on_a_line * ((gdouble) e0->data[i] - e1->data[i]);
      square += on_a_line * on_a_line;
    }
  history->g = square > 0 ? CLAMP (along / square, 0, 1) : 0;
}

static void
history_add (History *history,
             gdouble  last_reach)
{
  history->n++;
  /* The first is no place's, but a guess between two. */
  if (history->n >= 4)
    history_fit (history, last_reach);
}

/* Makes room for the next epsilon, and returns it. */
static DdimCanvas *
history_next (History *history)
{
  DdimCanvas *oldest = history->epsilon[2];

  history->epsilon[2] = history->epsilon[1];
  history->epsilon[1] = history->epsilon[0];
  history->epsilon[0] = oldest;
  return oldest;
}

/* states[i] by what is known of the places before. */
static void
step_up (DdimTrajectory   *trajectory,
         const DdimLevels *levels,
         gint              i,
         const History    *history)
{
  const DdimLevel  *from = &levels->levels[i - 1];
  const DdimLevel  *to   = &levels->levels[i];
  const DdimCanvas *x    = trajectory->states[i - 1];
  const DdimCanvas *e    = history->epsilon[0];
  gdouble           A    = to->a / from->a;
  gdouble           B    = to->s - A * from->s;
  gdouble           g    = history->n >= 3 ? history->g * reach (levels, i) : 0;
  gsize             size = ddim_canvas_size (x);

  for (gsize k = 0; k < size; k++)
    {
      gdouble guess = e->data[k];

      if (g > 0)
        guess += g * ((gdouble) e->data[k] - history->epsilon[1]->data[k]);
      trajectory->states[i]->data[k] = A * x->data[k] + B * guess;
    }
}

/* What the field says of states[i]: steps[i], and its epsilon.  raw: scratch. */
static gboolean
look_down (DdimTrajectory     *trajectory,
           DdimField          *field,
           const DdimLevels   *levels,
           gint                i,
           DdimCanvas         *raw,
           DdimCanvas         *epsilon,
           const DdimMonitor  *monitor,
           GError            **error)
{
  static const DdimSampling deterministic = { 0 };

  const DdimCanvas *x    = trajectory->states[i];
  DdimCanvas       *down = trajectory->steps[i];
  gsize             size = ddim_canvas_size (x);
  DdimStep          step;

  if (! ddim_step_init (&step, field->prediction, levels, i, &deterministic, error) ||
      ! ddim_field_evaluate (field, x, &levels->levels[i], raw, monitor, error))
    return FALSE;

  for (gsize k = 0; k < size; k++)
    epsilon->data[k] = step.eps_of_x * x->data[k] + step.eps_of_out * raw->data[k];
  memcpy (down->data, x->data, size * sizeof (gfloat));
  ddim_step_canvas (&step, &deterministic, i, raw, NULL, down);
  return TRUE;
}

DdimTrajectory *
ddim_trajectory_new (DdimField          *field,
                     const DdimLevels   *levels,
                     const DdimCanvas   *image,
                     const DdimMonitor  *monitor,
                     GError            **error)
{
  g_autoptr (DdimTrajectory) trajectory = g_new0 (DdimTrajectory, 1);
  g_autoptr (DdimCanvas)     raw        = NULL;
  g_auto (History)           history    = { { NULL }, 0, 0 };
  gint                       S          = levels->S;
  DdimMonitor                part       = ddim_monitor_part (monitor, 0, 1.0 / (S + 1));

  trajectory->S = S;
  if (! (trajectory->states = ddim_try_new0 (DdimCanvas *, S + 1, error)) ||
      ! (trajectory->steps = ddim_try_new0 (DdimCanvas *, S + 1, error)) ||
      ! (trajectory->states[0] = ddim_canvas_try_copy (image, error)) ||
      ! (raw = ddim_canvas_try_like (image, 1, error)))
    return NULL;
  for (gint i = 0; i < 3; i++)
    if (! (history.epsilon[i] = ddim_canvas_try_like (image, 1, error)))
      return NULL;

  /* The paper's own guess for the first step. */
  if (! ddim_field_epsilon (field, image, &levels->levels[1], history_next (&history), &part,
                            error))
    return NULL;
  history_add (&history, 0);

  for (gint i = 1; i <= S; i++)
    {
      if (! (trajectory->states[i] = ddim_canvas_try_like (image, 1, error)) ||
          ! (trajectory->steps[i] = ddim_canvas_try_like (image, 1, error)))
        return NULL;
      part = ddim_monitor_part (monitor, i / (S + 1.0), (i + 1) / (S + 1.0));

      step_up (trajectory, levels, i, &history);
      if (! look_down (trajectory, field, levels, i, raw, history_next (&history), &part, error) ||
          ! ddim_monitor_update (&part, 1, error))
        return NULL;
      history_add (&history, reach (levels, i));
    }
  return g_steal_pointer (&trajectory);
}

void
ddim_trajectory_free (DdimTrajectory *trajectory)
{
  if (! trajectory)
    return;

  for (gint i = 0; i <= trajectory->S; i++)
    {
      if (trajectory->states)
        ddim_canvas_free (trajectory->states[i]);
      if (trajectory->steps)
        ddim_canvas_free (trajectory->steps[i]);
    }
  g_free (trajectory->states);
  g_free (trajectory->steps);
  g_free (trajectory);
}
