/* test-unet.c: the U-Net against diffusers' own output
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The bound, 1e-4 of the output's RMS, lies a hundred times below what a
 * mistake in reading a config does to these models (tests/golden/README.md)
 * and ten times above what float32 sums in another order do.  It holds with
 * each instruction set that this processor has.
 *
 * Where bfloat16s are multiplied a convolution comes within 1.1e-2 of its output
 * (test-conv), and a network, most of whose numbers pass by each of its layers, within
 * about as much; but conditional-deep, whose attention of random weights chooses one of
 * its pixels, makes ten times as much of it as of other errors.  ROUNDED_BOUND is twice
 * that: an index off by one, or another map's numbers, move the output by about 1.
 */

#include <glib/gstdio.h>

#include "aligned-memory.h"
#include "each-kernels.h"
#include "golden.h"
#include "unet.h"

#define BOUND         1e-4
#define ROUNDED_BOUND 0.2

static DdimUnet *
load (const gchar      *folder,
      DdimThreadPool   *pool,
      DdimSafetensors **file)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *nested = g_build_filename (folder, "unet", NULL);
  const gchar      *place  = g_file_test (nested, G_FILE_TEST_IS_DIR) ? nested : folder;
  g_autofree gchar *config_path = g_build_filename (place, "config.json", NULL);
  g_autofree gchar *path = g_build_filename (place, "diffusion_pytorch_model.safetensors", NULL);
  g_autofree gchar *text = NULL;
  DdimUnetConfig  config;
  DdimUnet       *unet;

  g_assert_true (g_file_get_contents (config_path, &text, NULL, NULL));
  if (strstr (text, "UNet2DConditionModel"))
    ddim_unet_config_load_conditional (config_path, &config, &error);
  else
    ddim_unet_config_load (config_path, &config, &error);
  g_assert_no_error (error);
  *file = ddim_safetensors_open (path, &error);
  g_assert_no_error (error);
  unet = ddim_unet_new (&config, *file, pool, &error);
  g_assert_no_error (error);
  return unet;
}

/* Whether number `i` of the instruction sets multiplies bfloat16s; the others compute
 * the same at either precision (test-conv, test-attention).                 */
static gboolean
has_bfloat16 (gint i)
{
  const DdimKernels *kernels = ddim_kernels_list ()[i];

  return kernels->bf16_product || kernels->bf16x2_split;
}

/* Every timestep of a golden file, with number `kernels` of the instruction
 * sets; returns the last output (g_free).                                   */
static gfloat *
compare (const gchar   *folder,
         const gchar   *golden_path,
         gint           kernels,
         gint           n_threads,
         DdimPrecision  precision,
         gsize         *n)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DdimThreadPool) pool = use_kernels (kernels, n_threads);
  g_autoptr (DdimSafetensors) file = NULL;
  g_autoptr (DdimSafetensors) golden = NULL;
  g_autoptr (DdimUnet) unet = load (folder, pool, &file);
  const DdimTensorView *view, *times_view, *labels_view, *text_view;
  gfloat *nchw, *times, *labels, *text;
  g_autofree gfloat *input = NULL;
  gboolean rounded = precision == DDIM_PRECISION_BFLOAT16;
  gfloat *out;
  gsize   size;

  golden = ddim_safetensors_open (golden_path, &error);
  g_assert_no_error (error);
  labels = golden_values (golden, "class_labels", &labels_view);
  times  = golden_values (golden, "timesteps", &times_view);
  text   = golden_values (golden, "text", &text_view);
  nchw   = golden_values (golden, "input", &view);
  input  = golden_to_nhwc (nchw, view);
  ddim_memory_free (nchw);
  size   = view->constant.size;
  *n     = size;
  out    = g_new (gfloat, size);

  g_assert_true (ddim_unet_plan (unet, view->shape[0], view->shape[2], view->shape[3],
                                 text ? text_view->shape[1] : 0, precision, &error));
  for (gint i = 0; i < times_view->shape[0]; i++)
    {
      g_autofree gchar  *name = g_strdup_printf ("output_%d", i);
      g_autofree gfloat *wanted = NULL;
      gdouble            difference;

      g_assert_true (ddim_unet_run (unet, &(DdimUnetIn) { input, times[i], labels, text },
                                    out, NULL, &error));
      nchw   = golden_values (golden, name, &view);
      wanted = golden_to_nhwc (nchw, view);
      ddim_memory_free (nchw);
      difference = golden_difference (out, wanted, size);
      g_test_message ("%s, %s%s, t = %g: %.2e", folder, ddim_thread_pool_get_kernels (pool)->name,
                      rounded ? ", bfloat16" : "", times[i], difference);
      g_assert_cmpfloat (difference, <, rounded ? ROUNDED_BOUND : BOUND);
    }

  ddim_memory_free (times);
  ddim_memory_free (labels);
  ddim_memory_free (text);
  return out;
}

/* Within the bound, and the same bits for every number of threads.  Models of
 * true shapes have the best instruction set alone: the least takes minutes. */
static void
test_golden (gconstpointer folder)
{
  g_autofree gchar *golden = g_build_filename (folder, "golden.safetensors", NULL);
  gint              tables = g_getenv ("DDIM_GOLDEN_BIG") ? 1 : count_kernels ();

  for (gint i = 0; i < 2 * tables; i++)
    {
      gsize         size;
      gint          kernels   = i / 2;
      DdimPrecision precision = i % 2 ? DDIM_PRECISION_BFLOAT16 : DDIM_PRECISION_FLOAT32;
      g_autofree gfloat *one   = NULL;
      g_autofree gfloat *three = NULL;

      if (precision == DDIM_PRECISION_BFLOAT16 && ! has_bfloat16 (kernels))
        continue;
      one   = compare (folder, golden, kernels, 1, precision, &size);
      three = compare (folder, golden, kernels, 3, precision, &size);

      for (gsize j = 0; j < size; j++)
        g_assert_cmpfloat (one[j], ==, three[j]);
    }
}

/* A model that ships, on a square and on a canvas that is not: a model
 * without stored values fails.  A folder that ships has its card, and all of
 * them together stay below 80 MB, what a clone of the repository can bear.
 * An emulator, which takes a minute for each, has the square and the best
 * instruction set alone; the small models have all of them there, too.     */
static void
test_shipped (gconstpointer folder)
{
  const gchar      *sizes[] = { "64x64", "80x48" };
  g_autofree gchar *name    = g_path_get_basename (folder);
  g_autofree gchar *card    = g_build_filename (folder, "README.md", NULL);
  gboolean          emulated = g_getenv ("DDIM_TEST_EMULATED") != NULL;

  g_assert_true (g_file_test (card, G_FILE_TEST_IS_REGULAR));
  for (guint i = 0; i < (emulated ? 1 : G_N_ELEMENTS (sizes)); i++)
    {
      g_autofree gchar  *file   = g_strdup_printf ("%s-%s.safetensors", name, sizes[i]);
      g_autofree gchar  *golden = g_test_build_filename (G_TEST_DIST, "golden", "shipped", file,
                                                         NULL);

      for (gint kernels = 0; kernels < (emulated ? 1 : count_kernels ()); kernels++)
        {
          gsize size;
          g_autofree gfloat *out   = compare (folder, golden, kernels, 2, DDIM_PRECISION_FLOAT32,
                                              &size);
          g_autofree gfloat *rough = has_bfloat16 (kernels)
                                     ? compare (folder, golden, kernels, 2,
                                                DDIM_PRECISION_BFLOAT16, &size) : NULL;
        }
    }
}

static void
test_shipped_size (void)
{
  g_autofree gchar *weights = g_test_build_filename (G_TEST_DIST, "..", "weights", NULL);
  g_autoptr (GDir)  dir     = g_dir_open (weights, 0, NULL);
  gint64            total   = 0;
  const gchar      *name;

  while ((name = g_dir_read_name (dir)))
    {
      g_autofree gchar *path = g_build_filename (weights, name, "unet",
                                                 "diffusion_pytorch_model.safetensors", NULL);
      GStatBuf          status;

      if (g_stat (path, &status) == 0)
        total += status.st_size;
    }
  g_test_message ("%.1f MB", total / 1e6);
  g_assert_cmpint (total, >, 0);
  g_assert_cmpint (total, <, 80000000);
}

/* The arena's peak for weights/photo, in maps of H x W x 32 floats.  The most
 * lives in the first residual block at full resolution on the way up: its
 * input, of 96 channels (3), three skips (3), the map between its convolutions,
 * the shortcut and the output (3): 9.  Moments and scratch come to less than
 * 3 where maps are large.  All activations together would take some 60.    */
static void
test_peak (void)
{
  g_autofree gchar *folder = g_test_build_filename (G_TEST_DIST, "..", "weights", "photo", NULL);
  g_autoptr (DdimThreadPool) pool = ddim_thread_pool_new (1);
  g_autoptr (DdimSafetensors) file = NULL;
  g_autoptr (DdimUnet) unet = load (folder, pool, &file);
  gdouble map = 512 * 512 * 32;
  gsize   peak;

  g_assert_true (ddim_unet_plan (unet, 1, 512, 512, 0, DDIM_PRECISION_FLOAT32, NULL));
  peak = ddim_unet_get_peak (unet);
  g_test_message ("%.2f maps", peak / map);
  g_assert_cmpfloat (peak / map, >=, 9);
  g_assert_cmpfloat (peak / map, <, 12);

  /* A plan is made anew for another shape, and comes out the same again. */
  g_assert_true (ddim_unet_plan (unet, 2, 64, 64, 0, DDIM_PRECISION_FLOAT32, NULL));
  g_assert_cmpuint (ddim_unet_get_peak (unet), <, peak);
  g_assert_true (ddim_unet_plan (unet, 1, 512, 512, 0, DDIM_PRECISION_FLOAT32, NULL));
  g_assert_cmpuint (ddim_unet_get_peak (unet), ==, peak);
}

/* A network at rest holds no activations, and planned anew gives the same bits. */
static void
test_rest (void)
{
  enum { SIDE = 16, SIZE = SIDE * SIDE * 3 };
  g_autofree gchar *folder = g_test_build_filename (G_TEST_DIST, "..", "weights", "photo", NULL);
  g_autoptr (DdimThreadPool) pool = ddim_thread_pool_new (1);
  g_autoptr (DdimSafetensors) file = NULL;
  g_autoptr (DdimUnet) unet = load (folder, pool, &file);
  gfloat x[SIZE], out[2][SIZE];

  for (gint i = 0; i < SIZE; i++)
    x[i] = sinf (0.37f * i);
  for (gint i = 0; i < 2; i++)
    {
      g_assert_true (ddim_unet_plan (unet, 1, SIDE, SIDE, 0, DDIM_PRECISION_FLOAT32, NULL));
      g_assert_true (ddim_unet_run (unet, &(DdimUnetIn) { .x = x, .timestep = 500 }, out[i], NULL,
                                    NULL));
      g_assert_cmpuint (ddim_unet_get_peak (unet), >, 0);
      ddim_unet_rest (unet);
      g_assert_cmpuint (ddim_unet_get_peak (unet), ==, 0);
    }
  g_assert_cmpmem (out[0], sizeof out[0], out[1], sizeof out[1]);
}

int
main (int argc, char **argv)
{
  g_autofree gchar *models  = NULL;
  g_autofree gchar *weights = NULL;
  const gchar      *big     = g_getenv ("DDIM_GOLDEN_BIG"); /* see ./dev test-big */

  g_test_init (&argc, &argv, NULL);
  models  = g_test_build_filename (G_TEST_DIST, "golden", "models", NULL);
  weights = g_test_build_filename (G_TEST_DIST, "..", "weights", NULL);
  golden_add_tests (big ? big : models, "/unet/", test_golden);
  golden_add_tests (weights, "/unet/shipped/", test_shipped);
  g_test_add_func ("/unet/shipped-size", test_shipped_size);
  g_test_add_func ("/unet/peak", test_peak);
  g_test_add_func ("/unet/rest", test_rest);
  return g_test_run ();
}
