/* test-conditional-config.c: UNet2DConditionModel's config.json, sound and refused
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config-text.h"
#include "errors.h"

/* The shortest config that says what has no default here. */
#define SHORT "\"block_out_channels\": [32, 64], " \
              "\"down_block_types\": [\"CrossAttnDownBlock2D\", \"DownBlock2D\"], " \
              "\"up_block_types\": [\"UpBlock2D\", \"CrossAttnUpBlock2D\"]"

static gboolean
load (const gchar     *text,
      DdimUnetConfig  *config,
      GError         **error)
{
  return load_config_text (ddim_unet_config_load_conditional, text, config, error);
}

/* diffusers' defaults. */
static void
test_defaults (void)
{
  g_autoptr (GError) error = NULL;
  DdimUnetConfig c;

  g_assert_true (load ("{" SHORT "}", &c, &error));
  g_assert_no_error (error);
  g_assert_cmpint (c.in_channels, ==, 4);
  g_assert_cmpint (c.layers_per_block[0], ==, 2);
  g_assert_cmpint (c.text_width, ==, 1280);
  g_assert_cmpint (c.mid_resnets, ==, 2);
  g_assert_cmpint (c.mid.attention, ==, DDIM_ATTENTION_TRANSFORMER);
  g_assert_cmpint (c.mid.transformer.heads, ==, 8);
  g_assert_cmpint (c.down[0].attention, ==, DDIM_ATTENTION_TRANSFORMER);
  g_assert_cmpint (c.down[1].attention, ==, DDIM_ATTENTION_NONE);
  g_assert_cmpint (c.up[1].attention, ==, DDIM_ATTENTION_TRANSFORMER);
  g_assert_cmpint (c.up[1].transformer.layers, ==, 1);
  g_assert_false (c.up[1].transformer.only_cross);
}

/* Arrays go by levels; on the way up they are read from their end. */
static void
test_levels (void)
{
  g_autoptr (GError) error = NULL;
  DdimUnetConfig c;

  g_assert_true (load ("{\"block_out_channels\": [32, 64],"
                       " \"down_block_types\": [\"CrossAttnDownBlock2D\", \"CrossAttnDownBlock2D\"],"
                       " \"up_block_types\": [\"CrossAttnUpBlock2D\", \"ResnetUpsampleBlock2D\"],"
                       " \"attention_head_dim\": [5, 10], \"layers_per_block\": [1, 3],"
                       " \"transformer_layers_per_block\": [2, 4], \"cross_attention_dim\": [7, 7],"
                       " \"only_cross_attention\": [true, false], \"act_fn\": \"gelu\","
                       " \"num_attention_heads\": null, \"mid_block_type\": null}", &c, &error));
  g_assert_no_error (error);
  g_assert_cmpint (c.down[0].transformer.heads, ==, 5);
  g_assert_cmpint (c.down[1].transformer.heads, ==, 10);
  g_assert_cmpint (c.up[0].transformer.heads, ==, 10);
  g_assert_cmpint (c.up[0].transformer.layers, ==, 4);
  g_assert_true (c.down[0].transformer.only_cross);
  g_assert_false (c.up[0].transformer.only_cross);
  g_assert_cmpint (c.up[1].resampling, ==, DDIM_RESAMPLING_RESNET);
  g_assert_cmpint (c.layers_per_block[1], ==, 3);
  g_assert_cmpint (c.text_width, ==, 7);
  g_assert_cmpint (c.time_act, ==, DDIM_ACTIVATION_GELU);
  g_assert_cmpint (c.out_act, ==, DDIM_ACTIVATION_GELU);
  g_assert_cmpint (c.mid_resnets, ==, 0);
}

/* Without a block that reads a text, there is none to give. */
static void
test_no_text (void)
{
  g_autoptr (GError) error = NULL;
  DdimUnetConfig c;

  g_assert_true (load ("{\"block_out_channels\": [32], \"down_block_types\": [\"DownBlock2D\"],"
                       " \"up_block_types\": [\"UpBlock2D\"],"
                       " \"mid_block_type\": \"UNetMidBlock2D\", \"cross_attention_dim\": 7}",
                       &c, &error));
  g_assert_no_error (error);
  g_assert_cmpint (c.text_width, ==, 0);
  g_assert_cmpint (c.mid_resnets, ==, 1);
}

/* What is not computed, or cannot be, is refused by the field's name. */
static void
test_refused (void)
{
  static const struct { const gchar *fields; DdimError code; const gchar *named; } bad[] =
    {
      { "\"time_cond_proj_dim\": 256",        DDIM_ERROR_UNSUPPORTED, "LCM" },
      { "\"addition_embed_type\": \"text_time\"", DDIM_ERROR_UNSUPPORTED, "Stable Diffusion XL" },
      { "\"encoder_hid_dim_type\": \"image_proj\"", DDIM_ERROR_UNSUPPORTED, "encoder_hid_dim_type" },
      { "\"encoder_hid_dim\": 768",           DDIM_ERROR_UNSUPPORTED, "encoder_hid_dim" },
      { "\"num_attention_heads\": 8",         DDIM_ERROR_UNSUPPORTED, "num_attention_heads" },
      { "\"cross_attention_norm\": \"layer_norm\"", DDIM_ERROR_UNSUPPORTED, "cross_attention_norm" },
      { "\"time_embedding_act_fn\": \"silu\"", DDIM_ERROR_UNSUPPORTED, "time_embedding_act_fn" },
      { "\"timestep_post_act\": \"silu\"",    DDIM_ERROR_UNSUPPORTED, "timestep_post_act" },
      { "\"reverse_transformer_layers_per_block\": [1, 1]", DDIM_ERROR_UNSUPPORTED,
        "reverse_transformer_layers_per_block" },
      { "\"dual_cross_attention\": true",     DDIM_ERROR_UNSUPPORTED, "dual_cross_attention" },
      { "\"class_embeddings_concat\": true",  DDIM_ERROR_UNSUPPORTED, "class_embeddings_concat" },
      { "\"resnet_skip_time_act\": true",     DDIM_ERROR_UNSUPPORTED, "resnet_skip_time_act" },
      { "\"attention_type\": \"gated\"",      DDIM_ERROR_UNSUPPORTED, "attention_type" },
      { "\"norm_num_groups\": null",          DDIM_ERROR_UNSUPPORTED, "norm_num_groups" },
      { "\"conv_in_kernel\": 1",              DDIM_ERROR_UNSUPPORTED, "conv_in_kernel" },
      { "\"conv_out_kernel\": 5",             DDIM_ERROR_UNSUPPORTED, "conv_out_kernel" },
      { "\"resnet_out_scale_factor\": 2",     DDIM_ERROR_UNSUPPORTED, "resnet_out_scale_factor" },
      { "\"time_embedding_type\": \"fourier\"", DDIM_ERROR_UNSUPPORTED, "time_embedding_type" },
      { "\"class_embed_type\": \"projection\"", DDIM_ERROR_UNSUPPORTED, "class_embed_type" },
      { "\"mid_block_type\": \"UNetMidBlock2DSimpleCrossAttn\"", DDIM_ERROR_UNSUPPORTED,
        "mid_block_type" },
      { "\"in_channels\": 9",                 DDIM_ERROR_UNSUPPORTED, "inpainting" },
      { "\"in_channels\": 8",                 DDIM_ERROR_UNSUPPORTED, "out_channels" },
      { "\"attention_head_dim\": [1, 2, 3]",  DDIM_ERROR_INVALID, "attention_head_dim" },
      { "\"attention_head_dim\": [0, 1]",     DDIM_ERROR_INVALID, "attention_head_dim" },
      { "\"attention_head_dim\": 33",         DDIM_ERROR_INVALID, "attention_head_dim" },
      { "\"cross_attention_dim\": [7, 8]",    DDIM_ERROR_INVALID, "cross_attention_dim" },
      { "\"cross_attention_dim\": null, \"only_cross_attention\": 1", DDIM_ERROR_INVALID,
        "only_cross_attention" },
      { "\"only_cross_attention\": [1, 0]",   DDIM_ERROR_INVALID, "only_cross_attention" },
      { "\"layers_per_block\": [2, 65]",      DDIM_ERROR_INVALID, "layers_per_block" },
      { "\"transformer_layers_per_block\": [[1], [1]]", DDIM_ERROR_INVALID,
        "transformer_layers_per_block" },
    };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree gchar  *text = g_strdup_printf ("{%s, " SHORT "}", bad[i].fields);
      DdimUnetConfig c;

      g_assert_false (load (text, &c, &error));
      g_test_message ("%s", error->message);
      g_assert_error (error, DDIM_ERROR, (gint) bad[i].code);
      g_assert_nonnull (strstr (error->message, bad[i].named));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/conditional-config/defaults", test_defaults);
  g_test_add_func ("/conditional-config/levels", test_levels);
  g_test_add_func ("/conditional-config/no-text", test_no_text);
  g_test_add_func ("/conditional-config/refused", test_refused);
  return g_test_run ();
}
