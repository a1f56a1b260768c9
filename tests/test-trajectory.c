/* test-trajectory.c: a picture taken up to a latent, one evaluation a step
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <math.h>
#include <string.h>

#include "analytic-field.h"
#include "trajectory.h"

static const AnalyticGaussian mixture[] = { { 0.4, -0.5, 0.03 }, { 0.6, 0.4, 0.02 } };

static DdimCanvas *
test_picture (void)
{
  DdimCanvas *picture = ddim_canvas_new (1, 16, 21, 3);
  guint64     seed    = 8;

  picture->x = 40;
  picture->y = -3;
  ddim_noise_fill (picture, &seed, 0);
  for (gsize i = 0; i < ddim_canvas_size (picture); i++)
    picture->data[i] = (i % 5 < 2 ? -0.5 : 0.4) + 0.15 * picture->data[i];
  return picture;
}

static DdimLevels *
test_levels (gint S)
{
  g_autoptr (DdimSchedule) schedule =
    ddim_schedule_new (DDIM_BETAS_LINEAR, 1000, 1e-4, 0.02, FALSE, NULL);

  return ddim_levels_new (schedule, DDIM_SPACING_QUADRATIC, S, 0.6, NULL, NULL);
}

/* The decoder's own steps, with what is kept given back, lead from the latent to
 * the picture by the same states, for one evaluation a step and one more, of a
 * field that no fixed point can be found for, too.                           */
static void
test_way_back (void)
{
  for (gint kind = 0; kind < 3; kind++)
    {
      g_autoptr (DdimField) field =
        kind == 2 ? analytic_field_new_rough (3)
                  : analytic_field_new (mixture, 2, 3, kind == 0 ? DDIM_PREDICTION_EPSILON
                                                                 : DDIM_PREDICTION_V);
      g_autoptr (DdimCanvas)     picture    = test_picture ();
      g_autoptr (DdimLevels)     levels     = test_levels (15);
      g_autoptr (DdimTrajectory) trajectory = ddim_trajectory_new (field, levels, picture, NULL,
                                                                   NULL);
      gsize bytes = ddim_canvas_size (picture) * sizeof (gfloat);

      g_assert_nonnull (trajectory);
      g_assert_cmpint (analytic_field_get_count (field), ==, levels->S + 1);
      g_assert_cmpmem (trajectory->states[0]->data, bytes, picture->data, bytes);
      g_assert_cmpint (trajectory->states[levels->S]->x, ==, 40);

      for (gint i = levels->S; i > 0; i--)
        {
          /* One step of ddim_decode () is a decoding between two levels. */
          g_autofree DdimLevels *two = g_malloc0 (sizeof *two + 2 * sizeof (DdimLevel));
          g_autoptr (DdimCanvas) x   = ddim_canvas_copy (trajectory->states[i]);

          two->S = 1;
          memcpy (two->levels, &levels->levels[i - 1], 2 * sizeof (DdimLevel));
          g_assert_true (ddim_decode (field, two, NULL, x, NULL, NULL));
          g_assert_cmpmem (trajectory->steps[i]->data, bytes, x->data, bytes);
        }
    }
}

/* What a step misses falls with the square of the number of steps: guesses on a
 * line.  The paper's encoder, which guesses that nothing changes, errs in its
 * first power.                                                               */
static void
test_order (void)
{
  g_autoptr (DdimField)  field   = analytic_field_new (mixture, 2, 3, DDIM_PREDICTION_EPSILON);
  g_autoptr (DdimCanvas) picture = test_picture ();
  gdouble                last    = 0;

  for (gint S = 20; S <= 80; S *= 2)
    {
      g_autoptr (DdimLevels)     levels     = test_levels (S);
      g_autoptr (DdimTrajectory) trajectory = ddim_trajectory_new (field, levels, picture, NULL,
                                                                   NULL);
      g_autoptr (DdimCanvas)     exact      = ddim_canvas_copy (picture);
      gdouble                    missed     = 0;

      /* Summed over all steps: one power less than a step's own. */
      for (gint i = 1; i <= levels->S; i++)
        missed += ddim_canvas_rms_difference (trajectory->states[i - 1], trajectory->steps[i]);
      g_assert_true (ddim_encode (field, levels, DDIM_ENCODER_EXACT, exact, NULL, NULL, NULL));
      g_test_message ("S = %d: %g missed, latent %g from the exact one", S, missed,
                      ddim_canvas_rms_difference (exact, trajectory->states[levels->S]));
      if (last > 0)
        g_assert_cmpfloat (missed, <, last / 1.7);
      last = missed;
      g_assert_cmpfloat (ddim_canvas_rms_difference (exact, trajectory->states[levels->S]), <,
                         8. / S);
    }
}

static void
test_cancel (void)
{
  g_autoptr (DdimField)    field       = analytic_field_new (mixture, 2, 3, DDIM_PREDICTION_V);
  g_autoptr (DdimCanvas)   picture     = test_picture ();
  g_autoptr (DdimLevels)   levels      = test_levels (15);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  DdimMonitor              monitor     = { .cancellable = cancellable };
  g_autoptr (GError)       error       = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_null (ddim_trajectory_new (field, levels, picture, &monitor, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (analytic_field_get_count (field), <=, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/trajectory/way-back", test_way_back);
  g_test_add_func ("/trajectory/order", test_order);
  g_test_add_func ("/trajectory/cancel", test_cancel);
  return g_test_run ();
}
