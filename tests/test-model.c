/* test-model.c: model folders and their field
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Broken folders: test-model-broken.c.
 */

#include "ddim.h"
#include "aligned-memory.h"
#include "each-kernels.h"
#include "golden.h"
#include "loader.h"
#include "os.h"

static const DdimLevel level = { 500, 0.6, 0.8 };

static gchar *
golden_folder (const gchar *name)
{
  return g_test_build_filename (G_TEST_DIST, "golden", "models", name, NULL);
}

static DdimModel *
load (const gchar *name,
      gint         n_threads)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DdimThreadPool) pool = ddim_thread_pool_new (n_threads);
  g_autofree gchar *folder = golden_folder (name);
  DdimModel *model = ddim_model_load (folder, pool, &error);

  g_assert_no_error (error);
  g_assert_nonnull (model);
  return model;
}

static DdimCanvas *
random_canvas (gint n,
               gint h,
               gint w)
{
  DdimCanvas *canvas = ddim_canvas_new (n, h, w, 3);
  g_autofree guint64 *seeds = g_new0 (guint64, n);

  for (gint i = 0; i < n; i++)
    seeds[i] = i + 1;
  ddim_noise_fill (canvas, seeds, 0);
  return canvas;
}

static DdimCanvas *
evaluate (DdimModel        *model,
          const DdimCanvas *x)
{
  g_autoptr (GError) error = NULL;
  DdimCanvas *out = ddim_canvas_new (x->n, x->h, x->w, x->c);
  g_autoptr (DdimField) field = ddim_model_new_field (model, NULL, &error);

  g_assert_no_error (error);
  ddim_field_evaluate (field, x, &level, out, NULL, &error);
  g_assert_no_error (error);
  return out;
}

static void
assert_same (const gfloat *a,
             const gfloat *b,
             gsize         n)
{
  for (gsize i = 0; i < n; i++)
    g_assert_cmpfloat (a[i], ==, b[i]);
}

/* At a precision. */
static DdimCanvas *
evaluate_at (DdimModel        *model,
             DdimPrecision     precision,
             const DdimCanvas *x)
{
  g_autoptr (GError)    error = NULL;
  g_autoptr (DdimField) field = ddim_model_new_field (model,
                                                      &(DdimCondition) { .precision = precision },
                                                      &error);
  DdimCanvas *out = ddim_canvas_new (x->n, x->h, x->w, x->c);

  g_assert_no_error (error);
  ddim_field_evaluate (field, x, &level, out, NULL, &error);
  g_assert_no_error (error);
  return out;
}

/* Fields of one model are of the precision that each was asked for, whichever was
 * evaluated before; that of float32 is what it is by itself.  Where the processor has
 * bfloat16s they come out otherwise, by what test-unet allows; else they are the same.
 * An unchanged picture stays what it is, bit for bit, at either.            */
static void
test_precision (void)
{
  static const DdimPrecision precisions[] = { DDIM_PRECISION_FLOAT32, DDIM_PRECISION_BFLOAT16 };

  for (gint k = 0; k < count_kernels (); k++)
    {
      g_autoptr (GError)         error  = NULL;
      g_autoptr (DdimThreadPool) pool   = use_kernels (k, 2);
      const DdimKernels         *kernels = ddim_thread_pool_get_kernels (pool);
      g_autofree gchar          *folder = golden_folder ("heads");
      g_autoptr (DdimModel)      alone  = ddim_model_load (folder, pool, &error);
      g_autoptr (DdimModel)      model  = ddim_model_load (folder, pool, &error);
      g_autoptr (DdimCanvas)     x      = random_canvas (2, 16, 16);
      g_autoptr (DdimCanvas)     wanted = evaluate (alone, x);
      g_autoptr (DdimCanvas)     rough  = evaluate_at (model, DDIM_PRECISION_BFLOAT16, x);
      g_autoptr (DdimCanvas)     fine   = evaluate_at (model, DDIM_PRECISION_FLOAT32, x);
      g_autoptr (DdimCanvas)     again  = evaluate_at (model, DDIM_PRECISION_BFLOAT16, x);
      gdouble difference = golden_difference (rough->data, wanted->data, ddim_canvas_size (x));

      g_assert_no_error (error);
      assert_same (fine->data, wanted->data, ddim_canvas_size (x));
      assert_same (again->data, rough->data, ddim_canvas_size (x));
      g_test_message ("%s: %.2e", kernels->name, difference);
      if (kernels->bf16_product || kernels->bf16x2_split)
        g_assert_cmpfloat (difference, >, 1e-4);
      else
        g_assert_cmpfloat (difference, ==, 0);
      g_assert_cmpfloat (difference, <, 0.2);

      for (gsize i = 0; i < G_N_ELEMENTS (precisions); i++)
        {
          guint64                   seeds[] = { 7 };
          DdimCondition             told    = { .precision = precisions[i] };
          DdimVariation             options = { .strength = 0, .seeds = seeds };
          g_autoptr (DdimField)     field   = ddim_model_new_field (model, &told, &error);
          g_autoptr (DdimCanvas)    image   = random_canvas (1, 16, 16);
          g_autoptr (DdimCanvas)    result  = ddim_canvas_new (1, 16, 16, 3);
          g_autoptr (DdimLevels)    levels  =
            ddim_levels_new (ddim_model_get_schedule (model), DDIM_SPACING_QUADRATIC, 3, 0.5, NULL,
                             &error);
          g_autoptr (DdimInversion) inversion =
            ddim_inversion_new (field, levels, DDIM_ENCODER_EXACT, ddim_canvas_copy (image), NULL,
                                &error);

          g_assert_no_error (error);
          ddim_vary (inversion, &options, result, NULL, NULL, &error);
          g_assert_no_error (error);
          assert_same (result->data, image->data, ddim_canvas_size (image));
        }
    }
}

/* The field of a nested and of a flat folder against diffusers. */
static void
test_golden (gconstpointer name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DdimModel) model = load (name, 2);
  g_autofree gchar *folder = golden_folder (name);
  g_autofree gchar *path = g_build_filename (folder, "golden.safetensors", NULL);
  g_autoptr (DdimSafetensors) golden = ddim_safetensors_open (path, &error);
  const DdimTensorView *view;
  gfloat *nchw = golden_values (golden, "input", &view);
  g_autofree gfloat *input = golden_to_nhwc (nchw, view);
  gfloat *wanted_nchw = golden_values (golden, "output_0", &view);
  g_autofree gfloat *wanted = golden_to_nhwc (wanted_nchw, view);
  gfloat *times = golden_values (golden, "timesteps", &view);
  g_autoptr (DdimField) field = NULL;
  g_autoptr (DdimCanvas) x = NULL;
  g_autoptr (DdimCanvas) out = NULL;
  DdimLevel first = { times[0], 0.6, 0.8 };

  view = ddim_safetensors_lookup (golden, "input");
  x   = ddim_canvas_new (view->shape[0], view->shape[2], view->shape[3], view->shape[1]);
  out = ddim_canvas_new (x->n, x->h, x->w, x->c);
  memcpy (x->data, input, ddim_canvas_size (x) * sizeof (gfloat));

  field = ddim_model_new_field (model, NULL, &error);
  g_assert_true (ddim_field_evaluate (field, x, &first, out, NULL, &error));
  g_assert_cmpfloat (golden_difference (out->data, wanted, ddim_canvas_size (x)), <, 1e-4);

  ddim_memory_free (nchw);
  ddim_memory_free (wanted_nchw);
  ddim_memory_free (times);
}

/* What the configs say comes out. */
static void
test_properties (void)
{
  g_autoptr (DdimModel) heads = load ("heads", 1);
  g_autoptr (DdimModel) none = load ("no-attention-f16", 1);
  g_autoptr (DdimField) field = ddim_model_new_field (heads, NULL, NULL);

  g_assert_cmpint (ddim_model_get_info (heads)->sample_size, ==, 16);
  g_assert_true (ddim_model_get_info (heads)->fixed_size);
  g_assert_false (ddim_model_get_info (none)->fixed_size);
  g_assert_cmpint (ddim_schedule_get_length (ddim_model_get_schedule (heads)), ==, 1000);
  g_assert_cmpint (heads->spacing, ==, DDIM_SPACING_LEADING);
  g_assert_cmpint (heads->options.steps_offset, ==, 0);
  g_assert_true (heads->options.final_alpha_one);
  g_assert_cmpint (field->channels, ==, 3);
  g_assert_cmpint (field->prediction, ==, DDIM_PREDICTION_EPSILON);
}

/* Items of a batch are independent: the same bits as each alone. */
static void
test_batch (void)
{
  g_autoptr (DdimModel) model = load ("heads", 2);
  g_autoptr (DdimCanvas) x = random_canvas (3, 13, 18);
  g_autoptr (DdimCanvas) all = evaluate (model, x);
  gsize size = ddim_canvas_item_size (x);

  for (gint i = 0; i < 3; i++)
    {
      g_autoptr (DdimCanvas) one = ddim_canvas_new (1, x->h, x->w, 3);
      g_autoptr (DdimCanvas) out = NULL;

      memcpy (one->data, x->data + i * size, size * sizeof (gfloat));
      out = evaluate (model, one);
      assert_same (out->data, all->data + i * size, size);
    }
}

/* The same bits for any number of threads, and whatever ran before. */
static void
test_repeatable (void)
{
  g_autoptr (DdimModel) one = load ("heads", 1);
  g_autoptr (DdimModel) three = load ("heads", 3);
  g_autoptr (DdimCanvas) x = random_canvas (1, 21, 12);
  g_autoptr (DdimCanvas) other = random_canvas (2, 8, 34);
  g_autoptr (DdimCanvas) first = evaluate (one, x);
  g_autoptr (DdimCanvas) between = evaluate (one, other);
  g_autoptr (DdimCanvas) again = evaluate (one, x);
  g_autoptr (DdimCanvas) threaded = evaluate (three, x);

  assert_same (first->data, again->data, ddim_canvas_size (x));
  assert_same (first->data, threaded->data, ddim_canvas_size (x));
}

/* Sizes that the network cannot halve: reflected at the right and below, the
 * edge not repeated, and cut back.  Checked against doing so by hand.      */
static void
test_reflection (void)
{
  g_autoptr (DdimModel) model = load ("deep", 2);
  static const gint sizes[][4] = /* H, W, and what they become with 5 levels */
    { { 1, 1, 16, 16 }, { 2, 3, 16, 16 }, { 16, 5, 16, 16 }, { 33, 32, 48, 32 }, { 9, 47, 16, 48 } };

  for (gsize k = 0; k < G_N_ELEMENTS (sizes); k++)
    {
      gint h = sizes[k][0], w = sizes[k][1];
      g_autoptr (DdimCanvas) x = random_canvas (2, h, w);
      g_autoptr (DdimCanvas) padded = ddim_canvas_new (2, sizes[k][2], sizes[k][3], 3);
      g_autoptr (DdimCanvas) whole = NULL;
      g_autoptr (DdimCanvas) out = NULL;

      for (gint i = 0; i < 2; i++)
        for (gint row = 0; row < padded->h; row++)
          for (gint column = 0; column < padded->w; column++)
            {
              gint y = 0, dy = 1, z = 0, dz = 1;

              /* Walk there, turning at the edges. */
              for (gint step = 0; h > 1 && step < row; step++, y += dy)
                if (y + dy < 0 || y + dy >= h)
                  dy = -dy;
              for (gint step = 0; w > 1 && step < column; step++, z += dz)
                if (z + dz < 0 || z + dz >= w)
                  dz = -dz;
              memcpy (padded->data + ((i * padded->h + row) * padded->w + column) * 3,
                      x->data + ((i * h + y) * w + z) * 3, 3 * sizeof (gfloat));
            }

      whole = evaluate (model, padded);
      out   = evaluate (model, x);
      for (gint i = 0; i < 2; i++)
        for (gint row = 0; row < h; row++)
          assert_same (out->data + (i * h + row) * w * 3,
                       whole->data + (i * padded->h + row) * padded->w * 3, w * 3);
    }
}

typedef struct
{
  GCancellable *cancellable;
  gdouble       last, stop;
  gint          calls;
} Progress;

static void
on_progress (gdouble  fraction,
             gpointer data)
{
  Progress *progress = data;

  g_assert_cmpfloat (fraction, >=, progress->last);
  progress->last = fraction;
  progress->calls++;
  if (fraction >= progress->stop)
    g_cancellable_cancel (progress->cancellable);
}

/* Progress within one evaluation; cancelled before it and in its middle. */
static void
test_monitor (void)
{
  g_autoptr (DdimModel) model = load ("heads", 2);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (DdimCanvas) x = random_canvas (1, 16, 15);
  g_autoptr (DdimCanvas) wanted = evaluate (model, x);
  g_autoptr (DdimCanvas) out = ddim_canvas_copy (x);
  Progress    progress = { cancellable, 0, 2, 0 };
  DdimMonitor monitor = { cancellable, on_progress, &progress };
  g_autoptr (DdimField) field = ddim_model_new_field (model, NULL, &error);

  g_assert_true (ddim_field_evaluate (field, x, &level, out, &monitor, &error));
  g_assert_cmpfloat (progress.last, ==, 1);
  g_assert_cmpint (progress.calls, >=, 10);
  assert_same (out->data, wanted->data, ddim_canvas_size (x));

  progress = (Progress) { cancellable, 0, 0.5, 0 };
  g_assert_false (ddim_field_evaluate (field, x, &level, out, &monitor, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpfloat (progress.last, <, 0.6);
  g_clear_error (&error);

  progress.last = 0;
  g_assert_false (ddim_field_evaluate (field, x, &level, out, &monitor, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);

  /* A cancelled evaluation leaves nothing behind. */
  g_clear_pointer (&out, ddim_canvas_free);
  out = evaluate (model, x);
  assert_same (out->data, wanted->data, ddim_canvas_size (x));
}

/* Regions that no memory holds fail, before anything is read or reserved: the
 * first for its size in bytes, the others for their number of pixels.      */
static void
test_too_large (void)
{
  static const gchar * const names[] = { "heads", "no-attention-f16" };
  static const gint sides[] = { 46000, 200000, 262144, 1 << 30 };
  gdouble memory = ddim_os_get_memory ();

  for (gint i = 0; i < 2; i++)
    for (gsize j = memory < 256e9 ? 0 : 1; j < G_N_ELEMENTS (sides); j++)
      {
        g_autoptr (DdimModel) model = load (names[i], 1);
        g_autoptr (GError) error = NULL;
        g_autoptr (DdimField) field = ddim_model_new_field (model, NULL, &error);
        gfloat     one[2] = { 0, 0 };
        DdimCanvas x = { 1, sides[j], sides[j] - 1, 3, 0, 0, &one[0] };
        DdimCanvas out = x;

        out.data = &one[1];
        g_assert_false (ddim_field_evaluate (field, &x, &level, &out, NULL, &error));
        g_assert_error (error, DDIM_ERROR,
                        (j == 0 ? DDIM_ERROR_MEMORY : DDIM_ERROR_ARGUMENT));
        g_test_message ("%s", error->message);

        /* And the field is as good as before. */
        g_clear_error (&error);
        x = (DdimCanvas) { 1, 1, 1, 3, 0, 0, (gfloat[3]) { 0 } };
        ddim_canvas_free (evaluate (model, &x));
      }
}

/* What is read without loading is what is loaded. */
static void
test_inspect (void)
{
  static const gchar * const names[] = { "heads", "no-attention-f16", "no-mid-block", "google" };
  g_autofree gchar *photo = g_test_build_filename (G_TEST_DIST, "..", "weights", "photo", NULL);
  g_autoptr (GError) error = NULL;
  DdimModelInfo info;

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree gchar *folder = golden_folder (names[i]);
      g_autoptr (DdimModel) model = load (names[i], 1);

      g_assert_true (ddim_model_inspect (folder, &info, &error));
      g_assert_no_error (error);
      g_assert_cmpmem (&info, sizeof info, ddim_model_get_info (model), sizeof info);
    }

  /* as the card of the model that ships says */
  g_assert_true (ddim_model_inspect (photo, &info, &error));
  g_assert_cmpint (info.sample_size, ==, 64);
  g_assert_false (info.fixed_size);
  g_assert_cmpuint (info.parameters, >, 35000000);

  g_assert_false (ddim_model_inspect ("/nowhere", &info, &error));
  g_assert_error (error, DDIM_ERROR, DDIM_ERROR_MISSING);
}

/* The most memory that this process has had, in bytes; as Linux tells it. */
static gdouble
peak_memory (void)
{
  g_autofree gchar *status = NULL;

  g_assert_true (g_file_get_contents ("/proc/self/status", &status, NULL, NULL));
  return g_ascii_strtod (strstr (status, "VmHWM:") + strlen ("VmHWM:"), NULL) * 1024;
}

/* Besides its canvases a batch of six pictures takes no more than one picture, of
 * 256 x 256, takes: in a process of its own, since a peak never falls.      */
static void
test_batch_memory (void)
{
  if (g_test_subprocess ())
    {
      const gint             n     = 6;
      g_autoptr (DdimModel)  model = load ("no-attention-f16", 1);
      g_autoptr (DdimField)  field = ddim_model_new_field (model, NULL, NULL);
      g_autoptr (DdimCanvas) x     = ddim_canvas_new (n, 256, 256, 3);
      g_autoptr (DdimCanvas) out   = ddim_canvas_new (n, 256, 256, 3);
      DdimCanvas             one   = ddim_canvas_items (x, 0, 1);
      DdimCanvas             to    = ddim_canvas_items (out, 0, 1);
      gdouble                before, alone, all;

      memset (x->data, 0, ddim_canvas_size (x) * sizeof (gfloat));
      memset (out->data, 0, ddim_canvas_size (out) * sizeof (gfloat));
      before = peak_memory ();
      g_assert_true (ddim_field_evaluate (field, &one, &level, &to, NULL, NULL));
      alone = peak_memory () - before;
      /* The maps of one picture, at least one of which must have been touched. */
      g_assert_cmpfloat (alone, >, 256 * 256 * 8 * sizeof (gfloat));
      g_assert_true (ddim_field_evaluate (field, x, &level, out, NULL, NULL));
      all = peak_memory () - before;
      g_assert_cmpfloat (all, <, 1.1 * alone + (1 << 20));
      return;
    }
  if (! g_file_test ("/proc/self/status", G_FILE_TEST_EXISTS))
    {
      g_test_skip ("this system has no such file");
      return;
    }
  if (g_getenv ("DDIM_TEST_EMULATED"))
    {
      g_test_skip ("an emulator starts no second program: tested where there is none");
      return;
    }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
}

/* A field, and what was made with it, may outlive the caller's reference. */
static void
test_outlive (void)
{
  const guint64 seeds[] = { 1, 2 };
  g_autoptr (GError)        error     = NULL;
  DdimModel                *model     = load ("heads", 1);
  g_autoptr (DdimLevels)    levels    = ddim_levels_new (ddim_model_get_schedule (model),
                                                         DDIM_SPACING_QUADRATIC, 3, 0.5, NULL,
                                                         &error);
  DdimField                *field     = ddim_model_new_field (model, NULL, &error);
  g_autoptr (DdimInversion) inversion =
    ddim_inversion_new (field, levels, DDIM_ENCODER_EXACT, random_canvas (1, 16, 16), NULL,
                        &error);
  g_autoptr (DdimCanvas)    results   = ddim_canvas_new (2, 16, 16, 3);
  g_autoptr (DdimCanvas)    x         = random_canvas (1, 32, 40);
  g_autoptr (DdimCanvas)    out       = ddim_canvas_copy (x);
  DdimVariation             options   = { .strength = 0.3, .seeds = seeds };

  g_assert_no_error (error);
  ddim_model_unref (model);
  g_assert_true (ddim_vary (inversion, &options, results, NULL, NULL, &error));
  /* Of another shape: the network is planned anew. */
  g_assert_true (ddim_field_evaluate (field, x, &level, out, NULL, &error));
  ddim_field_unref (field);
  g_assert_true (ddim_vary (inversion, &options, results, NULL, NULL, &error));
  g_assert_no_error (error);
}

/* A model of classes is not run without one, nor with one that it lacks; labels
 * make a difference, and a model without classes takes none.                */
static void
test_labels (void)
{
  static const struct { const gchar *name; gint label; gboolean sound; } cases[] =
    {
      { "class-index", 0, TRUE }, { "class-index", 9, TRUE }, { "class-index", 10, FALSE },
      { "class-index", -1, FALSE }, { "class-timestep", 500, TRUE }, { "class-timestep", -1, FALSE },
      { "class-identity", 0, FALSE }, { "heads", 0, FALSE }
    };
  g_autoptr (DdimModel)  classes = load ("class-index", 1);
  g_autoptr (DdimCanvas) x       = random_canvas (1, 8, 8);
  g_autoptr (DdimCanvas) outs    = ddim_canvas_new (2, 8, 8, 3);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError)    error = NULL;
      g_autoptr (DdimModel) model = load (cases[i].name, 1);
      DdimCondition         condition = { .label = &cases[i].label };
      g_autoptr (DdimField) field = ddim_model_new_field (model, &condition, &error);

      g_assert_cmpint (field != NULL, ==, cases[i].sound);
      if (! field)
        {
          g_assert_error (error, DDIM_ERROR, DDIM_ERROR_ARGUMENT);
          g_assert_nonnull (strstr (error->message, "label"));
        }
      if (strcmp (cases[i].name, "heads"))
        {
          g_clear_error (&error);
          g_assert_null (ddim_model_new_field (model, NULL, &error));
          g_assert_error (error, DDIM_ERROR, DDIM_ERROR_ARGUMENT);
        }
    }

  for (gint label = 0; label < 2; label++)
    {
      DdimCondition         condition = { .label = &label };
      g_autoptr (DdimField) field = ddim_model_new_field (classes, &condition, NULL);
      DdimCanvas            out   = *outs;

      out.n     = 1;
      out.data += label * ddim_canvas_item_size (outs);
      g_assert_true (ddim_field_evaluate (field, x, &level, &out, NULL, NULL));
    }
  g_assert_cmpint (memcmp (outs->data, outs->data + ddim_canvas_item_size (outs),
                           ddim_canvas_item_size (outs) * sizeof (gfloat)), !=, 0);
}

/* The hash tells models from each other, and is the same each time. */
static void
test_hash (void)
{
  g_autoptr (DdimModel) heads = load ("heads", 1);
  g_autoptr (DdimModel) again = load ("heads", 2);
  g_autoptr (DdimModel) other = load ("head-dim-absent", 1);

  g_assert_cmpuint (strlen (ddim_model_get_hash (heads)), ==, 16);
  g_assert_cmpstr (ddim_model_get_hash (heads), ==, ddim_model_get_hash (again));
  g_assert_cmpstr (ddim_model_get_hash (heads), !=, ddim_model_get_hash (other));
}

/* What is said of a model of a picture holds of one that is made. */
static void
test_inspect_picture (void)
{
  g_autoptr (GError)         error   = NULL;
  g_autoptr (DdimThreadPool) pool    = ddim_thread_pool_new (1);
  g_autoptr (DdimCanvas)     picture = random_canvas (1, 16, 20);
  g_autoptr (DdimModel)      model   = ddim_model_new_for_picture (picture, NULL, NULL, pool,
                                                                   &error);
  DdimModelInfo              info;

  g_assert_no_error (error);
  ddim_model_inspect_picture (3, &info);
  g_assert_cmpint (info.channels, ==, 3);
  g_assert_cmpmem (&info, sizeof info, ddim_model_get_info (model), sizeof info);
}

/* A model that reads a text is not run without one, and one that reads none takes
 * none.  All items of a batch, at any size, read the same text, a copy of what the
 * caller gave; another text makes a difference.                             */
static void
test_text (void)
{
  g_autoptr (DdimModel)  model = load ("conditional", 1), heads = load ("heads", 1);
  g_autoptr (DdimCanvas) x     = ddim_canvas_new (2, 9, 13, 4);
  g_autoptr (DdimCanvas) out   = ddim_canvas_new (2, 9, 13, 4);
  g_autoptr (DdimCanvas) other = ddim_canvas_new (2, 9, 13, 4);
  g_autoptr (GError)     error = NULL;
  gsize         item = ddim_canvas_item_size (x);
  gfloat        text[5 * 12];
  DdimCondition condition = { .text = text, .tokens = 5 }, none = { .text = text };

  g_assert_cmpint (ddim_model_get_info (model)->text_width, ==, 12);
  ddim_noise_fill (x, (guint64[]) { 1, 1 }, 0);
  for (gint i = 0; i < 5 * 12; i++)
    text[i] = sin (i);

  g_assert_null (ddim_model_new_field (model, NULL, &error));
  g_assert_error (error, DDIM_ERROR, DDIM_ERROR_ARGUMENT);
  g_assert_nonnull (strstr (error->message, "text"));
  g_clear_error (&error);
  g_assert_null (ddim_model_new_field (model, &none, &error));
  g_assert_error (error, DDIM_ERROR, DDIM_ERROR_ARGUMENT);
  g_clear_error (&error);
  g_assert_null (ddim_model_new_field (heads, &condition, &error));
  g_assert_error (error, DDIM_ERROR, DDIM_ERROR_ARGUMENT);

  for (gint i = 0; i < 2; i++)
    {
      g_autoptr (DdimField) field = ddim_model_new_field (model, &condition, NULL);
      DdimCanvas           *to    = i ? other : out;

      text[0] += 10;
      g_assert_true (ddim_field_evaluate (field, x, &level, to, NULL, NULL));
      g_assert_cmpmem (to->data, item * sizeof (gfloat), to->data + item, item * sizeof (gfloat));
    }
  g_assert_cmpint (memcmp (out->data, other->data, item * sizeof (gfloat)), !=, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/model/nested", "heads", test_golden);
  g_test_add_data_func ("/model/flat", "google", test_golden);
  g_test_add_func ("/model/batch-memory", test_batch_memory);
  g_test_add_func ("/model/outlive", test_outlive);
  g_test_add_func ("/model/labels", test_labels);
  g_test_add_func ("/model/text", test_text);
  g_test_add_func ("/model/hash", test_hash);
  g_test_add_func ("/model/inspect", test_inspect);
  g_test_add_func ("/model/inspect-picture", test_inspect_picture);
  g_test_add_func ("/model/properties", test_properties);
  g_test_add_func ("/model/precision", test_precision);
  g_test_add_func ("/model/batch", test_batch);
  g_test_add_func ("/model/repeatable", test_repeatable);
  g_test_add_func ("/model/reflection", test_reflection);
  g_test_add_func ("/model/monitor", test_monitor);
  g_test_add_func ("/model/too-large", test_too_large);
  return g_test_run ();
}
