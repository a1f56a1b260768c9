/* test-stages.c: the sizes at which a result is computed
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "stages.h"

/* Every size, from one pixel up: each stage is at least as large as the one
 * before it, and the last is the result, of all steps.                      */
static void
test_all (void)
{
  static const gint sides[] = { 1, 7, 64, 128, 129, 300, 512, 2000 };

  for (gsize i = 0; i < G_N_ELEMENTS (sides); i++)
    for (gsize k = 0; k < G_N_ELEMENTS (sides); k++)
      {
        gint       h = sides[i], w = sides[k];
        DdimStages stages;

        ddim_stages_init (&stages, DDIM_STAGES_ALL, h, w);
        g_assert_cmpint (stages.n, >=, 2);
        g_assert_cmpint (stages.n, <=, DDIM_STAGES_MAX);

        for (gint n = 0; n < stages.n; n++)
          {
            const DdimStage *stage = &stages.stages[n];

            g_assert_cmpint (ddim_stage_is_result (stage), ==, n == stages.n - 1);
            /* A result, and what it follows, do not depend on the processor. */
            g_assert_true (! (ddim_stage_is_result (stage) || n == 0) ||
                           stage->precision == DDIM_PRECISION_FLOAT32);
            g_assert_cmpint (stage->h, ==, (h + stage->reduction - 1) / stage->reduction);
            g_assert_cmpint (stage->w, ==, (w + stage->reduction - 1) / stage->reduction);
            if (n > 0)
              g_assert_cmpint (stage->reduction, <=, stage[-1].reduction);
          }

        /* the first is there within about a second: see stages.c */
        g_assert_cmpint (stages.stages[0].h * stages.stages[0].w, <=,
                         MAX (128 * 128, 128 * 128 + h + w));
        g_assert_cmpint (stages.stages[stages.n - 1].h, ==, h);
        g_assert_cmpint (stages.stages[stages.n - 1].w, ==, w);
      }
}

static void
test_kinds (void)
{
  DdimStages all, result, previews;

  ddim_stages_init (&all, DDIM_STAGES_ALL, 600, 500);
  ddim_stages_init (&result, DDIM_STAGES_RESULT, 600, 500);
  ddim_stages_init (&previews, DDIM_STAGES_PREVIEWS, 600, 500);

  /* a run without a dialog is the last stage of all */
  g_assert_cmpint (result.n, ==, 1);
  g_assert_cmpmem (&result.stages[0], sizeof (DdimStage),
                   &all.stages[all.n - 1], sizeof (DdimStage));

  g_assert_cmpint (previews.n, ==, all.n - 1);
  g_assert_cmpmem (previews.stages, previews.n * sizeof (DdimStage),
                   all.stages, previews.n * sizeof (DdimStage));
  for (gint i = 0; i < previews.n; i++)
    g_assert_false (ddim_stage_is_result (&previews.stages[i]));

  ddim_stages_init (&previews, DDIM_STAGES_PREVIEWS, 10, 10);
  g_assert_cmpint (previews.n, ==, 1);
}

/* A preview takes at most its own steps, the result those that are asked for. */
static void
test_steps (void)
{
  DdimStages       stages;
  const DdimStage *first, *last;

  ddim_stages_init (&stages, DDIM_STAGES_ALL, 400, 400);
  first = &stages.stages[0];
  last  = &stages.stages[stages.n - 1];

  g_assert_cmpint (ddim_stage_get_steps (first, 3), ==, 3);
  g_assert_cmpint (ddim_stage_get_steps (first, 1000), ==, first->steps);
  g_assert_cmpint (ddim_stage_get_steps (last, 3), ==, 3);
  g_assert_cmpint (ddim_stage_get_steps (last, 1000), ==, 1000);
  g_assert_cmpfloat (ddim_stage_get_cost (last, 20), ==, 400.0 * 400.0 * 20.0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/stages/all", test_all);
  g_test_add_func ("/stages/kinds", test_kinds);
  g_test_add_func ("/stages/steps", test_steps);

  return g_test_run ();
}
