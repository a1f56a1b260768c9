/* test-schedule.c: schedules and levels, beside diffusers' own
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <math.h>

#include <json-glib/json-glib.h>

#include "ddim.h"

static JsonObject *
load_golden (JsonParser *parser)
{
  g_autofree gchar *path = g_test_build_filename (G_TEST_DIST, "golden", "schedulers.json", NULL);
  g_autoptr (GError) error = NULL;

  json_parser_load_from_file (parser, path, &error);
  g_assert_no_error (error);

  return json_node_get_object (json_parser_get_root (parser));
}

static DdimSchedule *
schedule_for_config (JsonObject *config)
{
  const gchar *names[] = { "linear", "scaled_linear", "squaredcos_cap_v2", "sigmoid" };
  const gchar *name = json_object_get_string_member_with_default (config, "beta_schedule", "linear");
  gint         T = json_object_get_int_member (config, "num_train_timesteps");
  gboolean     zero_snr = json_object_get_boolean_member (config, "rescale_betas_zero_snr");
  JsonNode    *trained = json_object_get_member (config, "trained_betas");

  if (trained && JSON_NODE_HOLDS_ARRAY (trained))
    {
      g_autofree gdouble *betas = g_new (gdouble, T);

      for (gint t = 0; t < T; t++)
        betas[t] = json_array_get_double_element (json_node_get_array (trained), t);
      return ddim_schedule_new_for_betas (betas, T, zero_snr, NULL);
    }

  for (guint kind = 0; kind < G_N_ELEMENTS (names); kind++)
    if (g_str_equal (name, names[kind]))
      return ddim_schedule_new (kind, T,
                                json_object_get_double_member (config, "beta_start"),
                                json_object_get_double_member (config, "beta_end"),
                                zero_snr, NULL);
  return NULL;
}

/* diffusers multiplies up to 4000 factors in float32, each rounded to 6e-8:
 * a random walk of 4e-6.  Where products have become small (and where the
 * zero-SNR rescaling subtracts nearly equal roots) 1e-4 of the value, as
 * golden/README.md says.                                                    */
static void
test_golden_schedules (void)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonArray *schedules = json_object_get_array_member (load_golden (parser), "schedules");

  g_assert_cmpuint (json_array_get_length (schedules), >=, 9);
  for (guint i = 0; i < json_array_get_length (schedules); i++)
    {
      JsonObject *item   = json_array_get_object_element (schedules, i);
      JsonArray  *wanted = json_object_get_array_member (item, "alphas_cumprod");
      g_autoptr (DdimSchedule) schedule =
        schedule_for_config (json_object_get_object_member (item, "config"));
      const gdouble *got = ddim_schedule_get_alphas_cumprod (schedule);

      g_test_message ("%s", json_object_get_string_member (item, "name"));
      g_assert_cmpint (ddim_schedule_get_length (schedule), ==, json_array_get_length (wanted));
      for (guint t = 0; t < json_array_get_length (wanted); t++)
        {
          gdouble value = json_array_get_double_element (wanted, t);

          g_assert_cmpfloat (fabs (got[t] - value), <=, 4e-6 * value + MIN (1e-4 * value, 4e-6));
        }
    }
}

static DdimSchedule *
linear_schedule (gboolean zero_snr)
{
  return ddim_schedule_new (DDIM_BETAS_LINEAR, 1000, 1e-4, 0.02, zero_snr, NULL);
}

/* diffusers' timesteps, noisiest first, against ours up the levels. */
static void
test_golden_timesteps (void)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (DdimSchedule) schedule = linear_schedule (FALSE);
  const gdouble *alphas_cumprod = ddim_schedule_get_alphas_cumprod (schedule);
  JsonArray *cases = json_object_get_array_member (load_golden (parser), "timesteps");

  g_assert_cmpuint (json_array_get_length (cases), >=, 20);
  for (guint i = 0; i < json_array_get_length (cases); i++)
    {
      JsonObject  *item    = json_array_get_object_element (cases, i);
      JsonArray   *wanted  = json_object_get_array_member (item, "timesteps");
      const gchar *name    = json_object_get_string_member (item, "timestep_spacing");
      gint         S       = json_object_get_int_member (item, "S");
      DdimSpacing  spacing = g_str_equal (name, "leading") ? DDIM_SPACING_LEADING
                             : g_str_equal (name, "linspace") ? DDIM_SPACING_LINSPACE
                             : DDIM_SPACING_TRAILING;
      DdimLevelsOptions options = { json_object_get_int_member (item, "steps_offset"), TRUE };
      g_autoptr (DdimLevels) levels = ddim_levels_new (schedule, spacing, S, 1, &options, NULL);

      g_assert_cmpint (levels->S, ==, S);
      g_assert_cmpfloat (levels->levels[0].a, ==, 1);
      g_assert_cmpfloat (levels->levels[0].s, ==, 0);
      for (gint k = 1; k <= S; k++)
        {
          gint t = json_array_get_int_element (wanted, S - k);

          g_assert_cmpfloat (levels->levels[k].timestep, ==, t);
          g_assert_cmpfloat (levels->levels[k].a, ==, sqrt (alphas_cumprod[t]));
        }
    }
}

/* The paper's sub-sequences, from t = 1: floor (c i) with c = T / S, and
 * floor (c i^2) with c = T / S^2.  A network is told t - 1.                 */
static void
test_paper_spacings (void)
{
  g_autoptr (DdimSchedule) schedule = linear_schedule (FALSE);
  DdimLevelsOptions clean = { 0, TRUE };
  g_autoptr (DdimLevels) linear =
    ddim_levels_new (schedule, DDIM_SPACING_LINEAR, 30, 1, &clean, NULL);
  g_autoptr (DdimLevels) quadratic =
    ddim_levels_new (schedule, DDIM_SPACING_QUADRATIC, 20, 1, &clean, NULL);
  g_autoptr (DdimLevels) all =
    ddim_levels_new (schedule, DDIM_SPACING_LINEAR, 1000, 1, &clean, NULL);

  for (gint i = 1; i <= 30; i++)
    g_assert_cmpfloat (linear->levels[i].timestep, ==, 1000 * i / 30 - 1);
  for (gint i = 1; i <= 20; i++)
    g_assert_cmpfloat (quadratic->levels[i].timestep, ==, 1000 * i * i / 400 - 1);
  g_assert_cmpint (all->S, ==, 1000);
  for (gint i = 0; i <= 1000; i++)
    g_assert_cmpfloat (all->levels[i].timestep, ==, i - 1);
}

/* Over every spacing, number of steps, depth and clean end: strictly rising
 * timesteps, falling a, the reach that the depth says, no more steps than
 * asked for.                                                                */
static void
test_levels_properties (void)
{
  const gdouble depths[] = { 0.0001, 0.01, 0.33, 0.5, 1 };
  const gint    steps[]  = { 1, 2, 3, 20, 47, 500, 1000, 4000 };

  for (gint zero_snr = 0; zero_snr < 2; zero_snr++)
    {
      g_autoptr (DdimSchedule) schedule = linear_schedule (zero_snr);

      for (gint spacing = DDIM_SPACING_LEADING; spacing <= DDIM_SPACING_QUADRATIC; spacing++)
        for (guint d = 0; d < G_N_ELEMENTS (depths); d++)
          for (guint n = 0; n < G_N_ELEMENTS (steps); n++)
            for (gint clean = 0; clean < 2; clean++)
              {
                DdimLevelsOptions options = { 0, clean };
                g_autoptr (GError) error = NULL;
                g_autoptr (DdimLevels) levels =
                  ddim_levels_new (schedule, spacing, steps[n], depths[d], &options, &error);
                gint reach = MAX (rint (depths[d] * 1000), 2);

                if (! levels)
                  {
                    /* One timestep asked for, and it is the clean end. */
                    g_assert_error (error, DDIM_ERROR, DDIM_ERROR_ARGUMENT);
                    g_assert_false (clean);
                    continue;
                  }

                g_assert_cmpint (levels->S, >=, 1);
                g_assert_cmpint (levels->S, <=, steps[n]);
                g_assert_cmpfloat (levels->levels[0].timestep, ==, clean ? -1 : 0);
                g_assert_cmpfloat (levels->levels[levels->S].timestep, <, reach);
                if (spacing >= DDIM_SPACING_TRAILING)
                  g_assert_cmpfloat (levels->levels[levels->S].timestep, ==, reach - 1);
                for (gint i = 1; i <= levels->S; i++)
                  {
                    const DdimLevel *level = &levels->levels[i];

                    g_assert_cmpfloat (level->timestep, >, level[-1].timestep);
                    g_assert_cmpfloat (level->a, <, level[-1].a);
                    g_assert_cmpfloat (fabs (level->a * level->a + level->s * level->s - 1),
                                       <, 1e-14);
                  }
              }

      if (zero_snr)
        g_assert_cmpfloat (ddim_schedule_get_alphas_cumprod (schedule)[999], ==, 0);
    }
}

static void
test_bad_arguments (void)
{
  g_autoptr (DdimSchedule) schedule = linear_schedule (FALSE);
  const struct { gint S; gdouble depth; } bad[] = { { 0, 1 }, { 20, 0 }, { 20, 1.01 }, { 20, NAN } };
  const gdouble betas[] = { 0.1, 1.5 };
  const gdouble tiny[] = { 1e-20, 1e-20 };
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) refusal = NULL;

      g_assert_null (ddim_levels_new (schedule, DDIM_SPACING_LINEAR, bad[i].S, bad[i].depth,
                                      NULL, &refusal));
      g_assert_error (refusal, DDIM_ERROR, DDIM_ERROR_ARGUMENT);
    }

  g_assert_null (ddim_schedule_new_for_betas (betas, 2, FALSE, &error));
  g_assert_error (error, DDIM_ERROR, DDIM_ERROR_INVALID);
  g_clear_error (&error);
  /* The first and the last timestep do not differ: nothing to stretch. */
  g_assert_null (ddim_schedule_new_for_betas (tiny, 2, TRUE, &error));
  g_assert_error (error, DDIM_ERROR, DDIM_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_null (ddim_schedule_new (DDIM_BETAS_LINEAR, G_MAXINT, 0.1, 0.2, FALSE, &error));
  g_assert_error (error, DDIM_ERROR, DDIM_ERROR_INVALID);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/schedule/golden", test_golden_schedules);
  g_test_add_func ("/levels/golden-timesteps", test_golden_timesteps);
  g_test_add_func ("/levels/paper-spacings", test_paper_spacings);
  g_test_add_func ("/levels/properties", test_levels_properties);
  g_test_add_func ("/levels/bad-arguments", test_bad_arguments);
  return g_test_run ();
}
