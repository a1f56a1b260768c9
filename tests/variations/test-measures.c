/* test-measures.c: the measures by which ./dev variations and textures judge
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <math.h>

#include "measures.h"

/* Float sums of some hundred terms. */
#define ROUNDING 1e-3

/* White noise of a deviation of 0.3, wrapped after `period` pixels both ways. */
static DdimCanvas *
noise (gint    h,
       gint    w,
       gint    period,
       guint64 seed)
{
  g_autoptr (DdimCanvas) tile = ddim_canvas_new (1, period, period, 3);
  DdimCanvas            *x    = ddim_canvas_new (1, h, w, 3);

  ddim_noise_fill (tile, &seed, 0);
  for (gint v = 0; v < h; v++)
    for (gint u = 0; u < w; u++)
      for (gint c = 0; c < 3; c++)
        x->data[((gsize) v * w + u) * 3 + c] =
          0.3f * tile->data[((gsize) (v % period) * period + u % period) * 3 + c];

  return x;
}

/* The same moved right and down, its ends wrapped, and lighter by so many steps. */
static DdimCanvas *
moved (const DdimCanvas *x,
       gint              by,
       gdouble           lighter)
{
  DdimCanvas *y = ddim_canvas_new (1, x->h, x->w, 3);

  for (gint v = 0; v < x->h; v++)
    for (gint u = 0; u < x->w; u++)
      for (gint c = 0; c < 3; c++)
        y->data[((gsize) ((v + by) % x->h) * x->w + (u + by) % x->w) * 3 + c] =
          x->data[((gsize) v * x->w + u) * 3 + c] + lighter / 127.5;

  return y;
}

/* Patches ------------------------------------------------------------------- */

/* All that a periodic picture has is in each of its halves, and nothing else is
 * anywhere near: a shade is then the distance.                               */
static void
test_distance (void)
{
  g_autoptr (DdimThreadPool) pool = ddim_thread_pool_new (2);
  g_autoptr (DdimCanvas) x    = noise (64, 64, 16, 1);
  g_autoptr (DdimCanvas) y    = moved (x, 5, 10);
  MeasuresHalves         halves;
  MeasuresPatches        patches;

  measures_halves (x, pool, &halves);
  g_assert_cmpfloat_with_epsilon (halves.least, 0, ROUNDING);
  g_assert_cmpfloat_with_epsilon (halves.greatest, 0, ROUNDING);
  measures_patches (y, x, pool, &patches);
  g_assert_cmpfloat_with_epsilon (patches.distance, 10, ROUNDING);
  measures_patches (x, y, pool, &patches);
  g_assert_cmpfloat_with_epsilon (patches.distance, 10, ROUNDING);
}

/* The mean RMS distance, by the definition, of the patches of a rectangle of x
 * from the nearest in another one.                                           */
static gdouble
find_all (const DdimCanvas *x, gint x0, gint y0, gint w, gint h,
          const DdimCanvas *in, gint u0, gint v0, gint u, gint v)
{
  gdouble sum = 0;
  gint    n   = 0;

  for (gint row = y0; row + 7 <= y0 + h; row += 6)
    for (gint column = x0; column + 7 <= x0 + w; column += 6, n++)
      {
        gdouble best = G_MAXDOUBLE;

        for (gint p = v0; p + 7 <= v0 + v; p++)
          for (gint q = u0; q + 7 <= u0 + u; q++)
            {
              gdouble squares = 0;

              for (gint i = 0; i < 7; i++)
                for (gint j = 0; j < 7 * 3; j++)
                  {
                    gdouble d = x->data[((gsize) (row + i) * x->w + column) * 3 + j]
                                - in->data[((gsize) (p + i) * in->w + q) * 3 + j];

                    squares += d * d;
                  }
              best = MIN (best, squares);
            }
        sum += 127.5 * sqrt (best / (7 * 7 * 3));
      }

  return sum / n;
}

/* Odd sizes too: the right half and the lower one do not begin where the others
 * end by chance.                                                             */
static void
test_definition (void)
{
  g_autoptr (DdimThreadPool) pool  = ddim_thread_pool_new (2);
  g_autoptr (DdimCanvas) x     = noise (29, 34, 34, 2);
  g_autoptr (DdimCanvas) other = noise (31, 27, 31, 3);
  MeasuresHalves         halves;
  MeasuresPatches        patches;
  gdouble between[] = { find_all (x, 0, 0, 17, 29, x, 17, 0, 17, 29),
                        find_all (x, 17, 0, 17, 29, x, 0, 0, 17, 29),
                        find_all (x, 0, 0, 34, 14, x, 0, 14, 34, 14),
                        find_all (x, 0, 14, 34, 14, x, 0, 0, 34, 14) };
  gdouble least = G_MAXDOUBLE, greatest = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (between); i++)
    {
      least    = MIN (least, between[i]);
      greatest = MAX (greatest, between[i]);
    }
  measures_halves (x, pool, &halves);
  g_assert_cmpfloat_with_epsilon (halves.least, least, ROUNDING);
  g_assert_cmpfloat_with_epsilon (halves.greatest, greatest, ROUNDING);
  g_assert_true (isnan (halves.spectrum)); /* no tile fits into a half */

  measures_patches (other, x, pool, &patches);
  g_assert_cmpfloat_with_epsilon (patches.distance,
                                  (find_all (other, 0, 0, 27, 31, x, 0, 0, 17, 29) +
                                   find_all (other, 0, 0, 27, 31, x, 17, 0, 17, 29) +
                                   find_all (other, 0, 0, 27, 31, x, 0, 0, 34, 14) +
                                   find_all (other, 0, 0, 27, 31, x, 0, 14, 34, 14)) / 4,
                                  ROUNDING);
}

static void
assert_copies (const DdimCanvas *x,
               const DdimCanvas *in,
               gdouble           least,
               gdouble           most)
{
  g_autoptr (DdimThreadPool) pool = ddim_thread_pool_new (2);
  MeasuresPatches      patches;

  measures_patches (x, in, pool, &patches);
  g_assert_cmpfloat (patches.copies, >=, least);
  g_assert_cmpfloat (patches.copies, <=, most);
}

/* A copy is at its own place or a pixel beside it, and hardly changed. */
static void
test_copies (void)
{
  static const struct
  {
    gint    by;
    gdouble lighter;
    gdouble least, most;
  } cases[] = {
    { 0, 0, 1, 1 },
    { 0, 7.9, 1, 1 },
    { 0, 8.1, 0, 0 },
    { 1, 0, 0.8, 1 }, /* but for the patches whose pixels were wrapped */
    { 2, 0, 0, 0 },
    { 20, 0, 0, 0 },
  };
  g_autoptr (DdimCanvas) x     = noise (64, 64, 64, 4);
  g_autoptr (DdimCanvas) other = noise (64, 64, 64, 5);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (DdimCanvas) y = moved (x, cases[i].by, cases[i].lighter);

      assert_copies (y, x, cases[i].least, cases[i].most);
    }
  assert_copies (other, x, 0, 0);
}

/* Spectrum ------------------------------------------------------------------ */

/* White noise has in every ring its lightness's variance, times the sum of the
 * window's squares, (64 3/8)^2.  49 tiles are seen, 25 of them apart; the inmost
 * rings have 3 to 15 frequencies or so each, hence the tolerances.           */
static void
test_white (void)
{
  g_autoptr (DdimCanvas) x        = noise (256, 256, 256, 6);
  gdouble                expected = 10 * log10 (0.09 * (0.09 + 0.36 + 0.01) * 24 * 24);
  gdouble                rings[MEASURES_RINGS];

  g_assert_true (measures_spectrum (x, rings));
  for (gint i = 0; i < MEASURES_RINGS; i++)
    g_assert_cmpfloat_with_epsilon (rings[i], expected, i < 4 ? 2.5 : 1);
}

/* Twice the contrast is 6.02 dB more everywhere, half of it as much less; a shade
 * is no difference.                                                          */
static void
test_contrast (void)
{
  g_autoptr (DdimCanvas) x    = noise (64, 96, 96, 7);
  g_autoptr (DdimCanvas) y    = moved (x, 0, 40);
  g_autoptr (DdimCanvas) half = ddim_canvas_copy (x);
  gdouble                rings[MEASURES_RINGS], of_y[MEASURES_RINGS], of_half[MEASURES_RINGS];

  for (gsize i = 0; i < ddim_canvas_size (x); i++)
    half->data[i] *= 0.5f;
  measures_spectrum (x, rings);
  measures_spectrum (y, of_y);
  measures_spectrum (half, of_half);

  g_assert_cmpfloat_with_epsilon (measures_spectral_difference (rings, of_y), 0, ROUNDING);
  g_assert_cmpfloat_with_epsilon (measures_spectral_difference (rings, of_half),
                                  20 * log10 (2), ROUNDING);
}

/* A wave of 12 periods a tile is in its own ring; Hann's window brings some of it
 * into the two beside and no farther.                                        */
static void
test_wave (void)
{
  for (gint upright = 0; upright < 2; upright++)
    {
      g_autoptr (DdimCanvas) x = ddim_canvas_new (1, 64, 64, 3);
      gdouble                rings[MEASURES_RINGS];

      for (gint v = 0; v < 64; v++)
        for (gint u = 0; u < 64; u++)
          for (gint c = 0; c < 3; c++)
            x->data[(v * 64 + u) * 3 + c] =
              0.5 * cos (2 * G_PI * 12 * (upright ? v : u) / 64.0);
      measures_spectrum (x, rings);
      for (gint i = 0; i < MEASURES_RINGS; i++)
        {
          if (i == 11)
            g_assert_cmpfloat (rings[i], >, 20);
          else
            g_assert_cmpfloat (rings[i], <, rings[11] - (ABS (i - 11) == 1 ? 3 : 60));
        }
    }
}

static void
test_small (void)
{
  g_autoptr (DdimCanvas) x = noise (63, 200, 200, 8);
  gdouble                rings[MEASURES_RINGS];

  g_assert_false (measures_spectrum (x, rings));
}

/* Change -------------------------------------------------------------------- */

static void
test_reduced (void)
{
  g_autoptr (DdimCanvas) x    = noise (27, 35, 35, 9);
  g_autoptr (DdimCanvas) y    = moved (x, 0, 12);
  g_autoptr (DdimCanvas) fine = ddim_canvas_copy (x);
  g_autoptr (DdimCanvas) one  = ddim_canvas_copy (x);

  /* Of every second pixel as much is taken as is given to the next. */
  for (gint v = 0; v < 24; v++)
    for (gint i = 0; i < 32 * 3; i++)
      fine->data[v * 35 * 3 + i] += (v + i / 3) % 2 ? 0.4f : -0.4f;
  /* Beyond the last whole square. */
  for (gint i = 0; i < 35 * 3; i++)
    fine->data[26 * 35 * 3 + i] += 1;
  /* One of 3 x 4 squares, in one of three channels. */
  for (gint v = 8; v < 16; v++)
    for (gint u = 16; u < 24; u++)
      one->data[(v * 35 + u) * 3 + 1] += 6 / 127.5;

  g_assert_cmpfloat (measures_reduced_change (x, x, 8), ==, 0);
  g_assert_cmpfloat_with_epsilon (measures_reduced_change (x, y, 8), 12, ROUNDING);
  g_assert_cmpfloat_with_epsilon (measures_reduced_change (x, fine, 8), 0, ROUNDING);
  g_assert_cmpfloat_with_epsilon (measures_reduced_change (x, one, 8), 6 / sqrt (3 * 3 * 4),
                                  ROUNDING);
}

/* Border -------------------------------------------------------------------- */

/* Adds so many steps inside a rectangle. */
static void
lighten (DdimCanvas *x,
         gint        left,
         gint        top,
         gint        w,
         gint        h,
         gdouble     lighter)
{
  for (gint v = top; v < top + h; v++)
    for (gint i = left * 3; i < (left + w) * 3; i++)
      x->data[(gsize) v * x->w * 3 + i] += lighter / 127.5;
}

/* On flat ground there is the border's step and nothing else, with each of its
 * sides alone, too; a step a pixel beside the border is the neighbourhood's. */
static void
test_step (void)
{
  static const struct
  {
    gint x, y, w, h;
  } cases[] = { { 20, 30, 40, 25 }, { 20, 0, 60, 70 }, { 0, 0, 50, 70 },
                { 0, 20, 80, 50 },  { 0, 0, 80, 40 } };
  MeasuresBorder border;

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (DdimCanvas) flat = ddim_canvas_new (1, 70, 80, 3);

      lighten (flat, cases[i].x, cases[i].y, cases[i].w, cases[i].h, -9);
      g_assert_true (measures_border (flat, cases[i].x, cases[i].y, cases[i].w, cases[i].h,
                                      &border));
      g_assert_cmpfloat_with_epsilon (border.border, 9, ROUNDING);
      g_assert_cmpfloat_with_epsilon (border.neighbourhood, 0, ROUNDING);
    }
  {
    g_autoptr (DdimCanvas) flat = ddim_canvas_new (1, 70, 80, 3);

    lighten (flat, 21, 0, 59, 70, 8);
    g_assert_true (measures_border (flat, 20, 0, 60, 70, &border));
    g_assert_cmpfloat_with_epsilon (border.border, 0, ROUNDING);
    g_assert_cmpfloat_with_epsilon (border.neighbourhood, 8 / 16.0, ROUNDING);

    g_assert_false (measures_border (flat, 0, 0, 80, 70, &border));
    g_assert_false (measures_border (flat, 8, 8, 64, 54, &border));
    g_assert_true (measures_border (flat, 9, 8, 64, 54, &border));
  }
}

/* On a slope, where a step of twice the slope is added to it on two sides and taken
 * from it on the other two: three times the slope, and once.                 */
static void
test_slope (void)
{
  g_autoptr (DdimCanvas) slope = ddim_canvas_new (1, 70, 80, 3);
  MeasuresBorder         border;

  for (gint v = 0; v < 70; v++)
    for (gint u = 0; u < 80; u++)
      for (gint c = 0; c < 3; c++)
        slope->data[(v * 80 + u) * 3 + c] = (u + v) / 127.5;
  g_assert_true (measures_border (slope, 20, 20, 40, 30, &border));
  g_assert_cmpfloat_with_epsilon (border.border, 1, ROUNDING);
  g_assert_cmpfloat_with_epsilon (border.neighbourhood, 1, ROUNDING);

  lighten (slope, 20, 20, 40, 30, 2);
  g_assert_true (measures_border (slope, 20, 20, 40, 30, &border));
  g_assert_cmpfloat_with_epsilon (border.border, 2, ROUNDING);
  g_assert_cmpfloat_with_epsilon (border.neighbourhood, 1, ROUNDING);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/measures/patches/distance", test_distance);
  g_test_add_func ("/measures/patches/definition", test_definition);
  g_test_add_func ("/measures/patches/copies", test_copies);
  g_test_add_func ("/measures/spectrum/white", test_white);
  g_test_add_func ("/measures/spectrum/contrast", test_contrast);
  g_test_add_func ("/measures/spectrum/wave", test_wave);
  g_test_add_func ("/measures/spectrum/small", test_small);
  g_test_add_func ("/measures/reduced", test_reduced);
  g_test_add_func ("/measures/border/step", test_step);
  g_test_add_func ("/measures/border/slope", test_slope);

  return g_test_run ();
}
