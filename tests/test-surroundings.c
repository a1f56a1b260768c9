/* test-surroundings.c: how far a variation is led back to what is beside it
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "ddim.h"
#include "surroundings.h"

#define H 40
#define W 240
#define FROM 40  /* the first column that may change; there are 200 */
#define FAR  48  /* where nothing is led any more                   */

/* What each pixel of a row of columns FROM.. keeps, of a ground with noise of a
 * deviation; pixels stand for reduction^2 ones.                             */
static gfloat *
measure (gdouble deviation,
         gint    reduction)
{
  gint                   h       = H / reduction, w = W / reduction;
  g_autoptr (DdimCanvas) image   = ddim_canvas_new (1, h, w, 3);
  g_autofree gfloat     *weights = g_new0 (gfloat, h * w);
  guint64                seed    = 5;
  GError                *error   = NULL;
  gfloat                *inside;

  ddim_noise_fill (image, &seed, 0);
  for (gsize i = 0; i < ddim_canvas_size (image); i++)
    image->data[i] = 0.3 + deviation * image->data[i];
  for (gint i = 0; i < h * w; i++)
    weights[i] = i % w >= FROM / reduction;

  inside = ddim_surroundings_measure (image, weights, FALSE, reduction, &error);
  g_assert_no_error (error);
  return inside;
}

/* On a smooth ground nothing is kept beside the border, all of it far away, and more
 * and more between them; the less noise, the more, and without any all.     */
static void
test_smooth (void)
{
  static const gdouble ratios[] = { 100, 3, 1, 0.3, 0.1 };
  g_autofree gfloat   *inside   = measure (0, 1);

  for (gint x = 0; x < W; x++)
    {
      gdouble last = 0;

      for (gsize i = 0; i < G_N_ELEMENTS (ratios); i++)
        {
          gdouble keep = ddim_surroundings_keep (inside[20 * W + x], ratios[i], 1);

          g_assert_cmpfloat (keep, >=, last);
          g_assert_cmpfloat (keep, <=, 1);
          if (x > 0)
            g_assert_cmpfloat (keep, >=, ddim_surroundings_keep (inside[20 * W + x - 1],
                                                                 ratios[i], 1));
          if (x < FROM)
            g_assert_cmpfloat (keep, ==, 0);
          last = keep;
        }
      if (x >= FROM + FAR)
        g_assert_cmpfloat (ddim_surroundings_keep (inside[20 * W + x], 100, 1), ==, 1);
      if (x >= FROM)
        g_assert_cmpfloat (ddim_surroundings_keep (inside[20 * W + x], 0, 1), ==, 1);
    }
  g_assert_cmpfloat (ddim_surroundings_keep (inside[20 * W + FROM + 5], 100, 1), <, 0.1);
}

/* On a rough ground, noise of a tenth of the range, all may change from the first
 * pixel on.  Grain of 2 of 255 is smooth.                                    */
static void
test_rough (void)
{
  g_autofree gfloat *rough = measure (0.2, 1);
  g_autofree gfloat *grain = measure (0.016, 1);

  for (gint x = FROM + 8; x < W; x++)
    g_assert_cmpfloat (ddim_surroundings_keep (rough[20 * W + x], 100, 1), >, 0.99);
  g_assert_cmpfloat (ddim_surroundings_keep (grain[20 * W + FROM + 8], 100, 1), <, 0.2);
}

/* A picture of half the size, whose noise is half as strong, keeps the same at the
 * same place, to a pixel of it.                                             */
static void
test_reduced (void)
{
  g_autofree gfloat *whole = measure (0, 1);
  g_autofree gfloat *half  = measure (0, 2);

  for (gdouble ratio = 0.25; ratio < 10; ratio *= 2)
    for (gint x = FROM / 2 + 1; x < W / 2 - 1; x++)
      {
        gdouble keep = ddim_surroundings_keep (half[10 * W / 2 + x], ratio / 2, 2);

        g_assert_cmpfloat (keep, >=, ddim_surroundings_keep (whole[20 * W + 2 * x - 2], ratio, 1));
        g_assert_cmpfloat (keep, <=, ddim_surroundings_keep (whole[20 * W + 2 * x + 2], ratio, 1));
      }
}

/* A narrow stroke has a middle in which all may change. */
static void
test_narrow (void)
{
  g_autoptr (DdimCanvas) image   = ddim_canvas_new (1, H, W, 3);
  g_autofree gfloat     *weights = g_new0 (gfloat, H * W);
  g_autofree gfloat     *inside  = NULL;

  for (gint i = 15 * W; i < 25 * W; i++)
    weights[i] = 1;
  inside = ddim_surroundings_measure (image, weights, FALSE, 1, NULL);
  g_assert_cmpfloat (ddim_surroundings_keep (inside[20 * W + 100], 100, 1), ==, 1);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/surroundings/smooth", test_smooth);
  g_test_add_func ("/surroundings/rough", test_rough);
  g_test_add_func ("/surroundings/reduced", test_reduced);
  g_test_add_func ("/surroundings/narrow", test_narrow);
  return g_test_run ();
}
