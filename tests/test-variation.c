/* test-variation.c: variations of a picture
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <math.h>
#include <string.h>

#include "analytic-field.h"

static const AnalyticGaussian mixture[] = { { 0.3, -0.6, 0.02 }, { 0.5, 0.1, 0.05 },
                                            { 0.2, 0.7, 0.01 } };

/* A drawing with flat colour, a ramp, noise, and values out of gamut. */
static DdimCanvas *
test_picture (void)
{
  DdimCanvas *picture = ddim_canvas_new (1, 24, 31, 3);
  guint64     seed    = 3;

  picture->x = -5;
  picture->y = 17;
  ddim_noise_fill (picture, &seed, 77);
  for (gint row = 0; row < picture->h; row++)
    for (gint column = 0; column < picture->w; column++)
      for (gint c = 0; c < 3; c++)
        {
          gfloat *value = picture->data + (row * picture->w + column) * 3 + c;

          if (row < 8)
            *value = c - 1;
          else if (row < 16)
            *value = 2 * column / 30.f - 1;
        }
  picture->data[0] = 3.5;

  return picture;
}

static DdimLevels *
test_levels (gint    S,
             gdouble depth)
{
  g_autoptr (DdimSchedule) schedule =
    ddim_schedule_new (DDIM_BETAS_LINEAR, 1000, 1e-4, 0.02, FALSE, NULL);

  return ddim_levels_new (schedule, DDIM_SPACING_QUADRATIC, S, depth, NULL, NULL);
}

static DdimCanvas *
vary (DdimField           *field,
      const DdimLevels    *levels,
      DdimEncoder          encoder,
      const DdimVariation *options,
      const DdimCanvas    *picture,
      gint                 n)
{
  DdimCanvas *result = ddim_canvas_new (n, picture->h, picture->w, picture->c);
  g_autoptr (GError) error = NULL;
  g_autoptr (DdimInversion) inversion =
    ddim_inversion_new (field, levels, encoder, ddim_canvas_copy (picture), NULL, &error);

  g_assert_no_error (error);
  ddim_vary (inversion, options, result, NULL, NULL, &error);
  g_assert_no_error (error);

  return result;
}

/* Strength 0 is the picture, to the bit, for every field (one that knows the
 * picture's kind, one that predicts v, one that is nonsense), number of steps
 * and encoder, with eta too.                                                */
static void
test_strength_zero (void)
{
  g_autoptr (DdimCanvas) picture = test_picture ();
  guint64 seeds[2] = { 1, 2 };

  for (gint kind = 0; kind < 3; kind++)
    for (gint S = 3; S <= 24; S += 7)
      for (gint encoder = DDIM_ENCODER_EXACT; encoder <= DDIM_ENCODER_DIRECT; encoder++)
        {
          g_autoptr (DdimField) field =
            kind == 2 ? analytic_field_new_rough (3)
                      : analytic_field_new (mixture, 3, 3, kind == 0 ? DDIM_PREDICTION_EPSILON
                                                                     : DDIM_PREDICTION_V);
          g_autoptr (DdimLevels) levels = test_levels (S, 0.5);
          DdimVariation options = { .strength = 0, .eta = 0.7, .seeds = seeds };
          g_autoptr (DdimCanvas) result = vary (field, levels, encoder, &options, picture, 2);
          gsize size = ddim_canvas_size (picture);

          for (gint n = 0; n < 2; n++)
            g_assert_cmpmem (result->data + n * size, size * sizeof (gfloat),
                             picture->data, size * sizeof (gfloat));
          g_assert_cmpint (result->x, ==, picture->x);
        }
}

/* Strength 0 asks no field: one that says nothing but nonsense leaves no trace. */
static void
test_strength_zero_asks_nothing (void)
{
  g_autoptr (DdimCanvas) picture = test_picture ();
  g_autoptr (DdimField)  field   = analytic_field_new (mixture, 3, 3, DDIM_PREDICTION_EPSILON);
  g_autoptr (DdimLevels) levels  = test_levels (8, 0.5);
  g_autoptr (DdimInversion) inversion =
    ddim_inversion_new (field, levels, DDIM_ENCODER_DIRECT, ddim_canvas_copy (picture), NULL, NULL);
  g_autoptr (DdimCanvas) result  = ddim_canvas_copy (picture);
  guint64       seed    = 1;
  DdimVariation options = { .strength = 0, .eta = 1, .seeds = &seed };
  gint          count   = analytic_field_get_count (field);

  g_assert_true (ddim_vary (inversion, &options, result, NULL, NULL, NULL));
  g_assert_cmpint (analytic_field_get_count (field), ==, count);
}

/* The evaluations of the field that are promised: of an inversion and n variations
 * of it S + 1 and n S by the direct encoder, and S more by others, which walk the
 * picture's own way again beside all variations.                             */
static void
test_evaluations (void)
{
  for (gint encoder = DDIM_ENCODER_PAPER; encoder <= DDIM_ENCODER_DIRECT; encoder++)
    {
      g_autoptr (DdimCanvas) picture = test_picture ();
      g_autoptr (DdimField)  field   = analytic_field_new (mixture, 3, 3, DDIM_PREDICTION_EPSILON);
      g_autoptr (DdimLevels) levels  = test_levels (20, 0.5);
      guint64                seeds[] = { 1, 2, 3 };
      DdimVariation          options = { .strength = 0.5, .seeds = seeds };
      g_autoptr (DdimCanvas) result  = vary (field, levels, encoder, &options, picture, 3);
      gint                   S       = levels->S;

      g_assert_cmpint (result->n, ==, 3);
      g_assert_cmpint (analytic_field_get_count (field), ==,
                       encoder == DDIM_ENCODER_DIRECT ? S + 1 + 3 * S : S + S + S + 3 * S);
    }
}

/* Of a field that looks to the side, what lies outside of the weights stays, to the
 * bit, for every encoder, with another field to decode by and with eta.      */
static void
test_held (void)
{
  g_autoptr (DdimCanvas) picture = test_picture ();
  g_autoptr (DdimField)  rough   = analytic_field_new_rough (3);
  g_autoptr (DdimField)  other   = analytic_field_new (mixture, 3, 3, DDIM_PREDICTION_SAMPLE);
  g_autoptr (DdimLevels) levels  = test_levels (9, 0.5);
  g_autofree gfloat     *weights = g_new0 (gfloat, picture->h * picture->w);
  guint64                seed    = 5;

  for (gint i = 0; i < picture->h * picture->w; i++)
    weights[i] = i % picture->w < 10 ? 0 : i % picture->w < 13 ? 0.5 : 1;

  for (gint encoder = DDIM_ENCODER_EXACT; encoder <= DDIM_ENCODER_DIRECT; encoder++)
    for (gint kind = 0; kind < 2; kind++)
      {
        DdimVariation options = { .strength = 0.9, .eta = 0.3, .seeds = &seed, .weights = weights,
                                  .field = kind ? other : NULL };
        g_autoptr (DdimCanvas) result = vary (rough, levels, encoder, &options, picture, 1);
        gint changed = 0;

        for (gint i = 0; i < picture->h * picture->w * 3; i++)
          if (weights[i / 3] == 0)
            g_assert_cmpfloat (result->data[i], ==, picture->data[i]);
          else
            changed += result->data[i] != picture->data[i];
        g_assert_cmpint (changed, >, picture->h * (picture->w - 10) * 3 * 0.9);
      }
}

/* What is outside of the weights keeps its bits on a field without spatial
 * reach, with eta too; what is inside changes.                              */
static void
test_weights (void)
{
  g_autoptr (DdimCanvas) picture = test_picture ();
  g_autoptr (DdimField) field = analytic_field_new (mixture, 3, 3, DDIM_PREDICTION_EPSILON);
  g_autoptr (DdimLevels) levels = test_levels (12, 0.5);
  g_autofree gfloat *weights = g_new0 (gfloat, picture->h * picture->w);
  guint64 seed = 5;
  DdimVariation options = { .strength = 0.8, .eta = 1, .seeds = &seed, .weights = weights };
  g_autoptr (DdimCanvas) result = NULL;
  gint changed = 0;

  for (gint i = 0; i < picture->h * picture->w; i++)
    weights[i] = i % picture->w < 10 ? 1 : 0;

  result = vary (field, levels, DDIM_ENCODER_EXACT, &options, picture, 1);
  for (gint i = 0; i < picture->h * picture->w; i++)
    for (gint c = 0; c < 3; c++)
      if (weights[i] == 0)
        g_assert_cmpfloat (result->data[i * 3 + c], ==, picture->data[i * 3 + c]);
      else
        changed += result->data[i * 3 + c] != picture->data[i * 3 + c];
  g_assert_cmpint (changed, >, picture->h * 29);
}

static gdouble
distance (const DdimCanvas *x,
          const DdimCanvas *y)
{
  gdouble sum = 0;

  for (gsize i = 0; i < ddim_canvas_size (x); i++)
    sum += pow (x->data[i] - y->data[i], 2);

  return sqrt (sum / ddim_canvas_size (x));
}

/* More strength, more change; and a step of 1/32 in strength never changes
 * more than a quarter of what the whole way does: along a quarter circle an
 * even path would take 1/32 of it, and the mixture's steepest place between
 * two modes multiplies that by its Jacobian, about 4 here.                   */
static void
test_monotone_and_smooth (void)
{
  g_autoptr (DdimCanvas) picture = test_picture ();
  g_autoptr (DdimField) field = analytic_field_new (mixture, 3, 3, DDIM_PREDICTION_EPSILON);
  g_autoptr (DdimLevels) levels = test_levels (15, 0.6);
  g_autoptr (DdimCanvas) last = ddim_canvas_copy (picture);
  gdouble furthest = 0, largest = 0;
  guint64 seed = 11;

  for (gint i = 1; i <= 32; i++)
    {
      DdimVariation options = { .strength = i / 32., .seeds = &seed };
      DdimCanvas *result = vary (field, levels, DDIM_ENCODER_EXACT, &options, picture, 1);
      gdouble change = distance (result, picture);

      if (i % 4 == 0)
        {
          g_assert_cmpfloat (change, >, furthest);
          furthest = change;
        }
      largest = MAX (largest, distance (result, last));
      ddim_canvas_free (last);
      last = result;
    }
  g_test_message ("largest step %g of %g", largest, furthest);
  g_assert_cmpfloat (largest, <, 0.25 * furthest);
}

/* At strength 1 the decoded picture is a draw from what the field knows,
 * whatever the picture was: no ghost of what a bad encoder lost.  At depth 1
 * the mixture's mean is 0.01 and its standard deviation 0.496; over 2232
 * values the mean's standard error is 0.0105.                               */
static void
test_strength_one (void)
{
  g_autoptr (DdimCanvas) picture = test_picture ();
  g_autoptr (DdimField) field = analytic_field_new (mixture, 3, 3, DDIM_PREDICTION_EPSILON);
  g_autoptr (DdimLevels) levels = test_levels (60, 1);
  guint64 seed = 21;
  DdimVariation options = { .strength = 1, .seeds = &seed };
  g_autoptr (DdimCanvas) result = vary (field, levels, DDIM_ENCODER_PAPER, &options, picture, 1);
  gsize   size = ddim_canvas_size (result);
  gdouble mean = 0, square = 0;

  for (gsize i = 0; i < size; i++)
    {
      mean   += result->data[i] / size;
      square += pow (result->data[i], 2) / size;
    }
  g_assert_cmpfloat (fabs (mean - 0.01), <, 5 * 0.0105);
  /* The steps of S = 60 take some 2 % off the deviation. */
  g_assert_cmpfloat (fabs (sqrt (square - mean * mean) - 0.496), <, 0.05);
}

/* What the encoder lost is given back where the picture is still the old one,
 * and hardly where it has become another: no ghost.  With the reconstruction
 * taken for the picture nothing was lost: the variation as it was decoded.   */
static void
test_ghost (void)
{
  const gdouble strength = 0.5;

  g_autoptr (DdimCanvas) picture = test_picture ();
  g_autoptr (DdimField)  field   = analytic_field_new (mixture, 3, 3, DDIM_PREDICTION_EPSILON);
  g_autoptr (DdimLevels) levels  = test_levels (8, 0.6);
  g_autoptr (DdimInversion) inversion =
    ddim_inversion_new (field, levels, DDIM_ENCODER_PAPER, ddim_canvas_copy (picture), NULL, NULL);
  g_autoptr (DdimCanvas) lost    = ddim_canvas_copy (picture);
  g_autoptr (DdimCanvas) result  = ddim_canvas_copy (picture);
  g_autoptr (DdimCanvas) decoded = ddim_canvas_copy (picture);
  g_autofree gfloat     *weights = g_new (gfloat, picture->h * picture->w);
  guint64       seed    = 5;
  DdimVariation options = { .strength = strength, .seeds = &seed, .weights = weights };
  gint          n_far = 0, n_near = 0;

  /* Hardly anything changes on the left. */
  for (gint i = 0; i < picture->h * picture->w; i++)
    weights[i] = i % picture->w < 15 ? 0.002 : 1;

  for (gsize i = 0; i < ddim_canvas_size (picture); i++)
    lost->data[i] = picture->data[i] - inversion->reconstruction->data[i];
  g_assert_true (ddim_vary (inversion, &options, result, NULL, NULL, NULL));
  memcpy (inversion->reconstruction->data, inversion->image->data,
          ddim_canvas_size (picture) * sizeof (gfloat));
  g_assert_true (ddim_vary (inversion, &options, decoded, NULL, NULL, NULL));

  for (gint y = 0; y < picture->h; y++)
    for (gint x = 0; x < picture->w; x++)
      for (gint c = 0; c < 3; c++)
        {
          gsize   i     = ((gsize) y * picture->w + x) * 3 + c;
          gdouble given = result->data[i] - decoded->data[i];

          if (fabs (lost->data[i]) < 1e-3)
            continue;
          if (x < 15 - 3)
            {
              g_assert_cmpfloat (given / lost->data[i], >, 0.9);
              n_near++;
            }
          else if (x >= 15 + 3)
            {
              /* cos (pi / 4) without regard to what has changed. */
              g_assert_cmpfloat (given / lost->data[i], <, 0.2);
              n_far++;
            }
        }
  g_test_message ("%d values near, %d far", n_near, n_far);
  g_assert_cmpint (n_near, >, 200);
  g_assert_cmpint (n_far, >, 200);
}

static void
test_seeds (void)
{
  g_autoptr (DdimCanvas) picture = test_picture ();
  g_autoptr (DdimField) field = analytic_field_new (mixture, 3, 3, DDIM_PREDICTION_EPSILON);
  g_autoptr (DdimLevels) levels = test_levels (8, 0.5);
  guint64 seeds[3] = { 5, 6, 5 };
  DdimVariation options = { .strength = 0.4, .eta = 0.5, .seeds = seeds };
  g_autoptr (DdimCanvas) result = vary (field, levels, DDIM_ENCODER_EXACT, &options, picture, 3);
  gsize size = ddim_canvas_item_size (result);

  g_assert_cmpmem (result->data, size * sizeof (gfloat),
                   result->data + 2 * size, size * sizeof (gfloat));
  g_assert_cmpint (memcmp (result->data, result->data + size, size * sizeof (gfloat)), !=, 0);
}

/* Where it follows coarse cells, their means are what they are to be, within what two
 * passes leave of the bilinear way back: a sixteenth at most of an edge along both
 * axes, here of noise of 0.1.                                                */
static void
test_coarse (void)
{
  for (gint kind = 0; kind < 2; kind++)
    {
      g_autoptr (DdimField)  field   = analytic_field_new (mixture, 3, 3,
                                                           kind ? DDIM_PREDICTION_V
                                                                : DDIM_PREDICTION_EPSILON);
      g_autoptr (DdimCanvas) picture = test_picture ();
      g_autoptr (DdimCanvas) coarse  = ddim_canvas_new (2, 6, 8, 3);
      g_autoptr (DdimLevels) levels  = test_levels (8, 0.5);
      guint64                seeds[] = { 5, 6 };
      DdimVariation          options = { .strength = 1, .seeds = seeds, .coarse = coarse,
                                         .cell = 4 };
      g_autoptr (DdimCanvas) result  = NULL, means = NULL, own = NULL;
      gdouble                squares = 0;

      ddim_noise_fill (coarse, seeds, 7);
      for (gint i = 0; i < 2 * 6 * 8 * 3; i++)
        coarse->data[i] *= 0.1;
      result = vary (field, levels, DDIM_ENCODER_DIRECT, &options, picture, 2);
      means  = ddim_canvas_reduce (result, 4, FALSE, NULL);
      own    = ddim_canvas_reduce (picture, 4, FALSE, NULL);
      for (gint i = 0; i < 2 * 6 * 8 * 3; i++)
        {
          gdouble missed = means->data[i] - own->data[i % (6 * 8 * 3)] - coarse->data[i];

          squares += missed * missed / (2 * 6 * 8 * 3);
        }
      g_assert_cmpfloat (sqrt (squares), <, 0.03);
    }
}

static void
test_bad_arguments (void)
{
  g_autoptr (DdimCanvas) picture = test_picture ();
  g_autoptr (DdimCanvas) small = ddim_canvas_new (1, 2, 2, 3);
  g_autoptr (DdimCanvas) result = ddim_canvas_copy (picture);
  g_autoptr (DdimField) field = analytic_field_new (mixture, 3, 3, DDIM_PREDICTION_EPSILON);
  g_autoptr (DdimLevels) levels = test_levels (8, 0.5);
  g_autoptr (DdimInversion) inversion =
    ddim_inversion_new (field, levels, DDIM_ENCODER_EXACT, g_steal_pointer (&picture), NULL, NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  DdimMonitor monitor = { .cancellable = cancellable };
  guint64 seed = 5;
  DdimVariation options = { .strength = 1.5, .seeds = &seed };
  g_autoptr (GError) error = NULL;
  gint count = analytic_field_get_count (field);

  g_assert_false (ddim_vary (inversion, &options, result, NULL, NULL, &error));
  g_assert_error (error, DDIM_ERROR, DDIM_ERROR_ARGUMENT);
  g_clear_error (&error);

  options.strength = 0.5;
  g_assert_false (ddim_vary (inversion, &options, small, NULL, NULL, &error));
  g_assert_error (error, DDIM_ERROR, DDIM_ERROR_ARGUMENT);
  g_clear_error (&error);

  g_cancellable_cancel (cancellable);
  g_assert_false (ddim_vary (inversion, &options, result, NULL, &monitor, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (analytic_field_get_count (field), <=, count + 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/variation/strength-zero", test_strength_zero);
  g_test_add_func ("/variation/strength-zero-asks-nothing", test_strength_zero_asks_nothing);
  g_test_add_func ("/variation/evaluations", test_evaluations);
  g_test_add_func ("/variation/held", test_held);
  g_test_add_func ("/variation/weights", test_weights);
  g_test_add_func ("/variation/monotone-and-smooth", test_monotone_and_smooth);
  g_test_add_func ("/variation/strength-one", test_strength_one);
  g_test_add_func ("/variation/ghost", test_ghost);
  g_test_add_func ("/variation/seeds", test_seeds);
  g_test_add_func ("/variation/coarse", test_coarse);
  g_test_add_func ("/variation/bad-arguments", test_bad_arguments);
  return g_test_run ();
}
