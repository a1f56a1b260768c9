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

static GKeyFile *
begin (void)
{
  GKeyFile *file = g_key_file_new ();

  g_key_file_set_string (file, GROUP, "version", PACKAGE_VERSION);

  return file;
}

static void
add_model (GKeyFile                *file,
           const DdimModelSettings *settings)
{
  g_key_file_set_string  (file, GROUP, "model",  settings->model);
  g_key_file_set_integer (file, GROUP, "steps",  settings->steps);
  g_key_file_set_double  (file, GROUP, "depth",  settings->depth);
  g_key_file_set_string  (file, GROUP, "method", method_name (settings->method));
}

gchar *
ddim_recipe_of_variation (const DdimVariationSettings *settings,
                          guint64                      seed)
{
  g_autoptr (GKeyFile) file = begin ();

  add_model (file, &settings->model);
  g_key_file_set_double  (file, GROUP, "strength", settings->strength);
  g_key_file_set_double  (file, GROUP, "eta",      settings->eta);
  g_key_file_set_boolean (file, GROUP, "tileable", settings->model.tileable);
  g_key_file_set_uint64  (file, GROUP, "seed",     seed);
  if (ddim_model_settings_is_image (&settings->model))
    {
      if (settings->source)
        g_key_file_set_string (file, GROUP, "source", settings->source);
      if (settings->symmetry)
        g_key_file_set_string (file, GROUP, "symmetry", settings->symmetry);
    }

  return g_key_file_to_data (file, NULL, NULL);
}
