/* test-variation-handicap.c: how far a variation may go from each place's own patches
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <string.h>

#include "variation-handicap.h"

#define SIDE 480 /* 20 x 20 cells                                              */
#define N    2

static const guint64 seeds[N] = { 4, 9 };

static gdouble
mean (const gfloat *values,
      gsize         n)
{
  gdouble sum = 0;

  for (gsize i = 0; i < n; i++)
    sum += values[i];
  return sum / n;
}

/* No place at strength 0, all at 0.8, and in between about the square of it: the
 * mean of 400 cells is within 4 standard errors, 0.1.  A variation that is
 * stronger holds every place back at least as far, and another seed others.   */
static void
test_strength (void)
{
  static const gdouble strengths[] = { 0, 0.2, 0.4, 0.6, 0.8, 1 };

  g_autoptr (DdimCanvas) picture = ddim_canvas_new (1, SIDE, SIDE, 3);
  g_autofree gfloat     *last    = g_new0 (gfloat, N * SIDE * SIDE);

  for (gsize s = 0; s < G_N_ELEMENTS (strengths); s++)
    {
      DdimVariationSettings settings = { .strength = strengths[s], .leeway = 0.5 };
      DdimPatchesHandicap   handicap;
      g_autofree gfloat    *places   = ddim_variation_handicap_init (&handicap, &settings, 32,
                                                                     picture, 1, NULL, seeds, N,
                                                                     NULL);
      gdouble               share    = MIN (strengths[s] / 0.8, 1);

      g_assert_cmpint (handicap.n, ==, N);
      g_assert_true (handicap.weights == places);
      for (gint item = 0; item < N; item++)
        g_assert_cmpfloat_with_epsilon (mean (places + item * SIDE * SIDE, SIDE * SIDE),
                                        share * share, share > 0 && share < 1 ? 0.1 : 1e-6);
      for (gint i = 0; i < N * SIDE * SIDE; i++)
        g_assert_cmpfloat (places[i], >=, last[i]);
      if (share > 0 && share < 1)
        g_assert_cmpint (memcmp (places, places + SIDE * SIDE, SIDE * SIDE * sizeof (gfloat)),
                         !=, 0);
      memcpy (last, places, N * SIDE * SIDE * sizeof (gfloat));
    }
}

/* From nothing at leeway 0 up to all of `own` pixels, and never less for more. */
static void
test_leeway (void)
{
  g_autoptr (DdimCanvas) picture = ddim_canvas_new (1, 8, 8, 3);
  DdimPatchesHandicap    last    = { 0 };

  for (gdouble leeway = 0; leeway <= 1; leeway += 0.125)
    {
      DdimVariationSettings settings = { .strength = 1, .leeway = leeway };
      DdimPatchesHandicap   handicap;
      g_autofree gfloat    *places   = ddim_variation_handicap_init (&handicap, &settings, 32,
                                                                     picture, 1, NULL, seeds, 1,
                                                                     NULL);

      g_assert_nonnull (places);
      g_assert_cmpfloat (handicap.handicap, >=, last.handicap);
      g_assert_cmpint (handicap.apart, >=, last.apart);
      if (leeway == 0)
        g_assert_cmpint (handicap.apart, ==, 0);
      else
        g_assert_cmpint (handicap.apart, >=, 1);
      last = handicap;
    }
  g_assert_cmpint (last.apart, ==, 32);
}

/* Where nothing may change nothing is held back, a reduced picture is held back in
 * about the same places, and where one pixel may change, it does.            */
static void
test_places (void)
{
  DdimVariationSettings  settings = { .strength = 0.5, .leeway = 0.5 };
  g_autoptr (DdimCanvas) picture  = ddim_canvas_new (1, 64, 64, 3);
  g_autoptr (DdimCanvas) small    = ddim_canvas_new (1, 16, 16, 3);
  gfloat                 weights[64 * 64];
  DdimPatchesHandicap    handicap;
  g_autofree gfloat     *all = NULL, *part = NULL, *reduced = NULL;

  for (gint i = 0; i < 64 * 64; i++)
    weights[i] = 0.5f + i % 2 * 0.5f;
  all     = ddim_variation_handicap_init (&handicap, &settings, 32, picture, 1, NULL, seeds, 1,
                                          NULL);
  part    = ddim_variation_handicap_init (&handicap, &settings, 32, picture, 1, weights, seeds,
                                          1, NULL);
  reduced = ddim_variation_handicap_init (&handicap, &settings, 32, small, 4, NULL, seeds, 1,
                                          NULL);
  g_assert_cmpint (handicap.apart, ==, 1);
  for (gint i = 0; i < 64 * 64; i++)
    g_assert_cmpfloat_with_epsilon (part[i], all[i] * weights[i], 1e-6);
  for (gint i = 0; i < 16 * 16; i++)
    g_assert_cmpfloat_with_epsilon (reduced[i], all[i / 16 * 4 * 64 + i % 16 * 4], 0.2);

  for (gint at = 0; at < 64 * 64; at += 211)
    {
      g_autofree gfloat *one = NULL;

      memset (weights, 0, sizeof weights);
      weights[at] = 1;
      one = ddim_variation_handicap_init (&handicap, &settings, 32, picture, 1, weights, seeds,
                                          1, NULL);
      g_assert_cmpfloat (one[at], ==, 1);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/variation-handicap/strength", test_strength);
  g_test_add_func ("/variation-handicap/leeway", test_leeway);
  g_test_add_func ("/variation-handicap/places", test_places);
  return g_test_run ();
}
