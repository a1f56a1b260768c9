/* test-taper.c: weights that fall off toward their border
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <math.h>

#include "taper.h"

/* Distances against the Euclidean ones to the nearest pixel of weight 0, which a
 * chamfer of 1 and 4/3 meets within 6 %.                                     */
static void
test_distance (void)
{
  const gint h = 40, w = 50, radius = 6;
  g_autofree gfloat *weights = g_new (gfloat, h * w);

  for (gint i = 0; i < h * w; i++)
    weights[i] = hypot (i / w - 22, i % w - 25) < 15 || i % w > 44 ? 0.8 : 0;
  {
    g_autofree gfloat *before = g_memdup2 (weights, h * w * sizeof (gfloat));

    ddim_taper (weights, h, w, radius, NULL);
    for (gint i = 0; i < h * w; i++)
      {
        gdouble nearest = 100;

        for (gint k = 0; k < h * w; k++)
          if (before[k] == 0)
            nearest = MIN (nearest, hypot (i / w - k / w, i % w - k % w));
        /* Near the right border, which is none: */
        if (i % w > 44)
          g_assert_cmpfloat_with_epsilon (weights[i], 0.8 * MIN ((i % w - 44.) / radius, 1), 1e-5);
        else
          g_assert_cmpfloat_with_epsilon (weights[i], before[i] * MIN (nearest / radius, 1),
                                          0.06 * before[i] + 1e-6);
      }
  }
}

/* A stroke that is narrower than the taper still has a middle that changes as far
 * as asked; what has no border stays as it is.                               */
static void
test_narrow (void)
{
  gfloat stroke[20 * 20], all[20 * 20], one[3] = { 0, 1, 0 };

  for (gint i = 0; i < 400; i++)
    {
      stroke[i] = i % 20 >= 8 && i % 20 < 13;
      all[i]    = 0.3f;
    }
  ddim_taper (stroke, 20, 20, 16, NULL);
  ddim_taper (all, 20, 20, 16, NULL);
  ddim_taper (one, 1, 3, 16, NULL);
  for (gint y = 0; y < 20; y++)
    {
      g_assert_cmpfloat (stroke[y * 20 + 7], ==, 0);
      g_assert_cmpfloat (stroke[y * 20 + 8], <, 1);
      g_assert_cmpfloat (stroke[y * 20 + 10], ==, 1);
      for (gint x = 0; x < 20; x++)
        g_assert_cmpfloat (all[y * 20 + x], ==, 0.3f);
    }
  g_assert_cmpfloat (one[1], ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/taper/distance", test_distance);
  g_test_add_func ("/taper/narrow", test_narrow);
  return g_test_run ();
}
