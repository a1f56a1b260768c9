/* autoencoder-config.c: an autoencoder's config.json
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "autoencoder-kind.h"

static const DdimAutoencoderKind * const kinds[] = { &ddim_autoencoder_kl };

static const gchar * const down_names[] = { "DownEncoderBlock2D", "AttnDownEncoderBlock2D", NULL };
static const gchar * const up_names[]   = { "UpDecoderBlock2D", "AttnUpDecoderBlock2D", NULL };

/* The blocks of each level: a type each, plain or with attention. */
static void
read_blocks (DdimJson              *json,
             const gchar           *field,
             const gchar * const   *names,
             DdimAutoencoderLevels *levels)
{
  JsonArray *array;

  if (ddim_json_array (json, field, DDIM_AUTOENCODER_MAX_LEVELS, &array) != levels->levels)
    {
      ddim_json_refuse (json, DDIM_ERROR_INVALID, field, "is not as long as “block_out_channels”");
      return;
    }
  for (gint i = 0; i < levels->levels; i++)
    {
      JsonNode    *node = json_array_get_element (array, i);
      const gchar *name = JSON_NODE_HOLDS_VALUE (node) ? json_node_get_string (node) : NULL;

      levels->attention[i] = ! g_strcmp0 (name, names[1]);
      if (! levels->attention[i] && g_strcmp0 (name, names[0]))
        ddim_json_refuse (json, DDIM_ERROR_UNSUPPORTED, field,
                          "holds “%s”; supported are %s and %s", name ? name : "?", names[0],
                          names[1]);
    }
}

void
ddim_autoencoder_read_towers (DdimJson              *json,
                              DdimAutoencoderConfig *config)
{
  DdimAutoencoderLevels *encoder = &config->encoder, *decoder = &config->decoder;
  gint       groups = ddim_json_positive (json, "norm_num_groups", 32, 65536);
  gint       blocks = ddim_json_positive (json, "layers_per_block", 1, 64);
  JsonArray *widths;
  gint       n = ddim_json_array (json, "block_out_channels", DDIM_AUTOENCODER_MAX_LEVELS,
                                  &widths);

  encoder->levels = decoder->levels = n;
  for (gint i = 0; i < n; i++)
    {
      gint64 width = ddim_json_entry (widths, i);

      if (width < 1 || width > 65536)
        ddim_json_refuse (json, DDIM_ERROR_INVALID, "block_out_channels",
                          "holds something else than widths from 1 to 65536");
      else if (width % groups)
        ddim_json_refuse (json, DDIM_ERROR_INVALID, "block_out_channels",
                          "holds %d, no multiple of norm_num_groups, %d", (gint) width, groups);
      encoder->channels[i] = decoder->channels[n - 1 - i] = width;
      encoder->blocks[i]   = blocks;
      decoder->blocks[i]   = blocks + 1;
    }
  read_blocks (json, "down_block_types", down_names, encoder);
  read_blocks (json, "up_block_types", up_names, decoder);

  config->factor = 1 << MAX (n - 1, 0);
  config->style.norm_num_groups   = groups;
  config->mid_block_add_attention = ddim_json_boolean (json, "mid_block_add_attention", TRUE);
}

/* What the class is called, or an error: of none, or of one that is not computed. */
static const DdimAutoencoderKind *
read_kind (DdimJson *json)
{
  const gchar *name  = ddim_json_string (json, "_class_name", NULL);
  g_autoptr (GString) list = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      if (! g_strcmp0 (name, kinds[i]->class_name))
        return kinds[i];
      g_string_append_printf (list, "%s%s", i ? ", " : "", kinds[i]->class_name);
    }
  ddim_json_refuse (json, name ? DDIM_ERROR_UNSUPPORTED : DDIM_ERROR_MISSING, "_class_name",
                    "is “%s”; supported autoencoders are %s", name ? name : "", list->str);
  return NULL;
}

static void
read_common (DdimJson              *json,
             DdimAutoencoderConfig *config)
{
  config->channels        = ddim_json_positive (json, "in_channels", 3, 64);
  config->latent_channels = ddim_json_positive (json, "latent_channels", 4, 1024);
  config->scaling_factor  = ddim_json_double (json, "scaling_factor", 0.18215);
  config->shift_factor    = ddim_json_double (json, "shift_factor", 0);
  config->style.act_fn    = ddim_block_style_read_activation (json, "act_fn",
                                                              DDIM_ACTIVATION_SILU);

  if (ddim_json_positive (json, "out_channels", 3, 64) != config->channels)
    ddim_json_refuse (json, DDIM_ERROR_UNSUPPORTED, "out_channels", "is not “in_channels”");
  if (! (config->scaling_factor > 0))
    ddim_json_refuse (json, DDIM_ERROR_INVALID, "scaling_factor", "is not above 0");
}

gboolean
ddim_autoencoder_config_load (const gchar            *path,
                              DdimAutoencoderConfig  *config,
                              GError                **error)
{
  DdimJson              json;
  DdimAutoencoderConfig c = { 0 };

  if (! ddim_json_open (&json, path, error))
    return FALSE;

  c.kind = read_kind (&json);
  if (c.kind)
    {
      read_common (&json, &c);
      c.kind->read (&json, &c);
    }
  if (! ddim_json_close (&json, error))
    return FALSE;

  *config = c;
  return TRUE;
}
