/* variation-task.h: variations of a pyramid, for a job
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "recipe.h"
#include "pyramid.h"
#include "task.h"

/* What is nearer than this to a place is not used for it, in pixels, by a model
 * of the same image: it would be given back as it is.                       */
#define DDIM_VARIATION_APART 32

/* The pyramid's stages, varied as the recipe says; keeps a reference to it
 * and a copy of the recipe.  Free with ddim_task_unref ().                  */
DdimTask * ddim_variation_task_new (DdimPyramid      *pyramid,
                                    const DdimRecipe *recipe);
