/* test-try-alloc.c: memory runs out at every place in turn of what the library does
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <string.h>

#include "autoencoder.h"
#include "clip-text.h"
#include "failing-memory.h"
#include "local-mean.h"

#define H 16
#define W 24

/* kind: a folder of golden models. */
static DdimModel *
load (const gchar     *kind,
      const gchar     *name,
      DdimThreadPool  *pool,
      GError         **error)
{
  g_autofree gchar *folder = g_test_build_filename (G_TEST_DIST, "golden", kind, name, NULL);

  return ddim_model_load (folder, pool, error);
}

static DdimInversion *
invert (DdimField         *field,
        const DdimLevels  *levels,
        DdimEncoder        encoder,
        gdouble            phase,
        GError           **error)
{
  return ddim_inversion_new (field, levels, encoder, make_waves (H, W, phase), NULL, error);
}

/* A network is loaded and asked once. */
static gboolean
use_network (DdimThreadPool  *pool,
             gconstpointer    name,
             GError         **error)
{
  const DdimLevel       level     = { 300, 0.8, 0.6 };
  const gint            label     = 1;
  DdimCondition         condition = { 0 };
  g_autoptr (DdimModel) model     = load ("models", name, pool, error);
  g_autoptr (DdimField) field     = NULL;

  if (! model)
    return FALSE;
  if (ddim_model_get_info (model)->labels > 0)
    condition.label = &label;
  if ((field = ddim_model_new_field (model, &condition, error)))
    {
      g_autoptr (DdimCanvas) x   = ddim_canvas_new (1, 8, 8, field->channels);
      g_autoptr (DdimCanvas) out = ddim_canvas_copy (x);

      return ddim_field_evaluate (field, x, &level, out, NULL, error);
    }
  return FALSE;
}

/* A part of a latent model's folder: its weights, and the path of its config. */
static DdimSafetensors *
open_part (const gchar  *kind,
           const gchar  *name,
           const gchar  *weights,
           gchar       **config,
           GError      **error)
{
  g_autofree gchar *path = g_test_build_filename (G_TEST_DIST, "golden", kind, name, weights, NULL);

  *config = g_test_build_filename (G_TEST_DIST, "golden", kind, name, "config.json", NULL);
  return ddim_safetensors_open (path, error);
}

/* An autoencoder is loaded, and a picture encoded and decoded in tiles. */
static gboolean
use_autoencoder (DdimThreadPool  *pool,
                 gconstpointer    name,
                 GError         **error)
{
  g_autofree gchar *path = NULL;
  g_autoptr (DdimSafetensors) file = open_part ("autoencoders", name,
                                                "diffusion_pytorch_model.safetensors", &path,
                                                error);
  g_autoptr (DdimAutoencoder) autoencoder = NULL;
  g_autoptr (DdimCanvas)      picture = make_waves (2 * H, 2 * W, 0.0);
  g_autoptr (DdimCanvas)      latent  = NULL;
  g_autoptr (DdimCanvas)      back    = NULL;
  DdimAutoencoderConfig       config;

  if (! file || ! ddim_autoencoder_config_load (path, &config, error) ||
      ! (autoencoder = ddim_autoencoder_new (&config, file, pool, error)))
    return FALSE;

  ddim_autoencoder_set_tile (autoencoder, 8);
  return (latent = ddim_autoencoder_encode (autoencoder, picture, NULL, error)) &&
         (back = ddim_autoencoder_decode (autoencoder, latent, NULL, error));
}

/* A text encoder is loaded and run once. */
static gboolean
use_text (DdimThreadPool  *pool,
          gconstpointer    name,
          GError         **error)
{
  const gint        ids[] = { 97, 5, 6, 98 };
  gfloat            states[4 * 16];
  g_autofree gchar *path = NULL;
  g_autoptr (DdimSafetensors) file = open_part ("texts", name, "model.safetensors", &path, error);
  g_autoptr (DdimClipText)    text = NULL;
  DdimClipTextConfig          config;

  if (! file || ! ddim_clip_text_config_load (path, &config, error) ||
      ! (text = ddim_clip_text_new (&config, file, pool, error)))
    return FALSE;

  g_assert_cmpint (config.hidden_size, ==, 16);
  return ddim_clip_text_run (text, 1, 4, ids, states, NULL, error);
}

/* A latent model takes a picture there and back. */
static gboolean
use_latents (DdimThreadPool  *pool,
             gconstpointer    name,
             GError         **error)
{
  const DdimLevel                level     = { 300, 0.8, 0.6 };
  const gfloat                   weights[H * W] = { 1.0f };
  DdimCondition                  condition = { 0 };
  g_autoptr (DdimCanvas)         picture   = make_waves (H, W, 0.0);
  g_autoptr (DdimModel)          model     = load ("latents", name, pool, error);
  g_autoptr (DdimLatentPicture)  latent    = NULL;
  g_autoptr (DdimField)          field     = NULL;
  g_autoptr (DdimCanvas)         out       = NULL;
  g_autoptr (DdimCanvas)         back      = NULL;
  g_autofree gfloat             *cells     = NULL;

  if (! model || ! (latent = ddim_latent_picture_new (model, picture, NULL, error)))
    return FALSE;
  if (ddim_model_get_info (model)->reads_prompt)
    condition = (DdimCondition) { .prompt = "a heap of spices", .guidance = 3.0 };
  return (field = ddim_model_new_field (model, &condition, error)) &&
         (cells = ddim_latent_picture_get_weights (latent, weights, error)) &&
         (out = ddim_canvas_try_copy (ddim_latent_picture_get_latent (latent), error)) &&
         ddim_field_evaluate (field, ddim_latent_picture_get_latent (latent), &level, out, NULL,
                              error) &&
         (back = ddim_latent_picture_render (latent, out, NULL, error));
}

/* A network's field in windows, over which two pictures are inverted, varied, and
 * interpolated.                                                             */
static gboolean
use_windows (DdimThreadPool  *pool,
             gconstpointer    data,
             GError         **error)
{
  static const guint64 seeds[]     = { 1, 2 };
  const DdimTiling     tiling      = { .size = 16, .overlap = 4, .tileable = TRUE };
  const gdouble        positions[] = { 0.5 };
  gfloat               weights[H * W];
  DdimVariation        options     = { .strength = 0.5, .eta = 0.5, .seeds = seeds,
                                       .weights = weights, .tileable = TRUE };
  DdimInterpolation    between     = { .positions = positions, .mix = 0.5 };
  g_autoptr (DdimModel)     model   = load ("models", "one-level", pool, error);
  g_autoptr (DdimField)     network = NULL;
  g_autoptr (DdimField)     field   = NULL;
  g_autoptr (DdimLevels)    levels  = NULL;
  g_autoptr (DdimInversion) one     = NULL;
  g_autoptr (DdimInversion) other   = NULL;
  g_autoptr (DdimCanvas)    made    = NULL;
  const DdimInversion      *keys[2];

  for (gint i = 0; i < H * W; i++)
    weights[i] = i % W / (gfloat) W;

  if (! model || ! (network = ddim_model_new_field (model, NULL, error)) ||
      ! (field = ddim_tiling_new (network, &tiling, error)) ||
      ! (levels = ddim_levels_new (ddim_model_get_schedule (model), DDIM_SPACING_QUADRATIC, 1,
                                   0.5, NULL, error)) ||
      ! (one = invert (field, levels, DDIM_ENCODER_EXACT, 0.0, error)) ||
      ! (other = invert (field, levels, DDIM_ENCODER_PAPER, 1.0, error)) ||
      ! (made = ddim_canvas_try_like (one->image, 2, error)) ||
      ! ddim_vary (one, &options, made, NULL, NULL, error))
    return FALSE;

  keys[0] = one;
  keys[1] = other;
  made->n = 1;
  return ddim_interpolate (keys, 2, &between, made, NULL, error);
}

/* A picture's own patches, compared and searched, with a network's structure; and
 * the direct encoder.                                                       */
static gboolean
use_patches (DdimThreadPool  *pool,
             gconstpointer    data,
             GError         **error)
{
  const DdimPatchesOptions   options   = { .wrap = TRUE, .pairs = 500 };
  const DdimStructureTexture both      = { .cell = 2, .ratio = 0.3, .tileable = TRUE };
  const DdimSampling         sampling  = { .second_order = TRUE };
  const guint64              seed      = 3;
  gfloat                     weights[H * W];
  DdimPatchesHandicap        handicap  = { .apart = 4, .handicap = 0.5, .weights = weights,
                                           .h = H, .w = W };
  DdimVariation              variation = { .strength = 1.0, .seeds = &seed };
  g_autoptr (DdimCanvas)     picture   = make_waves (48, 44, 0.0);
  g_autoptr (DdimModel)      network   = load ("models", "one-level", pool, error);
  g_autoptr (DdimModel)      model     = NULL;
  g_autoptr (DdimField)      structure = NULL;
  g_autoptr (DdimField)      own       = NULL;
  g_autoptr (DdimField)      texture   = NULL;
  g_autoptr (DdimField)      field     = NULL;
  g_autoptr (DdimLevels)     levels    = NULL;
  g_autoptr (DdimInversion)  inversion = NULL;
  g_autoptr (DdimCanvas)     made      = NULL;

  for (gint i = 0; i < H * W; i++)
    weights[i] = 1;

  return network && (structure = ddim_model_new_field (network, NULL, error)) &&
         (model = ddim_model_new_for_picture (picture, NULL, &options, pool, error)) &&
         (own = ddim_model_new_field (model, NULL, error)) &&
         (texture = ddim_patches_new_handicapped (own, &handicap, error)) &&
         (field = ddim_structure_texture_new (structure, ddim_model_get_schedule (network),
                                              texture, &both, error)) &&
         (levels = ddim_levels_new (ddim_model_get_schedule (model), DDIM_SPACING_QUADRATIC, 2,
                                    0.8, NULL, error)) &&
         (inversion = invert (field, levels, DDIM_ENCODER_DIRECT, 0.0, error)) &&
         (made = ddim_canvas_try_copy (inversion->latent, error)) &&
         ddim_vary (inversion, &variation, made, NULL, NULL, error) &&
         ddim_decode (field, levels, &sampling, made, NULL, error);
}

/* What the plug-in does to a picture besides. */
static gboolean
use_canvas (DdimThreadPool  *pool,
            gconstpointer    data,
            GError         **error)
{
  g_autoptr (DdimCanvas) picture = make_waves (H, W, 0.0);
  g_autoptr (DdimCanvas) reduced = ddim_canvas_reduce (picture, 3, TRUE, error);
  gfloat                 weights[H * W] = { 0 };

  return reduced && ddim_canvas_add_enlarged (picture, reduced, 3, TRUE, error) &&
         ddim_canvas_make_seamless (picture, error) &&
         ddim_taper (weights, H, W, 4, error) &&
         ddim_local_mean (weights, H, W, 2, FALSE, error);
}

/* Tests -------------------------------------------------------------------- */

static void
test_network (gconstpointer name)
{
  fail_each (use_network, name, FALSE);
}

static void
test_autoencoder (gconstpointer name)
{
  fail_each (use_autoencoder, name, FALSE);
}

static void
test_text (gconstpointer name)
{
  fail_each (use_text, name, FALSE);
}

static void
test_latents (gconstpointer name)
{
  fail_each (use_latents, name, TRUE);
}

static void
test_windows (void)
{
  fail_each (use_windows, NULL, TRUE);
}

static void
test_patches (void)
{
  fail_each (use_patches, NULL, FALSE);
}

static void
test_canvas (void)
{
  fail_each (use_canvas, NULL, FALSE);
}

int
main (int    argc,
      char **argv)
{
  static const gchar * const names[] =
    { "heads", "old-names-conv", "fourier", "center-input", "class-index" };
  static const gchar * const autoencoders[] = { "kl-old-conv", "vq", "tiny-two-levels" };

  fail_init (&argc, &argv);

  g_test_add_func ("/try-alloc/canvas", test_canvas);
  g_test_add_func ("/try-alloc/patches", test_patches);
  g_test_add_func ("/try-alloc/windows", test_windows);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree gchar *path = g_strconcat ("/try-alloc/network/", names[i], NULL);

      g_test_add_data_func (path, names[i], test_network);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (autoencoders); i++)
    {
      g_autofree gchar *path = g_strconcat ("/try-alloc/autoencoder/", autoencoders[i], NULL);

      g_test_add_data_func (path, autoencoders[i], test_autoencoder);
    }
  g_test_add_data_func ("/try-alloc/text", "sd1", test_text);
  g_test_add_data_func ("/try-alloc/latents/stable-diffusion", "stable-diffusion", test_latents);

  return g_test_run ();
}
