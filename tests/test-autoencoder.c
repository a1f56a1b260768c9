/* test-autoencoder.c: autoencoders against diffusers' own output
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The bound, 1e-4 of the RMS, is that of test-unet.c, for the same reasons; the
 * models' weights are drawn as those are (tests/golden/README.md).
 */

#include <glib/gstdio.h>

#include "aligned-memory.h"
#include "autoencoder.h"
#include "each-kernels.h"
#include "golden.h"
#include "limited.h"

#define BOUND 1e-4

typedef struct
{
  DdimSafetensors *file;
  DdimAutoencoder *autoencoder;
} Loaded;

static gchar *
folder_of (const gchar *name)
{
  return g_test_build_filename (G_TEST_DIST, "golden", "autoencoders", name, NULL);
}

static Loaded
load (const gchar    *folder,
      DdimThreadPool *pool)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *config_path = g_build_filename (folder, "config.json", NULL);
  g_autofree gchar *path = g_build_filename (folder, "diffusion_pytorch_model.safetensors", NULL);
  DdimAutoencoderConfig config;
  Loaded loaded;

  ddim_autoencoder_config_load (config_path, &config, &error);
  g_assert_no_error (error);
  config.force_not_quantize = g_str_has_suffix (folder, "not-quantised");
  loaded.file = ddim_safetensors_open (path, &error);
  g_assert_no_error (error);
  loaded.autoencoder = ddim_autoencoder_new (&config, loaded.file, pool, &error);
  g_assert_no_error (error);
  return loaded;
}

static void
loaded_clear (Loaded *loaded)
{
  ddim_autoencoder_free (loaded->autoencoder);
  ddim_safetensors_free (loaded->file);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Loaded, loaded_clear)

static DdimCanvas *
canvas_of (const DdimSafetensors *golden,
           const gchar           *tensor)
{
  const DdimTensorView *view;
  gfloat            *nchw = golden_values (golden, tensor, &view);
  g_autofree gfloat *nhwc = golden_to_nhwc (nchw, view);
  DdimCanvas        *canvas = ddim_canvas_new (view->shape[0], view->shape[2], view->shape[3],
                                               view->shape[1]);

  memcpy (canvas->data, nhwc, view->constant.size * sizeof (gfloat));
  ddim_memory_free (nchw);
  return canvas;
}

static void
compare (const DdimCanvas *found,
         const DdimCanvas *wanted,
         const gchar      *how)
{
  gdouble difference;

  g_assert_cmpint (found->n, ==, wanted->n);
  g_assert_cmpint (found->h, ==, wanted->h);
  g_assert_cmpint (found->w, ==, wanted->w);
  g_assert_cmpint (found->c, ==, wanted->c);
  difference = golden_difference (found->data, wanted->data, ddim_canvas_size (wanted));
  g_test_message ("%s: %.2e", how, difference);
  g_assert_cmpfloat (difference, <, BOUND);
}

/* Latents of pictures, and pictures of latents, with each instruction set and
 * several numbers of threads.                                               */
static void
test_golden (gconstpointer folder)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *path = g_build_filename (folder, "golden.safetensors", NULL);
  g_autoptr (DdimSafetensors) golden = ddim_safetensors_open (path, &error);
  g_autoptr (DdimCanvas) picture = NULL, latent = NULL, other = NULL, decoded = NULL;

  g_assert_no_error (error);
  picture = canvas_of (golden, "picture");
  latent  = canvas_of (golden, "latent");
  other   = canvas_of (golden, "other");
  decoded = canvas_of (golden, "decoded");

  /* One of true shape takes minutes with the least instruction set. */
  for (gint i = 0; i < (g_getenv ("DDIM_GOLDEN_BIG") ? 1 : 2 * count_kernels ()); i++)
    {
      g_autoptr (DdimThreadPool) pool = use_kernels (i / 2, g_getenv ("DDIM_GOLDEN_BIG") ? 0
                                                            : 1 + 2 * (i % 2));
      const gchar     *name = ddim_thread_pool_get_kernels (pool)->name;
      g_auto (Loaded)  loaded = load (folder, pool);
      const DdimAutoencoderConfig *config = ddim_autoencoder_get_config (loaded.autoencoder);
      g_autoptr (DdimCanvas) encoded = NULL, back = NULL;

      g_assert_cmpint (config->factor * latent->h, ==, picture->h);
      g_assert_cmpint (config->latent_channels, ==, latent->c);
      encoded = ddim_autoencoder_encode (loaded.autoencoder, picture, NULL, &error);
      g_assert_no_error (error);
      compare (encoded, latent, name);
      back = ddim_autoencoder_decode (loaded.autoencoder, other, NULL, &error);
      g_assert_no_error (error);
      compare (back, decoded, name);
    }
}

static DdimCanvas *
random_canvas (gint n,
               gint h,
               gint w,
               gint c)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (5);
  DdimCanvas *canvas = ddim_canvas_new (n, h, w, c);

  for (gsize i = 0; i < ddim_canvas_size (canvas); i++)
    canvas->data[i] = g_rand_double_range (rand, -1, 1);
  return canvas;
}

/* A latent that repeats, so that a network's norms see the same statistics in a
 * tile as in the whole.                                                     */
static DdimCanvas *
repeating_latent (gint h,
                  gint w,
                  gint c)
{
  g_autoptr (DdimCanvas) pattern = random_canvas (1, 8, 8, c);
  DdimCanvas *latent = ddim_canvas_new (1, h, w, c);

  for (gint y = 0; y < h; y++)
    for (gint x = 0; x < w; x++)
      memcpy (latent->data + (y * w + x) * c, pattern->data + (y % 8 * 8 + x % 8) * c,
              c * sizeof (gfloat));
  return latent;
}

/* Near the whole: a network without attention sees only so far, and tiles' borders
 * are blended away.  But not the same, or there were no tiles.              */
static void
check_tiled (const DdimCanvas *tiled,
             const DdimCanvas *whole)
{
  gdouble difference = golden_difference (tiled->data, whole->data, ddim_canvas_size (whole));

  g_test_message ("%g", difference);
  g_assert_cmpfloat (difference, >, 0);
  g_assert_cmpfloat (difference, <, 0.05);
}

static void
test_tiles (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *folder = folder_of ("kl-no-attention");
  g_autoptr (DdimThreadPool) pool = ddim_thread_pool_new (2);
  g_auto (Loaded)    loaded = load (folder, pool);
  gint               c = ddim_autoencoder_get_config (loaded.autoencoder)->latent_channels;
  g_autoptr (DdimCanvas) latent = repeating_latent (64, 48, c);
  g_autoptr (DdimCanvas) whole = NULL, tiles = NULL, again = NULL;
  g_autoptr (DdimCanvas) whole_latent = NULL, tiles_latent = NULL;

  whole        = ddim_autoencoder_decode (loaded.autoencoder, latent, NULL, &error);
  whole_latent = ddim_autoencoder_encode (loaded.autoencoder, whole, NULL, &error);
  ddim_autoencoder_set_tile (loaded.autoencoder, 32);
  tiles        = ddim_autoencoder_decode (loaded.autoencoder, latent, NULL, &error);
  tiles_latent = ddim_autoencoder_encode (loaded.autoencoder, whole, NULL, &error);
  again        = ddim_autoencoder_decode (loaded.autoencoder, latent, NULL, &error);
  g_assert_no_error (error);

  check_tiled (tiles, whole);
  check_tiled (tiles_latent, whole_latent);
  g_assert_cmpmem (tiles->data, ddim_canvas_size (tiles) * sizeof (gfloat),
                   again->data, ddim_canvas_size (again) * sizeof (gfloat));
}

#if defined (__linux__)
/* Bytes of memory that this process has for data. */
static gsize
data_size (void)
{
  g_autofree gchar *status = NULL;
  const gchar      *at;

  g_assert_true (g_file_get_contents ("/proc/self/status", &status, NULL, NULL));
  at = strstr (status, "VmData:");
  g_assert_nonnull (at);
  return g_ascii_strtoull (at + strlen ("VmData:"), NULL, 10) * 1024;
}

/* Where there is half the memory that the whole takes, tiles are smaller; and a later
 * picture has the same tiles, though there is more memory by then.          */
static void
decode_in_little_memory (gconstpointer folder)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DdimThreadPool) pool = ddim_thread_pool_new (2);
  g_auto (Loaded)    plenty = load (folder, pool), loaded = load (folder, pool);
  gint               c = ddim_autoencoder_get_config (loaded.autoencoder)->latent_channels;
  g_autoptr (DdimCanvas) latent = repeating_latent (128, 128, c);
  g_autoptr (DdimCanvas) whole = NULL, tiles = NULL, again = NULL;
  gsize              before = data_size ();

  whole = ddim_autoencoder_decode (plenty.autoencoder, latent, NULL, &error);
  g_assert_no_error (error);
  limit_memory (RLIMIT_DATA, data_size () + (data_size () - before) / 2);
  tiles = ddim_autoencoder_decode (loaded.autoencoder, latent, NULL, &error);
  g_assert_no_error (error);
  check_tiled (tiles, whole);

  limit_memory (RLIMIT_DATA, G_MAXSIZE);
  again = ddim_autoencoder_decode (loaded.autoencoder, latent, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (tiles->data, ddim_canvas_size (tiles) * sizeof (gfloat),
                   again->data, ddim_canvas_size (again) * sizeof (gfloat));
}
#endif

static void
test_little_memory (void)
{
#if ! defined (__linux__)
  g_test_skip ("no limit of a process's memory is known on this system");
#elif defined (__SANITIZE_ADDRESS__)
  g_test_skip ("the sanitizer ends a program that is out of memory");
#else
  g_autofree gchar *folder = folder_of ("kl-no-attention");

  run_limited (decode_in_little_memory, folder);
#endif
}

static void
report (gdouble  fraction,
        gpointer user_data)
{
  gdouble *last = user_data;

  g_assert_cmpfloat (fraction, >=, last[0]);
  last[0] = fraction;
  last[1]++;
}

static void
cancel (gdouble  fraction,
        gpointer user_data)
{
  g_cancellable_cancel (user_data);
}

static void
test_monitor (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *folder = folder_of ("kl-two-levels");
  g_autoptr (DdimThreadPool) pool = ddim_thread_pool_new (2);
  g_auto (Loaded)    loaded = load (folder, pool);
  g_autoptr (DdimCanvas) picture = random_canvas (2, 48, 32, 3);
  g_autoptr (DdimCanvas) latent = NULL, back = NULL, stopped = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  gdouble            seen[2] = { 0 };
  DdimMonitor        monitor = { NULL, report, seen, 0, 0 };
  DdimMonitor        stopper = { cancellable, cancel, cancellable, 0, 0 };

  ddim_autoencoder_set_tile (loaded.autoencoder, 16);
  latent = ddim_autoencoder_encode (loaded.autoencoder, picture, &monitor, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (seen[0], ==, 1);
  g_assert_cmpfloat (seen[1], >, 20);

  stopped = ddim_autoencoder_decode (loaded.autoencoder, latent, &stopper, &error);
  g_assert_null (stopped);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);

  /* It can be used again. */
  back = ddim_autoencoder_decode (loaded.autoencoder, latent, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (ddim_canvas_is_finite (back));
}

/* Numbers that are none come to light. */
static void
test_not_finite (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *folder = folder_of ("kl-two-levels");
  g_autoptr (DdimThreadPool) pool = ddim_thread_pool_new (1);
  g_auto (Loaded)    loaded = load (folder, pool);
  g_autoptr (DdimCanvas) picture = random_canvas (1, 8, 8, 3);

  picture->data[7] = NAN;
  g_assert_null (ddim_autoencoder_encode (loaded.autoencoder, picture, NULL, &error));
  g_assert_error (error, DDIM_ERROR, DDIM_ERROR_NOT_FINITE);
}

/* Configs that are refused, and a word of the reason. */
typedef struct
{
  const gchar *config; /* after the class's name */
  DdimError    code;
  const gchar *word;
} Refusal;

#define TOWERS "\"block_out_channels\":[32,64]," \
               "\"down_block_types\":[\"DownEncoderBlock2D\",\"DownEncoderBlock2D\"]," \
               "\"up_block_types\":[\"UpDecoderBlock2D\",\"UpDecoderBlock2D\"]"
#define KL     "\"_class_name\":\"AutoencoderKL\"," TOWERS
#define VQ     "\"_class_name\":\"VQModel\"," TOWERS
#define TINY   "\"_class_name\":\"AutoencoderTiny\",\"encoder_block_out_channels\":[8,8]," \
               "\"decoder_block_out_channels\":[8,8],\"num_encoder_blocks\":[1,1]," \
               "\"num_decoder_blocks\":[1,1]"

static const Refusal refusals[] =
{
  { "", DDIM_ERROR_MISSING, "_class_name" },
  { "\"_class_name\":\"AsymmetricAutoencoderKL\"", DDIM_ERROR_UNSUPPORTED, "AutoencoderKL" },
  { "\"_class_name\":\"AutoencoderKL\"", DDIM_ERROR_MISSING, "block_out_channels" },
  { KL ",\"latents_mean\":[0,0,0,0]", DDIM_ERROR_UNSUPPORTED, "latents_mean" },
  { KL ",\"scaling_factor\":0", DDIM_ERROR_INVALID, "scaling_factor" },
  { KL ",\"norm_num_groups\":7", DDIM_ERROR_INVALID, "norm_num_groups" },
  { KL ",\"out_channels\":4", DDIM_ERROR_UNSUPPORTED, "out_channels" },
  { KL ",\"act_fn\":\"elu\"", DDIM_ERROR_UNSUPPORTED, "act_fn" },
  { KL ",\"up_block_types\":[\"UpDecoderBlock2D\"]", DDIM_ERROR_INVALID, "up_block_types" },
  { KL ",\"up_block_types\":[\"UpDecoderBlock2D\",\"UpBlock2D\"]", DDIM_ERROR_UNSUPPORTED,
    "UpBlock2D" },
  { VQ ",\"norm_type\":\"spatial\"", DDIM_ERROR_UNSUPPORTED, "norm_type" },
  { VQ ",\"num_vq_embeddings\":0", DDIM_ERROR_INVALID, "num_vq_embeddings" },
  { TINY ",\"upsampling_scaling_factor\":4", DDIM_ERROR_UNSUPPORTED, "upsampling" },
  { TINY ",\"upsample_fn\":\"bilinear\"", DDIM_ERROR_UNSUPPORTED, "upsample_fn" },
  { TINY ",\"num_decoder_blocks\":[1]", DDIM_ERROR_INVALID, "num_decoder_blocks" },
  { TINY ",\"encoder_block_out_channels\":[8,16]", DDIM_ERROR_UNSUPPORTED, "widths" },
  { TINY ",\"num_encoder_blocks\":[1,-1]", DDIM_ERROR_INVALID, "num_encoder_blocks" }
};

static void
test_refusals (void)
{
  g_autofree gchar *path = NULL;
  gint file = g_file_open_tmp ("ddim-autoencoder-XXXXXX", &path, NULL);

  g_assert_cmpint (file, >=, 0);
  g_close (file, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree gchar *text = g_strconcat ("{", refusals[i].config, "}", NULL);
      DdimAutoencoderConfig config;

      g_assert_true (g_file_set_contents (path, text, -1, NULL));
      g_assert_false (ddim_autoencoder_config_load (path, &config, &error));
      g_assert_error (error, DDIM_ERROR, (gint) refusals[i].code);
      g_assert_nonnull (strstr (error->message, refusals[i].word));
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
  models = big ? g_strdup (big) : g_test_build_filename (G_TEST_DIST, "golden", "autoencoders", NULL);
  golden_add_tests (models, "/autoencoder/golden/", test_golden);
  g_test_add_func ("/autoencoder/tiles", test_tiles);
  g_test_add_func ("/autoencoder/little-memory", test_little_memory);
  g_test_add_func ("/autoencoder/monitor", test_monitor);
  g_test_add_func ("/autoencoder/not-finite", test_not_finite);
  g_test_add_func ("/autoencoder/refusals", test_refusals);
  return g_test_run ();
}
