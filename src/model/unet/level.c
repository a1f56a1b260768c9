/* level.c: one resolution of a U-Net, on the way down or up
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "level.h"

void
ddim_unet_level_load (DdimUnetLevel        *level,
                      DdimWeights          *weights,
                      const DdimUnetConfig *config,
                      const gchar          *name,
                      const DdimBlock      *block,
                      const gint           *c_in,
                      gint                  c_out,
                      gint                  n,
                      gint                  time_dim)
{
  gint groups = config->style.norm_num_groups;

  level->n       = n;
  level->resnets = g_new0 (DdimResnet *, n);
  if (block->attention == DDIM_ATTENTION_SELF)
    level->attentions = g_new0 (DdimSelfAttention *, n);
  if (block->attention == DDIM_ATTENTION_TRANSFORMER)
    level->transformers = g_new0 (DdimTransformer *, n);

  for (gint i = 0; i < n && ! weights->error; i++)
    {
      g_autofree gchar *resnet = g_strdup_printf ("%s.resnets.%d", name, i);
      g_autofree gchar *attention = g_strdup_printf ("%s.attentions.%d", name, i);

      level->resnets[i] = ddim_resnet_new (weights, resnet, &config->style, c_in[i], c_out,
                                           time_dim, DDIM_RESNET_PLAIN, 1);
      if (level->attentions)
        level->attentions[i] = ddim_self_attention_new (weights, attention, &config->style, c_out,
                                                        groups, 1);
      if (level->transformers)
        level->transformers[i] = ddim_transformer_new (weights, attention, c_out, groups,
                                                       &block->transformer);
    }
}

void
ddim_unet_level_load_sampler (DdimUnetLevel        *level,
                              DdimWeights          *weights,
                              const DdimUnetConfig *config,
                              const gchar          *name,
                              const DdimBlock      *block,
                              gint                  c,
                              gint                  time_dim,
                              gboolean              up)
{
  DdimConvSpec      spec  = ddim_conv_spec (c, c, 3);
  g_autofree gchar *block_name = g_strdup_printf ("%s.%s.0", name,
                                                  up ? "upsamplers" : "downsamplers");
  g_autofree gchar *conv  = g_strconcat (block_name, ".conv", NULL);

  if (weights->error)
    return;

  if (block->resampling == DDIM_RESAMPLING_RESNET)
    {
      level->resampler = ddim_resnet_new (weights, block_name, &config->style, c, c, time_dim,
                                          up ? DDIM_RESNET_UP : DDIM_RESNET_DOWN, 1);
      return;
    }
  if (up)
    spec.upsample = TRUE;
  else
    {
      /* Without padding, diffusers pads right and bottom by one. */
      spec.stride     = 2;
      spec.pad_before = config->downsample_padding;
    }
  level->sampler = ddim_layer_new (weights, conv, spec);
}

void
ddim_unet_level_clear (DdimUnetLevel *level)
{
  for (gint i = 0; i < level->n; i++)
    {
      ddim_resnet_free (level->resnets[i]);
      if (level->attentions)
        ddim_self_attention_free (level->attentions[i]);
      if (level->transformers)
        ddim_transformer_free (level->transformers[i]);
    }
  g_free (level->resnets);
  g_free (level->attentions);
  g_free (level->transformers);
  ddim_conv_free (level->sampler.conv);
  ddim_resnet_free (level->resampler);
}

DdimMap *
ddim_unet_level_run (DdimUnetLevel *level,
                     DdimPass      *pass,
                     gint           i,
                     DdimMap       *x,
                     DdimMap       *skip)
{
  DdimMap *out = ddim_resnet_run (level->resnets[i], pass, x, skip);

  ddim_map_unref (pass, x);
  ddim_map_unref (pass, skip);
  if (level->attentions || level->transformers)
    {
      x   = out;
      out = level->attentions ? ddim_self_attention_run (level->attentions[i], pass, x)
                              : ddim_transformer_run (level->transformers[i], pass, x);
      ddim_map_unref (pass, x);
    }
  return out;
}

DdimMap *
ddim_unet_level_run_sampler (DdimUnetLevel *level,
                             DdimPass      *pass,
                             DdimMap       *x)
{
  DdimSource source = ddim_map_source (x, NULL);
  DdimMap   *out;

  if (level->resampler)
    out = ddim_resnet_run (level->resampler, pass, x, NULL);
  else if (level->sampler.conv)
    out = ddim_layer_run (&level->sampler, pass, &source, NULL);
  else
    return x;

  ddim_map_unref (pass, x);
  return out;
}
