/* layer-set.h: several layers together, and the frames between them
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The rule: frames cover the smallest rectangle that holds all the layers, or
 * of it the rectangle around the selection.  Where a layer has no pixels it is
 * transparent.  Frames have the colours, the precision and the colour space of
 * the image; their transparency goes evenly from one layer's to the next's.
 */

#pragma once

#include <libgimp/gimp.h>

#include "ddim.h"
#include "region.h"
#include "selection.h"

typedef struct
{
  GimpImage           *image;
  const DdimSelection *selection; /* of the image, as captured               */
  GPtrArray           *regions;   /* of DdimRegion, one a layer              */
  GeglRectangle        bounds;    /* all of them together, in the image's pixels */
  GeglRectangle        target;    /* what frames cover                       */
  GeglRectangle        frame;     /* what a model sees                       */
  GimpImageType        type;      /* of the frames                           */
  const Babl          *format;    /* of their pixels                         */
  gint                 colors;    /* 1 of a grey image, 3 otherwise          */

  /* As of a region: called now and then while a canvas is read or a frame made, or
   * NULL.                                                                   */
  void               (*pause) (gpointer pause_data);
  gpointer             pause_data;
} DdimLayerSet;

/* layers: NULL-terminated, two or more of them, in their order in time; those of
 * other images are put into `image` by their offsets.  selection: of the image,
 * all of it; stays the caller's.  Errors (GIMP_PLUG_IN_ERROR) are sentences for
 * the user.                                                                 */
DdimLayerSet * ddim_layer_set_new          (GimpImage            *image,
                                            const DdimSelection  *selection,
                                            GimpLayer           **layers,
                                            GError              **error);
/* Whether each of them, which may be none, can be in a set. */
gboolean       ddim_layer_set_check_layers (GimpDrawable        **drawables,
                                            GError              **error);
void           ddim_layer_set_free         (DdimLayerSet *layer_set);

/* Sets the set's pause, and that of its regions. */
void           ddim_layer_set_set_pause    (DdimLayerSet *layer_set,
                                            void        (*pause) (gpointer pause_data),
                                            gpointer      pause_data);

/* Sees `context` pixels around the target and at least a square of `least`,
 * where there are pixels.                                                   */
void           ddim_layer_set_set_frame    (DdimLayerSet *layer_set,
                                            gint          context,
                                            gint          least);

/* Layer i as a network sees it, h x w, what is transparent filled from its
 * surroundings.  Fails where nothing of the layer can be seen.  Free with
 * ddim_canvas_free ().                                                      */
DdimCanvas   * ddim_layer_set_read_canvas  (const DdimLayerSet  *layer_set,
                                            gint                 i,
                                            gint                 channels,
                                            gint                 h,
                                            gint                 w,
                                            GError             **error);

/* The frame at `share` of the way from layer i to layer j, where `item` of
 * `frames` was made of `x` and `y`, what a network saw of the two.  Where it
 * does not differ from their mean, neither do the layers' own pixels; at share
 * 0 and 1 they are the layer's, to the bit.  Returns a new reference: the
 * target's size, at the origin.  Fails only where memory is out.            */
GeglBuffer   * ddim_layer_set_make_frame   (const DdimLayerSet *layer_set,
                                            gint                i,
                                            gint                j,
                                            gdouble             share,
                                            const DdimCanvas   *x,
                                            const DdimCanvas   *y,
                                            const DdimCanvas   *frames,
                                            gint                item,
                                            GError            **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdimLayerSet, ddim_layer_set_free)
