/* test-latent-picture.c: whole latent models against diffusers' own
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A picture encoded, inverted, changed and decoded, with a prompt and guidance where
 * the model reads one, is what diffusers' schedulers and networks make of it, within
 * 1e-4 of the RMS; and what is written into a picture of any size is that picture
 * where nothing was changed.
 */

#include <json-glib/json-glib.h>
#include <math.h>

#include "ddim.h"
#include "aligned-memory.h"
#include "golden.h"
#include "loader.h"

#define BOUND 1e-4

static const gchar * const names[] =
  { "unconditional", "unconditional-vq", "unconditional-tiny", "stable-diffusion",
    "stable-diffusion-v" };

static DdimModel *
load (const gchar *name,
      gint         n_threads)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DdimThreadPool) pool = ddim_thread_pool_new (n_threads);
  g_autofree gchar *folder = g_test_build_filename (G_TEST_DIST, "golden", "latents", name, NULL);
  DdimModel *model = ddim_model_load (folder, pool, &error);

  g_assert_no_error (error);
  g_assert_nonnull (model);
  return model;
}

/* A golden tensor as a canvas. */
static DdimCanvas *
read_canvas (const gchar *name,
             const gchar *tensor)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *path = g_test_build_filename (G_TEST_DIST, "golden", "latents", name,
                                                  "golden.safetensors", NULL);
  g_autoptr (DdimSafetensors) file = ddim_safetensors_open (path, &error);
  const DdimTensorView *view;
  gfloat     *nchw;
  DdimCanvas *canvas;

  g_assert_no_error (error);
  nchw   = golden_values (file, tensor, &view);
  canvas = ddim_canvas_new (view->shape[0], view->shape[2], view->shape[3], view->shape[1]);
  g_free (canvas->data);
  canvas->data = golden_to_nhwc (nchw, view);
  ddim_memory_free (nchw);
  return canvas;
}

static void
compare (const gchar      *name,
         const gchar      *tensor,
         const DdimCanvas *found)
{
  g_autoptr (DdimCanvas) wanted = read_canvas (name, tensor);
  gdouble difference;

  g_assert_cmpuint (ddim_canvas_size (found), ==, ddim_canvas_size (wanted));
  difference = golden_difference (found->data, wanted->data, ddim_canvas_size (wanted));
  g_test_message ("%s, %s: %.2e", name, tensor, difference);
  g_assert_cmpfloat (difference, <, BOUND);
}

/* The golden file's prompts, owned by the parser. */
static JsonObject *
read_prompts (const gchar *name,
              JsonParser  *parser)
{
  g_autofree gchar *path = g_test_build_filename (G_TEST_DIST, "golden", "latents", name,
                                                  "golden.json", NULL);

  g_assert_true (json_parser_load_from_file (parser, path, NULL));
  return json_node_get_object (json_parser_get_root (parser));
}

static void
test_golden (gconstpointer data)
{
  const gchar *name = data;
  g_autoptr (GError)            error   = NULL;
  g_autoptr (JsonParser)        parser  = json_parser_new ();
  JsonObject                   *prompts = read_prompts (name, parser);
  g_autoptr (DdimModel)         model   = load (name, 2);
  g_autoptr (DdimCanvas)        picture = read_canvas (name, "picture");
  g_autoptr (DdimCanvas)        x = NULL, z = read_canvas (name, "changed"), out = NULL;
  g_autoptr (DdimLatentPicture) latent = ddim_latent_picture_new (model, picture, NULL, &error);
  g_autoptr (DdimField)         plain = NULL, guided = NULL;
  g_autoptr (DdimLevels)        levels = NULL;
  DdimCondition                 condition = { NULL };

  g_assert_no_error (error);
  compare (name, "latent", ddim_latent_picture_get_latent (latent));

  levels = ddim_levels_new (ddim_model_get_schedule (model), model->spacing,
                            json_object_get_int_member (prompts, "steps"), 1, &model->options,
                            &error);
  g_assert_no_error (error);
  plain = ddim_model_new_field (model, NULL, &error);
  g_assert_no_error (error);
  x = ddim_canvas_copy (ddim_latent_picture_get_latent (latent));
  g_assert_true (ddim_encode (plain, levels, DDIM_ENCODER_PAPER, x, NULL, NULL, &error));
  compare (name, "inverted", x);

  if (json_object_has_member (prompts, "guidance"))
    {
      g_assert_true (ddim_model_get_info (model)->reads_prompt);
      condition.prompt          = json_object_get_string_member (prompts, "edit");
      condition.negative_prompt = json_object_get_string_member (prompts, "negative");
      condition.guidance        = json_object_get_double_member (prompts, "guidance");
    }
  guided = ddim_model_new_field (model, &condition, &error);
  g_assert_no_error (error);
  g_assert_true (ddim_decode (guided, levels, NULL, z, NULL, &error));
  compare (name, "decoded", z);

  out = ddim_latent_picture_render (latent, z, NULL, &error);
  g_assert_no_error (error);
  compare (name, "result", out);
}

/* A picture of any size, far from its autoencoder's range, too, comes back bit for
 * bit from its own latent, alone and in a batch; at full depth as well.  A change in
 * one item is a change there alone, and where weights are 0 the latent stays.  */
static void
test_unchanged (gconstpointer data)
{
  g_autoptr (DdimModel) model = load (data, 2);
  static const gint sizes[][2] = { { 16, 16 }, { 17, 9 }, { 1, 1 }, { 5, 30 }, { 41, 23 } };

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (GError)            error   = NULL;
      gint                          h = sizes[i][0], w = sizes[i][1];
      g_autoptr (DdimCanvas)        picture = ddim_canvas_new (1, h, w, 3);
      g_autoptr (DdimLatentPicture) latent  = NULL;
      g_autoptr (DdimCanvas)        batch   = NULL, out = NULL;
      const DdimCanvas             *z;
      gsize                         size = (gsize) h * w * 3, item;

      ddim_noise_fill (picture, (guint64[]) { i }, 0);
      picture->data[0] = -0.0f;
      picture->x = -7;
      picture->y = 11;
      latent = ddim_latent_picture_new (model, picture, NULL, &error);
      g_assert_no_error (error);
      z = ddim_latent_picture_get_latent (latent);
      g_assert_cmpint (z->h, ==, (h + 1) / 2);
      g_assert_cmpint (z->w, ==, (w + 1) / 2);
      g_assert_cmpint (z->x, ==, -4);
      g_assert_cmpint (z->y, ==, 5);

      item  = ddim_canvas_item_size (z);
      batch = ddim_canvas_new (3, z->h, z->w, z->c);
      for (gint j = 0; j < 3; j++)
        memcpy (batch->data + j * item, z->data, item * sizeof (gfloat));
      batch->data[item] += 1;
      out = ddim_latent_picture_render (latent, batch, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpint (out->x, ==, -7);
      for (gint j = 0; j < 3; j++)
        g_assert_cmpint (memcmp (out->data + j * size, picture->data, size * sizeof (gfloat)) != 0,
                         ==, j == 1);
    }
}

/* Where the whole method leaves a picture alone, so does this: no strength, or no
 * weight.                                                                   */
static void
test_vary (void)
{
  g_autoptr (GError)            error   = NULL;
  g_autoptr (DdimModel)         model   = load ("unconditional", 2);
  g_autoptr (DdimField)         field   = ddim_model_new_field (model, NULL, NULL);
  g_autoptr (DdimCanvas)        picture = read_canvas ("unconditional", "picture");
  g_autoptr (DdimLatentPicture) latent  = ddim_latent_picture_new (model, picture, NULL, &error);
  const DdimCanvas             *z       = ddim_latent_picture_get_latent (latent);
  g_autoptr (DdimLevels)        levels  = ddim_levels_new (ddim_model_get_schedule (model),
                                                           DDIM_SPACING_QUADRATIC, 5, 0.8, NULL,
                                                           NULL);
  g_autoptr (DdimInversion)     inversion = ddim_inversion_new (field, levels, DDIM_ENCODER_EXACT,
                                                                ddim_canvas_copy (z), NULL,
                                                                &error);
  g_autofree gfloat            *pixels = g_new0 (gfloat, picture->h * picture->w);
  g_autofree gfloat            *weights = NULL;
  const guint64                 seeds[] = { 5 };
  DdimVariation                 options = { .seeds = seeds };
  gint                          h = picture->h, w = picture->w;

  g_assert_no_error (error);
  for (gint y = 0; y < h / 2; y++)
    for (gint x = 0; x < w; x++)
      pixels[y * w + x] = 1;
  weights = ddim_latent_picture_get_weights (latent, pixels, &error);
  g_assert_no_error (error);
  for (gint i = 0; i < z->h * z->w; i++)
    g_assert_cmpfloat (weights[i], ==, i / z->w < z->h / 2);
  options.weights = weights;

  for (gint i = 0; i < 2; i++)
    {
      g_autoptr (DdimCanvas) changed = ddim_canvas_new (1, z->h, z->w, z->c), out = NULL;
      gsize                  half = ddim_canvas_size (z) / 2;

      options.strength = i;
      g_assert_true (ddim_vary (inversion, &options, changed, NULL, NULL, &error));
      g_assert_cmpmem (changed->data + half, half * sizeof (gfloat), z->data + half,
                       half * sizeof (gfloat));
      out = ddim_latent_picture_render (latent, changed, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpint (memcmp (out->data, picture->data, h * w * 3 * sizeof (gfloat)) != 0, ==, i);
    }
}

/* What belongs to prompts: overlong ones are told of and cut, others change what is
 * made; a model that reads none, and one over pixels, refuse what is not theirs. */
static void
test_prompts (void)
{
  g_autoptr (GError)     error = NULL;
  g_autoptr (DdimModel)  model = load ("stable-diffusion", 1), none = load ("unconditional", 1);
  g_autoptr (DdimCanvas) x     = read_canvas ("stable-diffusion", "changed");
  g_autoptr (GString)    words = g_string_new ("");
  DdimLevel              level = { 500, 0.6, 0.8 };
  static const gchar    *prompts[] = { "", "red", "house" };
  DdimCanvas            *outs[3];
  DdimCondition          condition = { .prompt = "red" }, guided = { .guidance = 2 };

  g_assert_cmpint (ddim_model_count_cut (model, "a red house"), ==, 0);
  for (gint i = 0; i < 80; i++)
    g_string_append (words, "red ");
  g_assert_cmpint (ddim_model_count_cut (model, words->str), ==, 5);
  g_assert_cmpint (ddim_model_count_cut (none, words->str), ==, 0);

  for (gint i = 0; i < 3; i++)
    {
      DdimCondition         this  = { .prompt = prompts[i] };
      g_autoptr (DdimField) field = ddim_model_new_field (model, &this, &error);

      outs[i] = ddim_canvas_new (1, x->h, x->w, x->c);
      g_assert_true (ddim_field_evaluate (field, x, &level, outs[i], NULL, &error));
      for (gint j = 0; j < i; j++)
        g_assert_cmpfloat (ddim_canvas_rms_difference (outs[i], outs[j]), >, 1e-3);
    }
  for (gint i = 0; i < 3; i++)
    ddim_canvas_free (outs[i]);

  g_assert_null (ddim_model_new_field (none, &condition, &error));
  g_assert_error (error, DDIM_ERROR, DDIM_ERROR_ARGUMENT);
  g_clear_error (&error);
  g_assert_null (ddim_model_new_field (none, &guided, &error));
  g_assert_error (error, DDIM_ERROR, DDIM_ERROR_ARGUMENT);
}

/* Pictures of another kind than the autoencoder's, and models over pixels. */
static void
test_refused (void)
{
  g_autoptr (GError)         error = NULL;
  g_autoptr (DdimThreadPool) pool  = ddim_thread_pool_new (1);
  g_autoptr (DdimModel)      model = load ("unconditional", 1);
  g_autofree gchar          *folder = g_test_build_filename (G_TEST_DIST, "golden", "models",
                                                             "heads", NULL);
  g_autoptr (DdimModel)      pixels = ddim_model_load (folder, pool, &error);
  g_autoptr (DdimCanvas)     grey = ddim_canvas_new (1, 8, 8, 1);
  g_autoptr (DdimCanvas)     colour = ddim_canvas_new (1, 8, 8, 3);

  g_assert_no_error (error);
  g_assert_null (ddim_latent_picture_new (model, grey, NULL, &error));
  g_assert_error (error, DDIM_ERROR, DDIM_ERROR_ARGUMENT);
  g_clear_error (&error);
  g_assert_null (ddim_latent_picture_new (pixels, colour, NULL, &error));
  g_assert_error (error, DDIM_ERROR, DDIM_ERROR_ARGUMENT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree gchar *golden    = g_strconcat ("/latent-picture/golden/", names[i], NULL);
      g_autofree gchar *unchanged = g_strconcat ("/latent-picture/unchanged/", names[i], NULL);

      g_test_add_data_func (golden, names[i], test_golden);
      g_test_add_data_func (unchanged, names[i], test_unchanged);
    }
  g_test_add_func ("/latent-picture/vary", test_vary);
  g_test_add_func ("/latent-picture/prompts", test_prompts);
  g_test_add_func ("/latent-picture/refused", test_refused);
  return g_test_run ();
}
