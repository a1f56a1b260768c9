/* test-range.c: values beyond white and black come back from a model's range
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <math.h>

#include "range.h"

static DdimCanvas *
canvas_of (const gdouble *colours,
           gint           n)
{
  DdimCanvas *canvas = ddim_canvas_new (1, 1, n, 1);

  for (gint i = 0; i < n; i++)
    canvas->data[i] = 2.0 * colours[i] - 1.0;

  return canvas;
}

static void
test_ordinary (void)
{
  const gdouble          colours[] = { 0.0, 0.1, 1.0 / 3.0, 0.9, 1.0 };
  const gfloat           mask[]    = { 1, 1, 1, 1, 1 };
  g_autoptr (DdimCanvas) before    = canvas_of (colours, 5);
  g_autoptr (DdimCanvas) canvas    = canvas_of (colours, 5);
  DdimRange              range;

  ddim_range_init (&range, canvas, mask);
  ddim_range_compress (&range, canvas);
  g_assert_cmpmem (canvas->data, 5 * sizeof (gfloat), before->data, 5 * sizeof (gfloat));
  ddim_range_expand (&range, canvas);
  g_assert_cmpmem (canvas->data, 5 * sizeof (gfloat), before->data, 5 * sizeof (gfloat));
}

static void
test_beyond (void)
{
  const gdouble          colours[] = { -0.5, 0.0, 0.5, 1.0, 4.0, 65504.0 };
  const gfloat           mask[]    = { 1, 1, 1, 1, 1, 1 };
  g_autoptr (DdimCanvas) canvas    = canvas_of (colours, 6);
  DdimRange              range;

  ddim_range_init (&range, canvas, mask);
  ddim_range_compress (&range, canvas);
  for (gint i = 0; i < 6; i++)
    g_assert_cmpfloat (fabs (canvas->data[i]), <=, 1.0);
  for (gint i = 1; i < 6; i++)
    g_assert_cmpfloat (canvas->data[i], >, canvas->data[i - 1]);

  /* A float's step near 1, 2^-24, is 2^-24 (high - low) / 2 of a logarithm, that
   * is this share of a value; and 2^-24 of what a value is apart from -1.  */
  ddim_range_expand (&range, canvas);
  for (gint i = 0; i < 6; i++)
    g_assert_cmpfloat_with_epsilon (0.5 + 0.5 * canvas->data[i], colours[i],
                                    (fabs (colours[i]) + 1.0) * 16.0 / (1 << 24));
}

static void
test_left_out (void)
{
  const gdouble          colours[] = { 0.2, 900.0, 0.7 };
  const gfloat           mask[]    = { 1, 0, 1 };
  g_autoptr (DdimCanvas) canvas    = canvas_of (colours, 3);
  gfloat                 first     = canvas->data[0];
  DdimRange              range;

  ddim_range_init (&range, canvas, mask);
  ddim_range_compress (&range, canvas);
  g_assert_cmpfloat (canvas->data[0], ==, first);
  g_assert_cmpfloat (canvas->data[1], ==, 1.0f);
}

static void
test_kept (void)
{
  const gdouble          colours[] = { -0.5, 0.5, 4.0 };
  const gdouble          strange[] = { -3.0, 0.5, 9.0 };
  const gfloat           mask[]    = { 1, 1, 1 };
  g_autoptr (DdimCanvas) sample    = canvas_of (colours, 3);
  g_autoptr (DdimCanvas) made      = canvas_of (strange, 3);
  DdimRange              range;

  ddim_range_init (&range, sample, mask);
  ddim_range_expand (&range, made);
  for (gint i = 0; i < 3; i++)
    {
      g_assert_cmpfloat (0.5 + 0.5 * made->data[i], >=, -0.5 - 1e-6);
      g_assert_cmpfloat (0.5 + 0.5 * made->data[i], <=, 4.0 + 1e-6);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/range/ordinary-values-are-left-alone", test_ordinary);
  g_test_add_func ("/range/values-beyond-come-back", test_beyond);
  g_test_add_func ("/range/what-is-left-out-does-not-count", test_left_out);
  g_test_add_func ("/range/nothing-beyond-the-sample", test_kept);

  return g_test_run ();
}
