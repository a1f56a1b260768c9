/* autoencoder-tiny.c: AutoencoderTiny, a small and quick autoencoder
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Convolutions and rectifiers alone.  A block is three convolutions, an activation
 * behind each of the first two, and a rectifier of their sum with what came in.
 * Pictures are from 0 to 1 inside, and latents are bent to -3 .. 3 before they are
 * decoded.  diffusers' EncoderTiny and DecoderTiny, layer for layer.
 */

#include <math.h>

#include "activation.h"
#include "autoencoder-kind.h"

/* Latents go through 3 tanh (x / 3). */
#define REACH 3

/* A block has three convolutions, a layer between blocks one. */
typedef struct
{
  gint      n;
  DdimLayer convs[3];
  gboolean  activated; /* the layer is followed by an activation */
} Step;

typedef struct
{
  GArray         *encoder, *decoder; /* of Step */
  DdimActivation  act_fn;
} Network;

/* The config --------------------------------------------------------------- */

static void
read_levels (DdimJson              *json,
             const gchar           *channels_field,
             const gchar           *blocks_field,
             DdimAutoencoderLevels *levels)
{
  JsonArray *channels, *blocks;

  levels->levels = ddim_json_array (json, channels_field, DDIM_AUTOENCODER_MAX_LEVELS, &channels);
  if (ddim_json_array (json, blocks_field, DDIM_AUTOENCODER_MAX_LEVELS, &blocks) != levels->levels)
    {
      ddim_json_refuse (json, DDIM_ERROR_INVALID, blocks_field, "is not as long as “%s”",
                        channels_field);
      return;
    }
  for (gint i = 0; i < levels->levels; i++)
    {
      gint64 c = ddim_json_entry (channels, i), n = ddim_json_entry (blocks, i);

      if (c < 1 || c > 65536)
        ddim_json_refuse (json, DDIM_ERROR_INVALID, channels_field,
                          "holds something else than widths from 1 to 65536");
      if (n < 1 || n > 64)
        ddim_json_refuse (json, DDIM_ERROR_INVALID, blocks_field,
                          "holds something else than numbers from 1 to 64");
      if (i && levels->channels[i - 1] != c)
        ddim_json_refuse (json, DDIM_ERROR_UNSUPPORTED, channels_field,
                          "holds different widths: layers between them do not fit");
      levels->channels[i] = c;
      levels->blocks[i]   = n;
    }
}

static void
tiny_read (DdimJson              *json,
           DdimAutoencoderConfig *config)
{
  static const gchar * const upsample_fns[] = { "nearest", NULL };
  gint factor = ddim_json_int (json, "upsampling_scaling_factor", 2);

  read_levels (json, "encoder_block_out_channels", "num_encoder_blocks", &config->encoder);
  read_levels (json, "decoder_block_out_channels", "num_decoder_blocks", &config->decoder);
  ddim_json_choice (json, "upsample_fn", upsample_fns, 0);
  if (factor != 2)
    ddim_json_refuse (json, DDIM_ERROR_UNSUPPORTED, "upsampling_scaling_factor",
                      "is %d; supported is 2", factor);
  if (config->encoder.levels != config->decoder.levels)
    ddim_json_refuse (json, DDIM_ERROR_INVALID, "num_decoder_blocks",
                      "is not as long as “num_encoder_blocks”");
  config->factor = 1 << MAX (config->encoder.levels - 1, 0);
}

/* The network -------------------------------------------------------------- */

static void
add_layer (GArray       *steps,
           DdimWeights  *weights,
           const gchar  *name,
           gint          index,
           DdimConvSpec  spec,
           gboolean      bias,
           gboolean      activated)
{
  g_autofree gchar *path = g_strdup_printf ("%s.layers.%d", name, index);
  Step step = { 1, { { NULL, spec } }, activated };

  step.convs[0].conv = bias ? ddim_weights_conv (weights, path, &spec)
                            : ddim_weights_conv_plain (weights, path, &spec);
  g_array_append_val (steps, step);
}

static void
add_blocks (GArray      *steps,
            DdimWeights *weights,
            const gchar *name,
            gint        *index,
            gint         n,
            gint         c)
{
  for (gint i = 0; i < n; i++, (*index)++)
    {
      Step step = { 3 };

      for (gint j = 0; j < 3; j++)
        {
          g_autofree gchar *path = g_strdup_printf ("%s.layers.%d.conv.%d", name, *index, 2 * j);

          step.convs[j] = ddim_layer_new (weights, path, ddim_conv_spec (c, c, 3));
        }
      g_array_append_val (steps, step);
    }
}

static void
load_encoder (GArray                      *steps,
              DdimWeights                 *weights,
              const DdimAutoencoderConfig *config)
{
  const DdimAutoencoderLevels *levels = &config->encoder;
  gint index = 0;

  for (gint i = 0; i < levels->levels; i++)
    {
      gint         c    = levels->channels[i];
      DdimConvSpec spec = ddim_conv_spec (i ? c : config->channels, c, 3);

      spec.stride = i ? 2 : 1;
      add_layer (steps, weights, "encoder", index++, spec, i == 0, FALSE);
      add_blocks (steps, weights, "encoder", &index, levels->blocks[i], c);
    }
  add_layer (steps, weights, "encoder", index,
             ddim_conv_spec (levels->channels[levels->levels - 1], config->latent_channels, 3),
             TRUE, FALSE);
}

/* What has no weights, the activation and the doubling, is counted among the layers. */
static void
load_decoder (GArray                      *steps,
              DdimWeights                 *weights,
              const DdimAutoencoderConfig *config)
{
  const DdimAutoencoderLevels *levels = &config->decoder;
  gint index = 2;

  add_layer (steps, weights, "decoder", 0,
             ddim_conv_spec (config->latent_channels, levels->channels[0], 3), TRUE, TRUE);
  for (gint i = 0; i < levels->levels; i++)
    {
      gint         c    = levels->channels[i];
      gboolean     last = i == levels->levels - 1;
      DdimConvSpec spec = ddim_conv_spec (c, last ? config->channels : c, 3);

      add_blocks (steps, weights, "decoder", &index, levels->blocks[i], c);
      spec.upsample = ! last;
      index += ! last;
      add_layer (steps, weights, "decoder", index++, spec, last, FALSE);
    }
}

static gpointer
tiny_load (DdimWeights                 *weights,
           const DdimAutoencoderConfig *config)
{
  Network *network = g_new0 (Network, 1);

  network->act_fn  = config->style.act_fn;
  network->encoder = g_array_new (FALSE, FALSE, sizeof (Step));
  network->decoder = g_array_new (FALSE, FALSE, sizeof (Step));
  load_encoder (network->encoder, weights, config);
  load_decoder (network->decoder, weights, config);
  return network;
}

static void
steps_free (GArray *steps)
{
  for (guint i = 0; i < steps->len; i++)
    {
      Step *step = &g_array_index (steps, Step, i);

      for (gint j = 0; j < step->n; j++)
        ddim_conv_free (step->convs[j].conv);
    }
  g_array_unref (steps);
}

static void
tiny_free (gpointer data)
{
  Network *network = data;

  steps_free (network->encoder);
  steps_free (network->decoder);
  g_free (network);
}

/* In place. */
static void
activate (DdimPass       *pass,
          DdimActivation  activation,
          DdimMap        *x)
{
  const DdimTensor *t = &x->tensor;

  if (ddim_pass_is_real (pass))
    ddim_pass_check (pass, ddim_activation_run (activation, t->data,
                                                (gsize) t->n * t->h * t->w * t->c, &pass->run));
}

/* Takes over x. */
static DdimMap *
run_step (Step           *step,
          DdimPass       *pass,
          DdimActivation  act_fn,
          DdimMap        *x)
{
  DdimMap *h = ddim_map_ref (x);

  for (gint i = 0; i < step->n; i++)
    {
      DdimMap *out = ddim_layer_run_linear (&step->convs[i], pass, h, i == 2 ? x : NULL);

      ddim_map_unref (pass, h);
      h = out;
      if (i < step->n - 1 || step->activated)
        activate (pass, act_fn, h);
    }
  if (step->n == 3)
    activate (pass, DDIM_ACTIVATION_RELU, h);
  ddim_map_unref (pass, x);
  return h;
}

/* Takes over x. */
static DdimMap *
run_steps (GArray         *steps,
           DdimPass       *pass,
           DdimActivation  act_fn,
           DdimMap        *x)
{
  for (guint i = 0; i < steps->len; i++)
    x = run_step (&g_array_index (steps, Step, i), pass, act_fn, x);
  return x;
}

/* A new map of f (the source). */
static DdimMap *
map_each (DdimPass         *pass,
          const DdimSource *source,
          gfloat          (*f) (gfloat))
{
  DdimMap *out  = ddim_map_new (pass, source->h, source->w, source->c[0]);
  gsize    size = (gsize) source->n * source->h * source->w * source->c[0];

  for (gsize i = 0; ddim_pass_is_real (pass) && i < size; i++)
    out->tensor.data[i] = f (source->data[0][i]);
  return out;
}

static gfloat
to_unit (gfloat x)
{
  return (x + 1) / 2;
}

static gfloat
bend (gfloat x)
{
  return REACH * tanhf (x / REACH);
}

static DdimMap *
tiny_encode (gpointer          data,
             DdimPass         *pass,
             const DdimSource *picture)
{
  Network *network = data;

  return run_steps (network->encoder, pass, network->act_fn, map_each (pass, picture, to_unit));
}

static DdimMap *
tiny_decode (gpointer          data,
             DdimPass         *pass,
             const DdimSource *latent)
{
  Network *network = data;
  DdimMap *out = run_steps (network->decoder, pass, network->act_fn,
                            map_each (pass, latent, bend));
  const DdimTensor *t = &out->tensor;

  for (gsize i = 0; ddim_pass_is_real (pass) && i < (gsize) t->n * t->h * t->w * t->c; i++)
    t->data[i] = 2 * t->data[i] - 1;
  return out;
}

const DdimAutoencoderKind ddim_autoencoder_tiny =
  { "AutoencoderTiny", 1, 4, DDIM_ACTIVATION_RELU,
    tiny_read, tiny_load, tiny_free, tiny_encode, tiny_decode };
