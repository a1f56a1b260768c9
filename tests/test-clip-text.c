/* test-clip-text.c: text encoders against transformers' own output
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The bound, 1e-4 of the RMS, is that of test-unet.c, for the same reasons.
 */

#include <glib/gstdio.h>

#include "aligned-memory.h"
#include "clip-text.h"
#include "each-kernels.h"
#include "golden.h"

#define BOUND 1e-4

typedef struct
{
  DdimSafetensors *file;
  DdimClipText    *text;
} Loaded;

static Loaded
load (const gchar    *folder,
      DdimThreadPool *pool)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *config_path = g_build_filename (folder, "config.json", NULL);
  g_autofree gchar *path = g_build_filename (folder, "model.safetensors", NULL);
  DdimClipTextConfig config;
  Loaded loaded;

  ddim_clip_text_config_load (config_path, &config, &error);
  g_assert_no_error (error);
  loaded.file = ddim_safetensors_open (path, &error);
  g_assert_no_error (error);
  loaded.text = ddim_clip_text_new (&config, loaded.file, pool, &error);
  g_assert_no_error (error);
  return loaded;
}

static void
loaded_clear (Loaded *loaded)
{
  ddim_clip_text_free (loaded->text);
  ddim_safetensors_free (loaded->file);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Loaded, loaded_clear)

/* The stored texts, with each instruction set; and each alone, which gives the same
 * bits, whatever the number of threads.                                     */
static void
test_golden (gconstpointer folder)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *path = g_build_filename (folder, "golden.safetensors", NULL);
  g_autoptr (DdimSafetensors) golden = ddim_safetensors_open (path, &error);
  const DdimTensorView *ids_view, *view;
  gfloat *numbers, *wanted;
  g_autofree gint   *ids = NULL;
  g_autofree gfloat *found = NULL, *alone = NULL;
  gint    n, length, c;

  g_assert_no_error (error);
  numbers = golden_values (golden, "ids", &ids_view);
  wanted  = golden_values (golden, "states", &view);
  n       = view->shape[0];
  length  = view->shape[1];
  c       = view->shape[2];
  ids     = g_new (gint, n * length);
  found   = g_new (gfloat, n * length * c);
  alone   = g_new (gfloat, length * c);
  for (gint i = 0; i < n * length; i++)
    ids[i] = numbers[i];

  for (gint i = 0; i < count_kernels (); i++)
    {
      g_autoptr (DdimThreadPool) pool = use_kernels (i, 1), threads = use_kernels (i, 3);
      g_auto (Loaded) loaded = load (folder, pool), other = load (folder, threads);
      gdouble         difference;

      g_assert_cmpint (ddim_clip_text_get_config (loaded.text)->hidden_size, ==, c);
      g_assert_true (ddim_clip_text_run (loaded.text, n, length, ids, found, NULL, &error));
      g_assert_no_error (error);
      difference = golden_difference (found, wanted, (gsize) n * length * c);
      g_test_message ("%s: %.2e", ddim_thread_pool_get_kernels (pool)->name, difference);
      g_assert_cmpfloat (difference, <, BOUND);

      for (gint k = 0; k < n; k++)
        {
          g_assert_true (ddim_clip_text_run (other.text, 1, length, ids + k * length, alone, NULL,
                                             &error));
          g_assert_cmpmem (alone, length * c * sizeof (gfloat), found + k * length * c,
                           length * c * sizeof (gfloat));
        }
    }
  ddim_memory_free (numbers);
  ddim_memory_free (wanted);
}

/* What comes later in a text does not touch what was before. */
static void
test_causal (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *folder = g_test_build_filename (G_TEST_DIST, "golden", "texts", "sd1", NULL);
  g_autoptr (DdimThreadPool) pool = ddim_thread_pool_new (2);
  g_auto (Loaded)    loaded = load (folder, pool);
  gint               c = ddim_clip_text_get_config (loaded.text)->hidden_size;
  g_autofree gfloat *found = g_new (gfloat, 24 * c), *other = g_new (gfloat, 24 * c);
  gint               ids[24] = { 97, 5, 6, 7 };

  g_assert_true (ddim_clip_text_run (loaded.text, 1, 24, ids, found, NULL, &error));
  for (gint i = 10; i < 24; i++)
    ids[i] = i;
  g_assert_true (ddim_clip_text_run (loaded.text, 1, 24, ids, other, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpmem (found, 10 * c * sizeof (gfloat), other, 10 * c * sizeof (gfloat));
  g_assert_cmpfloat (golden_difference (found + 10 * c, other + 10 * c, 14 * c), >, 0.01);
}

static void
cancel (gdouble  fraction,
        gpointer user_data)
{
  g_cancellable_cancel (user_data);
}

static void
test_errors (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *folder = g_test_build_filename (G_TEST_DIST, "golden", "texts", "sd1", NULL);
  g_autoptr (DdimThreadPool) pool = ddim_thread_pool_new (1);
  g_auto (Loaded)    loaded = load (folder, pool);
  gint               c = ddim_clip_text_get_config (loaded.text)->hidden_size;
  g_autofree gfloat *found = g_new (gfloat, 3 * c);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  DdimMonitor        monitor = { cancellable, cancel, cancellable, 0, 0 };
  const gint         beyond[] = { 97, 99, 98 }, below[] = { 97, -1, 98 }, sound[] = { 97, 1, 98 };

  g_assert_false (ddim_clip_text_run (loaded.text, 1, 3, beyond, found, NULL, &error));
  g_assert_error (error, DDIM_ERROR, DDIM_ERROR_ARGUMENT);
  g_assert_nonnull (strstr (error->message, "99"));
  g_clear_error (&error);
  g_assert_false (ddim_clip_text_run (loaded.text, 1, 3, below, found, NULL, &error));
  g_assert_error (error, DDIM_ERROR, DDIM_ERROR_ARGUMENT);
  g_clear_error (&error);
  g_assert_false (ddim_clip_text_run (loaded.text, 1, 3, sound, found, &monitor, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_true (ddim_clip_text_run (loaded.text, 1, 3, sound, found, NULL, &error));
  g_assert_no_error (error);
}

/* Configs that are refused, and the field at fault. */
static const gchar * const refusals[][2] =
{
  { "{\"model_type\":\"t5\"}", "model_type" },
  { "{\"hidden_size\":10,\"num_attention_heads\":3}", "hidden_size" },
  { "{\"num_hidden_layers\":0}", "num_hidden_layers" },
  { "{\"layer_norm_eps\":-1}", "layer_norm_eps" },
  { "{\"hidden_act\":\"tanh\"}", "hidden_act" },
  { "{\"vocab_size\":\"many\"}", "vocab_size" }
};

static void
test_refusals (void)
{
  g_autofree gchar *path = NULL;
  gint file = g_file_open_tmp ("ddim-text-XXXXXX", &path, NULL);

  g_assert_cmpint (file, >=, 0);
  g_close (file, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      g_autoptr (GError) error = NULL;
      DdimClipTextConfig config;

      g_assert_true (g_file_set_contents (path, refusals[i][0], -1, NULL));
      g_assert_false (ddim_clip_text_config_load (path, &config, &error));
      g_assert_nonnull (error);
      g_assert_true (error->domain == DDIM_ERROR);
      g_assert_nonnull (strstr (error->message, refusals[i][1]));
      g_assert_nonnull (strstr (error->message, path));
    }
  g_unlink (path);
}

int
main (int argc, char **argv)
{
  g_autofree gchar *models = NULL;
  const gchar      *big = g_getenv ("DDIM_GOLDEN_BIG"); /* see ./dev test-big */

  g_test_init (&argc, &argv, NULL);
  models = big ? g_strdup (big) : g_test_build_filename (G_TEST_DIST, "golden", "texts", NULL);
  golden_add_tests (models, "/clip-text/golden/", test_golden);
  g_test_add_func ("/clip-text/causal", test_causal);
  g_test_add_func ("/clip-text/errors", test_errors);
  g_test_add_func ("/clip-text/refusals", test_refusals);
  return g_test_run ();
}
