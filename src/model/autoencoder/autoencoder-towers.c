/* autoencoder-towers.c: AutoencoderKL and VQModel, a tower down and one up
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The encoder of AutoencoderKL, Stable Diffusion's, gives a normal distribution's mean
 * and the logarithm of its variance (Kingma and Welling, arXiv 1312.6114; Rombach et
 * al., arXiv 2112.10752): the mean is the latent.  VQModel, of the first latent
 * diffusion models, decodes the nearest vectors of a codebook instead of the latent
 * itself (van den Oord, Vinyals and Kavukcuoglu, arXiv 1711.00937).
 */

#include "autoencoder-kind.h"
#include "codebook.h"
#include "tower.h"

typedef struct
{
  DdimTower    *encoder, *decoder;
  DdimLayer     quant_conv, post_quant_conv; /* without a convolution where absent */
  DdimCodebook *codebook;                    /* or NULL */
} Network;

/* Configs ------------------------------------------------------------------ */

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

static void
read_towers (DdimJson              *json,
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

  read_towers (json, config);
  config->use_quant_conv      = ddim_json_boolean (json, "use_quant_conv", TRUE);
  config->use_post_quant_conv = ddim_json_boolean (json, "use_post_quant_conv", TRUE);
}

static void
vq_read (DdimJson              *json,
         DdimAutoencoderConfig *config)
{
  static const gchar * const norms[] = { "group", NULL };

  read_towers (json, config);
  ddim_json_choice (json, "norm_type", norms, 0);
  config->tower_channels    = config->latent_channels;
  config->num_vq_embeddings = ddim_json_positive (json, "num_vq_embeddings", 256, 1 << 24);
  if (ddim_json_node (json, "vq_embed_dim"))
    config->latent_channels = ddim_json_positive (json, "vq_embed_dim", 3, 1024);
}

/* Networks ----------------------------------------------------------------- */

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

static gpointer
vq_load (DdimWeights                 *weights,
         const DdimAutoencoderConfig *config)
{
  Network     *network = g_new0 (Network, 1);
  gint         c = config->tower_channels, d = config->latent_channels;
  gint64       shape[] = { config->num_vq_embeddings, d };
  DdimConstant vectors;

  network->encoder    = ddim_tower_new (weights, config, FALSE, config->channels, c);
  network->quant_conv = ddim_layer_new (weights, "quant_conv", ddim_conv_spec (c, d, 1));
  if (ddim_weights_get (weights, "quantize.embedding.weight", 2, shape, &vectors) &&
      ! config->force_not_quantize)
    network->codebook = ddim_weights_made (weights, ddim_codebook_new (shape[0], d, &vectors));
  network->post_quant_conv = ddim_layer_new (weights, "post_quant_conv", ddim_conv_spec (d, c, 1));
  network->decoder         = ddim_tower_new (weights, config, TRUE, c, config->channels);
  return network;
}

static void
network_free (gpointer data)
{
  Network *network = data;

  ddim_tower_free (network->encoder);
  ddim_tower_free (network->decoder);
  ddim_conv_free (network->quant_conv.conv);
  ddim_conv_free (network->post_quant_conv.conv);
  ddim_codebook_free (network->codebook);
  g_free (network);
}

static DdimMap *
network_encode (gpointer          data,
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

/* A new map of the latent's nearest vectors; NULL without a codebook. */
static DdimMap *
quantise (Network          *network,
          DdimPass         *pass,
          const DdimSource *latent)
{
  DdimMap *out;

  if (! network->codebook)
    return NULL;

  out = ddim_map_new (pass, latent->h, latent->w, latent->c[0]);
  if (ddim_pass_is_real (pass))
    ddim_pass_check (pass, ddim_codebook_run (network->codebook, latent->n * latent->h * latent->w,
                                              latent->data[0], out->tensor.data, &pass->run));
  return out;
}

static DdimMap *
network_decode (gpointer          data,
                DdimPass         *pass,
                const DdimSource *latent)
{
  Network   *network = data;
  DdimMap   *nearest = quantise (network, pass, latent), *x = NULL, *out;
  DdimSource source  = nearest ? ddim_map_source (nearest, NULL) : *latent;

  if (network->post_quant_conv.conv)
    {
      x      = ddim_layer_run (&network->post_quant_conv, pass, &source, NULL);
      source = ddim_map_source (x, NULL);
    }
  ddim_map_unref (pass, nearest);
  out = ddim_tower_run (network->decoder, pass, &source);
  ddim_map_unref (pass, x);
  return out;
}

const DdimAutoencoderKind ddim_autoencoder_kl =
  { "AutoencoderKL", 0.18215, 4, DDIM_ACTIVATION_SILU,
    kl_read, kl_load, network_free, network_encode, network_decode };

const DdimAutoencoderKind ddim_autoencoder_vq =
  { "VQModel", 0.18215, 3, DDIM_ACTIVATION_SILU,
    vq_read, vq_load, network_free, network_encode, network_decode };
