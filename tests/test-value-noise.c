/* test-value-noise.c: smooth random numbers
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <math.h>

#include "value-noise.h"

/* All numbers from 0 to 1 are as likely: of 64 x 64 cells, some 4,000 independent
 * ones, the share below q is q within five standard errors, 0.04.            */
static void
test_uniform (void)
{
  const gint side = 64 * 6;
  g_autofree gfloat *values = g_new (gfloat, side * side);

  for (guint64 seed = 1; seed < 4; seed++)
    {
      ddim_value_noise (values, side, side, -100, -37, 1, 6, seed);
      for (gdouble q = 0.1; q < 1; q += 0.2)
        {
          gint below = 0;

          for (gint i = 0; i < side * side; i++)
            {
              g_assert_cmpfloat (values[i], >=, 0);
              g_assert_cmpfloat (values[i], <=, 1);
              below += values[i] < q;
            }
          g_assert_cmpfloat_with_epsilon (below / (gdouble) (side * side), q, 0.04);
        }
    }
}

/* Pixels side by side differ little: between corners that are a few deviations
 * apart the eased slope is at most 1.5 of that over a cell of 20 pixels.     */
static void
test_smooth (void)
{
  const gint side = 200;
  g_autofree gfloat *values = g_new (gfloat, side * side);

  ddim_value_noise (values, side, side, 3, -90, 1, 20, 7);
  for (gint i = 0; i < side * side; i++)
    {
      if (i % side)
        g_assert_cmpfloat (fabsf (values[i] - values[i - 1]), <, 0.25);
      if (i >= side)
        g_assert_cmpfloat (fabsf (values[i] - values[i - side]), <, 0.25);
    }
}

/* A reduced canvas and another window have the same numbers at the same places;
 * another seed has others.                                                   */
static void
test_places (void)
{
  gfloat all[60 * 80], reduced[15 * 20], window[20 * 30], other[60 * 80];
  gint   same = 0;

  ddim_value_noise (all, 60, 80, -8, 12, 1, 9, 5);
  ddim_value_noise (reduced, 15, 20, -8, 12, 4, 9, 5);
  ddim_value_noise (window, 20, 30, 2, 22, 1, 9, 5);
  ddim_value_noise (other, 60, 80, -8, 12, 1, 9, 6);
  for (gint i = 0; i < 15 * 20; i++)
    g_assert_cmpfloat (reduced[i], ==, all[i / 20 * 4 * 80 + i % 20 * 4]);
  for (gint i = 0; i < 20 * 30; i++)
    g_assert_cmpfloat (window[i], ==, all[(i / 30 + 10) * 80 + i % 30 + 10]);
  for (gint i = 0; i < 60 * 80; i++)
    same += fabsf (all[i] - other[i]) < 0.01f;
  g_assert_cmpint (same, <, 60 * 80 / 10);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/value-noise/uniform", test_uniform);
  g_test_add_func ("/value-noise/smooth", test_smooth);
  g_test_add_func ("/value-noise/places", test_places);
  return g_test_run ();
}
