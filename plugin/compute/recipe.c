/* recipe.c: how a result was made, as text
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "recipe.h"

#define GROUP "recipe"

static const gchar *
method_name (DdimPlacementMethod method)
{
  static const gchar * const names[] = {
    [DDIM_PLACEMENT_AUTO]    = "auto",
    [DDIM_PLACEMENT_WINDOWS] = "windows",
    [DDIM_PLACEMENT_WHOLE]   = "whole",
    [DDIM_PLACEMENT_FIT]     = "fit",
  };

  return names[method];
}

static const gchar *
easing_name (DdimEasing easing)
{
  static const gchar * const names[] = {
    [DDIM_EASING_LINEAR] = "linear",
    [DDIM_EASING_IN]     = "in",
    [DDIM_EASING_OUT]    = "out",
    [DDIM_EASING_IN_OUT] = "in-out",
  };

  return names[easing];
}

static GKeyFile *
begin (const gchar            *procedure,
       const DdimRecipeOrigin *origin)
{
  GKeyFile *file     = g_key_file_new ();
  gint      region[] = { origin->x, origin->y, origin->w, origin->h };

  g_key_file_set_string       (file, GROUP, "procedure", procedure);
  g_key_file_set_string       (file, GROUP, "version",   PACKAGE_VERSION);
  g_key_file_set_integer_list (file, GROUP, "region",    region, G_N_ELEMENTS (region));
  if (origin->hash)
    g_key_file_set_string (file, GROUP, "model-hash", origin->hash);
  if (origin->layers)
    g_key_file_set_string_list (file, GROUP, "layers", origin->layers,
                                g_strv_length ((gchar **) origin->layers));

  return file;
}

static void
add_model (GKeyFile                *file,
           const DdimModelSettings *settings)
{
  g_key_file_set_string  (file, GROUP, "model",  settings->model);
  g_key_file_set_integer (file, GROUP, "label",  settings->label);
  g_key_file_set_integer (file, GROUP, "steps",  settings->steps);
  g_key_file_set_double  (file, GROUP, "depth",  settings->depth);
  g_key_file_set_string  (file, GROUP, "method", method_name (settings->method));
}

/* Of a model that reads none there are none. */
static void
add_prompts (GKeyFile                *file,
             const DdimModelSettings *settings)
{
  if (! settings->prompt)
    return;

  g_key_file_set_string (file, GROUP, "prompt",          settings->prompt);
  g_key_file_set_string (file, GROUP, "negative-prompt", settings->negative_prompt ? settings->negative_prompt : "");
  g_key_file_set_double (file, GROUP, "guidance",        settings->guidance);
}

static void
add_source (GKeyFile    *file,
            const gchar *source,
            const gchar *symmetry)
{
  if (source)
    g_key_file_set_string (file, GROUP, "source", source);
  if (symmetry)
    g_key_file_set_string (file, GROUP, "symmetry", symmetry);
}

gchar *
ddim_recipe_of_variation (const DdimVariationSettings *settings,
                          const DdimRecipeOrigin      *origin,
                          guint64                      seed)
{
  g_autoptr (GKeyFile) file = begin ("plug-in-ddim-variation", origin);

  add_model (file, &settings->model);
  g_key_file_set_double  (file, GROUP, "strength", settings->strength);
  g_key_file_set_double  (file, GROUP, "eta",      settings->eta);
  g_key_file_set_boolean (file, GROUP, "tileable", settings->model.tileable);
  g_key_file_set_uint64  (file, GROUP, "seed",     seed);
  g_key_file_set_string  (file, GROUP, "texture",  settings->texture);
  add_prompts (file, &settings->model);
  if (ddim_variation_settings_has_patches (settings))
    {
      g_key_file_set_double (file, GROUP, "leeway", settings->leeway);
      add_source (file, settings->source, settings->symmetry);
    }

  return g_key_file_to_data (file, NULL, NULL);
}

static GKeyFile *
begin_interpolation (const DdimInterpolationSettings *settings,
                     const DdimRecipeOrigin          *origin)
{
  GKeyFile *file = begin ("plug-in-ddim-interpolate", origin);

  add_model (file, &settings->model);
  g_key_file_set_string  (file, GROUP, "easing", easing_name (settings->easing));
  g_key_file_set_boolean (file, GROUP, "loop",   settings->loop);
  g_key_file_set_double  (file, GROUP, "mix",    settings->mix);
  g_key_file_set_uint64  (file, GROUP, "seed",   settings->seed);

  return file;
}

gchar *
ddim_recipe_of_frame (const DdimInterpolationSettings *settings,
                      const DdimRecipeOrigin          *origin,
                      gint                             frame,
                      gint                             n)
{
  g_autoptr (GKeyFile) file = begin_interpolation (settings, origin);

  g_key_file_set_string  (file, GROUP, "output", "group");
  g_key_file_set_integer (file, GROUP, "frames", n);
  g_key_file_set_integer (file, GROUP, "frame",  frame);

  return g_key_file_to_data (file, NULL, NULL);
}

gchar *
ddim_recipe_of_position (const DdimInterpolationSettings *settings,
                         const DdimRecipeOrigin          *origin,
                         gdouble                          position)
{
  g_autoptr (GKeyFile) file = begin_interpolation (settings, origin);

  g_key_file_set_string (file, GROUP, "output",   "layer");
  g_key_file_set_double (file, GROUP, "position", position);

  return g_key_file_to_data (file, NULL, NULL);
}

gchar *
ddim_recipe_of_texture (const DdimTextureSettings *settings,
                        const DdimRecipeOrigin    *origin,
                        guint64                    seed)
{
  g_autoptr (GKeyFile) file = begin ("plug-in-ddim-texture", origin);

  g_key_file_set_integer (file, GROUP, "width",    settings->width);
  g_key_file_set_integer (file, GROUP, "height",   settings->height);
  g_key_file_set_boolean (file, GROUP, "tileable", settings->tileable);
  g_key_file_set_integer (file, GROUP, "steps",    settings->steps);
  g_key_file_set_uint64  (file, GROUP, "seed",     seed);
  add_source (file, settings->source, settings->symmetry);

  return g_key_file_to_data (file, NULL, NULL);
}
