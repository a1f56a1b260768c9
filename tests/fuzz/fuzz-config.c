/* fuzz-config.c: any bytes as a network's config.json
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * They are refused, with an error that names the file, or every field of the
 * config is in the range that model/config.h promises.
 */

#include <math.h>

#include "fuzz.h"
#include "unet-config.h"

static void
check (const DdimUnetConfig *c)
{
  g_assert_true (c->sample_size >= 1 && c->sample_size <= 65536);
  g_assert_true (c->in_channels >= 1 && c->in_channels <= 64);
  g_assert_cmpint (c->out_channels, ==, c->in_channels);
  g_assert_true (c->levels >= 1 && c->levels <= DDIM_MAX_LEVELS);
  g_assert_true (c->layers_per_block[0] >= 1 && c->layers_per_block[0] <= DDIM_MAX_LAYERS);
  g_assert_true (c->style.norm_num_groups >= 1);
  g_assert_true (isfinite (c->style.norm_eps) && c->style.norm_eps >= 0);
  g_assert_true (isfinite (c->mid_block_scale_factor) && c->mid_block_scale_factor > 0);
  g_assert_true (isfinite (c->freq_shift));
  g_assert_true (c->downsample_padding == 0 || c->downsample_padding == 1);
  g_assert_true (c->style.attention_head_dim >= 0 && c->attn_norm_num_groups >= 0);
  g_assert_true (c->time_embedding_dim >= 0);
  if (c->time_embedding_type == DDIM_TIME_LEARNED)
    g_assert_cmpint (c->num_train_timesteps, >=, 1);
  if (c->time_embedding_type == DDIM_TIME_POSITIONAL)
    g_assert_true (c->freq_shift != c->block_out_channels[0] / 2);
  if (c->class_embed_type == DDIM_CLASS_TABLE)
    g_assert_cmpint (c->num_class_embeds, >=, 1);
  for (gint i = 0; i < c->levels; i++)
    {
      g_assert_true (c->block_out_channels[i] >= 1 && c->block_out_channels[i] <= 65536);
      g_assert_cmpint (c->block_out_channels[i] % c->style.norm_num_groups, ==, 0);
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  g_autoptr (GError) error = NULL;
  gint       file;
  g_autofree gchar *path = fuzz_file_new (data, size, &file);
  DdimUnetConfig config;
  gboolean       success = ddim_unet_config_load (path, &config, &error);

  fuzz_check_error (success, error, path);
  if (success)
    check (&config);
  close (file);
  return 0;
}
