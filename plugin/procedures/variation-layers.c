/* variation-layers.c: variations as new layers
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include <libgimp/gimp.h>
#include <glib/gi18n-lib.h>

#include "variation-layers.h"

#define PARASITE "gimp-ddim-variation"

/* The new layer says how it was made, so that it can be made again. */
static void
sign (const DdimRecipe *recipe,
      GimpLayer        *layer,
      guint64           seed)
{
  g_autofree gchar *text     = ddim_recipe_to_text (recipe, seed);
  GimpParasite     *parasite = gimp_parasite_new (PARASITE,
                                                  GIMP_PARASITE_PERSISTENT |
                                                  GIMP_PARASITE_UNDOABLE,
                                                  strlen (text), text);

  gimp_item_attach_parasite (GIMP_ITEM (layer), parasite);
  gimp_parasite_free (parasite);
}

gboolean
ddim_variation_add_layers (const DdimRecipe  *recipe,
                           const guint64     *seeds,
                           const DdimRegion  *region,
                           const DdimCanvas  *changes,
                           GPtrArray         *layers,
                           GError           **error)
{
  g_autofree gchar *name = gimp_item_get_name (GIMP_ITEM (region->drawable));

  for (gint i = 0; i < changes->n; i++)
    {
      /* Translators: a new layer's name: the layer it was made of, the seed,
       * and the strength as a number from 0 to 1. */
      g_autofree gchar *title = g_strdup_printf (_("%s, seed %u, strength %.2f"),
                                                 name, (guint) seeds[i], recipe->strength);
      GimpLayer        *layer = ddim_region_to_layer (region, NULL, changes, i, title, error);

      if (! layer)
        return FALSE;

      sign (recipe, layer, seeds[i]);
      g_ptr_array_add (layers, layer);
    }

  return TRUE;
}
