/* recipe.h: how a result was made, as text
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A new layer keeps it as a parasite: a key file of one group, "recipe".  The keys are the names of the procedure's arguments,
 * and the values those to call it with to make the same pixels again.  Keys that
 * are no arguments say what the caller has to bring:
 *
 *   procedure   which one
 *   version     of the plug-in
 *   region      x, y, width and height, in the image's pixels, of what was
 *               selected or, of frames and textures, of the result
 *   model-hash  of the model, or of the sample that took its place
 *   layers      the names of the drawables
 *   source      a drawable's name, where the argument is one
 *   frame       which of the layers that come back is this one, from 1 on
 */

#pragma once

#include "settings.h"

/* The parasites' names. */
#define DDIM_PARASITE_VARIATION     "gimp-ddim-variation"
#define DDIM_PARASITE_INTERPOLATION "gimp-ddim-interpolation"
#define DDIM_PARASITE_TEXTURE       "gimp-ddim-texture"

/* Where a result was made, and by which model. */
typedef struct
{
  gint                 x, y, w, h; /* in the image's pixels                  */
  const gchar         *hash;       /* as DdimTaskReport has it, or NULL      */
  const gchar * const *layers;     /* names of what it was made of; or NULL  */
} DdimRecipeOrigin;

/* Each: lines of NAME=VALUE.  Free with g_free (). */
gchar * ddim_recipe_of_variation (const DdimVariationSettings     *settings,
                                  const DdimRecipeOrigin          *origin,
                                  guint64                          seed);

/* Of one frame, from 1 on, of n. */
gchar * ddim_recipe_of_frame     (const DdimInterpolationSettings *settings,
                                  const DdimRecipeOrigin          *origin,
                                  gint                             frame,
                                  gint                             n);

/* Of the one layer at a position: 0 is the first layer, 1 the last. */
gchar * ddim_recipe_of_position  (const DdimInterpolationSettings *settings,
                                  const DdimRecipeOrigin          *origin,
                                  gdouble                          position);

gchar * ddim_recipe_of_texture   (const DdimTextureSettings       *settings,
                                  const DdimRecipeOrigin          *origin,
                                  guint64                          seed);
