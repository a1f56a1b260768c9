/* test-reduce.c: a canvas in cells, and back
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <math.h>

#include "ddim.h"
#include "reduce.h"

static DdimCanvas *
noise (gint n,
       gint h,
       gint w,
       gint c)
{
  static const guint64 seeds[] = { 4, 5 };
  DdimCanvas *canvas = ddim_canvas_new (n, h, w, c);

  ddim_noise_fill (canvas, seeds, 0);
  return canvas;
}

/* Against the definition: the mean of the pixels there are, at cells that are
 * whole and at those of the border.                                         */
static void
test_means (void)
{
  for (gint k = 1; k <= 5; k++)
    {
      g_autoptr (DdimCanvas) x       = noise (2, 13, 17, 3);
      g_autoptr (DdimCanvas) reduced = ddim_canvas_reduce (x, k, FALSE, NULL);

      g_assert_cmpint (reduced->h, ==, (13 + k - 1) / k);
      g_assert_cmpint (reduced->w, ==, (17 + k - 1) / k);
      for (gint n = 0; n < 2; n++)
        for (gint y = 0; y < reduced->h; y++)
          for (gint column = 0; column < reduced->w; column++)
            for (gint c = 0; c < 3; c++)
              {
                gdouble sum = 0;
                gint    count = 0;

                for (gint i = y * k; i < MIN ((y + 1) * k, 13); i++)
                  for (gint j = column * k; j < MIN ((column + 1) * k, 17); j++, count++)
                    sum += x->data[((n * 13 + i) * 17 + j) * 3 + c];
                g_assert_cmpfloat_with_epsilon (
                  reduced->data[((n * reduced->h + y) * reduced->w + column) * 3 + c],
                  sum / count, 1e-5);
              }
    }
}

/* A row of cells, 20 / 7 pixels wide, interpolated at a column of pixels. */
static gdouble
across (const DdimCanvas *reduced,
        gint              row,
        gint              column)
{
  gdouble position = (column + 0.5) * 7 / 20 - 0.5;
  gint    cell     = floor (position);

  return (1 - (position - cell)) * reduced->data[row * 7 + cell]
         + (position - cell) * reduced->data[row * 7 + cell + 1];
}

/* A torus is cut into whole cells, none of which is lost: the mean stays, and a
 * picture that is moved by a cell gives cells that are moved by one.         */
static void
test_torus (void)
{
  g_autoptr (DdimCanvas) x       = noise (1, 12, 20, 1);
  g_autoptr (DdimCanvas) moved   = ddim_canvas_copy (x);
  g_autoptr (DdimCanvas) reduced = ddim_canvas_reduce (x, 3, TRUE, NULL);
  g_autoptr (DdimCanvas) other   = NULL;
  g_autoptr (DdimCanvas) change  = ddim_canvas_new (1, 12, 20, 1);
  gdouble mean = 0, mean_reduced = 0;

  g_assert_cmpint (reduced->h, ==, 4);
  g_assert_cmpint (reduced->w, ==, 7); /* of 20 / 7 pixels */
  for (gint i = 0; i < 240; i++)
    mean += x->data[i] / 240;
  for (gint i = 0; i < 28; i++)
    mean_reduced += reduced->data[i] / 28;
  g_assert_cmpfloat_with_epsilon (mean, mean_reduced, 1e-6);

  for (gint i = 0; i < 240; i++)
    moved->data[i] = x->data[(i + 3 * 20) % 240];
  other = ddim_canvas_reduce (moved, 3, TRUE, NULL);
  for (gint i = 0; i < 28; i++)
    g_assert_cmpfloat_with_epsilon (other->data[i], reduced->data[(i + 7) % 28], 1e-6);

  /* The way back goes on across the border: row 0 lies a third of a cell before
   * the first cell's middle, which is pixel 1.           */
  ddim_canvas_add_enlarged (change, reduced, 3, TRUE, NULL);
  g_assert_cmpfloat_with_epsilon (change->data[10],
                                  (2 * across (reduced, 0, 10) + across (reduced, 3, 10)) / 3,
                                  1e-5);
}

/* What is the same everywhere, or a slope away from the borders, comes back. */
static void
test_back (void)
{
  for (gint tileable = 0; tileable < 2; tileable++)
    for (gint k = 1; k <= 4; k++)
      {
        g_autoptr (DdimCanvas) x       = ddim_canvas_new (1, 24, 24, 2);
        g_autoptr (DdimCanvas) back    = ddim_canvas_new (1, 24, 24, 2);
        g_autoptr (DdimCanvas) reduced = NULL;

        for (gint i = 0; i < 24 * 24; i++)
          {
            x->data[2 * i]     = 0.7;
            x->data[2 * i + 1] = 0.1 * (i / 24) - 0.03 * (i % 24);
          }
        reduced = ddim_canvas_reduce (x, k, tileable, NULL);
        ddim_canvas_add_enlarged (back, reduced, k, tileable, NULL);
        for (gint y = 0; y < 24; y++)
          for (gint column = 0; column < 24; column++)
            {
              gint i = y * 24 + column;

              g_assert_cmpfloat_with_epsilon (back->data[2 * i], 0.7, 1e-5);
              if (MIN (y, column) >= k && MAX (y, column) < 24 - k)
                g_assert_cmpfloat_with_epsilon (back->data[2 * i + 1], x->data[2 * i + 1], 1e-5);
            }
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/reduce/means", test_means);
  g_test_add_func ("/reduce/torus", test_torus);
  g_test_add_func ("/reduce/back", test_back);
  return g_test_run ();
}
