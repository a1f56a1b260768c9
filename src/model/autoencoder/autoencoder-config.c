/* autoencoder-config.c: an autoencoder's config.json
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "autoencoder-kind.h"

static const DdimAutoencoderKind * const kinds[] =
  { &ddim_autoencoder_kl, &ddim_autoencoder_tiny, &ddim_autoencoder_vq };

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
  config->latent_channels = ddim_json_positive (json, "latent_channels",
                                                config->kind->latent_channels, 1024);
  config->scaling_factor  = ddim_json_double (json, "scaling_factor",
                                              config->kind->scaling_factor);
  config->shift_factor    = ddim_json_double (json, "shift_factor", 0);
  config->style.act_fn    = ddim_block_style_read_activation (json, "act_fn",
                                                              config->kind->act_fn);

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
