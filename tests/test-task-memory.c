/* test-task-memory.c: the plug-in's tasks, while memory runs out, a file cannot be read
 * or a user cancels, at every place in turn: what was taken is given back
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "failing-memory.h"
#include "interpolation-task.h"
#include "texture-task.h"
#include "variation-task.h"

#define H 16
#define W 24

static gboolean
ignore (gint               i,
        const DdimCanvas  *made,
        gpointer           data,
        GError           **error)
{
  return TRUE;
}

/* Runs the task, which goes. */
static gboolean
run_task (DdimTask        *task,
          DdimThreadPool  *pool,
          GError         **error)
{
  static const guint64    seeds[] = { 1, 2 };
  DdimModelCache          cache   = { .pool = pool };
  DdimMonitor             monitor = fail_monitor ();
  gboolean                success = ddim_task_run (task, &cache, seeds, 2, ignore, NULL, NULL,
                                                   &monitor, error);

  ddim_task_unref (task);
  g_clear_pointer (&cache.model, ddim_model_unref);
  g_free (cache.folder);
  return success;
}

static DdimPatchSource *
make_source (void)
{
  DdimPatchSource *source = g_new0 (DdimPatchSource, 1);

  source->picture      = make_waves (48, 44, 0.3);
  source->mask         = g_new (gfloat, 48 * 44);
  source->options.wrap = TRUE;
  source->own          = 8;
  source->name         = g_strdup ("waves");
  for (gint i = 0; i < 48 * 44; i++)
    source->mask[i] = 1.0f;
  return source;
}

static gboolean
run_variation (DdimThreadPool  *pool,
               gconstpointer    data,
               GError         **error)
{
  g_autofree gchar               *folder    = g_test_build_filename (G_TEST_DIST, "golden",
                                                                     "models", "one-level", NULL);
  DdimVariationSettings           settings  = {
    .model = { .model = folder, .folder = folder, .steps = 2, .depth = 0.6, .tileable = TRUE },
    .strength = 0.5, .leeway = 0.5 };
  DdimPlacement                   placement = { 0 };
  g_autoptr (DdimVariationInput)  input     = NULL;

  ddim_placement_init (&placement, DDIM_PLACEMENT_WHOLE, TRUE, 16, FALSE, H, W);
  input              = ddim_variation_input_new (&placement, DDIM_STAGES_RESULT, H, W);
  input->pictures[0] = make_waves (H, W, 0.0);
  input->weights[0]  = g_new0 (gfloat, H * W);
  input->source      = make_source ();
  for (gint i = 0; i < H * W; i++)
    input->weights[0][i] = i % W > 3;
  return run_task (ddim_variation_task_new (input, &settings), pool, error);
}

static gboolean
run_interpolation (DdimThreadPool  *pool,
                   gconstpointer    data,
                   GError         **error)
{
  const gdouble                       positions[] = { 0.25, 0.75 };
  g_autofree gchar                   *folder      = g_test_build_filename (
    G_TEST_DIST, "golden", "models", "one-level", NULL);
  DdimInterpolationSettings           settings    = {
    .model = { .model = folder, .folder = folder, .steps = 1, .depth = 0.4 }, .mix = 0.5 };
  DdimPlacement                       placement   = { 0 };
  g_autoptr (DdimInterpolationInput)  input       = NULL;

  ddim_placement_init (&placement, DDIM_PLACEMENT_WHOLE, FALSE, 16, FALSE, H, W);
  input             = ddim_interpolation_input_new (&placement, DDIM_STAGES_RESULT, 2, H, W);
  input->keys[0][0] = make_waves (H, W, 0.0);
  input->keys[0][1] = make_waves (H, W, 1.0);
  return run_task (ddim_interpolation_task_new (input, &settings, positions, 2), pool, error);
}

static gboolean
run_texture (DdimThreadPool  *pool,
             gconstpointer    data,
             GError         **error)
{
  const DdimTextureSettings     settings = { .steps = 2, .tileable = TRUE };
  g_autoptr (DdimTextureInput)  input    = ddim_texture_input_new (DDIM_STAGES_ALL, 2 * H, 2 * W);

  input->source = make_source ();
  return run_task (ddim_texture_task_new (input, &settings), pool, error);
}

static void
test_memory (gconstpointer work)
{
  fail_each (* (const Work *) work, NULL, TRUE);
}

static void
test_read (gconstpointer work)
{
  fail_each_of (FAIL_READ, * (const Work *) work, NULL, FALSE);
}

static void
test_cancel (gconstpointer work)
{
  fail_each_of (FAIL_UPDATE, * (const Work *) work, NULL, FALSE);
}

int
main (int    argc,
      char **argv)
{
  static const Work variation = run_variation, interpolation = run_interpolation,
                    texture   = run_texture;

  fail_init (&argc, &argv);

  g_test_add_data_func ("/task-memory/variation", &variation, test_memory);
  g_test_add_data_func ("/task-memory/interpolation", &interpolation, test_memory);
  g_test_add_data_func ("/task-memory/texture", &texture, test_memory);
  g_test_add_data_func ("/task-memory/read/variation", &variation, test_read);
  g_test_add_data_func ("/task-memory/read/interpolation", &interpolation, test_read);
  g_test_add_data_func ("/task-memory/cancel/variation", &variation, test_cancel);
  g_test_add_data_func ("/task-memory/cancel/interpolation", &interpolation, test_cancel);
  g_test_add_data_func ("/task-memory/cancel/texture", &texture, test_cancel);

  return g_test_run ();
}
