/* conditional-config.c: a UNet2DConditionModel's config.json
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Its attention_head_dim is a number of heads, whatever the name says, as it is
 * in diffusers.
 */

#include "unet-config-private.h"

static const gchar * const down_names[] =
  { "DownBlock2D", "CrossAttnDownBlock2D", "ResnetDownsampleBlock2D", NULL };
static const gchar * const up_names[] =
  { "UpBlock2D", "CrossAttnUpBlock2D", "ResnetUpsampleBlock2D", NULL };
static const gchar * const time_names[] = { "positional", NULL };

/* Fields that must be null, and what a model that has them is or needs. */
static const struct { const gchar *field, *why; } nulls[] =
{
  { "time_cond_proj_dim",
    "a distilled model (a latent consistency model, LCM) that takes the guidance as an "
    "embedding, and follows no DDIM process" },
  { "addition_embed_type",
    "a model that needs more than a text's states, as Stable Diffusion XL does (a second text "
    "encoder, and sizes)" },
  { "encoder_hid_dim_type",
    "a model that needs states of another encoder than a text's, as Kandinsky does (an image's)" },
  { "encoder_hid_dim",
    "a model that projects its text's states first, as DeepFloyd IF does" },
  { "num_attention_heads",
    "a field that diffusers reserves: the heads are “attention_head_dim”" },
  { "time_embedding_act_fn", "another activation of the time embedding" },
  { "timestep_post_act",     "an activation behind the time embedding" },
  { "cross_attention_norm",  "a norm of the text's states" },
  { "reverse_transformer_layers_per_block", "an asymmetric U-Net" },
};

/* Switches that must be off. */
static const gchar * const switches[] =
  { "dual_cross_attention", "class_embeddings_concat", "resnet_skip_time_act" };

static void
refuse_what_is_not_computed (DdimJson *json)
{
  static const gchar * const attention_types[] = { "default", NULL };

  for (gsize i = 0; i < G_N_ELEMENTS (nulls); i++)
    if (ddim_json_node (json, nulls[i].field))
      ddim_json_refuse (json, DDIM_ERROR_UNSUPPORTED, nulls[i].field,
                        "is set, which is not supported: this is %s", nulls[i].why);
  for (gsize i = 0; i < G_N_ELEMENTS (switches); i++)
    if (ddim_json_boolean (json, switches[i], FALSE))
      ddim_json_refuse (json, DDIM_ERROR_UNSUPPORTED, switches[i],
                        "is true, which is not supported");

  ddim_json_choice (json, "attention_type", attention_types, 0);
  if (json_object_has_member (json->object, "norm_num_groups") &&
      ! ddim_json_node (json, "norm_num_groups"))
    ddim_json_refuse (json, DDIM_ERROR_UNSUPPORTED, "norm_num_groups",
                      "is null: a network without norms is not supported");
  if (ddim_json_int (json, "conv_in_kernel", 3) != 3)
    ddim_json_refuse (json, DDIM_ERROR_UNSUPPORTED, "conv_in_kernel", "is not 3");
  if (ddim_json_int (json, "conv_out_kernel", 3) != 3)
    ddim_json_refuse (json, DDIM_ERROR_UNSUPPORTED, "conv_out_kernel", "is not 3");
  if (ddim_json_double (json, "resnet_out_scale_factor", 1) != 1)
    ddim_json_refuse (json, DDIM_ERROR_UNSUPPORTED, "resnet_out_scale_factor", "is not 1");
}

/* One number for all levels, or an array of one for each. */
static void
read_levels (DdimJson    *json,
             const gchar *field,
             gint         fallback,
             gint         max,
             gint         levels,
             gint        *values)
{
  JsonNode  *node = ddim_json_node (json, field);
  JsonArray *array;

  if (! node || ! JSON_NODE_HOLDS_ARRAY (node))
    {
      gint value = ddim_json_positive (json, field, fallback, max);

      for (gint i = 0; i < levels; i++)
        values[i] = value;
      return;
    }

  if (ddim_json_array (json, field, DDIM_MAX_LEVELS, &array) != levels)
    ddim_json_refuse (json, DDIM_ERROR_INVALID, field,
                      "is not as long as “block_out_channels”");
  else
    for (gint i = 0; i < levels; i++)
      {
        gint64 value = ddim_json_entry (array, i);

        if (value < 1 || value > max)
          ddim_json_refuse (json, DDIM_ERROR_INVALID, field,
                            "holds something else than whole numbers from 1 to %d", max);
        values[i] = CLAMP (value, 1, max);
      }
}

/* only_cross_attention: true, false, or an array of these. */
static void
read_only_cross (DdimJson *json,
                 gint      levels,
                 gboolean *values)
{
  JsonNode  *node = ddim_json_node (json, "only_cross_attention");
  JsonArray *array;

  if (! node || ! JSON_NODE_HOLDS_ARRAY (node))
    {
      gboolean value = ddim_json_boolean (json, "only_cross_attention", FALSE);

      for (gint i = 0; i < levels; i++)
        values[i] = value;
      return;
    }

  if (ddim_json_array (json, "only_cross_attention", DDIM_MAX_LEVELS, &array) != levels)
    ddim_json_refuse (json, DDIM_ERROR_INVALID, "only_cross_attention",
                      "is not as long as “block_out_channels”");
  else
    for (gint i = 0; i < levels; i++)
      {
        JsonNode *element = json_array_get_element (array, i);

        if (! JSON_NODE_HOLDS_VALUE (element) ||
            json_node_get_value_type (element) != G_TYPE_BOOLEAN)
          ddim_json_refuse (json, DDIM_ERROR_INVALID, "only_cross_attention",
                            "holds something else than true and false");
        else
          values[i] = json_node_get_boolean (element);
      }
}

/* What the levels' transformers are like, from the highest resolution down. */
static void
read_transformers (DdimJson             *json,
                   DdimUnetConfig       *config,
                   DdimTransformerShape *shapes)
{
  gint heads[DDIM_MAX_LEVELS] = { 0 }, layers[DDIM_MAX_LEVELS] = { 0 };
  gint widths[DDIM_MAX_LEVELS] = { 0 };
  gboolean only_cross[DDIM_MAX_LEVELS] = { 0 };

  read_levels (json, "attention_head_dim", 8, 65536, config->levels, heads);
  read_levels (json, "transformer_layers_per_block", 1, 1024, config->levels, layers);
  read_levels (json, "cross_attention_dim", 1280, 65536, config->levels, widths);
  read_only_cross (json, config->levels, only_cross);

  for (gint i = 0; i < config->levels; i++)
    {
      shapes[i] = (DdimTransformerShape) { heads[i], layers[i], widths[i], only_cross[i] };
      if (widths[i] != widths[0])
        ddim_json_refuse (json, DDIM_ERROR_INVALID, "cross_attention_dim",
                          "holds %d and %d, but a text's states have one width", widths[0],
                          widths[i]);
    }
}

/* A level's block; heads must fit into its width. */
static DdimBlock
make_block (DdimJson                   *json,
            DdimUnetConfig             *config,
            gint                        kind,
            gint                        level,
            const DdimTransformerShape *shape)
{
  DdimBlock block = { .resampling = kind == 2 ? DDIM_RESAMPLING_RESNET : DDIM_RESAMPLING_CONV };

  if (kind != 1)
    return block;

  block.attention    = DDIM_ATTENTION_TRANSFORMER;
  block.transformer  = *shape;
  config->text_width = shape->text_width;
  if (shape->heads > config->block_out_channels[level])
    ddim_json_refuse (json, DDIM_ERROR_INVALID, "attention_head_dim",
                      "asks for %d heads, more than the %d channels that they share",
                      shape->heads, config->block_out_channels[level]);
  return block;
}

/* Absent is the block with a transformer, null is none. */
static void
read_mid (DdimJson                   *json,
          DdimUnetConfig             *config,
          const DdimTransformerShape *shape)
{
  static const gchar * const mids[] = { "UNetMidBlock2DCrossAttn", "UNetMidBlock2D", NULL };
  DdimTransformerShape middle = *shape;

  if (json_object_has_member (json->object, "mid_block_type") &&
      ! ddim_json_node (json, "mid_block_type"))
    return;

  /* only_cross_attention does not reach this block, as in diffusers. */
  middle.only_cross = FALSE;
  if (ddim_json_choice (json, "mid_block_type", mids, 0) == 1)
    config->mid_resnets = 1;
  else
    {
      config->mid_resnets = 2;
      config->mid = make_block (json, config, 1, MAX (config->levels - 1, 0), &middle);
    }
}

static void
check_channels (DdimJson             *json,
                const DdimUnetConfig *config)
{
  gint in = config->in_channels, out = config->out_channels;

  if (in == out)
    return;
  if (in == 2 * out + 1)
    ddim_json_refuse (json, DDIM_ERROR_UNSUPPORTED, "in_channels",
                      "is %d: an inpainting model, which wants a mask and a masked picture "
                      "besides; choose the model that it was made of, which has %d", in, out);
  else
    ddim_json_refuse (json, DDIM_ERROR_UNSUPPORTED, "out_channels",
                      "is not “in_channels”: a model that learns variances, or takes "
                      "conditions as channels, is not supported");
}

gboolean
ddim_unet_config_load_conditional (const gchar     *path,
                                   DdimUnetConfig  *config,
                                   GError         **error)
{
  DdimJson             json;
  DdimUnetConfig       c = { 0 };
  DdimTransformerShape shapes[DDIM_MAX_LEVELS] = { 0 };
  gint                 down[DDIM_MAX_LEVELS] = { 0 }, up[DDIM_MAX_LEVELS] = { 0 };

  if (! ddim_json_open (&json, path, error))
    return FALSE;

  refuse_what_is_not_computed (&json);
  ddim_unet_config_read_common (&json, 4, time_names, &c);
  check_channels (&json, &c);
  c.time_act = c.style.act_fn;
  c.out_act  = c.style.act_fn;
  read_levels (&json, "layers_per_block", 2, DDIM_MAX_LAYERS, c.levels, c.layers_per_block);
  read_transformers (&json, &c, shapes);
  ddim_unet_config_read_blocks (&json, "down_block_types", down_names, c.levels, down);
  ddim_unet_config_read_blocks (&json, "up_block_types", up_names, c.levels, up);
  for (gint i = 0; i < c.levels; i++)
    {
      gint level = c.levels - 1 - i;

      c.down[i] = make_block (&json, &c, down[i], i, &shapes[i]);
      c.up[i]   = make_block (&json, &c, up[i], level, &shapes[level]);
    }
  read_mid (&json, &c, &shapes[MAX (c.levels - 1, 0)]);

  if (! ddim_json_close (&json, error))
    return FALSE;

  *config = c;
  return TRUE;
}
