/* task-input.h: pixels of GIMP's as what a task computes with
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * All that asks GIMP for pixels happens in the main thread, a stage at a time, so
 * that none of it takes long.
 */

#pragma once

#include "interpolation-task.h"
#include "layer-set.h"
#include "region.h"
#include "texture-task.h"
#include "variation-task.h"

/* Sets the region's frame as placed, and plans the stages; reads nothing. */
DdimVariationInput     * ddim_region_plan_input    (DdimRegion              *region,
                                                    const DdimPlacement     *placement,
                                                    DdimStagesKind           kind);

/* Reads the picture and the weights of a stage for a model of so many channels, 1
 * or 3.  Fails, with a sentence for the user, where the placement is tileable and
 * not all of the region may change.                                         */
gboolean                 ddim_region_read_input    (DdimRegion              *region,
                                                    DdimVariationInput      *input,
                                                    gint                     stage,
                                                    gint                     channels,
                                                    GError                 **error);

/* Reads the patches that a model of the image is made of; other: see
 * ddim_patch_source_read ().                                                */
gboolean                 ddim_region_read_source   (const DdimRegion            *region,
                                                    DdimVariationInput          *input,
                                                    GimpDrawable                *other,
                                                    const DdimVariationSettings *settings,
                                                    gint                         channels,
                                                    GError                     **error);

/* The same of several layers; fails where nothing of one can be seen. */
DdimInterpolationInput * ddim_layer_set_plan_input (DdimLayerSet            *layer_set,
                                                    const DdimPlacement     *placement,
                                                    DdimStagesKind           kind);
gboolean                 ddim_layer_set_read_input (const DdimLayerSet      *layer_set,
                                                    DdimInterpolationInput  *input,
                                                    gint                     stage,
                                                    gint                     channels,
                                                    GError                 **error);

/* Reads the sample of a texture, or what of it is selected. */
gboolean                 ddim_texture_read_source  (DdimTextureInput            *input,
                                                    GimpDrawable                *drawable,
                                                    GimpDrawable                *other,
                                                    const DdimTextureSettings   *settings,
                                                    void                       (*pause) (gpointer pause_data),
                                                    gpointer                     pause_data,
                                                    GError                     **error);
