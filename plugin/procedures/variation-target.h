/* variation-target.h: a drawable that is varied, from reading to writing
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <libgimp/gimp.h>

#include "region.h"
#include "variation-task.h"

typedef struct
{
  DdimRegion         *region;
  DdimVariationInput *input;  /* NULL until it is read                       */
  GPtrArray          *made;   /* of DdimCanvas: the last stage's picture, varied,
                                 one for each seed                           */
} DdimVariationTarget;

/* One for each drawable; fails if any of them cannot be worked on, and for
 * in_place, written to.  Free with g_ptr_array_unref ().                    */
GPtrArray * ddim_variation_targets_new       (GimpImage                    *image,
                                              GimpDrawable                **drawables,
                                              gboolean                      in_place,
                                              GError                      **error);

/* What of the whole work this target is: the pixels that are looked at. */
gdouble     ddim_variation_target_get_work   (const DdimVariationTarget    *target);

/* Reads what is to be varied, and `source` (or NULL) for a model of the image,
 * where nothing has been read yet.                                          */
gboolean    ddim_variation_target_read       (DdimVariationTarget          *target,
                                              GimpDrawable                 *source,
                                              const DdimVariationSettings  *settings,
                                              GError                      **error);

/* The same of what a dialog has read and made of this region; takes it over. */
void        ddim_variation_target_take       (DdimVariationTarget          *target,
                                              DdimVariationInput           *input,
                                              GPtrArray                    *made);

/* Makes the variation of each of the n seeds, where none is made yet.  errors:
 * receives the inversion error.                                             */
gboolean    ddim_variation_target_compute    (DdimVariationTarget          *target,
                                              const DdimVariationSettings  *settings,
                                              const guint64                *seeds,
                                              gint                          n,
                                              DdimModelCache               *cache,
                                              GArray                       *errors,
                                              const DdimMonitor            *monitor,
                                              GError                      **error);

/* Puts the one variation in the place of what was there. */
gboolean    ddim_variation_target_replace    (DdimVariationTarget          *target,
                                              GError                      **error);

/* Adds a layer for each variation, the first on top of the others and all above
 * what they vary; each keeps the recipe that it was made by.  Appends the layers,
 * which GIMP owns, to `layers`: on failure those that there are.            */
gboolean    ddim_variation_target_add_layers (DdimVariationTarget          *target,
                                              const DdimVariationSettings  *settings,
                                              const guint64                *seeds,
                                              GPtrArray                    *layers,
                                              GError                      **error);
