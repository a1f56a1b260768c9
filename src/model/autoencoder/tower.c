/* tower.c: the encoder or the decoder of an autoencoder
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * All between the first convolution and the last is a row of steps, each a
 * residual block, an attention, a change of resolution, or some of them.
 */

#include "tower.h"

/* Of every norm, whatever the config says. */
#define EPS 1e-6

typedef struct
{
  DdimResnet        *resnet;    /* or NULL */
  DdimSelfAttention *attention; /* or NULL */
  DdimLayer          sampler;   /* or without a convolution */
} Step;

struct _DdimTower
{
  DdimLayer  conv_in, conv_out;
  GArray    *steps;
  DdimNorm  *norm_out;
};

/* What its parts are made with. */
typedef struct
{
  DdimTower                   *tower;
  DdimWeights                 *weights;
  const gchar                 *name;
  DdimBlockStyle               style;
  gboolean                     decoder;
} Maker;

static void
add_block (const Maker *maker,
           const gchar *block,
           gint         i,
           gint         c_in,
           gint         c_out,
           gboolean     attention)
{
  g_autofree gchar *resnet_name = g_strdup_printf ("%s.%s.resnets.%d", maker->name, block, i);
  g_autofree gchar *attention_name = g_strdup_printf ("%s.%s.attentions.%d", maker->name, block, i);
  Step step = { 0 };

  if (maker->weights->error)
    return;

  step.resnet = ddim_resnet_new (maker->weights, resnet_name, &maker->style, c_in, c_out, 0,
                                 DDIM_RESNET_PLAIN, 1);
  if (attention)
    step.attention = ddim_self_attention_new (maker->weights, attention_name, &maker->style,
                                              c_out, maker->style.norm_num_groups, 1);
  g_array_append_val (maker->tower->steps, step);
}

/* Down, nothing stands before the first pixel, and zeros behind the last. */
static void
add_sampler (const Maker *maker,
             const gchar *block,
             gint         c)
{
  g_autofree gchar *name = g_strdup_printf ("%s.%s.%s.0.conv", maker->name, block,
                                            maker->decoder ? "upsamplers" : "downsamplers");
  DdimConvSpec spec = { c, c, 3, maker->decoder ? 1 : 2, maker->decoder ? 1 : 0, 1,
                        maker->decoder };
  Step         step = { 0 };

  if (maker->weights->error)
    return;

  step.sampler = ddim_layer_new (maker->weights, name, spec);
  g_array_append_val (maker->tower->steps, step);
}

static void
add_levels (const Maker                 *maker,
            const DdimAutoencoderLevels *levels)
{
  gint c = levels->channels[0];

  for (gint i = 0; i < levels->levels; i++)
    {
      g_autofree gchar *block = g_strdup_printf ("%s.%d", maker->decoder ? "up_blocks"
                                                                          : "down_blocks", i);

      for (gint j = 0; j < levels->blocks[i]; j++)
        {
          add_block (maker, block, j, c, levels->channels[i], levels->attention[i]);
          c = levels->channels[i];
        }
      if (i < levels->levels - 1)
        add_sampler (maker, block, c);
    }
}

static void
add_mid (const Maker *maker,
         gint         c,
         gboolean     attention)
{
  add_block (maker, "mid_block", 0, c, c, attention);
  add_block (maker, "mid_block", 1, c, c, FALSE);
}

DdimTower *
ddim_tower_new (DdimWeights                 *weights,
                const DdimAutoencoderConfig *config,
                gboolean                     decoder,
                gint                         c_in,
                gint                         c_out)
{
  DdimTower *tower = g_new0 (DdimTower, 1);
  const DdimAutoencoderLevels *levels = decoder ? &config->decoder : &config->encoder;
  Maker      maker = { tower, weights, decoder ? "decoder" : "encoder", config->style, decoder };
  gint       first = levels->channels[0], last = levels->channels[levels->levels - 1];
  g_autofree gchar *conv_in  = g_strconcat (maker.name, ".conv_in", NULL);
  g_autofree gchar *norm_out = g_strconcat (maker.name, ".conv_norm_out", NULL);
  g_autofree gchar *conv_out = g_strconcat (maker.name, ".conv_out", NULL);

  maker.style.norm_eps = EPS;

  tower->steps   = g_array_new (FALSE, FALSE, sizeof (Step));
  tower->conv_in = ddim_layer_new (weights, conv_in, ddim_conv_spec (c_in, first, 3));
  if (decoder)
    add_mid (&maker, first, config->mid_block_add_attention);
  add_levels (&maker, levels);
  if (! decoder)
    add_mid (&maker, last, config->mid_block_add_attention);
  tower->norm_out = ddim_weights_norm (weights, norm_out, last, config->style.norm_num_groups,
                                       EPS);
  tower->conv_out = ddim_layer_new (weights, conv_out, ddim_conv_spec (last, c_out, 3));
  return tower;
}

void
ddim_tower_free (DdimTower *tower)
{
  if (! tower)
    return;

  for (guint i = 0; i < tower->steps->len; i++)
    {
      Step *step = &g_array_index (tower->steps, Step, i);

      ddim_resnet_free (step->resnet);
      ddim_self_attention_free (step->attention);
      ddim_conv_free (step->sampler.conv);
    }
  g_array_unref (tower->steps);
  ddim_conv_free (tower->conv_in.conv);
  ddim_norm_free (tower->norm_out);
  ddim_conv_free (tower->conv_out.conv);
  g_free (tower);
}

/* Takes over x. */
static DdimMap *
run_step (Step     *step,
          DdimPass *pass,
          DdimMap  *x)
{
  DdimMap *out;

  if (step->resnet)
    {
      out = ddim_resnet_run (step->resnet, pass, x, NULL);
      ddim_map_unref (pass, x);
      x = out;
    }
  if (step->attention)
    {
      out = ddim_self_attention_run (step->attention, pass, x);
      ddim_map_unref (pass, x);
      x = out;
    }
  if (step->sampler.conv)
    {
      DdimSource source = ddim_map_source (x, NULL);

      out = ddim_layer_run (&step->sampler, pass, &source, NULL);
      ddim_map_unref (pass, x);
      x = out;
    }
  return x;
}

DdimMap *
ddim_tower_run (DdimTower        *tower,
                DdimPass         *pass,
                const DdimSource *source)
{
  DdimMap   *x = ddim_layer_run (&tower->conv_in, pass, source, NULL), *out;
  DdimSource last;
  DdimAffine affine;
  DdimWith   with = { .affine = &affine };

  for (guint i = 0; i < tower->steps->len; i++)
    x = run_step (&g_array_index (tower->steps, Step, i), pass, x);

  /* The last activation is SiLU whatever act_fn is. */
  affine = ddim_pass_affine (pass, tower->norm_out, x, NULL, NULL, 0, DDIM_ACTIVATION_SILU);
  last   = ddim_map_source (x, NULL);
  out    = ddim_layer_run (&tower->conv_out, pass, &last, &with);
  ddim_pass_give_affine (pass, &affine);
  ddim_map_unref (pass, x);
  return out;
}
