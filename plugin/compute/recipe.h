/* recipe.h: how a result was made, as text
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A new layer keeps it as a parasite.  The keys are the names of the procedure's
 * arguments, and the values those to call it with to make the same again.
 */

#pragma once

#include "settings.h"

/* The settings and a seed as lines of NAME=VALUE.  Free with g_free (). */
gchar * ddim_recipe_of_variation (const DdimVariationSettings *settings,
                                  guint64                      seed);
