/* frames.h: frames put into GIMP
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "layer-set.h"
#include "transaction.h"

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

/* Frames above the uppermost layer of the set, or in a new image.  Free with
 * ddim_transaction_free ().                                                 */
DdimTransaction * ddim_frames_begin       (const DdimFramesOptions *options,
                                           const DdimLayerSet      *layer_set);

/* Adds frame i, counted from 0; the first is lowest.  Takes its pixels, as
 * ddim_layer_set_make_frame () makes them, and its recipe, which may be NULL. */
void              ddim_frames_add         (const DdimFramesOptions *options,
                                           const DdimLayerSet      *layer_set,
                                           DdimTransaction         *transaction,
                                           gint                     i,
                                           GeglBuffer              *frame,
                                           gchar                   *recipe);

/* All layers of an image, from the top.  Free with g_list_free (). */
GList           * ddim_frames_list_layers (GimpImage               *image);
