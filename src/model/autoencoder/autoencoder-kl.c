/* autoencoder-kl.c: AutoencoderKL, the autoencoder of Stable Diffusion
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The encoder gives a normal distribution's mean and the logarithm of its variance
 * (Kingma and Welling, arXiv 1312.6114; Rombach et al., arXiv 2112.10752): the mean
 * is the latent.
 */

#include "autoencoder-kind.h"
#include "tower.h"

typedef struct
{
  DdimTower *encoder, *decoder;
  DdimLayer  quant_conv, post_quant_conv; /* without a convolution where absent */
} Network;

static void
kl_read (DdimJson              *json,
         DdimAutoencoderConfig *config)
{
  static const gchar * const statistics[] = { "latents_mean", "latents_std" };

  for (gsize i = 0; i < G_N_ELEMENTS (statistics); i++)
    if (ddim_json_node (json, statistics[i]))
      ddim_json_refuse (json, DDIM_ERROR_UNSUPPORTED, statistics[i],
                        "is given: statistics of a latent's channels, which later models than "
                        "Stable Diffusion 2 have, are not supported");

  ddim_autoencoder_read_towers (json, config);
  config->use_quant_conv      = ddim_json_boolean (json, "use_quant_conv", TRUE);
  config->use_post_quant_conv = ddim_json_boolean (json, "use_post_quant_conv", TRUE);
}

static gpointer
kl_load (DdimWeights                 *weights,
         const DdimAutoencoderConfig *config)
{
  Network *network = g_new0 (Network, 1);
  gint     c = config->latent_channels;

  network->encoder = ddim_tower_new (weights, config, FALSE, config->channels, 2 * c);
  if (config->use_quant_conv)
    network->quant_conv = ddim_layer_new (weights, "quant_conv", ddim_conv_spec (2 * c, 2 * c, 1));
  if (config->use_post_quant_conv)
    network->post_quant_conv = ddim_layer_new (weights, "post_quant_conv",
                                               ddim_conv_spec (c, c, 1));
  network->decoder = ddim_tower_new (weights, config, TRUE, c, config->channels);
  return network;
}

static void
kl_free (gpointer data)
{
  Network *network = data;

  ddim_tower_free (network->encoder);
  ddim_tower_free (network->decoder);
  ddim_conv_free (network->quant_conv.conv);
  ddim_conv_free (network->post_quant_conv.conv);
  g_free (network);
}

static DdimMap *
kl_encode (gpointer          data,
           DdimPass         *pass,
           const DdimSource *picture)
{
  Network   *network = data;
  DdimMap   *x       = ddim_tower_run (network->encoder, pass, picture), *out;
  DdimSource source  = ddim_map_source (x, NULL);

  if (! network->quant_conv.conv)
    return x;

  out = ddim_layer_run (&network->quant_conv, pass, &source, NULL);
  ddim_map_unref (pass, x);
  return out;
}

static DdimMap *
kl_decode (gpointer          data,
           DdimPass         *pass,
           const DdimSource *latent)
{
  Network   *network = data;
  DdimMap   *x, *out;
  DdimSource source;

  if (! network->post_quant_conv.conv)
    return ddim_tower_run (network->decoder, pass, latent);

  x      = ddim_layer_run (&network->post_quant_conv, pass, latent, NULL);
  source = ddim_map_source (x, NULL);
  out    = ddim_tower_run (network->decoder, pass, &source);
  ddim_map_unref (pass, x);
  return out;
}

const DdimAutoencoderKind ddim_autoencoder_kl =
  { "AutoencoderKL", kl_read, kl_load, kl_free, kl_encode, kl_decode };
