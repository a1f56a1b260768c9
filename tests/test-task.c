/* test-task.c: what the procedures compute, without a dialog and with one
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pictures are small and steps few: what is tested is that the same comes out
 * whichever way it is asked for, not how good it is.
 */

#include <math.h>
#include <string.h>

#include "counting-task.h"
#include "interpolation-task.h"
#include "job.h"
#include "texture-task.h"
#include "variation-task.h"

#define H 40
#define W 36

/* Waves in three channels, nowhere 0; another phase is another picture. */
static DdimCanvas *
make_picture (gint    h,
              gint    w,
              gdouble phase)
{
  DdimCanvas *picture = ddim_canvas_new (1, h, w, 3);

  for (gint y = 0; y < h; y++)
    for (gint x = 0; x < w; x++)
      for (gint c = 0; c < 3; c++)
        picture->data[(y * w + x) * 3 + c] =
          0.01 + 0.6 * sin (0.9 * x + phase + c) * cos (0.7 * y - phase);

  return picture;
}

static DdimPatchSource *
make_source (gboolean wrap)
{
  DdimPatchSource *source = g_new0 (DdimPatchSource, 1);

  source->picture      = make_picture (48, 44, 0.3);
  source->mask         = g_new (gfloat, 48 * 44);
  source->options.wrap = wrap;
  source->name         = g_strdup ("waves");
  for (gint i = 0; i < 48 * 44; i++)
    source->mask[i] = 1.0f;

  return source;
}

static gchar *
small_model (void)
{
  return g_test_build_filename (G_TEST_DIST, "golden", "models", "one-level", NULL);
}

/* Every stage of a variation of the small picture, by its own patches. */
static DdimVariationInput *
make_variation_input (DdimStagesKind kind)
{
  DdimPlacement            placement = { 0 };
  DdimVariationInput *input;

  ddim_placement_init (&placement, DDIM_PLACEMENT_WHOLE, FALSE, 16, FALSE, H, W);
  input = ddim_variation_input_new (&placement, kind, H, W);
  for (gint i = 0; i < input->stages.n; i++)
    input->pictures[i] = make_picture (input->stages.stages[i].h, input->stages.stages[i].w, 0.0);
  input->source = make_source (FALSE);

  return input;
}

static DdimVariationSettings
variation_settings (gdouble strength)
{
  static gchar image[] = DDIM_MODEL_IMAGE;

  return (DdimVariationSettings) { .model = { .model = image, .steps = 3, .depth = 0.5 },
                                   .strength = strength };
}

/* Keeps copies of all that comes. */
static gboolean
keep (gint               i,
      const DdimCanvas  *made,
      gpointer           data,
      GError           **error)
{
  GPtrArray *all = data;

  g_assert_cmpint (i, ==, all->len);
  g_assert_cmpint (made->n, ==, 1);
  g_ptr_array_add (all, ddim_canvas_copy (made));

  return TRUE;
}

static void
free_canvas (gpointer canvas)
{
  ddim_canvas_free (canvas);
}

static GPtrArray *
run (DdimTask       *task,
     const guint64  *seeds,
     gint            n,
     DdimTaskReport *report)
{
  g_auto (DdimModelCache) cache = { 0 };
  GPtrArray              *all   = g_ptr_array_new_with_free_func (free_canvas);
  GError                 *error = NULL;

  ddim_model_cache_init (&cache, 2);
  ddim_task_run (task, &cache, seeds, n, keep, all, report, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (all->len, ==, n);

  return all;
}

static void
assert_same (const DdimCanvas *a,
             const DdimCanvas *b)
{
  g_assert_cmpmem (a->data, ddim_canvas_size (a) * sizeof (gfloat),
                   b->data, ddim_canvas_size (b) * sizeof (gfloat));
}

/* What a run does with a task --------------------------------------------- */

typedef struct
{
  gdouble       fraction;
  gint          came;      /* results                                        */
  gint          enough;    /* of them: then the sink fails                   */
  GCancellable *cancellable;
} Run;

static void
progress (gdouble  fraction,
          gpointer data)
{
  Run *self = data;

  g_assert_cmpfloat (fraction, >=, self->fraction);
  g_assert_cmpfloat (fraction, <=, 1.0);
  self->fraction = fraction;
}

static gboolean
count (gint               i,
       const DdimCanvas  *made,
       gpointer           data,
       GError           **error)
{
  Run *self = data;

  g_assert_cmpint (i, ==, self->came++);
  g_assert_cmpfloat (made->data[0], ==, 3.0f * (i + 100));
  g_assert_cmpfloat (made->data[ddim_canvas_item_size (made) - 1], ==, 3.0f * (i + 100));
  if (self->came == self->enough && ! self->cancellable)
    {
      g_set_error (error, DDIM_ERROR, DDIM_ERROR_ARGUMENT, "enough");
      return FALSE;
    }
  else if (self->came == self->enough)
    {
      g_cancellable_cancel (self->cancellable);
    }

  return TRUE;
}

static gboolean
run_counting (TaskCounts      *counts,
              gint             side,
              gint             n,
              Run             *self,
              DdimTaskReport  *report,
              GError         **error)
{
  const CountingOptions   options = { .value = 3.0, .fail_at = -1 };
  g_autoptr (DdimTask)    task    = counting_task_new (counts, DDIM_STAGES_RESULT, side, side,
                                                       &options);
  g_autofree guint64     *seeds   = g_new (guint64, n);
  g_auto (DdimModelCache) cache   = { 0 };
  const DdimMonitor       monitor = { .progress = progress, .user_data = self,
                                      .cancellable = self->cancellable };

  for (gint i = 0; i < n; i++)
    seeds[i] = 100 + i;
  ddim_model_cache_init (&cache, 1);

  return ddim_task_run (task, &cache, seeds, n, count, self, report, &monitor, error);
}

/* Every seed comes once, in order; what is made at a time stays below a bound
 * while there are more and more of them.                                    */
static void
test_run (void)
{
  GError     *error   = NULL;
  TaskCounts  counts  = { 0 };
  gint        largest = 0;

  for (gint n = 1; n <= 64; n *= 4)
    {
      Run                    self   = { 0 };
      g_auto (DdimTaskReport) report = { 0 };

      ddim_task_report_init (&report);
      run_counting (&counts, 256, n, &self, &report, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (report.hash, ==, "counting");
      g_assert_cmpint (self.came, ==, n);
      g_assert_cmpfloat_with_epsilon (self.fraction, 1.0, 1e-9);
      g_assert_cmpint (report.errors->len, ==, 1);
      if (n == 4)
        largest = counts.largest;
    }
  g_assert_cmpint (counts.largest, ==, largest);
  g_assert_cmpint (counts.open, ==, 0);
  g_assert_cmpint (counts.opened[0], ==, 4);
}

/* The sink's error, or a cancellation, ends the run and leaves nothing behind. */
static void
test_run_ends (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError)       error       = NULL;
  TaskCounts               counts      = { 0 };
  Run                      failing     = { .enough = 2 };
  Run                      cancelled   = { .enough = 1, .cancellable = cancellable };

  g_assert_false (run_counting (&counts, 1024, 5, &failing, NULL, &error));
  g_assert_error (error, DDIM_ERROR, DDIM_ERROR_ARGUMENT);
  g_assert_cmpint (failing.came, ==, 2);
  g_clear_error (&error);

  g_assert_false (run_counting (&counts, 1024, 5, &cancelled, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (cancelled.came, ==, 1);
  g_assert_cmpint (counts.open, ==, 0);
  g_assert_cmpint (counts.tasks, ==, 0);
}

/* Variation --------------------------------------------------------------- */

static void
job_done (const GError *error,
          gpointer      data)
{
  g_assert_no_error (error);
  g_main_loop_quit (data);
}

static void
job_picture (guint64  seed,
             gpointer picture,
             gboolean finished,
             gpointer data)
{
}

static void
job_progress (gdouble  fraction,
              gdouble  seconds,
              gpointer data)
{
}

/* A run without a dialog gives, to the bit, what a dialog's job gives at last,
 * whichever seeds are made together.                                        */
static void
test_variation_one_path (void)
{
  static const guint64           seeds[]  = { 7, 8, 9 };
  const DdimJobListener          listener = { NULL, NULL, job_picture, job_progress, job_done };
  g_autoptr (GMainLoop)          loop     = g_main_loop_new (NULL, FALSE);
  const DdimVariationSettings    settings = variation_settings (0.6);
  g_autoptr (DdimVariationInput) all      = make_variation_input (DDIM_STAGES_ALL);
  g_autoptr (DdimVariationInput) result   = make_variation_input (DDIM_STAGES_RESULT);
  g_autoptr (DdimTask)           task     = ddim_variation_task_new (result, &settings);
  g_auto (DdimTaskReport)        report   = { 0 };
  g_auto (DdimTaskReport)        of_job   = { 0 };
  g_autoptr (GPtrArray)          made     = NULL;
  g_autoptr (GPtrArray)          alone    = run (task, seeds + 1, 1, NULL);
  g_autoptr (DdimJob)            job      = ddim_job_new (2, &listener, loop);

  ddim_task_report_init (&report);
  ddim_task_report_init (&of_job);
  made = run (task, seeds, 3, &report);
  g_assert_cmpint (report.errors->len, ==, 1);
  g_assert_cmpfloat (g_array_index (report.errors, gdouble, 0), >, 0.0);
  /* What the worst of few steps misses, of a network that was not trained. */
  g_assert_cmpfloat (g_array_index (report.errors, gdouble, 0), <, 0.2);
  /* One a step, and the first guess. */
  g_assert_cmpint (report.evaluations, ==, settings.model.steps + 1);

  for (gint i = 0; i < all->stages.n; i++)
    ddim_job_stage_read (job);
  ddim_job_request (job, ddim_variation_task_new (all, &settings), NULL, NULL, seeds, 3, 3);
  g_main_loop_run (loop);

  for (gint i = 0; i < 3; i++)
    {
      g_autoptr (DdimCanvas) finished = ddim_job_take_finished (job, seeds[i]);

      assert_same (finished, made->pdata[i]);
      g_assert_cmpfloat (ddim_canvas_rms_difference (made->pdata[i], result->pictures[0]), >, 0.01);
    }
  assert_same (alone->pdata[0], made->pdata[1]);
  g_assert_cmpfloat (ddim_canvas_rms_difference (made->pdata[0], made->pdata[1]), >, 0.01);

  ddim_job_report (job, &of_job);
  g_assert_cmpstr (of_job.hash, ==, report.hash);
  g_assert_cmpint (strlen (report.hash), ==, 16);
  g_assert_cmpfloat (g_array_index (of_job.errors, gdouble, 0), ==,
                     g_array_index (report.errors, gdouble, 0));
}

/* At strength 0 nothing is computed: values no arithmetic keeps stay as they are. */
static void
test_variation_nothing (void)
{
  static const guint64           seeds[]  = { 1, 2 };
  const DdimVariationSettings    settings = variation_settings (0.0);
  g_autoptr (DdimVariationInput) input    = make_variation_input (DDIM_STAGES_RESULT);
  g_autoptr (DdimTask)           task     = ddim_variation_task_new (input, &settings);
  g_autoptr (GPtrArray)          made     = NULL;

  input->pictures[0]->data[0] = INFINITY;
  input->pictures[0]->data[1] = NAN;
  input->pictures[0]->data[2] = -0.0f;
  made = run (task, seeds, 2, NULL);
  assert_same (made->pdata[0], input->pictures[0]);
  assert_same (made->pdata[1], input->pictures[0]);
}

/* What is not to change does not. */
static void
test_variation_weights (void)
{
  static const guint64           seed     = 3;
  const DdimVariationSettings    settings = variation_settings (1.0);
  g_autoptr (DdimVariationInput) input    = make_variation_input (DDIM_STAGES_RESULT);
  g_autoptr (DdimTask)           task     = ddim_variation_task_new (input, &settings);
  g_autoptr (GPtrArray)          made     = NULL;
  const DdimCanvas              *picture  = input->pictures[0];
  gdouble                        changed  = 0.0, kept = 0.0;

  input->weights[0] = g_new0 (gfloat, H * W);
  for (gint i = H * W / 2; i < H * W; i++)
    input->weights[0][i] = 1.0f;
  made = run (task, &seed, 1, NULL);

  for (gint i = 0; i < H * W * 3; i++)
    {
      gdouble change = fabs (((DdimCanvas *) made->pdata[0])->data[i] - picture->data[i]);

      if (i < H * W * 3 / 2)
        kept += change;
      else
        changed += change;
    }
  /* the model sees both halves, so the still one follows a little; a region's
   * writer leaves it as it was                                              */
  g_assert_cmpfloat (changed, >, 5.0 * kept);
}

/* A model that is not there is a sentence that names its folder. */
static void
test_variation_no_model (void)
{
  static gchar                   name[]   = "gone", folder[] = "/no/such/folder";
  const guint64                  seed     = 1;
  DdimVariationSettings          settings = variation_settings (0.5);
  g_autoptr (DdimVariationInput) input    = make_variation_input (DDIM_STAGES_RESULT);
  g_autoptr (DdimTask)           task     = NULL;
  g_autoptr (GError)             error    = NULL;
  g_auto (DdimModelCache)        cache    = { 0 };
  DdimModelInfo                  info;

  g_clear_pointer (&input->source, ddim_patch_source_free);
  settings.model.model  = name;
  settings.model.folder = folder;
  task = ddim_variation_task_new (input, &settings);
  ddim_model_cache_init (&cache, 1);

  g_assert_false (ddim_task_run (task, &cache, &seed, 1, keep, NULL, NULL, NULL, &error));
  g_assert_nonnull (strstr (error->message, folder));
  g_clear_error (&error);
  g_assert_false (ddim_model_settings_inspect (&settings.model, 3, &info, &error));
  g_assert_nonnull (strstr (error->message, folder));
}

/* A model of classes is told which, and one that has none takes no notice. */
static void
test_label (void)
{
  static const guint64   seed     = 1;
  static const gchar    *models[] = { "class-index", "one-level" };
  static const gint      labels[] = { -1, 0, 1, 1000 };
  DdimModelInfo          info;

  for (gsize m = 0; m < G_N_ELEMENTS (models); m++)
    {
      g_autofree gchar                *folder   = g_test_build_filename (G_TEST_DIST, "golden",
                                                                         "models", models[m],
                                                                         NULL);
      DdimVariationSettings            settings = variation_settings (1.0);
      g_autoptr (DdimCanvas)           before   = NULL;

      settings.model.model = settings.model.folder = folder;
      settings.model.steps = 2;
      for (gsize i = 0; i < G_N_ELEMENTS (labels); i++)
        {
          g_autoptr (DdimVariationInput) input = NULL;
          g_autoptr (DdimTask)           task  = NULL;
          g_autoptr (GPtrArray)          made  = NULL;
          g_autoptr (GError)             error = NULL;

          if (m == 1 && (i == 1 || i == 2))
            continue;
          settings.model.label = labels[i];
          if (! ddim_model_settings_inspect (&settings.model, 3, &info, &error))
            {
              g_assert_error (error, DDIM_ERROR, DDIM_ERROR_ARGUMENT);
              g_assert_nonnull (strstr (error->message, "Class label"));
              g_assert_nonnull (strstr (error->message, folder));
              g_assert_true (m == 0 && (i == 0 || i == 3));
              continue;
            }
          g_assert_true (m == 1 || i == 1 || i == 2);

          input = make_variation_input (DDIM_STAGES_RESULT);
          g_clear_pointer (&input->source, ddim_patch_source_free);
          ddim_placement_init (&input->placement, DDIM_PLACEMENT_WHOLE, FALSE, info.sample_size,
                               info.fixed_size, H, W);
          task = ddim_variation_task_new (input, &settings);
          made = run (task, &seed, 1, NULL);
          if (before && m == 0)
            g_assert_cmpfloat (ddim_canvas_rms_difference (before, made->pdata[0]), >, 1e-4);
          else if (before)
            assert_same (before, made->pdata[0]);
          g_clear_pointer (&before, ddim_canvas_free);
          before = ddim_canvas_copy (made->pdata[0]);
        }
    }
}

/* Interpolation ----------------------------------------------------------- */

/* At its own place a picture is itself, bit for bit; frames do not depend on
 * which are made together.                                                  */
static void
test_interpolation (void)
{
  static const gdouble               positions[] = { 0.0, 0.5, 1.0, 1.25, 2.0 };
  static const guint64               seeds[]     = { 1, 2, 3, 4, 5 };
  g_autofree gchar                  *folder      = small_model ();
  DdimInterpolationSettings          settings    = {
    .model = { .model = folder, .folder = folder, .steps = 2, .depth = 0.4 } };
  g_autoptr (DdimInterpolationInput) input       = NULL;
  g_autoptr (DdimTask)               task        = NULL;
  g_autoptr (GPtrArray)              made        = NULL;
  g_autoptr (GPtrArray)              alone       = NULL;
  g_auto (DdimTaskReport)            report      = { 0 };
  DdimModelInfo                      info;
  DdimPlacement                      placement;
  const gint                         h = 24, w = 20; /* which two windows cover each way */

  g_assert_true (ddim_model_settings_inspect (&settings.model, 3, &info, NULL));
  g_assert_cmpint (info.channels, ==, 3);
  ddim_placement_init (&placement, DDIM_PLACEMENT_WINDOWS, FALSE, info.sample_size,
                       info.fixed_size, h, w);
  input = ddim_interpolation_input_new (&placement, DDIM_STAGES_RESULT, 3, h, w);
  for (gint k = 0; k < 3; k++)
    input->keys[0][k] = make_picture (h, w, k);

  task  = ddim_interpolation_task_new (input, &settings, positions, 5);
  ddim_task_report_init (&report);
  made  = run (task, seeds, 5, &report);
  alone = run (task, seeds + 3, 1, NULL);

  g_assert_cmpint (report.errors->len, ==, 3);
  g_assert_cmpint (report.evaluations, ==, settings.model.steps + 1);
  assert_same (made->pdata[0], input->keys[0][0]);
  assert_same (made->pdata[2], input->keys[0][1]);
  assert_same (made->pdata[4], input->keys[0][2]);
  assert_same (made->pdata[3], alone->pdata[0]);
  g_assert_cmpfloat (ddim_canvas_rms_difference (made->pdata[1], input->keys[0][0]), >, 0.05);
  g_assert_cmpfloat (ddim_canvas_rms_difference (made->pdata[1], input->keys[0][1]), >, 0.05);
}

/* Texture ----------------------------------------------------------------- */

static void
test_texture (void)
{
  static const guint64         seeds[]  = { 4, 5, 4 };
  const DdimTextureSettings    settings = { .steps = 4 };
  g_autoptr (DdimTextureInput) input    = ddim_texture_input_new (DDIM_STAGES_RESULT, 30, 52);
  g_autoptr (DdimTask)         task     = NULL;
  g_autoptr (GPtrArray)        made     = NULL;
  g_autoptr (GPtrArray)        alone    = NULL;
  const DdimCanvas            *texture;

  input->source = make_source (TRUE);
  task  = ddim_texture_task_new (input, &settings);
  made  = run (task, seeds, 3, NULL);
  alone = run (task, seeds + 1, 1, NULL);

  texture = made->pdata[0];
  g_assert_cmpint (texture->h, ==, 30);
  g_assert_cmpint (texture->w, ==, 52);
  assert_same (texture, made->pdata[2]);
  assert_same (alone->pdata[0], made->pdata[1]);
  g_assert_cmpfloat (ddim_canvas_rms_difference (texture, made->pdata[1]), >, 0.05);
  for (gsize i = 0; i < ddim_canvas_size (texture); i++)
    g_assert_cmpfloat (fabsf (texture->data[i]), <, 1.0f);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/task/run", test_run);
  g_test_add_func ("/task/run-ends", test_run_ends);
  g_test_add_func ("/task/variation/one-path", test_variation_one_path);
  g_test_add_func ("/task/variation/nothing", test_variation_nothing);
  g_test_add_func ("/task/variation/weights", test_variation_weights);
  g_test_add_func ("/task/variation/no-model", test_variation_no_model);
  g_test_add_func ("/task/label", test_label);
  g_test_add_func ("/task/interpolation", test_interpolation);
  g_test_add_func ("/task/texture", test_texture);

  return g_test_run ();
}
