/* test-estimate.c: how long the rest of a request takes
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * By a clock of the test's own.
 */

#include "estimate.h"

#define STEPS 20

/* Seconds for a unit of cost, as they were measured: small canvases are slow. */
static const gdouble paces[DDIM_STAGES_MAX] = { 5, 2, 1 };

/* An evaluation takes up to a fifth more or less than the one before. */
static gdouble
take (gint stage,
      gint i)
{
  return paces[stage] * (1 + 0.2 * ((i % 3) - 1));
}

/* Works through six small pieces, two middle ones and two large ones of STEPS
 * evaluations each, and asks after each evaluation.  known: whether all has been
 * worked through before.                                                     */
static void
work (DdimEstimate *estimate,
      gboolean      known)
{
  static const gint pieces[DDIM_STAGES_MAX] = { 6, 2, 2 };

  gdouble todo[DDIM_STAGES_MAX];
  gdouble now = 100, whole = 0, shown = -1, last_fraction = 0;

  for (gint stage = 0; stage < DDIM_STAGES_MAX; stage++)
    {
      todo[stage] = pieces[stage] * STEPS;
      for (gint i = 0; i < todo[stage]; i++)
        whole += take (stage, i % STEPS);
    }

  ddim_estimate_start (estimate, todo);
  for (gint stage = 0; stage < DDIM_STAGES_MAX; stage++)
    for (gint piece = 0; piece < pieces[stage]; piece++)
      {
        ddim_estimate_begin (estimate, stage, STEPS, now);
        for (gint i = 0; i < STEPS; i++)
          {
            gdouble seconds, fraction;

            now      += take (stage, i);
            fraction  = ddim_estimate_tell (estimate, (i + 1.0) / STEPS, now, &seconds);
            g_assert_cmpfloat (fraction, >=, last_fraction);
            last_fraction = fraction;
            if (! known && stage < DDIM_STAGES_MAX - 1)
              {
                g_assert_cmpfloat (seconds, <, 0);
                continue;
              }
            /* within a quarter from the first evaluation on, and never more */
            g_assert_cmpfloat (ABS (seconds - (100 + whole - now)), <=,
                               0.25 * (100 + whole - now) + 1);
            if (shown >= 0)
              g_assert_cmpfloat (seconds, <=, shown);
            shown = seconds;
          }
        ddim_estimate_end (estimate, STEPS, now);
      }
  g_assert_cmpfloat_with_epsilon (last_fraction, 1, 1e-9);
}

static void
test_right (void)
{
  DdimEstimate estimate = { { 0 } };

  work (&estimate, FALSE);
  work (&estimate, TRUE);
}

/* A request with nothing to do has nothing to tell. */
static void
test_nothing (void)
{
  static const gdouble none[DDIM_STAGES_MAX] = { 0 };

  DdimEstimate estimate = { { 0 } };
  gdouble      seconds;

  ddim_estimate_start (&estimate, none);
  g_assert_cmpfloat (ddim_estimate_tell (&estimate, 0, 1, &seconds), ==, 0);
  g_assert_cmpfloat (seconds, <=, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/estimate/right", test_right);
  g_test_add_func ("/estimate/nothing", test_nothing);
  return g_test_run ();
}
