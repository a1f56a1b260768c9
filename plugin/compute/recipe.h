/* recipe.h: what is done to a region, apart from where and with which seed
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <libgimp/gimp.h>

#include "ddim.h"
#include "region.h"

typedef struct
{
  gchar      *model;     /* an installed model's name, a folder, or
                            DDIM_MODEL_IMAGE                                 */
  gint                 steps;
  gdouble              depth;
  gdouble              strength;
  gdouble              eta;
  DdimPlacementMethod  method;
  gboolean             tileable;
  gchar               *source;    /* of a model of the image: the drawable's name, or NULL */
  gchar               *symmetry;  /* or NULL where the procedure has none             */
} DdimRecipe;

/* The arguments of a procedure that a recipe is read from.  Common are model,
 * steps, depth and method; what a procedure does not have is 0.             */
void          ddim_recipe_add_arguments (GimpProcedure        *procedure);
void          ddim_recipe_add_common_arguments
                                        (GimpProcedure        *procedure,
                                         gdouble               depth);

/* Free what is in it with ddim_recipe_clear (). */
void          ddim_recipe_read          (DdimRecipe           *recipe,
                                         GimpProcedureConfig  *config);
void          ddim_recipe_copy          (const DdimRecipe     *recipe,
                                         DdimRecipe           *copy);
void          ddim_recipe_clear         (DdimRecipe           *recipe);

/* The recipe and a seed as lines of NAME=VALUE, by which a result can be made
 * again.  Free with g_free ().                                              */
gchar       * ddim_recipe_to_text       (const DdimRecipe     *recipe,
                                         guint64               seed);

/* Whether the model is made of the image itself: see patch-source.h. */
gboolean      ddim_recipe_is_of_image   (const DdimRecipe     *recipe);

/* Loads the recipe's model; errors are sentences for the user. */
DdimModel   * ddim_recipe_load_model    (const DdimRecipe  *recipe,
                                         DdimThreadPool    *pool,
                                         GError           **error);

DdimLevels  * ddim_recipe_make_levels   (const DdimRecipe     *recipe,
                                         const DdimModel      *model,
                                         GError              **error);

/* The depth at which a picture of 1 / k of the size loses what it loses at the
 * recipe's in full size.                                                    */
gdouble       ddim_recipe_get_reduced_depth
                                        (const DdimRecipe     *recipe,
                                         const DdimModel      *model,
                                         gint                  k);

/* How a target of that size is put before the model. */
void          ddim_recipe_init_placement (const DdimRecipe *recipe,
                                          const DdimModel  *model,
                                          gint              h,
                                          gint              w,
                                          DdimPlacement    *placement);

/* Whether a region of which so much may change (NULL: all of it) can be made as
 * the recipe says; the error is a sentence for the user.                     */
gboolean      ddim_recipe_check_weights (const DdimRecipe     *recipe,
                                         const DdimRegion     *region,
                                         const gfloat         *weights,
                                         GError              **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DdimRecipe, ddim_recipe_clear)
