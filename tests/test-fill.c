/* test-fill.c: what a network sees where there is nothing to see
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <math.h>
#include <string.h>

#include "plugin/pixels/fill.h"

#define H 37
#define W 50

/* A picture of 2 channels with a hole in it, which holds garbage. */
static void
make_picture (gfloat *pixels,
              gfloat *known)
{
  for (gint y = 0; y < H; y++)
    for (gint x = 0; x < W; x++)
      {
        gfloat *pixel = pixels + (y * W + x) * 2;

        known[y * W + x] = ! (y >= 8 && y < 30 && x >= 11);
        pixel[0] = known[y * W + x] > 0 ? 0.25f + 0.5f * x / W : 1000.0f;
        pixel[1] = known[y * W + x] > 0 ? -0.5f : NAN;
      }
}

static void
test_hole (void)
{
  g_autoptr (DdimCanvas) canvas = ddim_canvas_new (1, H, W, 2);
  g_autoptr (DdimCanvas) cover  = ddim_canvas_new (1, H, W, 1);
  g_autoptr (DdimCanvas) copy   = NULL;
  gfloat                *pixels = canvas->data;
  gfloat                *known  = cover->data;
  const gfloat          *before;
  gdouble                step   = 0.0;

  make_picture (pixels, known);
  copy   = ddim_canvas_copy (canvas);
  before = copy->data;
  g_assert_true (ddim_fill_unknown (canvas, cover, NULL));

  for (gint i = 0; i < H * W; i++)
    if (known[i] > 0)
      {
        g_assert_true (memcmp (pixels + 2 * i, before + 2 * i, 2 * sizeof (gfloat)) == 0);
      }
    else
      {
        /* means of what surrounds it: within its range, and where all of it
         * is one value, that value                                         */
        g_assert_cmpfloat (pixels[2 * i], >=, 0.25f - 1e-6f);
        g_assert_cmpfloat (pixels[2 * i], <=, 0.75f + 1e-6f);
        g_assert_cmpfloat_with_epsilon (pixels[2 * i + 1], -0.5f, 1e-6);
      }

  /* nothing that looks like an edge: no step between neighbours of more than
   * a tenth of the picture's range                                         */
  for (gint y = 0; y < H; y++)
    for (gint x = 0; x + 1 < W; x++)
      step = MAX (step, fabs (pixels[(y * W + x) * 2] - pixels[(y * W + x + 1) * 2]));
  g_assert_cmpfloat (step, <, 0.05);
}

/* One pixel is enough for all; none leaves nothing. */
static void
test_little (void)
{
  g_autoptr (DdimCanvas) canvas = ddim_canvas_new (1, 3, 5, 1);
  g_autoptr (DdimCanvas) known  = ddim_canvas_new (1, 3, 5, 1);

  canvas->data[3] = INFINITY;
  g_assert_true (ddim_fill_unknown (canvas, known, NULL));
  for (gint i = 0; i < 15; i++)
    g_assert_cmpfloat (canvas->data[i], ==, 0.0f);

  known->data[7]  = 1;
  canvas->data[7] = 0.75f;
  g_assert_true (ddim_fill_unknown (canvas, known, NULL));
  for (gint i = 0; i < 15; i++)
    g_assert_cmpfloat_with_epsilon (canvas->data[i], 0.75f, 1e-6);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/fill/hole", test_hole);
  g_test_add_func ("/fill/little", test_little);

  return g_test_run ();
}
