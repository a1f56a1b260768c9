/* test-try-alloc.c: memory that runs out, at every place in turn
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The linker puts the functions below in the place of those that give memory
 * (--wrap, tests/meson.build).  A run of all that the library and the plug-in's tasks
 * do is repeated, and each time another allocation fails: the first, the second, and
 * so on until none is left.  Each time the run must end with DDIM_ERROR_MEMORY, and
 * leave as much memory in use as was before.  In an emulator, every eleventh.
 */

#include <math.h>
#include <malloc.h>

#include "autoencoder.h"
#include "clip-text.h"
#include "interpolation-task.h"
#include "local-mean.h"
#include "texture-task.h"
#include "variation-task.h"

#define H 16
#define W 24

/* Which allocation fails, counted from 1; 0: none.  And how many there were. */
static gint fail_at, count;

gpointer __real_g_try_malloc_n  (gsize n, gsize size);
gpointer __real_g_try_malloc0_n (gsize n, gsize size);
int      __real_posix_memalign  (void **block, size_t alignment, size_t size);
gpointer __wrap_g_try_malloc_n  (gsize n, gsize size);
gpointer __wrap_g_try_malloc0_n (gsize n, gsize size);
int      __wrap_posix_memalign  (void **block, size_t alignment, size_t size);

static gboolean
fails (void)
{
  return g_atomic_int_add (&count, 1) + 1 == fail_at;
}

gpointer
__wrap_g_try_malloc_n (gsize n,
                       gsize size)
{
  return fails () ? NULL : __real_g_try_malloc_n (n, size);
}

gpointer
__wrap_g_try_malloc0_n (gsize n,
                        gsize size)
{
  return fails () ? NULL : __real_g_try_malloc0_n (n, size);
}

int
__wrap_posix_memalign (void   **block,
                       size_t   alignment,
                       size_t   size)
{
  return fails () ? ENOMEM : __real_posix_memalign (block, alignment, size);
}

static gsize
bytes_in_use (void)
{
  struct mallinfo2 info = mallinfo2 ();

  return info.uordblks + info.hblkhd;
}

/* What is done, with a pool of threads that outlives it. */
typedef gboolean (* Work) (DdimThreadPool  *pool,
                           gconstpointer    data,
                           GError         **error);

/* Runs it once, with the allocation `fail_at` failing; returns whether there was one
 * of that number.  batches: a network that gets no memory for a batch tries a
 * smaller one, so that a run may succeed for all that.                      */
static gboolean
fail_once (Work            work,
           gconstpointer   data,
           gboolean        batches,
           DdimThreadPool *pool)
{
  g_autoptr (GError) error = NULL;
  gboolean           success;

  count   = 0;
  success = work (pool, data, &error);
  if (count < fail_at)
    {
      g_assert_no_error (error);
      g_assert_true (success);
      return FALSE;
    }
  if (! success || ! batches)
    {
      g_assert_error (error, DDIM_ERROR, DDIM_ERROR_MEMORY);
      g_assert_false (success);
      g_assert_cmpint (strlen (error->message), >, 30);
    }
  return TRUE;
}

static void
fail_each (Work          work,
           gconstpointer data,
           gboolean      batches)
{
  g_autoptr (DdimThreadPool) pool  = ddim_thread_pool_new (1);
  gint                       step  = g_getenv ("DDIM_TEST_EMULATED") ? 11 : 1;
  gint                       n     = 0;
  gboolean                   found = TRUE;

  for (fail_at = 1; found; fail_at += step, n += found)
    /* Some things are kept for good when they are first asked for; what is lost is
     * lost each time.                                                       */
    for (gint again = 0; again < 4; again++)
      {
        gsize before = bytes_in_use ();

        found = fail_once (work, data, batches, pool);
        if (bytes_in_use () <= before)
          break;
        g_assert_cmpint (again, <, 3);
      }

  g_test_message ("%d allocations failed in turn", n);
  g_assert_cmpint (n, >, 1);
  fail_at = 0;
}

/* The work ---------------------------------------------------------------- */

/* Waves in three channels; another phase is another picture. */
static DdimCanvas *
make_picture (gint    h,
              gint    w,
              gdouble phase)
{
  DdimCanvas *picture = ddim_canvas_new (1, h, w, 3);

  for (gint i = 0; i < h * w * 3; i++)
    picture->data[i] = 0.5 * sin (0.9 * (i / 3 % w) + phase + i % 3) * cos (0.7 * (i / 3 / w));
  return picture;
}

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
  return ddim_inversion_new (field, levels, encoder, make_picture (H, W, phase), NULL, error);
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
  g_autoptr (DdimCanvas)      picture = make_picture (2 * H, 2 * W, 0.0);
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
  g_autoptr (DdimCanvas)         picture   = make_picture (H, W, 0.0);
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
  g_autoptr (DdimCanvas)     picture   = make_picture (48, 44, 0.0);
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
  g_autoptr (DdimCanvas) picture = make_picture (H, W, 0.0);
  g_autoptr (DdimCanvas) reduced = ddim_canvas_reduce (picture, 3, TRUE, error);
  gfloat                 weights[H * W] = { 0 };

  return reduced && ddim_canvas_add_enlarged (picture, reduced, 3, TRUE, error) &&
         ddim_canvas_make_seamless (picture, error) &&
         ddim_taper (weights, H, W, 4, error) &&
         ddim_local_mean (weights, H, W, 2, FALSE, error);
}

/* Tasks -------------------------------------------------------------------- */

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
  gboolean                success = ddim_task_run (task, &cache, seeds, 2, ignore, NULL, NULL,
                                                   NULL, error);

  ddim_task_unref (task);
  g_clear_pointer (&cache.model, ddim_model_unref);
  g_free (cache.folder);
  return success;
}

static DdimPatchSource *
make_source (void)
{
  DdimPatchSource *source = g_new0 (DdimPatchSource, 1);

  source->picture      = make_picture (48, 44, 0.3);
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
  input->pictures[0] = make_picture (H, W, 0.0);
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
  input->keys[0][0] = make_picture (H, W, 0.0);
  input->keys[0][1] = make_picture (H, W, 1.0);
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

static void
test_task (gconstpointer work)
{
  fail_each (* (const Work *) work, NULL, TRUE);
}

int
main (int    argc,
      char **argv)
{
  static const gchar * const names[] =
    { "heads", "old-names-conv", "fourier", "center-input", "class-index" };
  static const gchar * const autoencoders[] = { "kl-old-conv", "vq", "tiny-two-levels" };
  static const Work variation = run_variation, interpolation = run_interpolation,
                    texture   = run_texture;

  /* What is freed is not kept aside, so that it is counted as free; nor is it where
   * GLIBC_TUNABLES says so (tests/meson.build).                             */
  mallopt (M_MXFAST, 0);
  g_test_init (&argc, &argv, NULL);

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
  g_test_add_data_func ("/try-alloc/latents/unconditional", "unconditional", test_latents);
  g_test_add_data_func ("/try-alloc/latents/stable-diffusion", "stable-diffusion", test_latents);
  g_test_add_data_func ("/try-alloc/variation", &variation, test_task);
  g_test_add_data_func ("/try-alloc/interpolation", &interpolation, test_task);
  g_test_add_data_func ("/try-alloc/texture", &texture, test_task);

  return g_test_run ();
}
