/* test-variation-task.c: variations by a latent model that reads a prompt
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * As a procedure makes them, of a picture of any size: the words lead what is made,
 * and nothing that need not change does.  Variations by other models: test-task.c
 * and test-job.c have the machinery, tests/gimp the procedures.
 */

#include <string.h>

#include "variation-task.h"

#define H 37
#define W 22

static void
set (gchar       **text,
     const gchar  *value)
{
  g_free (*text);
  *text = g_strdup (value);
}

static DdimVariationSettings
make_settings (gdouble strength)
{
  DdimVariationSettings settings = { .strength = strength };

  settings.texture         = g_strdup (DDIM_TEXTURE_IMAGE); /* which is no choice here */
  settings.model.model     = g_strdup ("tiny");
  settings.model.folder    = g_test_build_filename (G_TEST_DIST, "golden", "latents",
                                                    "stable-diffusion", NULL);
  settings.model.latent    = TRUE;
  settings.model.label     = -1;
  settings.model.steps     = 3;
  settings.model.depth     = 0.7;
  settings.model.prompt    = g_strdup ("red");
  settings.model.negative_prompt = g_strdup ("");
  settings.model.guidance  = 1;
  return settings;
}

/* The picture, of which the upper half may change. */
static DdimVariationInput *
make_input (const DdimVariationSettings *settings)
{
  g_autoptr (GError)  error = NULL;
  DdimModelInfo       info;
  DdimPlacement       placement;
  DdimVariationInput *input;

  g_assert_true (ddim_model_settings_inspect (&settings->model, 3, &info, &error));
  g_assert_no_error (error);
  ddim_variation_settings_place (settings, &info, H, W, &placement);
  input = ddim_variation_input_new (&placement, DDIM_STAGES_RESULT, H, W);
  input->pictures[0] = ddim_canvas_new (1, H, W, 3);
  input->weights[0]  = g_new0 (gfloat, H * W);
  ddim_noise_fill (input->pictures[0], (guint64[]) { 1 }, 0);
  for (gint i = 0; i < H / 2 * W; i++)
    input->weights[0][i] = 1;
  return input;
}

static gboolean
take (gint              i,
      const DdimCanvas *made,
      gpointer          data,
      GError          **error)
{
  DdimCanvas **result = data;

  result[i] = ddim_canvas_copy (made);
  return TRUE;
}

/* The variation of these settings. */
static DdimCanvas *
vary (const DdimVariationSettings *settings,
      DdimTaskReport              *report)
{
  g_autoptr (GError)             error = NULL;
  g_autoptr (DdimVariationInput) input = make_input (settings);
  g_auto (DdimModelCache)        cache = { 0 };
  DdimTask                      *task  = ddim_variation_task_new (input, settings);
  DdimCanvas                    *made  = NULL;
  guint64                        seed  = 4;

  ddim_model_cache_init (&cache, 2);
  g_assert_true (ddim_task_run (task, &cache, &seed, 1, take, &made, report, NULL, &error));
  g_assert_no_error (error);
  ddim_task_unref (task);
  return made;
}

static gdouble
difference (const DdimCanvas *a,
            const DdimCanvas *b,
            gint              first_row,
            gint              last_row)
{
  gdouble sum = 0;

  for (gint i = first_row * W * 3; i < (last_row + 1) * W * 3; i++)
    sum += ABS (a->data[i] - b->data[i]);
  return sum / ((last_row + 1 - first_row) * W * 3);
}

/* At strength 0 nothing changes.  Else the upper half does (and what a decoder of
 * random weights with attention shows of it elsewhere: a procedure writes to the
 * selection alone).                                                         */
static void
test_strength (void)
{
  g_auto (DdimVariationSettings)  none = make_settings (0), some = make_settings (1);
  g_autoptr (DdimVariationInput)  input = make_input (&none);
  g_autoptr (DdimCanvas)          still = vary (&none, NULL), moved = vary (&some, NULL);

  g_assert_false (ddim_variation_settings_has_patches (&some));
  g_assert_cmpmem (still->data, H * W * 3 * sizeof (gfloat), input->pictures[0]->data,
                   H * W * 3 * sizeof (gfloat));
  g_assert_cmpfloat (difference (moved, still, 0, H / 4), >, 1e-3);
}

/* Another prompt, another negative one, and more guidance each make a difference;
 * guidance toward what it is to keep away from as well makes none.           */
static void
test_prompts (void)
{
  g_auto (DdimVariationSettings) red = make_settings (1), house = make_settings (1);
  g_auto (DdimVariationSettings) led = make_settings (1), away = make_settings (1);
  g_auto (DdimVariationSettings) same = make_settings (1);
  DdimCanvas *made[5];

  set (&house.model.prompt, "house");
  led.model.guidance  = 4;
  away.model.guidance = 4;
  set (&away.model.negative_prompt, "house");
  same.model.guidance = 4;
  set (&same.model.negative_prompt, "red");
  made[0] = vary (&red, NULL);
  made[1] = vary (&house, NULL);
  made[2] = vary (&led, NULL);
  made[3] = vary (&away, NULL);
  made[4] = vary (&same, NULL);
  for (gint i = 0; i < 4; i++)
    for (gint j = 0; j < i; j++)
      g_assert_cmpfloat (difference (made[i], made[j], 0, H - 1), >, 1e-5);
  g_assert_cmpfloat (difference (made[4], made[0], 0, H - 1), ==, 0);
  for (gint i = 0; i < 5; i++)
    ddim_canvas_free (made[i]);

  g_assert_true (ddim_model_settings_same_prompts (&red.model, &red.model));
  g_assert_false (ddim_model_settings_same_prompts (&red.model, &house.model));
  g_assert_false (ddim_model_settings_same_prompts (&led.model, &away.model));
  g_assert_false (ddim_model_settings_same_prompts (&red.model, &led.model));
}

/* A network that reads a text, without what makes states of one, is not taken. */
static void
test_network_alone (void)
{
  g_auto (DdimVariationSettings) settings = make_settings (1);
  g_autoptr (GError)     error = NULL;
  g_auto (DdimModelCache) cache = { 0 };
  DdimModelInfo          info;

  g_free (settings.model.folder);
  settings.model.folder = g_test_build_filename (G_TEST_DIST, "golden", "models", "conditional",
                                                 NULL);
  g_assert_false (ddim_model_settings_inspect (&settings.model, 3, &info, &error));
  g_assert_error (error, DDIM_ERROR, DDIM_ERROR_UNSUPPORTED);
  g_assert_nonnull (strstr (error->message, "text encoder"));
  g_clear_error (&error);
  ddim_model_cache_init (&cache, 1);
  g_assert_null (ddim_model_cache_load (&cache, &settings.model, &error));
  g_assert_error (error, DDIM_ERROR, DDIM_ERROR_UNSUPPORTED);
}

/* What of an overlong prompt was not read is reported. */
static void
test_cut (void)
{
  g_auto (DdimVariationSettings) settings = make_settings (1);
  DdimTaskReport         report;
  g_autoptr (GString)    words = g_string_new ("");
  g_autoptr (DdimCanvas) made  = NULL;

  for (gint i = 0; i < 78; i++)
    g_string_append (words, "red ");
  set (&settings.model.negative_prompt, words->str);
  ddim_task_report_init (&report);
  made = vary (&settings, &report);
  g_assert_cmpint (report.cut, ==, 3);
  ddim_task_report_clear (&report);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/variation-task/strength", test_strength);
  g_test_add_func ("/variation-task/prompts", test_prompts);
  g_test_add_func ("/variation-task/network-alone", test_network_alone);
  g_test_add_func ("/variation-task/cut", test_cut);
  return g_test_run ();
}
