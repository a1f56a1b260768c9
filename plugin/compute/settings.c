/* settings.c: what a user has chosen, as plain values
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "settings.h"

void
ddim_model_settings_copy (const DdimModelSettings *settings,
                          DdimModelSettings       *copy)
{
  *copy        = *settings;
  copy->model  = g_strdup (settings->model);
  copy->folder = g_strdup (settings->folder);
  copy->prompt = g_strdup (settings->prompt);
  copy->negative_prompt = g_strdup (settings->negative_prompt);
}

void
ddim_model_settings_clear (DdimModelSettings *settings)
{
  g_clear_pointer (&settings->model, g_free);
  g_clear_pointer (&settings->folder, g_free);
  g_clear_pointer (&settings->prompt, g_free);
  g_clear_pointer (&settings->negative_prompt, g_free);
}

void
ddim_variation_settings_copy (const DdimVariationSettings *settings,
                              DdimVariationSettings       *copy)
{
  *copy          = *settings;
  copy->texture  = g_strdup (settings->texture);
  copy->source   = g_strdup (settings->source);
  copy->symmetry = g_strdup (settings->symmetry);
  ddim_model_settings_copy (&settings->model, &copy->model);
}

void
ddim_variation_settings_clear (DdimVariationSettings *settings)
{
  g_clear_pointer (&settings->texture, g_free);
  g_clear_pointer (&settings->source, g_free);
  g_clear_pointer (&settings->symmetry, g_free);
  ddim_model_settings_clear (&settings->model);
}

void
ddim_interpolation_settings_copy (const DdimInterpolationSettings *settings,
                                  DdimInterpolationSettings       *copy)
{
  *copy = *settings;
  ddim_model_settings_copy (&settings->model, &copy->model);
}

void
ddim_interpolation_settings_clear (DdimInterpolationSettings *settings)
{
  ddim_model_settings_clear (&settings->model);
}

void
ddim_texture_settings_copy (const DdimTextureSettings *settings,
                            DdimTextureSettings       *copy)
{
  *copy          = *settings;
  copy->source   = g_strdup (settings->source);
  copy->symmetry = g_strdup (settings->symmetry);
}

void
ddim_texture_settings_clear (DdimTextureSettings *settings)
{
  g_clear_pointer (&settings->source, g_free);
  g_clear_pointer (&settings->symmetry, g_free);
}

gboolean
ddim_model_settings_is_image (const DdimModelSettings *settings)
{
  return ! g_strcmp0 (settings->model, DDIM_MODEL_IMAGE);
}

gboolean
ddim_variation_settings_has_patches (const DdimVariationSettings *settings)
{
  return ddim_model_settings_is_image (&settings->model) ||
         (! settings->model.latent && ! g_strcmp0 (settings->texture, DDIM_TEXTURE_IMAGE));
}

void
ddim_variation_settings_place (const DdimVariationSettings *settings,
                               const DdimModelInfo         *info,
                               gint                         h,
                               gint                         w,
                               DdimPlacement               *placement)
{
  gboolean fixed_size = info->fixed_size && ! ddim_variation_settings_has_patches (settings);

  ddim_placement_init (placement, settings->model.method, settings->model.tileable,
                       info->sample_size, fixed_size, h, w);
}

gboolean
ddim_model_settings_same_prompts (const DdimModelSettings *a,
                                  const DdimModelSettings *b)
{
  return ! g_strcmp0 (a->prompt, b->prompt) &&
         ! g_strcmp0 (a->negative_prompt, b->negative_prompt) && a->guidance == b->guidance;
}

gboolean
ddim_model_settings_same_model (const DdimModelSettings *a,
                                const DdimModelSettings *b)
{
  return ! g_strcmp0 (a->model, b->model) && ! g_strcmp0 (a->folder, b->folder);
}

void
ddim_symmetry_set_options (const gchar        *symmetry,
                           DdimPatchesOptions *options)
{
  gboolean both = ! g_strcmp0 (symmetry, DDIM_SYMMETRY_BOTH);

  options->mirrored = both || ! g_strcmp0 (symmetry, DDIM_SYMMETRY_MIRRORED);
  options->turned   = both || ! g_strcmp0 (symmetry, DDIM_SYMMETRY_TURNED);
}

guint64
ddim_seed_at (guint64 first,
              gint    i)
{
  return (first + i) % ((guint64) G_MAXINT + 1);
}
