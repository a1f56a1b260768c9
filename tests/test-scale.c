/* test-scale.c: rows of samples to more or fewer of them
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <math.h>

#include "plugin/pixels/scale.h"

/* from, to: fewer, more, odd ratios, and sizes below the four samples that a
 * cubic looks at                                                           */
static const gint sizes[][2] = {
  { 1, 1 }, { 1, 7 }, { 7, 1 }, { 2, 3 }, { 3, 2 }, { 3, 64 }, { 5, 5 },
  { 64, 33 }, { 100, 7 }, { 200, 64 }, { 33, 64 }, { 7, 100 }, { 6000, 256 }
};

/* What every sample is made of exists, and its weights sum to 1. */
static void
test_weights (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (DdimScale) scale = ddim_scale_new (sizes[i][0], sizes[i][1], NULL);

      for (gint o = 0; o < scale->to; o++)
        {
          gdouble sum = 0;

          g_assert_cmpint (scale->first[o], >=, 0);
          g_assert_cmpint (scale->first[o] + scale->n_taps, <=, scale->from);
          for (gint tap = 0; tap < scale->n_taps; tap++)
            sum += scale->weights[o * scale->n_taps + tap];
          /* floats that were rounded once each, some 30 of them */
          g_assert_cmpfloat_with_epsilon (sum, 1.0, 30 * 6e-8);
        }
    }
}

/* A mean takes each sample exactly as far as it is covered, so the whole keeps
 * its mean; a straight line stays one through the cubic.                   */
static void
test_values (void)
{
  g_autoptr (DdimScale) fewer = ddim_scale_new (5, 2, NULL);
  g_autoptr (DdimScale) more  = ddim_scale_new (8, 24, NULL);
  gfloat five[]  = { 1, 2, 3, 4, 10 };
  gfloat line[8];
  gfloat result[24];

  ddim_scale_row (fewer, five, 1, result);
  g_assert_cmpfloat_with_epsilon (result[0], (1 + 2 + 1.5) / 2.5, 1e-6);
  g_assert_cmpfloat_with_epsilon (result[1], (1.5 + 4 + 10) / 2.5, 1e-6);

  for (gint i = 0; i < 8; i++)
    line[i] = i + 0.5;
  ddim_scale_row (more, line, 1, result);
  for (gint i = 6; i < 18; i++)   /* away from the ends, where it flattens */
    g_assert_cmpfloat_with_epsilon (result[i], (i + 0.5) / 3, 1e-5);
}

/* The same size is the same bits, in both directions. */
static void
test_same (void)
{
  g_autoptr (DdimScale) scale = ddim_scale_new (3, 3, NULL);
  gfloat row[6]  = { 0.1f, -7e30f, 1e-30f, 0.3f, 5.0f, 0.7f };
  gfloat scaled[6];
  gfloat sums[6] = { 0.0f };

  ddim_scale_row (scale, row, 2, scaled);
  g_assert_cmpmem (scaled, sizeof scaled, row, sizeof row);

  for (gint y = 0; y < 3; y++)
    ddim_scale_add_row (scale, y, row + 2 * y, 2, sums);
  g_assert_cmpmem (sums, sizeof sums, row, sizeof row);
}

/* Rows that pass one by one make what ddim_scale_row () makes of columns. */
static void
test_rows (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (DdimScale) scale = ddim_scale_new (sizes[i][0], sizes[i][1], NULL);
      g_autofree gfloat    *line  = g_new (gfloat, scale->from);
      g_autofree gfloat    *row   = g_new (gfloat, scale->to);
      g_autofree gfloat    *sums  = g_new0 (gfloat, scale->to);

      for (gint y = 0; y < scale->from; y++)
        line[y] = sin (y * y);

      ddim_scale_row (scale, line, 1, row);
      for (gint y = 0; y < scale->from; y++)
        ddim_scale_add_row (scale, y, line + y, 1, sums);

      /* the same sums of at most 30 products, below 1 in all */
      for (gint o = 0; o < scale->to; o++)
        g_assert_cmpfloat_with_epsilon (sums[o], row[o], 30 * 6e-8);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/scale/weights", test_weights);
  g_test_add_func ("/scale/values", test_values);
  g_test_add_func ("/scale/same", test_same);
  g_test_add_func ("/scale/rows", test_rows);

  return g_test_run ();
}
