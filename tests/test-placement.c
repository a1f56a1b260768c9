/* test-placement.c: how a region of any size is put before a model
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "ddim.h"

/* `auto` fits the region to a model of whole objects and shows all of it to
 * one of textures; what the user chose is never changed.                     */
static void
test_choice (void)
{
  DdimPlan plan;

  ddim_plan_make (&plan, DDIM_METHOD_AUTO, FALSE, 64, FALSE, 3000, 2000);
  g_assert_cmpint (plan.method, ==, DDIM_METHOD_WHOLE);
  ddim_plan_make (&plan, DDIM_METHOD_AUTO, FALSE, 64, TRUE, 3000, 2000);
  g_assert_cmpint (plan.method, ==, DDIM_METHOD_FIT);
  ddim_plan_make (&plan, DDIM_METHOD_AUTO, TRUE, 64, TRUE, 3000, 2000);
  g_assert_cmpint (plan.method, ==, DDIM_METHOD_WINDOWS);
  ddim_plan_make (&plan, DDIM_METHOD_AUTO, FALSE, 64, TRUE, 64, 20);
  g_assert_cmpint (plan.method, ==, DDIM_METHOD_WINDOWS);

  for (gint method = DDIM_METHOD_WINDOWS; method <= DDIM_METHOD_FIT; method++)
    for (gint attention = 0; attention <= 1; attention++)
      {
        ddim_plan_make (&plan, method, FALSE, 64, attention, 300, 200);
        g_assert_cmpint (plan.method, ==, method);
      }
}

/* Every plan is one that windows can be made of, whatever the model says of
 * itself, and the windows of `windows` are of the model's size.              */
static void
test_windows (void)
{
  const gint sample_sizes[] = { 1, 8, 32, 64, 256, 2048 };

  for (guint s = 0; s < G_N_ELEMENTS (sample_sizes); s++)
    for (gint method = DDIM_METHOD_AUTO; method <= DDIM_METHOD_FIT; method++)
      for (gint tileable = 0; tileable <= 1; tileable++)
        {
          DdimPlan plan;

          ddim_plan_make (&plan, method, tileable, sample_sizes[s], FALSE, 100, 100);
          g_assert_cmpint (plan.windows.size, >=, 8);
          g_assert_cmpint (plan.windows.overlap, <=, plan.windows.size / 2);
          g_assert_cmpint (plan.windows.tileable, ==, tileable);
          if (tileable)
            g_assert_cmpint (plan.context, ==, 0);
          if (method == DDIM_METHOD_WINDOWS && sample_sizes[s] >= 32)
            g_assert_cmpint (plan.windows.size, ==, sample_sizes[s]);
        }
}

/* Fitted, the longest side is the model's and the shape stays; nothing is
 * scaled up, nothing vanishes, and the other methods scale nothing.          */
static void
test_canvas (void)
{
  DdimPlan plan;
  gint     h, w;

  ddim_plan_make (&plan, DDIM_METHOD_FIT, FALSE, 64, TRUE, 600, 900);
  ddim_plan_get_canvas (&plan, 600, 900, &h, &w);
  g_assert_cmpint (h, ==, 43);
  g_assert_cmpint (w, ==, 64);
  ddim_plan_get_canvas (&plan, 20, 30, &h, &w);
  g_assert_cmpint (h, ==, 20);
  g_assert_cmpint (w, ==, 30);
  ddim_plan_get_canvas (&plan, 1, 4000, &h, &w);
  g_assert_cmpint (h, ==, 1);
  g_assert_cmpint (w, ==, 64);

  ddim_plan_make (&plan, DDIM_METHOD_WHOLE, FALSE, 64, TRUE, 600, 900);
  ddim_plan_get_canvas (&plan, 600, 900, &h, &w);
  g_assert_cmpint (h, ==, 600);
  g_assert_cmpint (w, ==, 900);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/plan/choice", test_choice);
  g_test_add_func ("/plan/windows", test_windows);
  g_test_add_func ("/plan/canvas", test_canvas);
  return g_test_run ();
}
