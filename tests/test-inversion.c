/* test-inversion.c: the inversion of a picture
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <math.h>
#include <string.h>

#include "analytic-field.h"

static const AnalyticGaussian mixture[] = { { 0.4, -0.5, 0.03 }, { 0.6, 0.4, 0.02 } };

static DdimCanvas *
test_picture (void)
{
  DdimCanvas *picture = ddim_canvas_new (1, 17, 23, 3);
  guint64     seed    = 8;

  picture->x = 40;
  picture->y = -3;
  ddim_noise_fill (picture, &seed, 0);

  return picture;
}

static DdimLevels *
test_levels (gint S)
{
  g_autoptr (DdimSchedule) schedule =
    ddim_schedule_new (DDIM_BETAS_LINEAR, 1000, 1e-4, 0.02, FALSE, NULL);

  return ddim_levels_new (schedule, DDIM_SPACING_QUADRATIC, S, 0.5, NULL, NULL);
}

/* What it holds is what encoder and decoder make, and outlives what it was
 * made of.                                                                   */
static void
test_parts (void)
{
  g_autoptr (DdimCanvas) picture = test_picture ();
  g_autoptr (DdimField) field = analytic_field_new (mixture, 2, 3, DDIM_PREDICTION_EPSILON);

  for (gint encoder = DDIM_ENCODER_EXACT; encoder <= DDIM_ENCODER_PAPER; encoder++)
    {
      DdimLevels *levels = test_levels (10);
      DdimEncoding encoding;
      g_autoptr (DdimCanvas) latent = ddim_canvas_copy (picture);
      g_autoptr (DdimInversion) inversion = NULL;
      g_autoptr (GError) error = NULL;
      gint  before = analytic_field_get_count (field);
      gsize bytes  = ddim_canvas_size (picture) * sizeof (gfloat);
      gdouble sum  = 0;

      inversion = ddim_inversion_new (field, levels, encoder, ddim_canvas_copy (picture), NULL,
                                      &error);
      g_assert_no_error (error);
      g_assert_cmpint (inversion->evaluations, ==, analytic_field_get_count (field) - before);

      ddim_encode (field, levels, encoder, latent, &encoding, NULL, &error);
      g_assert_no_error (error);
      ddim_levels_free (levels);

      g_assert_cmpmem (inversion->image->data, bytes, picture->data, bytes);
      g_assert_cmpmem (inversion->latent->data, bytes, latent->data, bytes);
      g_assert_cmpint (inversion->latent->x, ==, 40);
      g_assert_cmpint (inversion->reconstruction->y, ==, -3);

      ddim_decode (field, inversion->levels, NULL, latent, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpmem (inversion->reconstruction->data, bytes, latent->data, bytes);

      for (gsize i = 0; i < ddim_canvas_size (picture); i++)
        sum += pow (latent->data[i] - picture->data[i], 2);
      g_assert_cmpfloat_with_epsilon (inversion->inversion_error,
                                      sqrt (sum / ddim_canvas_size (picture)) / 2, 1e-9);
      g_assert_cmpfloat (inversion->report.rms, >, 0.1);
    }
}

static void
test_bad_arguments (void)
{
  g_autoptr (DdimField) field = analytic_field_new (mixture, 2, 1, DDIM_PREDICTION_EPSILON);
  g_autoptr (DdimField) colour = analytic_field_new (mixture, 2, 3, DDIM_PREDICTION_EPSILON);
  g_autoptr (DdimLevels) levels = test_levels (4);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  DdimMonitor monitor = { .cancellable = cancellable };
  g_autoptr (GError) error = NULL;

  g_assert_null (ddim_inversion_new (field, levels, DDIM_ENCODER_EXACT, test_picture (), NULL,
                                     &error));
  g_assert_error (error, DDIM_ERROR, DDIM_ERROR_ARGUMENT);
  g_clear_error (&error);

  g_assert_null (ddim_inversion_new (colour, levels, DDIM_ENCODER_EXACT,
                                     ddim_canvas_new (2, 3, 3, 3), NULL, &error));
  g_assert_error (error, DDIM_ERROR, DDIM_ERROR_ARGUMENT);
  g_clear_error (&error);

  g_cancellable_cancel (cancellable);
  g_assert_null (ddim_inversion_new (colour, levels, DDIM_ENCODER_EXACT, test_picture (), &monitor,
                                     &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/inversion/parts", test_parts);
  g_test_add_func ("/inversion/bad-arguments", test_bad_arguments);
  return g_test_run ();
}
