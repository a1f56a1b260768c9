/* test-seamless.c: a picture without the jump between its opposite borders
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <math.h>

#include "ddim.h"

static gint
wrap (gint i,
      gint size)
{
  return (i + size) % size;
}

static gdouble
value (const DdimCanvas *x,
       gint              row,
       gint              column,
       gint              c)
{
  return x->data[((gsize) wrap (row, x->h) * x->w + wrap (column, x->w)) * x->c + c];
}

static gdouble
laplacian (const DdimCanvas *x,
           gint              row,
           gint              column,
           gint              c)
{
  return value (x, row - 1, column, c) + value (x, row + 1, column, c) +
         value (x, row, column - 1, c) + value (x, row, column + 1, c) -
         4 * value (x, row, column, c);
}

/* What is taken out is harmonic inside: there every pixel keeps its Laplacian,
 * and the mean stays.  The frequencies that are left out far from a border
 * leave up to 1e-5 of a jump (up to 15 here) each; rounding is less.         */
static void
test_detail (void)
{
  const gint sizes[][2] = { { 16, 16 }, { 9, 40 }, { 33, 10 }, { 1, 12 }, { 5, 1 }, { 2, 3 } };

  for (guint s = 0; s < G_N_ELEMENTS (sizes); s++)
    {
      gint h = sizes[s][0], w = sizes[s][1];
      g_autoptr (DdimCanvas) picture = ddim_canvas_new (2, h, w, 2);
      g_autoptr (DdimCanvas) periodic = NULL;
      guint64 seeds[] = { 1, 2 };
      gdouble mean = 0;

      ddim_noise_fill (picture, seeds, 0);
      periodic = ddim_canvas_copy (picture);
      ddim_canvas_make_seamless (periodic, NULL);

      for (gint row = 0; row < h; row++)
        for (gint column = 0; column < w; column++)
          for (gint c = 0; c < 2; c++)
            {
              mean += value (periodic, row, column, c) - value (picture, row, column, c);
              if (row > 0 && row < h - 1 && column > 0 && column < w - 1)
                g_assert_cmpfloat_with_epsilon (laplacian (periodic, row, column, c),
                                                laplacian (picture, row, column, c), 2e-4);
            }
      g_assert_cmpfloat (fabs (mean / (h * w * 2)), <, 1e-4);
    }
}

/* The mean step from a column to the next, around the torus. */
static gdouble
mean_step (const DdimCanvas *x,
           gint              column)
{
  gdouble sum = 0;

  for (gint row = 0; row < x->h; row++)
    sum += fabs (value (x, row, column, 0) - value (x, row, column - 1, 0));

  return sum / x->h;
}

/* Across the border it is as steep as the steps beside it: in noise, which has
 * no jump, where it jumps by ten times a step, and where rows are smooth.  The
 * mean over 400 rows of a step's size scatters by 0.75 / sqrt (400), a twentieth
 * in four standard errors for each of the two that are compared, and twice that
 * where neighbouring rows go together.                                        */
static void
test_steepness (void)
{
  for (gint kind = 0; kind <= 2; kind++)
    {
      g_autoptr (DdimCanvas) picture = ddim_canvas_new (1, 400, 50, 1);
      guint64 seed = 3;
      gdouble inside = 0;

      ddim_noise_fill (picture, &seed, 0);
      for (gint i = 0; kind == 2 && i < 399 * 50; i++)
        picture->data[i + 50] = 0.9 * picture->data[i] + 0.4 * picture->data[i + 50];
      for (gint i = 0; i < 400 * 50; i++)
        picture->data[i] += (kind > 0 ? 10 : 0) * (i % 50) / 50.;
      ddim_canvas_make_seamless (picture, NULL);

      for (gint column = 1; column <= 8; column++)
        inside += (mean_step (picture, column) + mean_step (picture, 50 - column)) / 16;
      g_test_message ("across %.3f, beside it %.3f", mean_step (picture, 0), inside);
      g_assert_cmpfloat_with_epsilon (mean_step (picture, 0) / inside, 1, kind == 2 ? 0.2 : 0.1);
    }
}

/* A ramp becomes flat, but for its border's step and what evens that out.  A
 * picture that wraps already, whole waves with a border no steeper than what is
 * beside it, stays as it is.                                                 */
static void
test_ramp_and_wave (void)
{
  g_autoptr (DdimCanvas) ramp = ddim_canvas_new (1, 20, 30, 1);
  g_autoptr (DdimCanvas) wave = ddim_canvas_new (1, 20, 300, 1);
  gdouble worst = 0;

  for (gint row = 0; row < 20; row++)
    {
      for (gint column = 0; column < 30; column++)
        ramp->data[row * 30 + column] = 0.5 + 0.02 * column;
      for (gint column = 0; column < 300; column++)
        wave->data[row * 300 + column] = cos (2 * G_PI * 3 * (column + 0.5) / 300);
    }

  ddim_canvas_make_seamless (ramp, NULL);
  for (gint i = 0; i < 600; i++)
    g_assert_cmpfloat_with_epsilon (ramp->data[i], 0.5 + 0.02 * 14.5, 0.02);

  ddim_canvas_make_seamless (wave, NULL);
  for (gint i = 0; i < 6000; i++)
    worst = MAX (worst, fabs (wave->data[i] - cos (2 * G_PI * 3 * (i % 300 + 0.5) / 300)));
  g_assert_cmpfloat (worst, <, 1e-5);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/seamless/detail", test_detail);
  g_test_add_func ("/seamless/steepness", test_steepness);
  g_test_add_func ("/seamless/ramp-and-wave", test_ramp_and_wave);
  return g_test_run ();
}
