/* test-latent-model.c: the folders of latent models, sound and refused
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Each is a golden pipeline with its files named, linked, cut or placed as diffusers,
 * the hub or a mistake leave them: it gives the very answer that the golden one
 * gives, or an error that says what lies there and what is to be done.
 */

#include <glib/gstdio.h>
#include <unistd.h>

#include "ddim.h"
#include "mentions.h"
#include "remove-tree.h"

#define UNET_CONFIG "unet/config.json"
#define VAE_CONFIG  "vae/config.json"
#define TEXT_CONFIG "text_encoder/config.json"
#define UNET        "unet/diffusion_pytorch_model"
#define INDEX       "model_index.json"

static DdimThreadPool *pool;

/* Copies a folder and what lies in it, or puts links to the files in its place where
 * the system has them.                                                      */
static void
copy_tree (const gchar *from,
           const gchar *to,
           gboolean     links)
{
  g_autoptr (GDir) dir = g_dir_open (from, 0, NULL);
  const gchar     *name;

  g_assert_cmpint (g_mkdir_with_parents (to, 0700), ==, 0);
  while ((name = g_dir_read_name (dir)))
    {
      g_autofree gchar *source = g_build_filename (from, name, NULL);
      g_autofree gchar *place  = g_build_filename (to, name, NULL);
      g_autofree gchar *bytes  = NULL;
      gsize             size;

      if (g_file_test (source, G_FILE_TEST_IS_DIR))
        copy_tree (source, place, links);
#if defined (G_OS_UNIX)
      else if (links)
        g_assert_cmpint (symlink (source, place), ==, 0);
#endif
      else
        {
          g_assert_true (g_file_get_contents (source, &bytes, &size, NULL));
          g_assert_true (g_file_set_contents (place, bytes, size, NULL));
        }
    }
}

static gchar *
golden (const gchar *name)
{
  return g_test_build_filename (G_TEST_DIST, "golden", "latents", name, NULL);
}

static gchar *
copy_golden (const gchar *name)
{
  g_autofree gchar *from   = golden (name);
  gchar            *folder = g_dir_make_tmp ("ddim-latent-XXXXXX", NULL);

  copy_tree (from, folder, FALSE);
  return folder;
}

static void
move (const gchar *folder,
      const gchar *from,
      const gchar *to)
{
  g_autofree gchar *old = g_build_filename (folder, from, NULL);
  g_autofree gchar *new = g_build_filename (folder, to, NULL);

  g_assert_cmpint (g_rename (old, new), ==, 0);
}

/* Replaces the first occurrence of a text in a file. */
static void
edit (const gchar *folder,
      const gchar *file,
      const gchar *from,
      const gchar *to)
{
  g_autofree gchar *path = g_build_filename (folder, file, NULL);
  g_autofree gchar *text = NULL, *edited = NULL;
  gchar            *at;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  at = strstr (text, from);
  g_assert_nonnull (at);
  *at    = '\0';
  edited = g_strconcat (text, to, at + strlen (from), NULL);
  g_assert_true (g_file_set_contents (path, edited, -1, NULL));
}

/* What the folder's model makes of a picture, in three numbers. */
static void
evaluate (const gchar *folder,
          gfloat       out[3])
{
  g_autoptr (GError)            error   = NULL;
  g_autoptr (DdimModel)         model   = ddim_model_load (folder, pool, &error);
  g_autoptr (DdimCanvas)        picture = ddim_canvas_new (1, 8, 8, 3), y = NULL;
  g_autoptr (DdimLatentPicture) latent  = NULL;
  g_autoptr (DdimField)         field   = NULL;
  const DdimCanvas             *z;
  const DdimLevel               level = { 500, 0.6, 0.8 };

  g_assert_no_error (error);
  ddim_noise_fill (picture, (guint64[]) { 3 }, 0);
  latent = ddim_latent_picture_new (model, picture, NULL, &error);
  g_assert_no_error (error);
  field = ddim_model_new_field (model, NULL, &error);
  g_assert_no_error (error);
  z = ddim_latent_picture_get_latent (latent);
  y = ddim_canvas_new (1, z->h, z->w, z->c);
  g_assert_true (ddim_field_evaluate (field, z, &level, y, NULL, &error));
  memcpy (out, y->data, 3 * sizeof (gfloat));
}

static void
expect_same (const gchar *folder,
             const gchar *name)
{
  g_autofree gchar *original = golden (name);
  gfloat            found[3], wanted[3];

  evaluate (folder, found);
  evaluate (original, wanted);
  g_assert_cmpmem (found, sizeof found, wanted, sizeof wanted);
}

/* Every variant name, and links in place of files, as the hub's cache has them. */
static void
test_names (void)
{
  g_autofree gchar *folder = copy_golden ("stable-diffusion");
  g_autofree gchar *links  = g_build_filename (folder, "links", NULL);
  g_autofree gchar *from   = golden ("stable-diffusion");

  copy_tree (from, links, TRUE);
  expect_same (links, "stable-diffusion");
  remove_tree (links);

  move (folder, UNET ".safetensors", UNET ".fp16.safetensors");
  move (folder, "text_encoder/model.safetensors", "text_encoder/model.fp16.safetensors");
  expect_same (folder, "stable-diffusion");

  /* Without an index the parts decide; image to image is the same model. */
  edit (folder, INDEX, "StableDiffusionPipeline", "StableDiffusionImg2ImgPipeline");
  expect_same (folder, "stable-diffusion");
  move (folder, INDEX, "index");
  expect_same (folder, "stable-diffusion");
  remove_tree (folder);
}

/* What inspection says, without the weights. */
static void
test_info (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar  *sd = golden ("stable-diffusion"), *ldm = golden ("unconditional");
  g_autofree gchar  *half = golden ("stable-diffusion-v");
  DdimModelInfo      info;

  g_assert_true (ddim_model_inspect (sd, &info, &error));
  g_assert_cmpint (info.channels, ==, 3);
  g_assert_cmpint (info.factor, ==, 2);
  g_assert_cmpint (info.sample_size, ==, 16);
  g_assert_true (info.reads_prompt);
  g_assert_cmpint (info.text_width, ==, 0);
  g_assert_cmpint (info.family, ==, DDIM_FAMILY_LATENT);
  /* all tensors are F32 */
  g_assert_cmpuint (info.bytes, ==, 4 * info.parameters);
  g_assert_true (ddim_model_inspect (ldm, &info, &error));
  g_assert_false (info.reads_prompt);
  g_assert_cmpint (info.family, ==, DDIM_FAMILY_LATENT);

  /* most of these of F16 */
  g_assert_true (ddim_model_inspect (half, &info, &error));
  g_assert_cmpuint (info.bytes, <, 3 * info.parameters);
}

static void
edit_width (const gchar *folder,
            const gchar *from,
            const gchar *to)
{
  g_autofree gchar *cross_from  = g_strconcat ("\"cross_attention_dim\": ", from, NULL);
  g_autofree gchar *cross_to    = g_strconcat ("\"cross_attention_dim\": ", to, NULL);
  g_autofree gchar *hidden_from = g_strconcat ("\"hidden_size\": ", from, NULL);
  g_autofree gchar *hidden_to   = g_strconcat ("\"hidden_size\": ", to, NULL);

  edit (folder, UNET_CONFIG, cross_from, cross_to);
  edit (folder, TEXT_CONFIG, hidden_from, hidden_to);
}

/* The family is told by the space of the latents, and the width of the text's states. */
static void
test_family (void)
{
  g_autofree gchar   *folder = copy_golden ("stable-diffusion");
  g_autoptr (GError)  error  = NULL;
  DdimModelInfo       info;

  edit_width (folder, "16", "768");
  g_assert_true (ddim_model_inspect (folder, &info, &error));
  g_assert_cmpint (info.family, ==, DDIM_FAMILY_LATENT); /* of two pixels, not of eight */

  edit (folder, VAE_CONFIG, "8\n", "8, 8, 8\n");
  edit (folder, VAE_CONFIG, "\"DownEncoderBlock2D\"",
        "\"DownEncoderBlock2D\", \"DownEncoderBlock2D\", \"DownEncoderBlock2D\"");
  edit (folder, VAE_CONFIG, "\"UpDecoderBlock2D\"",
        "\"UpDecoderBlock2D\", \"UpDecoderBlock2D\", \"UpDecoderBlock2D\"");
  g_assert_true (ddim_model_inspect (folder, &info, &error));
  g_assert_cmpint (info.factor, ==, 8);
  g_assert_cmpint (info.family, ==, DDIM_FAMILY_STABLE_DIFFUSION_1);

  edit_width (folder, "768", "1024");
  g_assert_true (ddim_model_inspect (folder, &info, &error));
  g_assert_cmpint (info.family, ==, DDIM_FAMILY_STABLE_DIFFUSION_2);
  remove_tree (folder);
}

/* The hash is of all networks: of each a bit changes it. */
static void
test_hash (void)
{
  static const gchar * const files[] =
    { NULL, UNET ".safetensors", "vae/diffusion_pytorch_model.safetensors",
      "text_encoder/model.safetensors" };
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree gchar *folder = copy_golden ("stable-diffusion");
      g_autoptr (DdimModel) model = NULL;

      if (files[i])
        {
          g_autofree gchar *path = g_build_filename (folder, files[i], NULL);
          g_autofree gchar *bytes = NULL;
          gsize             size;

          g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
          bytes[size - 3] ^= 1; /* the last number's fraction */
          g_assert_true (g_file_set_contents (path, bytes, size, NULL));
        }
      model = ddim_model_load (folder, pool, NULL);
      g_assert_nonnull (model);
      g_hash_table_add (seen, g_strdup (ddim_model_get_hash (model)));
      g_clear_pointer (&model, ddim_model_unref); /* Windows keeps files that are open */
      remove_tree (folder);
    }
  g_assert_cmpint (g_hash_table_size (seen), ==, G_N_ELEMENTS (files));
}

static void
refuse (const gchar *folder,
        DdimError    code,
        const gchar *named)
{
  g_autoptr (GError)    error = NULL;
  g_autoptr (DdimModel) model = ddim_model_load (folder, pool, &error);

  g_assert_null (model);
  g_test_message ("%s", error->message);
  g_assert_error (error, DDIM_ERROR, (gint) code);
  g_assert_true (mentions (error->message, named));
}

/* What is edited in a file, and what the error says of it. */
static void
test_refused (void)
{
  static const struct
  {
    const gchar *file, *from, *to;
    DdimError    code;
    const gchar *named;
  } cases[] =
    {
      { INDEX, "StableDiffusionPipeline", "StableDiffusionXLPipeline", DDIM_ERROR_UNSUPPORTED,
        "two text encoders" },
      { INDEX, "StableDiffusionPipeline", "LatentConsistencyModelPipeline", DDIM_ERROR_UNSUPPORTED,
        "LatentConsistencyModelPipeline" },
      { INDEX, "StableDiffusionPipeline", "KandinskyPipeline", DDIM_ERROR_UNSUPPORTED,
        "StableDiffusionPipeline" },
      { INDEX, "{", "[", DDIM_ERROR_INVALID, INDEX },
      { UNET_CONFIG, "\"in_channels\": 4", "\"in_channels\": 9", DDIM_ERROR_UNSUPPORTED,
        "inpainting" },
      { UNET_CONFIG, "\"time_cond_proj_dim\": null", "\"time_cond_proj_dim\": 16",
        DDIM_ERROR_UNSUPPORTED, "time_cond_proj_dim" },
      { UNET_CONFIG, "UNet2DConditionModel", "UNetSpatioTemporalConditionModel",
        DDIM_ERROR_UNSUPPORTED, "UNetSpatioTemporalConditionModel" },
      { UNET_CONFIG, "\"cross_attention_dim\": 16", "\"cross_attention_dim\": 17",
        DDIM_ERROR_INVALID, "cross_attention_dim" },
      { VAE_CONFIG, "\"latent_channels\": 4", "\"latent_channels\": 3", DDIM_ERROR_INVALID,
        "latent_channels" },
      { VAE_CONFIG, "AutoencoderKL", "AutoencoderDC", DDIM_ERROR_UNSUPPORTED, "AutoencoderDC" },
      { TEXT_CONFIG, "clip_text_model", "t5", DDIM_ERROR_UNSUPPORTED, "model_type" },
      { TEXT_CONFIG, "\"vocab_size\": ", "\"vocab_size\": 1, \"was\": ", DDIM_ERROR_INVALID,
        "vocab_size" },
    };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree gchar *folder = copy_golden ("stable-diffusion");

      edit (folder, cases[i].file, cases[i].from, cases[i].to);
      refuse (folder, cases[i].code, cases[i].named);
      remove_tree (folder);
    }
}

/* Files that are missing, of a kind that is never opened, or elsewhere. */
static void
test_missing (void)
{
  static const struct { const gchar *from, *to; DdimError code; const gchar *named; } cases[] =
    {
      { UNET ".safetensors", UNET ".bin", DDIM_ERROR_UNSUPPORTED, "DiffusionPipeline" },
      { "text_encoder/model.safetensors", "text_encoder/pytorch_model.bin",
        DDIM_ERROR_UNSUPPORTED, "text_encoder" },
      { "vae/diffusion_pytorch_model.safetensors", "vae/other", DDIM_ERROR_MISSING, "vae" },
      { "vae", "elsewhere", DDIM_ERROR_MISSING, VAE_CONFIG },
      { VAE_CONFIG, "vae/other", DDIM_ERROR_MISSING, VAE_CONFIG },
      { TEXT_CONFIG, "text_encoder/other", DDIM_ERROR_MISSING, TEXT_CONFIG },
      { "tokenizer", "words", DDIM_ERROR_MISSING, "tokenizer" },
      { "scheduler", "noise", DDIM_ERROR_MISSING, "scheduler" },
      { "unet", "transformer", DDIM_ERROR_UNSUPPORTED, "no U-Net" }
    };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree gchar *folder = copy_golden ("stable-diffusion");

      move (folder, cases[i].from, cases[i].to);
      refuse (folder, cases[i].code, cases[i].named);
      remove_tree (folder);
    }
}

/* A user who picks a part, a checkpoint, or the folder of one. */
static void
test_places (void)
{
  g_autofree gchar *folder = copy_golden ("stable-diffusion");
  g_autofree gchar *part   = g_build_filename (folder, "unet", NULL);
  g_autofree gchar *alone  = g_dir_make_tmp ("ddim-latent-XXXXXX", NULL);
  g_autofree gchar *file   = g_build_filename (alone, "v1-5.ckpt", NULL);

  refuse (part, DDIM_ERROR_UNSUPPORTED, "choose that");
  g_assert_true (g_file_set_contents (file, "PK", 2, NULL));
  refuse (file, DDIM_ERROR_UNSUPPORTED, "from_single_file");
  refuse (alone, DDIM_ERROR_UNSUPPORTED, "from_single_file");
  remove_tree (alone);
  remove_tree (folder);
}

int
main (int argc, char **argv)
{
  gint result;

  g_test_init (&argc, &argv, NULL);
  pool = ddim_thread_pool_new (1);
  g_test_add_func ("/latent-model/names", test_names);
  g_test_add_func ("/latent-model/info", test_info);
  g_test_add_func ("/latent-model/family", test_family);
  g_test_add_func ("/latent-model/hash", test_hash);
  g_test_add_func ("/latent-model/refused", test_refused);
  g_test_add_func ("/latent-model/missing", test_missing);
  g_test_add_func ("/latent-model/places", test_places);
  result = g_test_run ();
  ddim_thread_pool_unref (pool);
  return result;
}
