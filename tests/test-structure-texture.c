/* test-structure-texture.c: a field for structure and a field for texture as one
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <math.h>

#include "analytic-field.h"
#include "reduce.h"

/* Fields that say one colour for every picture, and remember what they saw. */
typedef struct
{
  DdimField field;
  gfloat    value;
  gint      n_seen;
  gint      h[16];
  DdimLevel level[16];
  gdouble   rms[16];
} Flat;

static gboolean
flat_evaluate (DdimField          *field,
               const DdimCanvas   *x,
               const DdimLevel    *level,
               DdimCanvas         *out,
               const DdimMonitor  *monitor,
               GError            **error)
{
  Flat   *flat = (Flat *) field;
  gdouble sum  = 0;

  for (gsize i = 0; i < ddim_canvas_size (x); i++)
    {
      out->data[i] = flat->value;
      sum += x->data[i] * x->data[i];
    }
  flat->h[flat->n_seen]       = x->h;
  flat->level[flat->n_seen]   = *level;
  flat->rms[flat->n_seen % 16] = sqrt (sum / ddim_canvas_size (x));
  flat->n_seen++;
  return TRUE;
}

static void
flat_finalize (DdimField *field)
{
  g_free (field);
}

static Flat *
flat_new (gfloat value)
{
  static const DdimFieldClass klass = { flat_evaluate, flat_finalize };
  Flat *flat = g_new0 (Flat, 1);

  ddim_field_init (&flat->field, &klass, 3, DDIM_PREDICTION_SAMPLE);
  flat->value = value;
  return flat;
}

static DdimSchedule *
schedule (void)
{
  return ddim_schedule_new (DDIM_BETAS_LINEAR, 1000, 1e-4, 0.02, FALSE, NULL);
}

static DdimLevel
level_of (gdouble ratio)
{
  gdouble alpha = 1 / (1 + ratio * ratio);

  return (DdimLevel) { 0, sqrt (alpha), sqrt (1 - alpha) };
}

/* Whatever the noise: half of what the structure says, or half of the rest as well
 * where two octaves take part; nothing of it where there is little noise; and
 * smoothly from one to the other.                                            */
static void
test_shares (void)
{
  g_autoptr (DdimSchedule) betas = schedule ();
  g_autoptr (DdimCanvas)   x     = ddim_canvas_new (1, 128, 160, 3);
  g_autoptr (DdimCanvas)   out   = ddim_canvas_copy (x);
  gdouble last = 0;

  for (gdouble ratio = 0.01; ratio < 100; ratio *= 1.1)
    {
      Flat *structure = flat_new (1), *texture = flat_new (0);
      g_autoptr (DdimField) field = ddim_structure_texture_new (&structure->field, betas,
                                                                &texture->field, NULL, NULL);
      DdimLevel level = level_of (ratio);
      GError   *error = NULL;

      g_assert_true (ddim_field_evaluate (field, x, &level, out, NULL, &error));
      g_assert_no_error (error);
      for (gsize i = 0; i < ddim_canvas_size (out); i++)
        g_assert_cmpfloat_with_epsilon (out->data[i], out->data[0], 1e-5);
      g_assert_cmpfloat (out->data[0], <=, 0.75 + 1e-5);
      g_assert_cmpfloat (fabs (out->data[0] - last), <, 0.15); /* 0.14 octaves of 0.5 */
      if (ratio > 0.45)
        g_assert_cmpfloat (out->data[0], >=, 0.5 - 1e-5);
      if (ratio < 0.15 * 2)
        {
          g_assert_cmpfloat (out->data[0], ==, 0);
          g_assert_cmpint (structure->n_seen, ==, 0);
        }
      last = out->data[0];
      ddim_field_unref (&structure->field);
      ddim_field_unref (&texture->field);
    }
  g_assert_cmpfloat_with_epsilon (last, 0.5, 1e-5);
}

/* The structure field is asked what it knows: white noise of its level's strength
 * about the picture, no more of it than `ratio` says until the canvas is as
 * small as it gets, and at most two canvases, the smaller one half as large.  */
static void
test_seen (void)
{
  static const guint64 seed = 3;

  g_autoptr (DdimSchedule) betas = schedule ();
  g_autoptr (DdimCanvas)   x     = ddim_canvas_new (1, 256, 256, 3);
  g_autoptr (DdimCanvas)   out   = ddim_canvas_copy (x);

  for (gdouble ratio = 0.4; ratio < 20; ratio *= 1.3)
    {
      Flat *structure = flat_new (1), *texture = flat_new (0);
      g_autoptr (DdimField) field = ddim_structure_texture_new (&structure->field, betas,
                                                                &texture->field, NULL, NULL);
      DdimLevel level = level_of (ratio);

      ddim_noise_fill (x, &seed, 0);
      for (gsize i = 0; i < ddim_canvas_size (x); i++)
        x->data[i] *= level.s;
      g_assert_true (ddim_field_evaluate (field, x, &level, out, NULL, NULL));

      g_assert_cmpint (structure->n_seen, >=, 1);
      g_assert_cmpint (structure->n_seen, <=, 2);
      for (gint i = 0; i < structure->n_seen; i++)
        {
          const DdimLevel *seen = &structure->level[i];

          g_assert_cmpfloat_with_epsilon (seen->a * seen->a + seen->s * seen->s, 1, 1e-9);
          /* 768 values or more: a standard error of 2.6 % of the deviation. */
          g_assert_cmpfloat_with_epsilon (structure->rms[i] / seen->s, 1, 4 * 0.026);
          if (structure->h[i] > 16)
            g_assert_cmpfloat (seen->s / seen->a, <=, 0.3 * 1.001);
          /* Between timesteps, as the schedule has it. */
          {
            const gdouble *alphas = ddim_schedule_get_alphas_cumprod (betas);
            gint           t      = floor (seen->timestep);

            g_assert_cmpfloat (seen->a * seen->a, <=, alphas[t] * 1.0001);
            g_assert_cmpfloat (seen->a * seen->a, >=, alphas[MIN (t + 1, 999)] * 0.9999);
          }
        }
      if (structure->n_seen == 2)
        g_assert_cmpint (structure->h[0], ==, 2 * structure->h[1]);
      ddim_field_unref (&structure->field);
      ddim_field_unref (&texture->field);
    }
}

/* Where both fields say what is true, so does the one made of them, in every size,
 * batch and on a torus: here every value is Gaussian, of which the means of k x k
 * are Gaussian, too.                                                        */
static void
test_agreement (void)
{
  static const AnalyticGaussian fine[] = { { 1, 0.3, 1e-4 } }, coarse[] = { { 1, 0.3, 1e-6 } };
  static const gint sizes[][2] = { { 48, 48 }, { 37, 53 }, { 5, 70 }, { 1, 1 } };
  static const guint64 seeds[] = { 1, 2 };

  g_autoptr (DdimSchedule) betas     = schedule ();
  g_autoptr (DdimField)    texture   = analytic_field_new (fine, 1, 3, DDIM_PREDICTION_EPSILON);
  g_autoptr (DdimField)    structure = analytic_field_new (coarse, 1, 3, DDIM_PREDICTION_V);

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (gint tileable = 0; tileable < 2; tileable++)
      for (gint S = 0; S < 3; S++)
        {
          DdimStructureTexture     options = { .tileable = tileable };
          DdimLevel                level   = level_of (pow (6, S - 1));
          g_autoptr (DdimCanvas)   x       = ddim_canvas_new (2, sizes[i][0], sizes[i][1], 3);
          g_autoptr (DdimCanvas)   out     = ddim_canvas_copy (x);
          g_autoptr (DdimField)    field   =
            ddim_structure_texture_new (structure, betas, texture, &options, NULL);

          ddim_noise_fill (x, seeds, 0);
          for (gsize k = 0; k < ddim_canvas_size (x); k++)
            x->data[k] = level.a * 0.3 + level.s * x->data[k];
          g_assert_true (ddim_field_evaluate (field, x, &level, out, NULL, NULL));
          /* Within a few deviations, 0.01, of the only colour there is. */
          for (gsize k = 0; k < ddim_canvas_size (x); k++)
            g_assert_cmpfloat_with_epsilon (out->data[k], 0.3, 0.05);
        }
}

static void
test_errors (void)
{
  static const AnalyticGaussian any[] = { { 1, 0, 1 } };

  g_autoptr (DdimSchedule) betas  = schedule ();
  g_autoptr (DdimField)    grey   = analytic_field_new (any, 1, 1, DDIM_PREDICTION_EPSILON);
  g_autoptr (DdimField)    colour = analytic_field_new (any, 1, 3, DDIM_PREDICTION_EPSILON);
  DdimStructureTexture     wrong[] = { { .cell = -1 }, { .ratio = -1 }, { .ratio = NAN } };
  g_autoptr (GError)       error  = NULL;

  g_assert_null (ddim_structure_texture_new (grey, betas, colour, NULL, &error));
  g_assert_error (error, DDIM_ERROR, DDIM_ERROR_ARGUMENT);
  g_clear_error (&error);
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_assert_null (ddim_structure_texture_new (colour, betas, colour, &wrong[i], &error));
      g_assert_error (error, DDIM_ERROR, DDIM_ERROR_ARGUMENT);
      g_clear_error (&error);
    }
}

/* A structure field that overflows is an error, not a picture of its bounds. */
static void
test_overflow (void)
{
  g_autoptr (DdimSchedule) betas     = schedule ();
  Flat                    *structure = flat_new (3e38f), *texture = flat_new (0);
  g_autoptr (DdimField)    field     = ddim_structure_texture_new (&structure->field, betas,
                                                                   &texture->field, NULL, NULL);
  g_autoptr (DdimCanvas)   x         = ddim_canvas_new (1, 64, 64, 3);
  g_autoptr (DdimCanvas)   out       = ddim_canvas_copy (x);
  DdimLevel                level     = level_of (1);
  g_autoptr (GError)       error     = NULL;

  g_assert_false (ddim_field_evaluate (field, x, &level, out, NULL, &error));
  g_assert_error (error, DDIM_ERROR, DDIM_ERROR_NOT_FINITE);
  ddim_field_unref (&structure->field);
  ddim_field_unref (&texture->field);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/structure-texture/shares", test_shares);
  g_test_add_func ("/structure-texture/seen", test_seen);
  g_test_add_func ("/structure-texture/agreement", test_agreement);
  g_test_add_func ("/structure-texture/errors", test_errors);
  g_test_add_func ("/structure-texture/overflow", test_overflow);
  return g_test_run ();
}
