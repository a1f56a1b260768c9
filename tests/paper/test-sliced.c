/* test-sliced.c: the distance by which ./dev paper judges samples
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <math.h>

#include "sliced.h"

/* White noise of a deviation, a mean added. */
static DdimCanvas *
noise (gint    n,
       guint64 seed,
       gdouble deviation,
       gdouble mean)
{
  DdimCanvas *x = ddim_canvas_new (n, 32, 32, 3);
  g_autofree guint64 *seeds = g_new (guint64, n);

  for (gint i = 0; i < n; i++)
    seeds[i] = seed + i;
  ddim_noise_fill (x, seeds, 0);
  for (gsize i = 0; i < ddim_canvas_size (x); i++)
    x->data[i] = deviation * x->data[i] + mean;

  return x;
}

static gdouble
distance (const DdimCanvas *x,
          const DdimCanvas *reference)
{
  SlicedScale scale;
  g_autoptr (Sliced) a = NULL;
  g_autoptr (Sliced) b = NULL;

  sliced_measure (reference, &scale);
  a = sliced_new (x, &scale);
  b = sliced_new (reference, &scale);

  return sliced_distance (a, 0, 0, b);
}

/* A set is at distance 0 from itself, twice over too: the same distribution. */
static void
test_zero (void)
{
  g_autoptr (DdimCanvas) x = noise (4, 1, 0.5, 0);
  g_autoptr (DdimCanvas) double_x = ddim_canvas_new (8, 32, 32, 3);

  for (gsize i = 0; i < ddim_canvas_size (double_x); i++)
    double_x->data[i] = x->data[i % ddim_canvas_size (x)];

  g_assert_cmpfloat (distance (x, x), <, 1e-6);
  g_assert_cmpfloat (distance (double_x, x), <, 1e-6);
  g_assert_cmpfloat (distance (x, double_x), <, 1e-6);
}

/* Noise f times as strong: a projection of a level has the standard deviation
 * s in the reference, f s in the set, and the 1-Wasserstein distance of two
 * normals with one mean is |f - 1| s E|z|, E|z| = sqrt (2 / pi).  s is 1 where
 * pixels are independent, and so for the mean over directions of s^2: 0.798
 * |f - 1|, less what s varies by (5 % of it, s being at most 1 on average).  */
static void
test_strength (void)
{
  g_autoptr (DdimCanvas) reference = noise (24, 100, 0.3, 0);

  for (gint f = 0; f <= 4; f += 2)
    {
      g_autoptr (DdimCanvas) x = noise (24, 900, 0.3 * f, 0);
      gdouble got = distance (x, reference);

      g_test_message ("%d times: %.4f", f, got);
      g_assert_cmpfloat (got, <, sqrt (2 / G_PI) * abs (f - 1) * 1.02);
      g_assert_cmpfloat (got, >, sqrt (2 / G_PI) * abs (f - 1) * 0.93);
    }
}

/* Another colour, of the same deviation, moves the coarsest level (the others
 * have no mean): not so with each set scaled by its own mean.  Other noise of
 * the same kind is not at 0, as 1024 patches are no distribution: 2 / sqrt
 * (1024) is 0.06.                                                           */
static void
test_colour (void)
{
  g_autoptr (DdimCanvas) reference = noise (16, 100, 0.3, 0);
  g_autoptr (DdimCanvas) same = noise (16, 900, 0.3, 0);
  g_autoptr (DdimCanvas) other = noise (16, 900, 0.3, 0.3);

  g_assert_cmpfloat (distance (same, reference), <, 0.1);
  g_assert_cmpfloat (distance (other, reference), >, 0.5);
}

/* Left-out items do not count. */
static void
test_left_out (void)
{
  g_autoptr (DdimCanvas) reference = noise (8, 100, 0.3, 0);
  g_autoptr (DdimCanvas) x = noise (8, 900, 0.3, 0);
  SlicedScale scale;
  g_autoptr (Sliced) a = NULL;
  g_autoptr (Sliced) b = NULL;
  g_autoptr (Sliced) first = NULL;
  DdimCanvas half = *x;

  sliced_measure (reference, &scale);
  half.n = 4;
  a      = sliced_new (x, &scale);
  b      = sliced_new (reference, &scale);
  first  = sliced_new (&half, &scale);

  g_assert_cmpfloat (fabs (sliced_distance (a, 4, 8, b) - sliced_distance (first, 0, 0, b)),
                     <, 1e-9);
  g_assert_cmpfloat (fabs (sliced_distance (a, 4, 8, b) - sliced_distance (a, 0, 0, b)),
                     >, 1e-4);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sliced/zero", test_zero);
  g_test_add_func ("/sliced/strength", test_strength);
  g_test_add_func ("/sliced/colour", test_colour);
  g_test_add_func ("/sliced/left-out", test_left_out);
  return g_test_run ();
}
