/* unet-config.c: a UNet2DModel's config.json
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "unet-config-private.h"

static const gchar * const down_names[] =
  { "DownBlock2D", "AttnDownBlock2D", "ResnetDownsampleBlock2D", NULL };
static const gchar * const up_names[] =
  { "UpBlock2D", "AttnUpBlock2D", "ResnetUpsampleBlock2D", NULL };
static const gchar * const resampling_names[] = { "conv", "resnet", NULL };
static const gchar * const time_names[] = { "positional", "fourier", "learned", NULL };
static const gchar * const class_names[] = { "timestep", "identity", NULL };
static const DdimClassEmbedding classes[] = { DDIM_CLASS_TIMESTEP, DDIM_CLASS_IDENTITY };
static const gchar * const shift_names[] = { "default", "scale_shift", NULL };

void
ddim_unet_config_read_blocks (DdimJson            *json,
                              const gchar         *field,
                              const gchar * const *names,
                              gint                 levels,
                              gint                *kinds)
{
  JsonArray *array;

  if (ddim_json_array (json, field, DDIM_MAX_LEVELS, &array) != levels)
    {
      ddim_json_refuse (json, DDIM_ERROR_INVALID, field,
                        "is not as long as “block_out_channels”");
      return;
    }

  for (gint i = 0; i < levels; i++)
    {
      JsonNode    *node = json_array_get_element (array, i);
      const gchar *name = JSON_NODE_HOLDS_VALUE (node) ? json_node_get_string (node) : NULL;
      gint         kind;

      for (kind = 0; names[kind] && g_strcmp0 (name, names[kind]); kind++);
      if (! names[kind])
        {
          ddim_json_refuse (json, DDIM_ERROR_UNSUPPORTED, field,
                            "holds “%s”; supported are %s, %s and %s",
                            name ? name : "?", names[0], names[1], names[2]);
          return;
        }
      kinds[i] = kind;
    }
}

static void
read_blocks (DdimJson            *json,
             const gchar         *field,
             const gchar * const *names,
             const gchar         *resampling_field,
             gint                 levels,
             DdimBlock           *blocks)
{
  DdimResampling resampling = ddim_json_choice (json, resampling_field, resampling_names, 0);
  gint           kinds[DDIM_MAX_LEVELS] = { 0 };

  ddim_unet_config_read_blocks (json, field, names, levels, kinds);
  for (gint i = 0; i < levels; i++)
    {
      /* The type of resampling acts in blocks with attention only. */
      blocks[i].attention  = kinds[i] == 1 ? DDIM_ATTENTION_SELF : DDIM_ATTENTION_NONE;
      blocks[i].resampling = kinds[i] == 2 ? DDIM_RESAMPLING_RESNET
                           : kinds[i] == 1 ? resampling : DDIM_RESAMPLING_CONV;
    }
}

static void
read_widths (DdimJson       *json,
             DdimUnetConfig *config)
{
  JsonArray *array;
  gint       groups = config->style.norm_num_groups;

  config->levels = ddim_json_array (json, "block_out_channels", DDIM_MAX_LEVELS, &array);
  for (gint i = 0; i < config->levels; i++)
    {
      gint64 width = ddim_json_entry (array, i);

      if (width < 1 || width > 65536)
        ddim_json_refuse (json, DDIM_ERROR_INVALID, "block_out_channels",
                          "holds something else than widths from 1 to 65536");
      else if (width % groups)
        ddim_json_refuse (json, DDIM_ERROR_INVALID, "block_out_channels",
                          "holds %d, no multiple of norm_num_groups, %d", (gint) width, groups);
      else
        config->block_out_channels[i] = width;
    }
}

/* sample_size: a number, two of them (the first counts), or null. */
static gint
read_sample_size (DdimJson *json)
{
  JsonNode  *node = ddim_json_node (json, "sample_size");
  JsonArray *array;
  gint64     size;

  if (! node || ! JSON_NODE_HOLDS_ARRAY (node))
    return node ? ddim_json_positive (json, "sample_size", 64, 65536) : 64;

  array = json_node_get_array (node);
  size  = json_array_get_length (array) > 0 ? ddim_json_entry (array, 0) : 0;
  if (size < 1 || size > 65536)
    ddim_json_refuse (json, DDIM_ERROR_INVALID, "sample_size",
                      "holds something else than sizes from 1 to 65536");
  return size;
}

/* training_sizes: the least and the largest, absent in diffusers' own. */
static gboolean
read_many_sizes (DdimJson *json)
{
  JsonNode  *node  = ddim_json_node (json, "training_sizes");
  JsonArray *array = node && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  if (! array)
    return FALSE;
  if (json_array_get_length (array) != 2 || ddim_json_entry (array, 0) < 1 ||
      ddim_json_entry (array, 0) > ddim_json_entry (array, 1))
    {
      ddim_json_refuse (json, DDIM_ERROR_INVALID, "training_sizes",
                        "is not a least and a largest size");
      return FALSE;
    }
  return ddim_json_entry (array, 0) < ddim_json_entry (array, 1);
}

static void
read_embeddings (DdimJson            *json,
                 const gchar * const *times,
                 DdimUnetConfig      *config)
{
  gint class_embed = ddim_json_choice (json, "class_embed_type", class_names, -1);

  config->time_embedding_type = ddim_json_choice (json, "time_embedding_type", times, 0);
  config->time_embedding_dim  = ddim_json_node (json, "time_embedding_dim")
                                ? ddim_json_positive (json, "time_embedding_dim", 1, 65536) : 0;
  config->freq_shift      = ddim_json_double (json, "freq_shift", 0);
  config->flip_sin_to_cos = ddim_json_boolean (json, "flip_sin_to_cos", TRUE);
  if (config->time_embedding_type == DDIM_TIME_POSITIONAL &&
      config->freq_shift == config->block_out_channels[0] / 2)
    ddim_json_refuse (json, DDIM_ERROR_INVALID, "freq_shift",
                      "is %g, half of the first width: no frequency can be made of that",
                      config->freq_shift);
  if (config->time_embedding_type == DDIM_TIME_LEARNED)
    config->num_train_timesteps = ddim_json_positive (json, "num_train_timesteps", 0, G_MAXINT);

  if (class_embed >= 0)
    config->class_embed_type = classes[class_embed];
  else if (ddim_json_node (json, "num_class_embeds"))
    {
      config->class_embed_type = DDIM_CLASS_TABLE;
      config->num_class_embeds = ddim_json_positive (json, "num_class_embeds", 1, G_MAXINT);
    }
}

void
ddim_unet_config_read_common (DdimJson            *json,
                              gint                 channels,
                              const gchar * const *times,
                              DdimUnetConfig      *config)
{
  DdimBlockStyle *style = &config->style;

  config->sample_size            = read_sample_size (json);
  config->in_channels            = ddim_json_positive (json, "in_channels", channels, 64);
  config->out_channels           = ddim_json_positive (json, "out_channels", channels, 64);
  config->center_input_sample    = ddim_json_boolean (json, "center_input_sample", FALSE);
  config->downsample_padding     = ddim_json_int (json, "downsample_padding", 1);
  config->mid_block_scale_factor = ddim_json_double (json, "mid_block_scale_factor", 1);
  style->norm_num_groups  = ddim_json_positive (json, "norm_num_groups", 32, 65536);
  style->norm_eps         = ddim_json_double (json, "norm_eps", 1e-5);
  style->scale_shift      = ddim_json_choice (json, "resnet_time_scale_shift", shift_names, 0);
  style->act_fn           = ddim_block_style_read_activation (json, "act_fn", DDIM_ACTIVATION_SILU);

  if (config->downsample_padding != 0 && config->downsample_padding != 1)
    ddim_json_refuse (json, DDIM_ERROR_UNSUPPORTED, "downsample_padding",
                      "is %d; supported are 0 and 1", config->downsample_padding);
  if (! (style->norm_eps >= 0))
    ddim_json_refuse (json, DDIM_ERROR_INVALID, "norm_eps", "is negative");
  if (! (config->mid_block_scale_factor > 0))
    ddim_json_refuse (json, DDIM_ERROR_INVALID, "mid_block_scale_factor", "is not above 0");

  read_widths (json, config);
  read_embeddings (json, times, config);
}

/* The middle's kind: absent is the default block, null is none. */
static void
read_mid (DdimJson       *json,
          DdimUnetConfig *config)
{
  static const gchar * const mids[] = { "UNetMidBlock2D", NULL };

  if (json_object_has_member (json->object, "mid_block_type") &&
      ! ddim_json_node (json, "mid_block_type"))
    return;

  ddim_json_choice (json, "mid_block_type", mids, 0);
  config->mid_resnets = 2;
  if (ddim_json_boolean (json, "add_attention", TRUE))
    config->mid.attention = DDIM_ATTENTION_SELF;
}

gboolean
ddim_unet_config_load (const gchar     *path,
                       DdimUnetConfig  *config,
                       GError         **error)
{
  DdimJson        json;
  DdimUnetConfig  c = { 0 };
  gint            layers;

  if (! ddim_json_open (&json, path, error))
    return FALSE;

  ddim_unet_config_read_common (&json, 3, time_names, &c);
  read_mid (&json, &c);
  c.time_act   = DDIM_ACTIVATION_SILU;
  c.out_act    = DDIM_ACTIVATION_SILU;
  c.many_sizes = read_many_sizes (&json);
  layers       = ddim_json_positive (&json, "layers_per_block", 2, DDIM_MAX_LAYERS);
  for (gint i = 0; i < c.levels; i++)
    c.layers_per_block[i] = layers;

  if (c.out_channels != c.in_channels)
    ddim_json_refuse (&json, DDIM_ERROR_UNSUPPORTED, "out_channels",
                      "is not “in_channels”: a model that learns variances, or takes "
                      "conditions as channels, is not supported");

  /* Absent is diffusers' default, 8; null is one head over all channels. */
  if (! json_object_has_member (json.object, "attention_head_dim"))
    c.style.attention_head_dim = 8;
  else if (ddim_json_node (&json, "attention_head_dim"))
    c.style.attention_head_dim = ddim_json_positive (&json, "attention_head_dim", 8, 65536);
  if (ddim_json_node (&json, "attn_norm_num_groups"))
    c.attn_norm_num_groups = ddim_json_positive (&json, "attn_norm_num_groups", 32, 65536);

  read_blocks (&json, "down_block_types", down_names, "downsample_type", c.levels, c.down);
  read_blocks (&json, "up_block_types", up_names, "upsample_type", c.levels, c.up);

  if (! ddim_json_close (&json, error))
    return FALSE;

  *config = c;
  return TRUE;
}

gint
ddim_unet_config_get_embedding (const DdimUnetConfig *config)
{
  return config->time_embedding_dim ? config->time_embedding_dim
                                    : 4 * config->block_out_channels[0];
}

gint
ddim_unet_config_get_multiple (const DdimUnetConfig *config)
{
  return 1 << (config->levels - 1);
}
