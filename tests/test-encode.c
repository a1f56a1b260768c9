/* test-encode.c: the paper's encoder and the exact one
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <math.h>
#include <string.h>

#include "analytic-field.h"

static const AnalyticGaussian gaussian = { 1, 0.1, 0.2 };
static const AnalyticGaussian mixture[] = { { 0.3, -0.6, 0.02 }, { 0.5, 0.1, 0.05 },
                                            { 0.2, 0.7, 0.01 } };

static DdimLevels *
test_levels (gint    S,
             gdouble depth)
{
  g_autoptr (DdimSchedule) schedule =
    ddim_schedule_new (DDIM_BETAS_LINEAR, 1000, 1e-4, 0.02, FALSE, NULL);

  return ddim_levels_new (schedule, DDIM_SPACING_QUADRATIC, S, depth, NULL, NULL);
}

/* n items of values that the mixture could have drawn: its three modes with
 * a little noise.                                                           */
static DdimCanvas *
test_pictures (gint n)
{
  DdimCanvas *x = ddim_canvas_new (n, 16, 16, 3);
  g_autofree guint64 *seeds = g_new (guint64, n);

  for (gint i = 0; i < n; i++)
    seeds[i] = 40 + i;
  ddim_noise_fill (x, seeds, 0);
  for (gsize i = 0; i < ddim_canvas_size (x); i++)
    x->data[i] = mixture[i / 3 % 3].mean + 0.15 * x->data[i];

  return x;
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

/* RMS of decode (encode (x)) - x. */
static gdouble
round_trip (DdimField        *field,
            const DdimLevels *levels,
            DdimEncoder       encoder,
            const DdimCanvas *picture,
            DdimEncoding     *encoding)
{
  g_autoptr (DdimCanvas) x = ddim_canvas_copy (picture);

  g_assert_true (ddim_encode (field, levels, encoder, x, encoding, NULL, NULL));
  g_assert_true (ddim_decode (field, levels, NULL, x, NULL, NULL));

  return distance (x, picture);
}

/* Halving the step halves the distance of the paper's latent from the ODE's
 * known end, for one Gaussian and for a mixture: a method of first order.    */
static void
check_order (const AnalyticGaussian *gaussians,
             gint                    n_gaussians,
             gint                    least)
{
  gdouble errors[4];

  for (gint k = 0; k < 4; k++)
    {
      gint S = least << k;
      g_autoptr (DdimField) field = analytic_field_new (gaussians, n_gaussians, 3,
                                                        DDIM_PREDICTION_EPSILON);
      g_autofree DdimLevels *levels = g_malloc0 (sizeof (DdimLevels) + (S + 1) * sizeof (DdimLevel));
      g_autoptr (DdimCanvas) x = test_pictures (1);
      g_autoptr (DdimCanvas) end = ddim_canvas_copy (x);
      DdimEncoding encoding;

      levels->S = S;
      for (gint i = 0; i <= S; i++)
        {
          gdouble ratio = 0.02 * pow (500, i / (gdouble) S);
          gdouble a     = 1 / sqrt (1 + ratio * ratio);

          levels->levels[i] = (DdimLevel) { i, a, ratio * a };
        }
      for (gsize i = 0; i < ddim_canvas_size (end); i++)
        end->data[i] = analytic_flow (gaussians, n_gaussians, &levels->levels[0],
                                      &levels->levels[S], x->data[i]);

      g_assert_true (ddim_encode (field, levels, DDIM_ENCODER_PAPER, x, &encoding, NULL, NULL));
      g_assert_cmpint (encoding.evaluations, ==, S);
      g_assert_cmpint (analytic_field_get_count (field), ==, S);
      errors[k] = distance (x, end);
    }

  for (gint k = 0; k < 3; k++)
    {
      g_test_message ("error %.3g, ratio %.3f", errors[k], errors[k] / errors[k + 1]);
      g_assert_cmpfloat (errors[k] / errors[k + 1], >, 1.8);
      g_assert_cmpfloat (errors[k] / errors[k + 1], <, 2.2);
    }
}

static void
test_paper_order (void)
{
  check_order (&gaussian, 1, 60);
  check_order (mixture, 3, 160);
}

/* On what the field knows the exact encoder is at least 20 times as close as
 * the paper's, for at most 3 evaluations a step; from S = 20 up no step runs
 * out of them before it leaves less than its share of 2e-3.                */
static void
test_exact (void)
{
  g_autoptr (DdimCanvas) picture = test_pictures (1);
  g_autoptr (DdimField) field = analytic_field_new (mixture, 3, 3, DDIM_PREDICTION_EPSILON);

  for (gint S = 5; S <= 80; S *= 2)
    {
      g_autoptr (DdimLevels) levels = test_levels (S, 0.5);
      DdimEncoding exact, paper;
      gint    before = analytic_field_get_count (field);
      gdouble exact_error = round_trip (field, levels, DDIM_ENCODER_EXACT, picture, &exact);
      gint    spent = analytic_field_get_count (field) - before - levels->S;
      gdouble paper_error = round_trip (field, levels, DDIM_ENCODER_PAPER, picture, &paper);

      g_test_message ("S = %d: paper %.2e, exact %.2e, residual %.2e, %.2f evaluations a step",
                      S, paper_error, exact_error, exact.residual,
                      exact.evaluations / (gdouble) levels->S);
      g_assert_cmpint (exact.evaluations, ==, spent);
      g_assert_cmpint (exact.evaluations, <=, 3 * levels->S);
      if (S >= 10)
        g_assert_cmpfloat (exact_error, <, paper_error / 20);
      if (S >= 20)
        g_assert_cmpfloat (exact.residual, <=, 2e-3 / levels->S);
    }
}

/* Where nothing contracts the encoder stays finite, within its allowance, and
 * says that it failed.                                                      */
static void
test_rough (void)
{
  g_autoptr (DdimCanvas) picture = test_pictures (1);
  g_autoptr (DdimField) field = analytic_field_new_rough (3);
  g_autoptr (DdimLevels) levels = test_levels (20, 0.5);
  g_autoptr (DdimCanvas) x = ddim_canvas_copy (picture);
  DdimEncoding encoding;

  g_assert_true (ddim_encode (field, levels, DDIM_ENCODER_EXACT, x, &encoding, NULL, NULL));
  g_assert_cmpint (encoding.evaluations, <=, 3 * levels->S);
  g_assert_cmpfloat (encoding.residual, >, 1e-2);
  for (gsize i = 0; i < ddim_canvas_size (x); i++)
    g_assert_true (isfinite (x->data[i]));
}

/* An item's latent does not depend on its company. */
static void
test_items (void)
{
  g_autoptr (DdimCanvas) both = test_pictures (2);
  g_autoptr (DdimField) field = analytic_field_new (mixture, 3, 3, DDIM_PREDICTION_V);
  g_autoptr (DdimLevels) levels = test_levels (9, 0.7);
  gsize size = ddim_canvas_item_size (both);

  for (gint encoder = DDIM_ENCODER_EXACT; encoder <= DDIM_ENCODER_PAPER; encoder++)
    {
      g_autoptr (DdimCanvas) together = ddim_canvas_copy (both);
      g_autoptr (DdimCanvas) alone = ddim_canvas_new (1, 16, 16, 3);

      memcpy (alone->data, both->data + size, size * sizeof (gfloat));
      g_assert_true (ddim_encode (field, levels, encoder, together, NULL, NULL, NULL));
      g_assert_true (ddim_encode (field, levels, encoder, alone, NULL, NULL, NULL));
      g_assert_cmpmem (together->data + size, size * sizeof (gfloat),
                       alone->data, size * sizeof (gfloat));
    }
}

/* All the way up a schedule that ends in nothing: finite. */
static void
test_zero_snr (void)
{
  g_autoptr (DdimSchedule) schedule =
    ddim_schedule_new (DDIM_BETAS_LINEAR, 1000, 1e-4, 0.02, TRUE, NULL);
  g_autoptr (DdimLevels) levels =
    ddim_levels_new (schedule, DDIM_SPACING_TRAILING, 20, 1, NULL, NULL);
  g_autoptr (DdimField) field = analytic_field_new (mixture, 3, 3, DDIM_PREDICTION_V);

  for (gint encoder = DDIM_ENCODER_EXACT; encoder <= DDIM_ENCODER_PAPER; encoder++)
    {
      g_autoptr (DdimCanvas) x = test_pictures (1);

      g_assert_cmpfloat (levels->levels[levels->S].a, ==, 0);
      g_assert_true (ddim_encode (field, levels, encoder, x, NULL, NULL, NULL));
      for (gsize i = 0; i < ddim_canvas_size (x); i++)
        g_assert_true (isfinite (x->data[i]));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/encode/paper-order", test_paper_order);
  g_test_add_func ("/encode/exact", test_exact);
  g_test_add_func ("/encode/rough", test_rough);
  g_test_add_func ("/encode/items", test_items);
  g_test_add_func ("/encode/zero-snr", test_zero_snr);
  return g_test_run ();
}
