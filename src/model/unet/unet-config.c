/* unet-config.c: a UNet2DModel's config.json
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "unet-config.h"
#include "json.h"

static const gchar * const down_names[] =
  { "DownBlock2D", "AttnDownBlock2D", "ResnetDownsampleBlock2D", NULL };
static const gchar * const up_names[] =
  { "UpBlock2D", "AttnUpBlock2D", "ResnetUpsampleBlock2D", NULL };
static const gchar * const resampling_names[] = { "conv", "resnet", NULL };
static const gchar * const time_names[] = { "positional", "fourier", "learned", NULL };
static const gchar * const class_names[] = { "timestep", "identity", NULL };
static const DdimClassEmbedding classes[] = { DDIM_CLASS_TIMESTEP, DDIM_CLASS_IDENTITY };
static const gchar * const shift_names[] = { "default", "scale_shift", NULL };
static const gchar * const act_names[] = { "silu", "swish", "mish", "gelu", "relu", NULL };
static const DdimActivation activations[] =
  { DDIM_ACTIVATION_SILU, DDIM_ACTIVATION_SILU, DDIM_ACTIVATION_MISH,
    DDIM_ACTIVATION_GELU, DDIM_ACTIVATION_RELU };

static gint
positive (DdimJson    *json,
          const gchar *field,
          gint         fallback,
          gint         max)
{
  gint value = ddim_json_int (json, field, fallback);

  if (value >= 1 && value <= max)
    return value;

  ddim_json_refuse (json, DDIM_ERROR_INVALID, field, "is %d; it must be from 1 to %d", value, max);
  return fallback;
}

/* An entry of an array as a whole number; 0 where it is none. */
static gint64
entry (JsonArray *array,
       gint       i)
{
  JsonNode *node = json_array_get_element (array, i);

  return JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_INT64
         ? json_node_get_int (node) : 0;
}

/* Returns the array's length, 0 where it is unusable (an error is then set). */
static gint
array_length (DdimJson    *json,
              const gchar *field,
              JsonArray  **array)
{
  JsonNode *node = ddim_json_node (json, field);
  gint      length = 0;

  if (node && JSON_NODE_HOLDS_ARRAY (node))
    {
      *array = json_node_get_array (node);
      length = json_array_get_length (*array);
    }
  if (length >= 1 && length <= DDIM_MAX_LEVELS)
    return length;

  ddim_json_refuse (json, node ? DDIM_ERROR_INVALID : DDIM_ERROR_MISSING, field,
                    "is not an array of 1 to %d entries", DDIM_MAX_LEVELS);
  return 0;
}

static void
read_blocks (DdimJson            *json,
             const gchar         *field,
             const gchar * const *names,
             const gchar         *resampling_field,
             gint                 levels,
             DdimBlock           *blocks)
{
  JsonArray      *array;
  DdimResampling  resampling = ddim_json_choice (json, resampling_field, resampling_names, 0);

  if (array_length (json, field, &array) != levels)
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

      /* The type of resampling acts in blocks with attention only. */
      blocks[i].attention  = kind == 1;
      blocks[i].resampling = kind == 2 ? DDIM_RESAMPLING_RESNET
                           : kind == 1 ? resampling : DDIM_RESAMPLING_CONV;
    }
}

static void
read_widths (DdimJson       *json,
             DdimUnetConfig *config)
{
  JsonArray *array;
  gint       groups = config->style.norm_num_groups;

  config->levels = array_length (json, "block_out_channels", &array);
  for (gint i = 0; i < config->levels; i++)
    {
      gint64 width = entry (array, i);

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
    return node ? positive (json, "sample_size", 64, 65536) : 64;

  array = json_node_get_array (node);
  size  = json_array_get_length (array) > 0 ? entry (array, 0) : 0;
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
  if (json_array_get_length (array) != 2 || entry (array, 0) < 1 ||
      entry (array, 0) > entry (array, 1))
    {
      ddim_json_refuse (json, DDIM_ERROR_INVALID, "training_sizes",
                        "is not a least and a largest size");
      return FALSE;
    }
  return entry (array, 0) < entry (array, 1);
}

static void
read_embeddings (DdimJson       *json,
                 DdimUnetConfig *config)
{
  gint class_embed = ddim_json_choice (json, "class_embed_type", class_names, -1);

  config->time_embedding_type = ddim_json_choice (json, "time_embedding_type", time_names, 0);
  config->time_embedding_dim  = ddim_json_node (json, "time_embedding_dim")
                                ? positive (json, "time_embedding_dim", 1, 65536) : 0;
  config->freq_shift      = ddim_json_double (json, "freq_shift", 0);
  config->flip_sin_to_cos = ddim_json_boolean (json, "flip_sin_to_cos", TRUE);
  if (config->time_embedding_type == DDIM_TIME_POSITIONAL &&
      config->freq_shift == config->block_out_channels[0] / 2)
    ddim_json_refuse (json, DDIM_ERROR_INVALID, "freq_shift",
                      "is %g, half of the first width: no frequency can be made of that",
                      config->freq_shift);
  if (config->time_embedding_type == DDIM_TIME_LEARNED)
    config->num_train_timesteps = positive (json, "num_train_timesteps", 0, G_MAXINT);

  if (class_embed >= 0)
    config->class_embed_type = classes[class_embed];
  else if (ddim_json_node (json, "num_class_embeds"))
    {
      config->class_embed_type = DDIM_CLASS_TABLE;
      config->num_class_embeds = positive (json, "num_class_embeds", 1, G_MAXINT);
    }
}

gboolean
ddim_unet_config_load (const gchar     *path,
                       DdimUnetConfig  *config,
                       GError         **error)
{
  DdimJson        json;
  DdimUnetConfig  c = { 0 };

  if (! ddim_json_open (&json, path, error))
    return FALSE;

  c.sample_size            = read_sample_size (&json);
  c.many_sizes             = read_many_sizes (&json);
  c.in_channels            = positive (&json, "in_channels", 3, 64);
  c.out_channels           = positive (&json, "out_channels", 3, 64);
  c.center_input_sample    = ddim_json_boolean (&json, "center_input_sample", FALSE);
  c.style.norm_num_groups  = positive (&json, "norm_num_groups", 32, 65536);
  c.style.norm_eps         = ddim_json_double (&json, "norm_eps", 1e-5);
  c.layers_per_block       = positive (&json, "layers_per_block", 2, 64);
  c.downsample_padding     = ddim_json_int (&json, "downsample_padding", 1);
  c.add_attention          = ddim_json_boolean (&json, "add_attention", TRUE);
  c.style.scale_shift      = ddim_json_choice (&json, "resnet_time_scale_shift", shift_names, 0);
  c.style.act_fn           = activations[ddim_json_choice (&json, "act_fn", act_names, 0)];
  c.mid_block_scale_factor = ddim_json_double (&json, "mid_block_scale_factor", 1);

  if (c.out_channels != c.in_channels)
    ddim_json_refuse (&json, DDIM_ERROR_UNSUPPORTED, "out_channels",
                      "is not “in_channels”: a model that learns variances, or takes "
                      "conditions as channels, is not supported");
  if (c.downsample_padding != 0 && c.downsample_padding != 1)
    ddim_json_refuse (&json, DDIM_ERROR_UNSUPPORTED, "downsample_padding",
                      "is %d; supported are 0 and 1", c.downsample_padding);
  if (! (c.style.norm_eps >= 0))
    ddim_json_refuse (&json, DDIM_ERROR_INVALID, "norm_eps", "is negative");
  if (! (c.mid_block_scale_factor > 0))
    ddim_json_refuse (&json, DDIM_ERROR_INVALID, "mid_block_scale_factor", "is not above 0");

  /* Absent is diffusers' default, 8; null is one head over all channels. */
  if (! json_object_has_member (json.object, "attention_head_dim"))
    c.style.attention_head_dim = 8;
  else if (ddim_json_node (&json, "attention_head_dim"))
    c.style.attention_head_dim = positive (&json, "attention_head_dim", 8, 65536);
  if (ddim_json_node (&json, "attn_norm_num_groups"))
    c.attn_norm_num_groups = positive (&json, "attn_norm_num_groups", 32, 65536);

  /* Absent is the default block, null is none. */
  if (! json_object_has_member (json.object, "mid_block_type"))
    c.mid_block = TRUE;
  else if (ddim_json_node (&json, "mid_block_type"))
    {
      const gchar * const mids[] = { "UNetMidBlock2D", NULL };

      ddim_json_choice (&json, "mid_block_type", mids, 0);
      c.mid_block = TRUE;
    }

  read_widths (&json, &c);
  read_embeddings (&json, &c);
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
