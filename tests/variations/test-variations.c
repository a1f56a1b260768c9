/* test-variations.c: what the filter's defaults promise, on photographs
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * doc/variations.md measures more pictures, and more of each; these are small
 * enough for every run of the tests.
 */

#include <math.h>

#include "measures.h"
#include "variations.h"
#include "../picture.h"

#define SIDE 144 /* of the pictures                                            */
#define EDGE 28  /* pixels around the selection                                */

static const gchar    *names[]     = { "kitten", "lake-sherburne", "tea-gardens", "photo" };
static const gdouble   strengths[] = { 0.05, 0.3, 0.5, 0.75, 1 };
static VariationsRegion regions[G_N_ELEMENTS (names)];
static VariationsMaker *maker;

static void
load (const gchar      *name,
      VariationsRegion *region)
{
  g_autofree gchar *file  = g_strconcat (name, ".png", NULL);
  GError           *error = NULL;

  *region = (VariationsRegion) { g_strdup (name),
                                 g_test_build_filename (G_TEST_DIST, "data", file, NULL),
                                 EDGE, EDGE, SIDE - 2 * EDGE, SIDE - 2 * EDGE, NULL };
  variations_region_load (region, &error);
  g_assert_no_error (error);
}

static DdimCanvas *
vary (const VariationsRegion *region,
      const gchar            *kind,
      gdouble                 strength,
      guint64                 seed)
{
  g_autofree gchar *spec   = g_strdup_printf ("%s,strength=%g", kind, strength);
  VariationsColumn *column;
  VariationsCost    cost;
  GError           *error  = NULL;
  DdimCanvas       *made;

  column = variations_column_new (spec, NULL, &error);
  g_assert_no_error (error);
  made = variations_make (maker, column, region, 1, &seed, &cost, &error);
  g_assert_no_error (error);
  g_free (column->spec);
  g_free (column);
  return made;
}

/* The selected part of the picture or of what was made of its frame. */
static DdimCanvas *
crop_selection (const VariationsRegion *region,
                const DdimCanvas       *canvas)
{
  return picture_crop (canvas, region->x - canvas->x, region->y - canvas->y,
                       region->h, region->w);
}

/* Of the selection, where white and black are 1 apart. */
static gdouble
change (const VariationsRegion *region,
        const DdimCanvas       *made)
{
  g_autoptr (DdimCanvas) before = crop_selection (region, region->picture);
  g_autoptr (DdimCanvas) after  = crop_selection (region, made);

  return measures_reduced_change (before, after, 1) / 255;
}

/* Strength is graded: next to nothing changes at 0.05, more and more at each
 * greater one, and a quarter to three quarters of it all by the middle of the
 * slider.  One seed's change goes up and down by chance by a tenth.          */
static void
check_graded (const gchar *kind)
{
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const VariationsRegion *region = &regions[i];
      gdouble                 rms[G_N_ELEMENTS (strengths)];

      for (gsize s = 0; s < G_N_ELEMENTS (strengths); s++)
        {
          g_autoptr (DdimCanvas) made = vary (region, kind, strengths[s], 1);

          rms[s] = change (region, made);
        }
      g_test_message ("%s, %s: %.4f %.4f %.4f %.4f %.4f", kind, names[i],
                      rms[0], rms[1], rms[2], rms[3], rms[4]);
      g_assert_cmpfloat (rms[0], <, 0.02);
      for (gsize s = 1; s < G_N_ELEMENTS (strengths); s++)
        g_assert_cmpfloat (rms[s], >, 0.9 * rms[s - 1]);
      g_assert_cmpfloat (rms[2], >, 0.25 * rms[4]);
      g_assert_cmpfloat (rms[2], <, 0.75 * rms[4]);
    }
}

static void
test_graded (void)
{
  check_graded ("default");
}

static void
test_graded_by_patches (void)
{
  check_graded ("patches");
}

/* Over all pictures the gradient across the selection's border is, as a share of
 * the gradient beside it, within 5 % of what it was: no border shows.  A picture
 * alone may be off by as much again.                                         */
static void
test_border (void)
{
  static const gdouble at[] = { 0.3, 0.6, 1 };

  for (gsize s = 0; s < G_N_ELEMENTS (at); s++)
    {
      gdouble before = 0, after = 0;

      for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
        {
          const VariationsRegion *region = &regions[i];
          g_autoptr (DdimCanvas) made   = vary (region, "default", at[s], 2);
          MeasuresBorder         was, is;

          g_assert_true (measures_border (region->picture, region->x, region->y, region->w,
                                          region->h, &was));
          g_assert_true (measures_border (made, region->x - made->x, region->y - made->y,
                                          region->w, region->h, &is));
          before += was.border / was.neighbourhood;
          after  += is.border / is.neighbourhood;
          g_test_message ("strength %g, %s: %.3f, was %.3f", at[s], names[i],
                          is.border / is.neighbourhood, was.border / was.neighbourhood);
        }
      g_assert_cmpfloat (after, <, 1.05 * before);
    }
}

/* At the defaults photographs are not copied: hardly a square comes back at its own
 * place, though all of them are the picture's own.  On smooth grounds, where a
 * place is most like itself, some more may.                                 */
static void
test_copies (void)
{
  DdimThreadPool *pool = variations_maker_get_pool (maker);
  gdouble         mean = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const VariationsRegion *region = &regions[i];
      g_autoptr (DdimCanvas) made   = vary (region, "default", 0.9, 3);
      g_autoptr (DdimCanvas) after  = crop_selection (region, made);
      g_autoptr (DdimCanvas) before = crop_selection (region, region->picture);
      MeasuresPatches        patches;

      measures_patches (after, before, pool, &patches);
      g_test_message ("%s: %.1f %% copies, %.1f away", names[i], 100 * patches.copies,
                      patches.distance);
      g_assert_cmpfloat (patches.copies, <, 0.1);
      mean += patches.copies / G_N_ELEMENTS (names);
    }
  g_assert_cmpfloat (mean, <, 0.05);
}

/* The finest detail keeps its contrast, a sky's grain, too: over the upper half of the
 * frequencies of 64 pixels the power is within a decibel of what it was.  There are
 * some 1,200 of them in each tile, so that chance makes less than 0.3.       */
static void
test_grain (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const VariationsRegion *region = &regions[i];
      g_autoptr (DdimCanvas) made   = vary (region, "default", 0.9, 3);
      g_autoptr (DdimCanvas) after  = crop_selection (region, made);
      g_autoptr (DdimCanvas) before = crop_selection (region, region->picture);
      gdouble                was[MEASURES_RINGS], is[MEASURES_RINGS], mean = 0;

      g_assert_true (measures_spectrum (before, was));
      g_assert_true (measures_spectrum (after, is));
      for (gint ring = MEASURES_RINGS / 2; ring < MEASURES_RINGS; ring++)
        mean += 10 * log10 (is[ring] / was[ring]) / (MEASURES_RINGS - MEASURES_RINGS / 2);
      g_test_message ("%s: %.2f dB", names[i], mean);
      g_assert_cmpfloat (fabs (mean), <, 1);
    }
}

int
main (int argc, char **argv)
{
  g_autofree gchar *weights = NULL;
  GError           *error   = NULL;
  int               result;

  g_test_init (&argc, &argv, NULL);
  weights = g_test_build_filename (G_TEST_DIST, "..", "weights", "photo", NULL);
  maker   = variations_maker_new (weights, &error);
  g_assert_no_error (error);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    load (names[i], &regions[i]);

  g_test_add_func ("/variations/graded", test_graded);
  g_test_add_func ("/variations/graded-by-patches", test_graded_by_patches);
  g_test_add_func ("/variations/border", test_border);
  g_test_add_func ("/variations/copies", test_copies);
  g_test_add_func ("/variations/grain", test_grain);
  result = g_test_run ();

  variations_maker_free (maker);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      ddim_canvas_free (regions[i].picture);
      g_free (regions[i].name);
      g_free (regions[i].path);
    }
  return result;
}
