/* test-model-broken.c: model folders that cannot be loaded
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Each is a copy of a golden model, changed in one place; the error must be of
 * the right kind and name what is at fault.
 */

#include "mentions.h"
#include "model-folder.h"

/* Loading must fail with this code, and its message hold the word. */
static void
refuse (const gchar *folder,
        gint         code,
        const gchar *word)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DdimThreadPool) pool = ddim_thread_pool_new (1);
  DdimModel *model = ddim_model_load (folder, pool, &error);

  g_assert_null (model);
  g_assert_error (error, DDIM_ERROR, code);
  g_test_message ("%s", error->message);
  g_assert_true (mentions (error->message, word));
}

/* Replaces the first `from` in a JSON file, or in the header of a safetensors
 * file, whose offsets count from the header's end and so stay true.        */
static void
edit (const gchar *folder,
      const gchar *file,
      const gchar *from,
      const gchar *to)
{
  g_autofree gchar *path = g_build_filename (folder, file, NULL);
  g_autofree gchar *bytes = NULL;
  g_autoptr (GString) text = NULL;
  gsize   size, start = 0, length;
  guint64 header;

  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  length = size;
  if (g_str_has_suffix (file, ".safetensors"))
    {
      memcpy (&header, bytes, 8);
      start  = 8;
      length = GUINT64_FROM_LE (header);
    }
  text = g_string_new_len (bytes + start, length);
  g_assert_cmpuint (g_string_replace (text, from, to, 1), ==, 1);
  header = GUINT64_TO_LE (text->len);
  if (start)
    g_string_prepend_len (text, (gchar *) &header, 8);
  g_string_append_len (text, bytes + start + length, size - start - length);
  g_assert_true (g_file_set_contents (path, text->str, text->len, NULL));
}

typedef struct
{
  const gchar *name, *file, *from, *to;
  gint         code;
  const gchar *word;
} Case;

static const Case cases[] =
{
  { "tensor-missing", WEIGHTS, "\"conv_in.weight\"", "\"conv_out_of_here.weight\"",
    DDIM_ERROR_MISSING, "conv_in.weight" },
  { "tensor-missing-deep", WEIGHTS, "\"up_blocks.1.resnets.1.norm2.bias\"", "\"x\"",
    DDIM_ERROR_MISSING, "up_blocks.1.resnets.1.norm2.bias" },
  { "tensor-missing-attention", WEIGHTS, "\"mid_block.attentions.0.to_q.weight\"", "\"x\"",
    DDIM_ERROR_MISSING, "mid_block.attentions.0." },
  { "tensor-of-other-type", WEIGHTS, "\"conv_out.bias\":{\"dtype\":\"F32\"",
    "\"conv_out.bias\":{\"dtype\":\"I32\"", DDIM_ERROR_MISSING, "conv_out.bias" },
  { "tensor-of-other-shape", WEIGHTS, "\"shape\":[8,3,3,3]", "\"shape\":[3,8,3,3]",
    DDIM_ERROR_INVALID, "conv_in.weight" },
  { "tensor-out-of-range", WEIGHTS, "\"data_offsets\":[0,32]", "\"data_offsets\":[100000000,100000032]",
    DDIM_ERROR_INVALID, "conv_in.bias" },
  { "wider-than-weights", CONFIG, "    16\n", "    32\n", DDIM_ERROR_INVALID, "tensor" },
  { "more-layers-than-weights", CONFIG, "\"layers_per_block\": 1", "\"layers_per_block\": 2",
    DDIM_ERROR_MISSING, "resnets.1" },
  { "layers-without-end", CONFIG, "\"layers_per_block\": 1", "\"layers_per_block\": 64",
    DDIM_ERROR_MISSING, "resnets.1" },
  { "classes-without-table", CONFIG, "\"num_class_embeds\": null", "\"num_class_embeds\": 5",
    DDIM_ERROR_MISSING, "class_embedding" },
  { "head-wider-than-layer", CONFIG, "\"attention_head_dim\": 8", "\"attention_head_dim\": 64",
    DDIM_ERROR_INVALID, "attention_head_dim" },
  { "mid-groups", CONFIG, "\"attn_norm_num_groups\": null", "\"attn_norm_num_groups\": 5",
    DDIM_ERROR_INVALID, "group_norm" },
  { "not-a-pixel-model", CONFIG, "\"UNet2DModel\"", "\"UNet3DConditionModel\"",
    DDIM_ERROR_UNSUPPORTED, "UNet3DConditionModel" },
  { "ncsn", CONFIG, "\"AttnDownBlock2D\"", "\"AttnSkipDownBlock2D\"",
    DDIM_ERROR_UNSUPPORTED, "AttnSkipDownBlock2D" },
  { "config-cut-off", CONFIG, "}", "", DDIM_ERROR_INVALID, "config.json" },
  { "no-such-betas", SCHEDULER, "\"squaredcos_cap_v2\"", "\"karras\"",
    DDIM_ERROR_UNSUPPORTED, "beta_schedule" },
  { "no-such-prediction", SCHEDULER, "\"epsilon\"", "\"velocity\"",
    DDIM_ERROR_UNSUPPORTED, "prediction_type" },
  { "no-such-spacing", SCHEDULER, "\"leading\"", "\"karras\"",
    DDIM_ERROR_UNSUPPORTED, "timestep_spacing" },
  { "no-timesteps", SCHEDULER, "\"num_train_timesteps\": 1000", "\"num_train_timesteps\": 0",
    DDIM_ERROR_INVALID, "num_train_timesteps" },
  { "betas-of-text", SCHEDULER, "\"trained_betas\": null", "\"trained_betas\": [\"a\", 2]",
    DDIM_ERROR_INVALID, "trained_betas" },
  { "flow", SCHEDULER, "\"trained_betas\": null", "\"use_flow_sigmas\": true",
    DDIM_ERROR_UNSUPPORTED, "use_flow_sigmas" },
  { "karras", SCHEDULER, "\"trained_betas\": null", "\"use_karras_sigmas\": true",
    DDIM_ERROR_UNSUPPORTED, "use_karras_sigmas" },
  { "exponential", SCHEDULER, "\"trained_betas\": null", "\"use_exponential_sigmas\": true",
    DDIM_ERROR_UNSUPPORTED, "use_exponential_sigmas" },
  { "beta-sigmas", SCHEDULER, "\"trained_betas\": null", "\"use_beta_sigmas\": true",
    DDIM_ERROR_UNSUPPORTED, "use_beta_sigmas" },
  { "lu-lambdas", SCHEDULER, "\"trained_betas\": null", "\"use_lu_lambdas\": true",
    DDIM_ERROR_UNSUPPORTED, "use_lu_lambdas" },
  { "continuous", SCHEDULER, "\"trained_betas\": null", "\"timestep_type\": \"continuous\"",
    DDIM_ERROR_UNSUPPORTED, "timestep_type" },
  { "shifted-snr", SCHEDULER, "\"trained_betas\": null", "\"snr_shift_scale\": 3.0",
    DDIM_ERROR_UNSUPPORTED, "snr_shift_scale" },
  { "sigmas-of-its-own", SCHEDULER, "\"trained_betas\": null", "\"sigma_max\": 80.0",
    DDIM_ERROR_UNSUPPORTED, "sigma_max" },
  { "wide-second-level", CONFIG, "    16\n", "    65536\n", DDIM_ERROR_INVALID, "down_blocks" },
  { "betas-above-one", SCHEDULER, "\"trained_betas\": null", "\"trained_betas\": [0.1, 2]",
    DDIM_ERROR_INVALID, "trained_betas" },
};

static void
test_changed (gconstpointer data)
{
  const Case *c = data;
  gchar      *folder = copy_golden ("heads");

  edit (folder, c->file, c->from, c->to);
  refuse (folder, c->code, c->word);
  remove_folder (folder);
}

static void
test_file_missing (gconstpointer file)
{
  gchar *folder = copy_golden ("heads");
  g_autofree gchar *path = g_build_filename (folder, file, NULL);
  g_autofree gchar *name = g_path_get_basename (file);

  g_unlink (path);
  refuse (folder, DDIM_ERROR_MISSING, name);
  remove_folder (folder);
}

static void
test_folder_missing (void)
{
  gchar *folder = copy_golden ("heads");
  g_autofree gchar *file = g_build_filename (folder, CONFIG, NULL);
  g_autofree gchar *nowhere = g_build_filename (folder, "nowhere", NULL);
  g_autofree gchar *empty = g_build_filename (folder, "vae", NULL);

  refuse (nowhere, DDIM_ERROR_MISSING, "nowhere");
  refuse (file, DDIM_ERROR_MISSING, "config.json");
  g_mkdir (empty, 0700);
  refuse (folder, DDIM_ERROR_MISSING, "vae");
  g_rmdir (empty);
  refuse ("", DDIM_ERROR_MISSING, "folder");
  remove_folder (folder);
}

/* Cut off in the length, the header, and the last tensor. */
static void
test_weights_cut_off (void)
{
  gchar *folder = copy_golden ("heads");
  g_autofree gchar *path = g_build_filename (folder, WEIGHTS, NULL);
  g_autofree gchar *bytes = NULL;
  gsize size;

  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  for (gint i = 0; i < 4; i++)
    {
      const gsize sizes[] = { size - 1, 5000, 4, 0 };

      g_assert_true (g_file_set_contents (path, bytes, sizes[i], NULL));
      refuse (folder, DDIM_ERROR_INVALID, "diffusion_pytorch_model.safetensors");
    }
  remove_folder (folder);
}

/* A number of a tensor that is not one: the tensor is named, in whatever type. */
static void
test_not_finite (void)
{
  static const struct { const gchar *model, *bytes; gint size; } cases[] =
    {
      { "heads",            "\x00\x00\xc0\x7f", 4 }, /* NaN of F32             */
      { "heads",            "\x00\x00\x80\xff", 4 }, /* minus infinity         */
      { "no-attention-f16", "\x00\x7c", 2 },         /* infinity of F16        */
      { "bf16",             "\x81\xff", 2 }          /* NaN of BF16            */
    };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      gchar *folder = copy_golden (cases[i].model);
      g_autofree gchar *path = g_build_filename (folder, WEIGHTS, NULL);
      g_autofree gchar *bytes = NULL;
      gsize   size;
      guint64 header;

      g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
      memcpy (&header, bytes, 8);
      header = GUINT64_FROM_LE (header);
      /* The first tensor is conv_in.bias. */
      memcpy (bytes + 8 + header + cases[i].size, cases[i].bytes, cases[i].size);
      g_assert_true (g_file_set_contents (path, bytes, size, NULL));
      refuse (folder, DDIM_ERROR_NOT_FINITE, "“conv_in.bias”");
      remove_folder (folder);
    }
}

/* Finite weights whose product, which is taken when they are loaded, is not. */
static void
test_overflow (void)
{
  static const gchar * const tensors[] = { "\"mid_block.attentions.0.to_q.weight\"",
                                           "\"mid_block.attentions.0.to_k.weight\"" };
  gchar *folder = copy_golden ("deep");
  g_autofree gchar *path = g_build_filename (folder, WEIGHTS, NULL);
  g_autofree gchar *bytes = NULL;
  gsize   size;
  guint64 header;

  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  memcpy (&header, bytes, 8);
  header = GUINT64_FROM_LE (header);
  for (gsize i = 0; i < G_N_ELEMENTS (tensors); i++)
    {
      const gchar *entry = g_strstr_len (bytes + 8, header, tensors[i]);
      const gchar *offsets = entry ? strstr (entry, "\"data_offsets\":[") : NULL;
      const guint8 huge[] = { 0xca, 0xf2, 0x49, 0x71 }; /* 1e30, as files have it */
      gsize        start, end;

      g_assert_nonnull (offsets);
      g_assert_cmpint (sscanf (offsets, "\"data_offsets\":[%" G_GSIZE_FORMAT ",%" G_GSIZE_FORMAT,
                               &start, &end), ==, 2);
      for (; start < end; start += sizeof huge)
        memcpy (bytes + 8 + header + start, &huge, sizeof huge);
    }
  g_assert_true (g_file_set_contents (path, bytes, size, NULL));
  refuse (folder, DDIM_ERROR_NOT_FINITE, "mid_block.attentions.0");
  remove_folder (folder);
}

/* Weights in a pickle: the error says how to convert them. */
static void
test_pickle (void)
{
  gchar *folder = copy_golden ("heads");
  g_autofree gchar *path = g_build_filename (folder, WEIGHTS, NULL);
  g_autofree gchar *bin = g_build_filename (folder, "unet", "diffusion_pytorch_model.bin", NULL);

  g_assert_cmpint (g_rename (path, bin), ==, 0);
  refuse (folder, DDIM_ERROR_UNSUPPORTED, "save_pretrained");
  remove_folder (folder);
}

/* Of another process than DDPM's; and a short config of DDPM's own loads. */
static void
test_scheduler (void)
{
  g_autoptr (DdimThreadPool) pool = ddim_thread_pool_new (1);
  g_autoptr (DdimModel) model = NULL;
  g_autoptr (GError) error = NULL;
  gchar *folder = copy_golden ("heads");
  g_autofree gchar *path = g_build_filename (folder, SCHEDULER, NULL);

  g_assert_true (g_file_set_contents (path, "{\"_class_name\": \"ScoreSdeVeScheduler\","
                                      " \"sigma_max\": 1348.0}", -1, NULL));
  refuse (folder, DDIM_ERROR_UNSUPPORTED, "ScoreSdeVeScheduler");

  g_assert_true (g_file_set_contents (path, "{\"_class_name\": \"DDPMScheduler\"}", -1, NULL));
  model = ddim_model_load (folder, pool, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat_with_epsilon (ddim_schedule_get_alphas_cumprod
                                    (ddim_model_get_schedule (model))[0], 1 - 0.0001, 1e-12);
  remove_folder (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree gchar *path = g_strconcat ("/model-broken/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_changed);
    }
  g_test_add_data_func ("/model-broken/no-weights", WEIGHTS, test_file_missing);
  g_test_add_data_func ("/model-broken/no-config", CONFIG, test_file_missing);
  g_test_add_data_func ("/model-broken/no-scheduler", SCHEDULER, test_file_missing);
  g_test_add_func ("/model-broken/no-folder", test_folder_missing);
  g_test_add_func ("/model-broken/weights-cut-off", test_weights_cut_off);
  g_test_add_func ("/model-broken/not-finite", test_not_finite);
  g_test_add_func ("/model-broken/overflow", test_overflow);
  g_test_add_func ("/model-broken/pickle", test_pickle);
  g_test_add_func ("/model-broken/scheduler", test_scheduler);
  return g_test_run ();
}
