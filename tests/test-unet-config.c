/* test-unet-config.c: UNet2DModel's config.json, sound and broken
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config-text.h"
#include "errors.h"

/* The shortest config that says what has no default here. */
#define SHORT "\"block_out_channels\": [32, 64], " \
              "\"down_block_types\": [\"DownBlock2D\", \"AttnDownBlock2D\"], " \
              "\"up_block_types\": [\"AttnUpBlock2D\", \"UpBlock2D\"]"

static gboolean
load (const gchar     *text,
      DdimUnetConfig  *config,
      GError         **error)
{
  return load_config_text (ddim_unet_config_load, text, config, error);
}

/* diffusers' defaults. */
static void
test_defaults (void)
{
  g_autoptr (GError) error = NULL;
  DdimUnetConfig c;

  g_assert_true (load ("{" SHORT "}", &c, &error));
  g_assert_no_error (error);
  g_assert_cmpint (c.sample_size, ==, 64);
  g_assert_false (c.many_sizes);
  g_assert_cmpint (c.in_channels, ==, 3);
  g_assert_cmpint (c.out_channels, ==, 3);
  g_assert_false (c.center_input_sample);
  g_assert_cmpint (c.time_embedding_type, ==, DDIM_TIME_POSITIONAL);
  g_assert_cmpint (c.time_embedding_dim, ==, 0);
  g_assert_cmpfloat (c.freq_shift, ==, 0);
  g_assert_true (c.flip_sin_to_cos);
  g_assert_cmpint (c.class_embed_type, ==, DDIM_CLASS_NONE);
  g_assert_cmpint (c.levels, ==, 2);
  g_assert_cmpint (c.block_out_channels[1], ==, 64);
  g_assert_cmpint (c.layers_per_block[1], ==, 2);
  g_assert_cmpint (c.mid_resnets, ==, 2);
  g_assert_cmpint (c.mid.attention, ==, DDIM_ATTENTION_SELF);
  g_assert_cmpfloat (c.mid_block_scale_factor, ==, 1);
  g_assert_cmpint (c.downsample_padding, ==, 1);
  g_assert_cmpint (c.style.attention_head_dim, ==, 8);
  g_assert_cmpint (c.style.act_fn, ==, DDIM_ACTIVATION_SILU);
  g_assert_cmpint (c.style.norm_num_groups, ==, 32);
  g_assert_cmpint (c.attn_norm_num_groups, ==, 0);
  g_assert_cmpfloat (c.style.norm_eps, ==, 1e-5);
  g_assert_false (c.style.scale_shift);
  g_assert_false (c.down[0].attention);
  g_assert_true (c.down[1].attention);
  g_assert_true (c.up[0].attention);
  g_assert_false (c.up[1].attention);
  g_assert_cmpint (c.down[1].resampling, ==, DDIM_RESAMPLING_CONV);
  g_assert_cmpint (ddim_unet_config_get_multiple (&c), ==, 2);
}

/* Every field at something else than its default. */
static void
test_fields (void)
{
  g_autoptr (GError) error = NULL;
  DdimUnetConfig c;

  g_assert_true (load (
    "{\"_class_name\": \"UNet2DModel\", \"sample_size\": [48, 32],"
    " \"in_channels\": 1, \"out_channels\": 1, \"center_input_sample\": true,"
    " \"time_embedding_type\": \"learned\", \"time_embedding_dim\": 96,"
    " \"num_train_timesteps\": 500, \"freq_shift\": 1, \"flip_sin_to_cos\": false,"
    " \"class_embed_type\": null, \"num_class_embeds\": 7,"
    " \"block_out_channels\": [24, 48, 48],"
    " \"down_block_types\": [\"AttnDownBlock2D\", \"ResnetDownsampleBlock2D\", \"DownBlock2D\"],"
    " \"up_block_types\": [\"UpBlock2D\", \"ResnetUpsampleBlock2D\", \"AttnUpBlock2D\"],"
    " \"downsample_type\": \"resnet\", \"upsample_type\": \"resnet\","
    " \"layers_per_block\": 3, \"mid_block_type\": null, \"mid_block_scale_factor\": 1.5,"
    " \"add_attention\": false, \"downsample_padding\": 0, \"attention_head_dim\": 16,"
    " \"act_fn\": \"gelu\", \"norm_num_groups\": 8, \"attn_norm_num_groups\": 4,"
    " \"norm_eps\": 1e-06, \"resnet_time_scale_shift\": \"scale_shift\","
    " \"training_sizes\": [32, 64],"
    " \"dropout\": 0.0, \"a_field_of_tomorrow\": 3}", &c, &error));
  g_assert_no_error (error);
  g_assert_cmpint (c.sample_size, ==, 48);
  g_assert_true (c.many_sizes);
  g_assert_cmpint (c.in_channels, ==, 1);
  g_assert_true (c.center_input_sample);
  g_assert_cmpint (c.time_embedding_type, ==, DDIM_TIME_LEARNED);
  g_assert_cmpint (c.time_embedding_dim, ==, 96);
  g_assert_cmpint (c.num_train_timesteps, ==, 500);
  g_assert_cmpfloat (c.freq_shift, ==, 1);
  g_assert_false (c.flip_sin_to_cos);
  g_assert_cmpint (c.class_embed_type, ==, DDIM_CLASS_TABLE);
  g_assert_cmpint (c.num_class_embeds, ==, 7);
  g_assert_cmpint (c.levels, ==, 3);
  g_assert_cmpint (c.layers_per_block[1], ==, 3);
  g_assert_cmpint (c.mid_resnets, ==, 0);
  g_assert_cmpfloat (c.mid_block_scale_factor, ==, 1.5);
  g_assert_cmpint (c.mid.attention, ==, DDIM_ATTENTION_NONE);
  g_assert_cmpint (c.downsample_padding, ==, 0);
  g_assert_cmpint (c.style.attention_head_dim, ==, 16);
  g_assert_cmpint (c.style.act_fn, ==, DDIM_ACTIVATION_GELU);
  g_assert_cmpint (c.style.norm_num_groups, ==, 8);
  g_assert_cmpint (c.attn_norm_num_groups, ==, 4);
  g_assert_cmpfloat (c.style.norm_eps, ==, 1e-6);
  g_assert_true (c.style.scale_shift);
  /* The sampler's type acts in blocks with attention only. */
  g_assert_cmpint (c.down[0].resampling, ==, DDIM_RESAMPLING_RESNET);
  g_assert_cmpint (c.down[1].resampling, ==, DDIM_RESAMPLING_RESNET);
  g_assert_false (c.down[1].attention);
  g_assert_cmpint (c.down[2].resampling, ==, DDIM_RESAMPLING_CONV);
  g_assert_cmpint (c.up[0].resampling, ==, DDIM_RESAMPLING_CONV);
  g_assert_cmpint (ddim_unet_config_get_multiple (&c), ==, 4);
}

/* Absent and null are not the same. */
static void
test_null (void)
{
  g_autoptr (GError) error = NULL;
  DdimUnetConfig c;

  g_assert_true (load ("{" SHORT ", \"attention_head_dim\": null, \"mid_block_type\": null,"
                       " \"time_embedding_dim\": null, \"attn_norm_num_groups\": null,"
                       " \"sample_size\": null, \"class_embed_type\": null,"
                       " \"num_class_embeds\": null}", &c, &error));
  g_assert_no_error (error);
  g_assert_cmpint (c.style.attention_head_dim, ==, 0);
  g_assert_cmpint (c.mid_resnets, ==, 0);
  g_assert_cmpint (c.sample_size, ==, 64);
  g_assert_cmpint (c.class_embed_type, ==, DDIM_CLASS_NONE);
}

/* Each is an error that names the field; a config is not written to then. */
static void
test_refused (void)
{
  static const struct { const gchar *text; gint code; const gchar *word; } cases[] =
    {
      { "",                                      DDIM_ERROR_INVALID,     "json" },
      { "{",                                     DDIM_ERROR_INVALID,     "json" },
      { "[1]",                                   DDIM_ERROR_INVALID,     "object" },
      { "{}",                                    DDIM_ERROR_MISSING,     "block_out_channels" },
      { "{" SHORT ", \"in_channels\": 0}",       DDIM_ERROR_INVALID,     "in_channels" },
      { "{" SHORT ", \"in_channels\": \"3\"}",   DDIM_ERROR_INVALID,     "in_channels" },
      { "{" SHORT ", \"in_channels\": 3.5}",     DDIM_ERROR_INVALID,     "in_channels" },
      { "{" SHORT ", \"in_channels\": 4294967299}", DDIM_ERROR_INVALID,  "in_channels" },
      { "{" SHORT ", \"out_channels\": 6}",      DDIM_ERROR_UNSUPPORTED, "out_channels" },
      { "{" SHORT ", \"training_sizes\": [64, 32]}", DDIM_ERROR_INVALID, "training_sizes" },
      { "{" SHORT ", \"layers_per_block\": 0}",  DDIM_ERROR_INVALID,     "layers_per_block" },
      { "{" SHORT ", \"layers_per_block\": 1000000}", DDIM_ERROR_INVALID, "layers_per_block" },
      { "{" SHORT ", \"downsample_padding\": 2}", DDIM_ERROR_UNSUPPORTED, "downsample_padding" },
      { "{" SHORT ", \"norm_num_groups\": 0}",   DDIM_ERROR_INVALID,     "norm_num_groups" },
      { "{" SHORT ", \"norm_num_groups\": 24}",  DDIM_ERROR_INVALID,     "block_out_channels" },
      { "{" SHORT ", \"norm_eps\": -1}",         DDIM_ERROR_INVALID,     "norm_eps" },
      { "{" SHORT ", \"norm_eps\": \"small\"}",  DDIM_ERROR_INVALID,     "norm_eps" },
      { "{" SHORT ", \"mid_block_scale_factor\": 0}",
                                                 DDIM_ERROR_INVALID,     "mid_block_scale_factor" },
      { "{" SHORT ", \"mid_block_type\": \"UNetMidBlock2DCrossAttn\"}",
                                                 DDIM_ERROR_UNSUPPORTED, "mid_block_type" },
      { "{" SHORT ", \"act_fn\": \"sine\"}",     DDIM_ERROR_UNSUPPORTED, "act_fn" },
      { "{" SHORT ", \"time_embedding_type\": \"sinusoid\"}",
                                                 DDIM_ERROR_UNSUPPORTED, "time_embedding_type" },
      { "{" SHORT ", \"time_embedding_type\": \"learned\"}",
                                                 DDIM_ERROR_INVALID,     "num_train_timesteps" },
      { "{" SHORT ", \"class_embed_type\": \"text\"}",
                                                 DDIM_ERROR_UNSUPPORTED, "class_embed_type" },
      { "{" SHORT ", \"class_embed_type\": \"\"}",
                                                 DDIM_ERROR_UNSUPPORTED, "class_embed_type" },
      { "{" SHORT ", \"resnet_time_scale_shift\": \"ada_group\"}",
                                                 DDIM_ERROR_UNSUPPORTED, "resnet_time_scale_shift" },
      { "{" SHORT ", \"downsample_type\": \"pool\"}",
                                                 DDIM_ERROR_UNSUPPORTED, "downsample_type" },
      { "{" SHORT ", \"attention_head_dim\": 0}", DDIM_ERROR_INVALID,    "attention_head_dim" },
      { "{" SHORT ", \"sample_size\": -4}",      DDIM_ERROR_INVALID,     "sample_size" },
      { "{" SHORT ", \"sample_size\": []}",      DDIM_ERROR_INVALID,     "sample_size" },
      { "{" SHORT ", \"sample_size\": [[64]]}",  DDIM_ERROR_INVALID,     "sample_size" },
      { "{" SHORT ", \"sample_size\": [0, 8]}",  DDIM_ERROR_INVALID,     "sample_size" },
      { "{" SHORT ", \"sample_size\": [0.5]}",   DDIM_ERROR_INVALID,     "sample_size" },
      { "{" SHORT ", \"norm_eps\": 1e999}",      DDIM_ERROR_INVALID,     "norm_eps" },
      { "{" SHORT ", \"freq_shift\": 16}",       DDIM_ERROR_INVALID,     "freq_shift" },
      { "{\"block_out_channels\": [32.5]}",      DDIM_ERROR_INVALID,     "block_out_channels" },
      { "{\"block_out_channels\": []}",          DDIM_ERROR_INVALID,     "block_out_channels" },
      { "{\"block_out_channels\": [[32]]}",      DDIM_ERROR_INVALID,     "block_out_channels" },
      { "{\"block_out_channels\": [32, \"a\"]}", DDIM_ERROR_INVALID,     "block_out_channels" },
      { "{\"block_out_channels\": [32]}",        DDIM_ERROR_MISSING,     "down_block_types" },
      { "{\"block_out_channels\": [32],"
        " \"down_block_types\": [\"DownBlock2D\", \"DownBlock2D\"],"
        " \"up_block_types\": [\"UpBlock2D\"]}", DDIM_ERROR_INVALID,     "down_block_types" },
      { "{\"block_out_channels\": [32], \"down_block_types\": [7],"
        " \"up_block_types\": [\"UpBlock2D\"]}", DDIM_ERROR_UNSUPPORTED, "down_block_types" },
      { "{\"block_out_channels\": [32], \"down_block_types\": [[]],"
        " \"up_block_types\": [\"UpBlock2D\"]}", DDIM_ERROR_UNSUPPORTED, "down_block_types" },
      /* NCSN++ */
      { "{\"block_out_channels\": [32], \"down_block_types\": [\"SkipDownBlock2D\"],"
        " \"up_block_types\": [\"SkipUpBlock2D\"]}",
                                                 DDIM_ERROR_UNSUPPORTED, "SkipDownBlock2D" },
      { "{\"block_out_channels\": [32,32,32,32,32,32,32,32,32,32,32,32,32,32,32,32,32]}",
                                                 DDIM_ERROR_INVALID,     "block_out_channels" },
    };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      DdimUnetConfig config = { .levels = -7 };

      g_test_message ("%s", cases[i].text);
      g_assert_false (load (cases[i].text, &config, &error));
      g_test_message ("-> %s", error->message);
      g_assert_error (error, DDIM_ERROR, cases[i].code);
      g_assert_nonnull (strstr (error->message, cases[i].word));
      g_assert_cmpint (config.levels, ==, -7);
    }
}

static void
test_missing (void)
{
  g_autoptr (GError) error = NULL;
  DdimUnetConfig config;

  g_assert_false (ddim_unet_config_load ("/no/such/folder/config.json", &config, &error));
  g_assert_error (error, DDIM_ERROR, DDIM_ERROR_MISSING);
  g_assert_nonnull (strstr (error->message, "/no/such/folder/config.json"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/unet-config/defaults", test_defaults);
  g_test_add_func ("/unet-config/fields", test_fields);
  g_test_add_func ("/unet-config/null", test_null);
  g_test_add_func ("/unet-config/refused", test_refused);
  g_test_add_func ("/unet-config/missing", test_missing);
  return g_test_run ();
}
