/* variation-layers.h: variations as new layers
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "recipe.h"
#include "region.h"

/* Adds a layer for each item of `changes`, by its seed, the first on top of the
 * others and all above what they vary; each keeps the recipe that it was made
 * by.  Appends the layers, which GIMP owns, to `layers`: on failure those that
 * there are.                                                                */
gboolean ddim_variation_add_layers (const DdimRecipe  *recipe,
                                    const guint64     *seeds,
                                    const DdimRegion  *region,
                                    const DdimCanvas  *changes,
                                    GPtrArray         *layers,
                                    GError           **error);
