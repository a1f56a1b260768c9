/* test-periodic.c: a picture without the jump between its opposite borders
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

/* Moisan's equation: on the torus p has at each pixel the Laplacian that the
 * picture has there when nothing lies beyond its borders; and its mean.  The
 * frequencies that are left out far from a border leave up to 1e-5 of a jump
 * (up to 8 here) each; the floats' rounding is less.                         */
static void
test_equation (void)
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
      ddim_canvas_make_periodic (periodic);

      for (gint row = 0; row < h; row++)
        for (gint column = 0; column < w; column++)
          for (gint c = 0; c < 2; c++)
            {
              gdouble here     = value (picture, row, column, c);
              gdouble expected = 0;

              if (row > 0)
                expected += value (picture, row - 1, column, c) - here;
              if (row < h - 1)
                expected += value (picture, row + 1, column, c) - here;
              if (column > 0)
                expected += value (picture, row, column - 1, c) - here;
              if (column < w - 1)
                expected += value (picture, row, column + 1, c) - here;

              g_assert_cmpfloat_with_epsilon (laplacian (periodic, row, column, c), expected,
                                              2e-4);
              mean += value (periodic, row, column, c) - here;
            }
      g_assert_cmpfloat (fabs (mean / (h * w * 2)), <, 1e-5);
    }
}

/* A ramp has nothing but the jump: what is left is flat to one of its steps,
 * which its neighbours across the border now share (29 steps over 30 pixels).
 * A picture that wraps already, whole waves, stays as it is.                 */
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

  ddim_canvas_make_periodic (ramp);
  for (gint i = 0; i < 600; i++)
    g_assert_cmpfloat_with_epsilon (ramp->data[i], 0.5 + 0.02 * 14.5, 0.02 / 2);

  ddim_canvas_make_periodic (wave);
  for (gint i = 0; i < 6000; i++)
    worst = MAX (worst, fabs (wave->data[i] - cos (2 * G_PI * 3 * (i % 300 + 0.5) / 300)));
  g_assert_cmpfloat (worst, <, 1e-5);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/periodic/equation", test_equation);
  g_test_add_func ("/periodic/ramp-and-wave", test_ramp_and_wave);
  return g_test_run ();
}
