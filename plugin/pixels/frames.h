/* frames.h: frames put into GIMP
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "layer-set.h"

typedef enum
{
  DDIM_FRAMES_GROUP, /* a layer group of frames                              */
  DDIM_FRAMES_IMAGE, /* an image of them                                     */
  DDIM_FRAMES_LAYER  /* one frame, as a layer                                */
} DdimFramesKind;

typedef struct
{
  DdimFramesKind kind;
  gint           duration; /* of a frame, in milliseconds: in its name       */
  gdouble        position; /* of the one layer, 0 to 1: in its name          */
} DdimFramesOptions;

/* Puts frames (of GeglBuffer) above the uppermost layer of the set, in
 * one step to undo, or into a new image: all of them, the first lowest, or
 * none.  Appends the new layers, which GIMP owns, to `layers`.              */
gboolean ddim_frames_insert      (const DdimFramesOptions  *options,
                                  const DdimLayerSet       *layer_set,
                                  GPtrArray                *frames,
                                  GPtrArray                *layers,
                                  GError                  **error);

/* All layers of an image, from the top.  Free with g_list_free (). */
GList  * ddim_frames_list_layers (GimpImage *image);
