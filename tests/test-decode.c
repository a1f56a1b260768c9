/* test-decode.c: the sampler, by values and by properties
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <math.h>
#include <string.h>

#include <json-glib/json-glib.h>

#include "analytic-field.h"

static const AnalyticGaussian gaussian = { 1, 0.3, 0.09 };
static const AnalyticGaussian mixture[] = { { 0.4, -0.7, 0.02 }, { 0.6, 0.4, 0.03 } };

/* A field that answers with what it was given. */
typedef struct
{
  DdimField         parent;
  const DdimCanvas *answer;
} FixedField;

static gboolean
fixed_evaluate (DdimField *field, const DdimCanvas *x, const DdimLevel *level, DdimCanvas *out,
                const DdimMonitor *monitor, GError **error)
{
  memcpy (out->data, ((FixedField *) field)->answer->data,
          ddim_canvas_size (out) * sizeof (gfloat));
  return TRUE;
}

static void
fixed_finalize (DdimField *field)
{
}

static const DdimFieldClass fixed_class = { fixed_evaluate, fixed_finalize };

static DdimSchedule *
schedule_new (DdimBetas betas)
{
  return ddim_schedule_new (betas, 1000, 1e-4, 0.02, FALSE, NULL);
}

static void
read_values (JsonObject  *item,
             const gchar *name,
             DdimCanvas  *canvas)
{
  JsonArray *values = json_object_get_array_member (item, name);

  for (guint i = 0; i < json_array_get_length (values); i++)
    canvas->data[i] = json_array_get_double_element (values, i);
}

/* The noise that ddim_decode () adds is its own, so diffusers' noise is taken
 * out of its result and ours put in: what remains is the mean and sigma, told
 * apart because both noises are known.  Ours re-derives epsilon where x_0 is
 * clipped, diffusers' use_clipped_model_output.
 * float32 on both sides, values up to 5: 5e-6, and 1 / a = 70 at the noisiest
 * timesteps multiplies it there.                                            */
static void
test_golden_steps (void)
{
  g_autofree gchar *path = g_test_build_filename (G_TEST_DIST, "golden", "schedulers.json", NULL);
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) error = NULL;
  JsonArray *steps;
  gint       compared = 0;

  json_parser_load_from_file (parser, path, &error);
  g_assert_no_error (error);
  steps = json_object_get_array_member (json_node_get_object (json_parser_get_root (parser)),
                                        "steps");

  for (guint i = 0; i < json_array_get_length (steps); i++)
    {
      JsonObject  *item   = json_array_get_object_element (steps, i);
      JsonObject  *config = json_object_get_object_member (item, "config");
      const gchar *betas  = json_object_get_string_member (config, "beta_schedule");
      const gchar *kind   = json_object_get_string_member (config, "prediction_type");
      gboolean     clip   = json_object_get_boolean_member (config, "clip_sample");
      gdouble      eta    = json_object_get_double_member (item, "eta");
      gint         from   = json_object_get_int_member (item, "timestep");
      gint         to     = json_object_get_int_member (item, "previous_timestep");
      guint64      seed   = 5;
      DdimSampling sampling = { .eta = eta, .seeds = &seed, .clip = clip ? 1 : 0 };
      g_autoptr (DdimSchedule) schedule = NULL;
      g_autofree DdimLevels *levels = g_malloc0 (sizeof (DdimLevels) + 2 * sizeof (DdimLevel));
      g_autoptr (DdimCanvas) x = ddim_canvas_new (1, 1, 6, 1);
      g_autoptr (DdimCanvas) answer = ddim_canvas_new (1, 1, 6, 1);
      g_autoptr (DdimCanvas) wanted = ddim_canvas_new (1, 1, 6, 1);
      g_autoptr (DdimCanvas) their_noise = ddim_canvas_new (1, 1, 6, 1);
      g_autoptr (DdimCanvas) our_noise = ddim_canvas_new (1, 1, 6, 1);
      FixedField field = { .answer = answer };
      const gdouble *alphas_cumprod;
      gdouble sigma, at_from, at_to, tolerance;

      if (json_object_has_member (config, "rescale_betas_zero_snr") ||
          (clip && ! json_object_get_boolean_member (item, "use_clipped_model_output")))
        continue;
      schedule = schedule_new (g_str_equal (betas, "linear") ? DDIM_BETAS_LINEAR
                               : g_str_equal (betas, "scaled_linear") ? DDIM_BETAS_SCALED_LINEAR
                               : g_str_equal (betas, "sigmoid") ? DDIM_BETAS_SIGMOID
                               : DDIM_BETAS_SQUAREDCOS_CAP_V2);
      if (json_object_has_member (config, "beta_start"))
        continue;

      alphas_cumprod = ddim_schedule_get_alphas_cumprod (schedule);
      at_from = alphas_cumprod[from];
      at_to   = to >= 0 ? alphas_cumprod[to]
                : json_object_get_boolean_member (config, "set_alpha_to_one") ? 1
                : alphas_cumprod[0];
      levels->S = 1;
      levels->levels[0] = (DdimLevel) { to, sqrt (at_to), sqrt (1 - at_to) };
      levels->levels[1] = (DdimLevel) { from, sqrt (at_from), sqrt (1 - at_from) };

      read_values (item, "sample", x);
      read_values (item, "model_output", answer);
      read_values (item, "prev_sample", wanted);
      if (eta > 0)
        read_values (item, "noise", their_noise);
      ddim_field_init (&field.parent, &fixed_class, 1,
                       g_str_equal (kind, "epsilon") ? DDIM_PREDICTION_EPSILON
                       : g_str_equal (kind, "sample") ? DDIM_PREDICTION_SAMPLE
                       : DDIM_PREDICTION_V);

      g_assert_true (ddim_decode (&field.parent, levels, &sampling, x, NULL, NULL));

      ddim_noise_fill (our_noise, &seed, 1);
      sigma = eta * sqrt ((1 - at_to) / (1 - at_from)) * sqrt (MAX (1 - at_from / at_to, 0));
      tolerance = 5e-6 * MAX (1, sqrt (at_to / at_from));
      for (gint j = 0; j < 6; j++)
        g_assert_cmpfloat (fabs (x->data[j] - sigma * our_noise->data[j]
                                 - (wanted->data[j] - sigma * their_noise->data[j])),
                           <, tolerance);
      compared++;
    }

  g_test_message ("%d steps", compared);
  g_assert_cmpint (compared, >=, 60);
}

/* Eta 1 is DDPM's posterior q (x_p | x_t, x_0), equation (7) of Ho et al.,
 * with x_0 as predicted: mean
 *   sqrt (A_p) b / (1 - A_t) x_0 + sqrt (al) (1 - A_p) / (1 - A_t) x_t
 * and variance (1 - A_p) / (1 - A_t) b, al = A_t / A_p, b = 1 - al.  Sigma-hat
 * has the same mean and the variance b, but none at the clean end.  Only
 * float32's rounding is left: 1e-6 for values near 1.                       */
static void
test_eta_one_is_ddpm (void)
{
  g_autoptr (DdimSchedule) schedule = schedule_new (DDIM_BETAS_LINEAR);
  DdimLevelsOptions clean = { 0, TRUE };
  g_autoptr (DdimLevels) all =
    ddim_levels_new (schedule, DDIM_SPACING_LINEAR, 1000, 1, &clean, NULL);
  guint64 seed = 31;

  for (gint i = 1; i <= 1000; i += 37)
    for (gint larger = 0; larger < 2; larger++)
      {
        g_autofree DdimLevels *one = g_malloc0 (sizeof (DdimLevels) + 2 * sizeof (DdimLevel));
        g_autoptr (DdimCanvas) x = ddim_canvas_new (1, 1, 50, 1);
        g_autoptr (DdimCanvas) x0 = ddim_canvas_new (1, 1, 50, 1);
        g_autoptr (DdimCanvas) start = NULL;
        g_autoptr (DdimCanvas) noise = ddim_canvas_new (1, 1, 50, 1);
        DdimSampling sampling = { .eta = 1, .larger_variance = larger, .seeds = &seed };
        FixedField field = { .answer = x0 };
        gdouble At = pow (all->levels[i].a, 2), Ap = pow (all->levels[i - 1].a, 2);
        gdouble al = At / Ap, b = 1 - al;
        gdouble variance = larger && Ap < 1 ? b : (1 - Ap) / (1 - At) * b;

        one->S = 1;
        one->levels[0] = all->levels[i - 1];
        one->levels[1] = all->levels[i];
        ddim_noise_fill (x, &seed, 50);
        ddim_noise_fill (x0, &seed, 51);
        ddim_noise_fill (noise, &seed, 1);
        start = ddim_canvas_copy (x);
        ddim_field_init (&field.parent, &fixed_class, 1, DDIM_PREDICTION_SAMPLE);

        g_assert_true (ddim_decode (&field.parent, one, &sampling, x, NULL, NULL));
        for (gint j = 0; j < 50; j++)
          {
            gdouble mean = sqrt (Ap) * b / (1 - At) * x0->data[j]
                           + sqrt (al) * (1 - Ap) / (1 - At) * start->data[j];

            g_assert_cmpfloat (fabs (x->data[j] - mean - sqrt (variance) * noise->data[j]),
                               <, 1e-6);
          }
      }
}

/* With eta 1 and S = T the whole walk is DDPM's ancestral sampling, algorithm 2
 * of Ho et al. as it stands there, in its own terms:
 *   x <- (x - b_t / sqrt (1 - A_t) epsilon) / sqrt (1 - b_t) + sigma_t z.
 * Both start at the same noise and add the same.  Rounding in float32, 6e-8 of
 * values up to 4, is carried on for 100 steps: 1e-4 is a hundred times more
 * than a walk of such errors, and a hundredth of the least sigma.           */
static void
test_ancestral_chain (void)
{
  const gint T = 100;
  g_autofree gdouble *betas = g_new (gdouble, T);
  g_autoptr (DdimSchedule) schedule = NULL;
  g_autoptr (DdimLevels) levels = NULL;
  DdimLevelsOptions clean = { 0, TRUE };
  g_autoptr (DdimField) field = analytic_field_new (mixture, 2, 1, DDIM_PREDICTION_EPSILON);

  for (gint t = 0; t < T; t++)
    betas[t] = 1e-3 + (0.2 - 1e-3) * t / (T - 1);
  schedule = ddim_schedule_new_for_betas (betas, T, FALSE, NULL);
  levels   = ddim_levels_new (schedule, DDIM_SPACING_LINEAR, T, 1, &clean, NULL);
  g_assert_cmpint (levels->S, ==, T);

  for (gint larger = 0; larger < 2; larger++)
    {
      g_autoptr (DdimCanvas) x = ddim_canvas_new (1, 8, 8, 1);
      g_autoptr (DdimCanvas) z = ddim_canvas_new (1, 8, 8, 1);
      guint64 seed = 17;
      DdimSampling sampling = { .eta = 1, .larger_variance = larger, .seeds = &seed };
      gdouble theirs[64];

      ddim_noise_fill (x, &seed, 0);
      for (gint j = 0; j < 64; j++)
        theirs[j] = x->data[j];
      g_assert_true (ddim_decode (field, levels, &sampling, x, NULL, NULL));

      for (gint t = T - 1; t >= 0; t--)
        {
          const DdimLevel *level = &levels->levels[t + 1];
          gdouble At = 1, Ap, variance;

          for (gint i = 0; i <= t; i++)
            At *= 1 - betas[i];
          Ap       = At / (1 - betas[t]);
          variance = t == 0 ? 0 : larger ? betas[t] : (1 - Ap) / (1 - At) * betas[t];

          ddim_noise_fill (z, &seed, t + 1);
          for (gint j = 0; j < 64; j++)
            theirs[j] = (theirs[j] - betas[t] / sqrt (1 - At)
                                     * analytic_epsilon (mixture, 2, level, theirs[j]))
                        / sqrt (1 - betas[t]) + sqrt (variance) * z->data[j];
        }
      for (gint j = 0; j < 64; j++)
        g_assert_cmpfloat (fabs (x->data[j] - theirs[j]), <, 1e-4);
    }
}

/* Lemma 1: with x_0 known, drawing x_T and walking down leaves every level's
 * marginal at N (a x_0, s^2), for any sigma.  n = 49152 values a level: the mean's
 * standard error is s / sqrt n, the variance's s^2 sqrt (2 / n); each check
 * at 5 of them, 6e-7 a check, 120 checks, fixed seeds.  And the noise stays
 * normal: the fourth moment is 3 s^4, standard error s^4 sqrt (96 / n).      */
static void
test_marginals (void)
{
  g_autoptr (DdimSchedule) schedule = schedule_new (DDIM_BETAS_LINEAR);
  g_autoptr (DdimLevels) levels =
    ddim_levels_new (schedule, DDIM_SPACING_QUADRATIC, 10, 1, NULL, NULL);
  const gdouble etas[] = { 0, 0.3, 0.7, 1 };
  const gdouble value = 0.8;
  const gint    n = 49152;

  for (guint e = 0; e < G_N_ELEMENTS (etas); e++)
    {
      g_autoptr (DdimCanvas) x = ddim_canvas_new (1, 128, 128, 3);
      g_autoptr (DdimCanvas) x0 = ddim_canvas_new (1, 128, 128, 3);
      FixedField field = { .answer = x0 };
      const DdimLevel *top = &levels->levels[levels->S];
      guint64 seed = 100 + e;

      ddim_field_init (&field.parent, &fixed_class, 3, DDIM_PREDICTION_SAMPLE);
      ddim_noise_fill (x, &seed, 99);
      for (gint i = 0; i < n; i++)
        {
          x0->data[i] = value;
          x->data[i] = top->a * value + top->s * x->data[i];
        }

      for (gint i = levels->S; i > 0; i--)
        {
          g_autofree DdimLevels *one = g_malloc0 (sizeof (DdimLevels) + 2 * sizeof (DdimLevel));
          guint64 step_seed = 1000 * (e + 1) + i;
          DdimSampling sampling = { .eta = etas[e], .seeds = &step_seed };
          const DdimLevel *to = &levels->levels[i - 1];
          gdouble mean = 0, variance = 0, fourth = 0;

          one->S = 1;
          one->levels[0] = *to;
          one->levels[1] = levels->levels[i];
          g_assert_true (ddim_decode (&field.parent, one, &sampling, x, NULL, NULL));

          for (gint j = 0; j < n; j++)
            {
              gdouble distance = x->data[j] - to->a * value;

              mean     += distance / n;
              variance += distance * distance / n;
              fourth   += pow (distance, 4) / n;
            }
          g_assert_cmpfloat (fabs (mean), <, 5 * to->s / sqrt (n));
          g_assert_cmpfloat (fabs (variance / (to->s * to->s) - 1), <, 5 * sqrt (2. / n));
          g_assert_cmpfloat (fabs (fourth / pow (to->s, 4) - 3), <, 5 * sqrt (96. / n));
        }
    }
}

/* The factorisation q (x_T | x_0) prod q (x_p | x_t, x_0), seen from below: by
 * Bayes' rule x_t given x_p and x_0 is normal, on the line
 *   x_t = a_t x_0 + slope (x_p - a_p x_0),  slope = s_t sqrt (s_p^2 - sigma^2) / s_p^2,
 * with the variance s_t^2 - slope^2 s_p^2.  At eta 1 the slope is a_t / a_p and
 * x_0 leaves the line: the forward process is Markov's chain, DDPM's.  Below,
 * it is not.  n = 49152 pairs: slope and intercept of the fitted line have the
 * standard errors sqrt (variance / n) / s_p and sqrt (variance / n), and at eta
 * 0, where they are nothing, float32's rounding is left, 1e-6 of values near 1.
 * 5 standard errors, 6e-7 a check, 20 checks.                               */
static void
test_factorisation (void)
{
  g_autoptr (DdimSchedule) schedule = schedule_new (DDIM_BETAS_LINEAR);
  const gdouble *alphas_cumprod = ddim_schedule_get_alphas_cumprod (schedule);
  const gdouble etas[] = { 0, 0.2, 0.5, 0.8, 1 };
  const gdouble values[] = { 0.9, -0.4 };
  const gint    n = 49152;

  for (guint e = 0; e < G_N_ELEMENTS (etas); e++)
    for (guint v = 0; v < G_N_ELEMENTS (values); v++)
      {
        g_autofree DdimLevels *levels = g_malloc0 (sizeof (DdimLevels) + 2 * sizeof (DdimLevel));
        g_autoptr (DdimCanvas) x0 = ddim_canvas_new (1, 128, 128, 3);
        g_autoptr (DdimCanvas) from = ddim_canvas_new (1, 128, 128, 3);
        g_autoptr (DdimCanvas) to = NULL;
        FixedField field = { .answer = x0 };
        guint64 seed = 500 + 10 * e + v;
        DdimSampling sampling = { .eta = etas[e], .seeds = &seed };
        gdouble a_t, s_t, a_p, s_p, sigma, slope, variance, at_x0;
        gdouble mean_t = 0, mean_p = 0, pp = 0, pt = 0, fitted, fitted_at_x0;

        levels->S = 1;
        levels->levels[0] = (DdimLevel) { 250, a_p = sqrt (alphas_cumprod[250]),
                                          s_p = sqrt (1 - alphas_cumprod[250]) };
        levels->levels[1] = (DdimLevel) { 400, a_t = sqrt (alphas_cumprod[400]),
                                          s_t = sqrt (1 - alphas_cumprod[400]) };
        ddim_noise_fill (from, &seed, 60);
        for (gint i = 0; i < n; i++)
          {
            x0->data[i]   = values[v];
            from->data[i] = a_t * values[v] + s_t * from->data[i];
          }
        to = ddim_canvas_copy (from);
        ddim_field_init (&field.parent, &fixed_class, 3, DDIM_PREDICTION_SAMPLE);
        g_assert_true (ddim_decode (&field.parent, levels, &sampling, to, NULL, NULL));

        for (gint i = 0; i < n; i++)
          {
            mean_t += from->data[i] / n;
            mean_p += to->data[i] / n;
          }
        for (gint i = 0; i < n; i++)
          {
            pp += pow (to->data[i] - mean_p, 2);
            pt += (to->data[i] - mean_p) * (from->data[i] - mean_t);
          }
        fitted       = pt / pp;
        fitted_at_x0 = mean_t - fitted * (mean_p - a_p * values[v]); /* where x_p is a_p x_0 */

        sigma    = etas[e] * s_p / s_t * sqrt (1 - pow (a_t / a_p, 2));
        slope    = s_t * sqrt (s_p * s_p - sigma * sigma) / (s_p * s_p);
        at_x0    = a_t * values[v];
        variance = MAX (s_t * s_t - pow (slope * s_p, 2), 0);

        g_test_message ("eta %g: slope %.4f, by Bayes' rule %.4f, Markov's %.4f", etas[e],
                        fitted, slope, a_t / a_p);
        g_assert_cmpfloat (fabs (fitted - slope), <, 5 * sqrt (variance / n) / s_p + 1e-6);
        g_assert_cmpfloat (fabs (fitted_at_x0 - at_x0), <, 5 * sqrt (variance / n) + 1e-6);
        if (etas[e] == 1)
          g_assert_cmpfloat (fabs (slope - a_t / a_p), <, 1e-12);
        else /* 11 standard errors and more */
          g_assert_cmpfloat (slope - a_t / a_p, >, 0.05);
      }
}

/* The greatest error of decoding 64 values from level top against the ODE's
 * known solution for a mixture of Gaussians.                                */
static gdouble
flow_error (const AnalyticGaussian *gaussians,
            gint                    n_gaussians,
            gint                    S,
            gboolean                second_order)
{
  g_autoptr (DdimField) field = analytic_field_new (gaussians, n_gaussians, 1,
                                                    DDIM_PREDICTION_EPSILON);
  g_autofree DdimLevels *levels = g_malloc0 (sizeof (DdimLevels) + (S + 1) * sizeof (DdimLevel));
  g_autoptr (DdimCanvas) x = ddim_canvas_new (1, 1, 64, 1);
  g_autoptr (DdimCanvas) start = NULL;
  DdimSampling sampling = { .second_order = second_order };
  gdouble      worst = 0;

  /* Levels evenly spaced in log (s / a), from 0.02 to 20: halving the step
   * is then exactly that.                                                   */
  levels->S = S;
  for (gint i = 0; i <= S; i++)
    {
      gdouble ratio = 0.02 * pow (1000, i / (gdouble) S);
      gdouble a     = 1 / sqrt (1 + ratio * ratio);

      levels->levels[i] = (DdimLevel) { i, a, ratio * a };
    }

  for (gint j = 0; j < 64; j++)
    x->data[j] = (j - 31.5) / 16;
  start = ddim_canvas_copy (x);
  g_assert_true (ddim_decode (field, levels, &sampling, x, NULL, NULL));
  for (gint j = 0; j < 64; j++)
    worst = MAX (worst, fabs (x->data[j] - analytic_flow (gaussians, n_gaussians,
                                                          &levels->levels[S],
                                                          &levels->levels[0],
                                                          start->data[j])));
  return worst;
}

/* Euler's step is of first order, the multistep of second: halving the step
 * divides the error by 2 and by 4, to within what the next order adds.  A
 * mixture's two modes part on the way, which takes more steps to resolve.   */
static void
test_order (void)
{
  const struct
  {
    const AnalyticGaussian *gaussians;
    gint                    n, S;
  } cases[] = { { &gaussian, 1, 40 }, { mixture, 2, 80 } };

  for (guint k = 0; k < G_N_ELEMENTS (cases); k++)
    for (gint S = cases[k].S; S <= 4 * cases[k].S; S *= 2)
      {
        gdouble error[2][2]; /* of order 1 and 2, of S and 2 S steps */

        for (gint second = 0; second < 2; second++)
          for (gint half = 0; half < 2; half++)
            error[second][half] = flow_error (cases[k].gaussians, cases[k].n,
                                              half ? 2 * S : S, second);

        g_test_message ("%d Gaussians, S = %d: %.3g, %.3g; ratios %.3f and %.3f", cases[k].n,
                        S, error[0][0], error[1][0], error[0][0] / error[0][1],
                        error[1][0] / error[1][1]);
        g_assert_cmpfloat (error[0][0] / error[0][1], >, 1.8);
        g_assert_cmpfloat (error[0][0] / error[0][1], <, 2.2);
        g_assert_cmpfloat (error[1][0] / error[1][1], >, 3.2);
        g_assert_cmpfloat (error[1][0] / error[1][1], <, 4.8);
      }
}

/* The three predictions of one field decode to the same picture; and from a
 * schedule that ends in nothing, v and x_0 do while epsilon is refused.     */
static void
test_predictions (void)
{
  for (gint zero_snr = 0; zero_snr < 2; zero_snr++)
    {
      g_autoptr (DdimSchedule) schedule =
        ddim_schedule_new (DDIM_BETAS_LINEAR, 1000, 1e-4, 0.02, zero_snr, NULL);
      g_autoptr (DdimLevels) levels =
        ddim_levels_new (schedule, DDIM_SPACING_TRAILING, 25, 1, NULL, NULL);
      DdimCanvas *results[3] = { NULL, };

      for (gint kind = DDIM_PREDICTION_EPSILON; kind <= DDIM_PREDICTION_SAMPLE; kind++)
        {
          g_autoptr (DdimField) field = analytic_field_new (mixture, 2, 1, kind);
          g_autoptr (GError) error = NULL;
          guint64 seed = 12;

          results[kind] = ddim_canvas_new (1, 16, 16, 1);
          ddim_noise_fill (results[kind], &seed, 0);
          if (ddim_decode (field, levels, NULL, results[kind], NULL, &error))
            {
              g_assert_no_error (error);
              for (gint i = 0; i < 256; i++)
                g_assert_true (isfinite (results[kind]->data[i]));
            }
          else
            {
              g_assert_error (error, DDIM_ERROR, DDIM_ERROR_ARGUMENT);
              g_assert_true (zero_snr && kind == DDIM_PREDICTION_EPSILON);
            }
        }

      /* float32 x at s / a = 160 (4000 with zero SNR's second level):
       * 160 x 6e-8 = 1e-5, and the flow to the modes multiplies it.         */
      for (gint i = 0; i < 256; i++)
        {
          if (! zero_snr)
            g_assert_cmpfloat (fabs (results[0]->data[i] - results[2]->data[i]), <, 5e-4);
          g_assert_cmpfloat (fabs (results[1]->data[i] - results[2]->data[i]), <, 5e-4);
        }
      for (gint kind = 0; kind < 3; kind++)
        ddim_canvas_free (results[kind]);
    }
}

/* Noise belongs to the absolute pixel, respects weights, and refuses to be
 * made without seeds.                                                       */
static void
test_noise (void)
{
  g_autoptr (DdimSchedule) schedule = schedule_new (DDIM_BETAS_LINEAR);
  g_autoptr (DdimLevels) levels =
    ddim_levels_new (schedule, DDIM_SPACING_LINEAR, 6, 1, NULL, NULL);
  g_autoptr (DdimField) field = analytic_field_new (mixture, 2, 1, DDIM_PREDICTION_EPSILON);
  g_autoptr (DdimCanvas) whole = ddim_canvas_new (1, 8, 8, 1);
  g_autoptr (DdimCanvas) right = ddim_canvas_new (1, 8, 4, 1);
  g_autoptr (DdimCanvas) plain = ddim_canvas_new (1, 8, 8, 1);
  g_autoptr (DdimCanvas) half  = ddim_canvas_new (1, 8, 8, 1);
  gfloat  weights[64];
  guint64 seed = 4;
  DdimSampling sampling = { .eta = 1, .seeds = &seed };
  g_autoptr (GError) error = NULL;

  right->x = 4;
  ddim_noise_fill (whole, &seed, 0);
  ddim_noise_fill (right, &seed, 0);
  ddim_noise_fill (plain, &seed, 0);
  ddim_noise_fill (half, &seed, 0);
  for (gint i = 0; i < 64; i++)
    weights[i] = i % 8 < 4 ? 0 : 1;

  g_assert_true (ddim_decode (field, levels, &sampling, whole, NULL, NULL));
  g_assert_true (ddim_decode (field, levels, &sampling, right, NULL, NULL));
  g_assert_true (ddim_decode (field, levels, NULL, plain, NULL, NULL));
  sampling.weights = weights;
  g_assert_true (ddim_decode (field, levels, &sampling, half, NULL, NULL));

  for (gint i = 0; i < 64; i++)
    {
      if (i % 8 >= 4)
        g_assert_cmpfloat (whole->data[i], ==, right->data[i / 8 * 4 + i % 8 - 4]);
      g_assert_cmpfloat (half->data[i], ==, i % 8 < 4 ? plain->data[i] : whole->data[i]);
      g_assert_cmpfloat (plain->data[i], !=, whole->data[i]);
    }

  sampling.seeds = NULL;
  g_assert_false (ddim_decode (field, levels, &sampling, whole, NULL, &error));
  g_assert_error (error, DDIM_ERROR, DDIM_ERROR_ARGUMENT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/decode/golden-steps", test_golden_steps);
  g_test_add_func ("/decode/eta-one-is-ddpm", test_eta_one_is_ddpm);
  g_test_add_func ("/decode/ancestral-chain", test_ancestral_chain);
  g_test_add_func ("/decode/marginals", test_marginals);
  g_test_add_func ("/decode/factorisation", test_factorisation);
  g_test_add_func ("/decode/order", test_order);
  g_test_add_func ("/decode/predictions", test_predictions);
  g_test_add_func ("/decode/noise", test_noise);
  return g_test_run ();
}
