/* region.h: drawable <-> canvas
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A region is the part of a drawable that a procedure works on, and what it
 * looks at around it.  It holds no pixels: these are read and written by
 * strips, straight into and out of the canvases, which are the caller's.
 *
 *   region = ddim_region_new (image, drawable, TRUE, &error);
 *   ddim_region_set_frame (region, context, least);
 *   before  = ddim_region_read_canvas (region, 3, region->frame.height,
 *                                      region->frame.width);
 *   weights = ddim_region_read_weights (region, before->h, before->w);
 *   ... after = some change of `before` ...
 *   ddim_region_commit (region, before, after, 0, &error);
 *
 * Canvases may be of any other size, h x w, than the frame: what is read is
 * scaled down or up to it, and the CHANGE from `before` to `after` is scaled
 * back onto the full-resolution pixels.
 */

#pragma once

#include <libgimp/gimp.h>

#include "ddim.h"

typedef struct
{
  GimpDrawable  *drawable;
  GeglRectangle  target;   /* what may change: selection and drawable, in the
                              drawable's own pixels                          */
  GeglRectangle  frame;    /* target and some context around it              */
  gint           colors;   /* 1 of a grey drawable, 3 otherwise              */

  /* Called now and then while pixels are read, or NULL: a dialog serves its
   * window.  The region may not be changed by it.                           */
  void         (*pause) (gpointer pause_data);
  gpointer       pause_data;
} DdimRegion;

/* Checks that the drawable can be read and, for in_place, changed, and finds
 * the target, which is the frame too.  Errors (GIMP_PLUG_IN_ERROR) are
 * sentences for the user.  Free with ddim_region_free ().                  */
DdimRegion * ddim_region_new          (GimpImage            *image,
                                       GimpDrawable         *drawable,
                                       gboolean              in_place,
                                       GError              **error);
void         ddim_region_free         (DdimRegion           *region);

/* context: how many pixels to see around the target, where the drawable has
 * them; least: the side the frame is brought to if it is smaller, where the
 * drawable has that.                                                       */
void         ddim_region_set_frame    (DdimRegion           *region,
                                       gint                  context,
                                       gint                  least);

/* The frame as a network sees it, h x w: values clamped to the gamut, what is
 * transparent or not a number filled from its surroundings; `channels` is 1
 * or 3.  Free with ddim_canvas_free ().                                    */
DdimCanvas * ddim_region_read_canvas  (const DdimRegion     *region,
                                       gint                  channels,
                                       gint                  h,
                                       gint                  w);

/* How far each pixel of the frame may change, 0 to 1, h x w: as it is
 * selected, 0 where alpha is 0 or a value is not finite.  NULL if all are 1,
 * as ddim_vary () takes it.  Free with g_free ().                          */
gfloat     * ddim_region_read_weights (const DdimRegion     *region,
                                       gint                  h,
                                       gint                  w);

/* Adds the change (item `item` of `after`) - `before` to the drawable's own,
 * unclamped pixels, as far as they are selected, as one undo step.  before
 * may be NULL: `after` is the change itself.  Pixels whose change or weight
 * is 0 keep their bytes, all keep their alpha.  The drawable is unchanged on
 * failure.                                                                 */
gboolean     ddim_region_commit       (const DdimRegion     *region,
                                       const DdimCanvas     *before,
                                       const DdimCanvas     *after,
                                       gint                  item,
                                       GError              **error);

/* The same into a new layer of the target's size and place, put above the
 * drawable's layer: it holds the changed pixels, as opaque as they are
 * selected, and has the drawable's mode and opacity.  One undo step.  Returns
 * the layer, which GIMP owns, or NULL, and then there is none.             */
GimpLayer  * ddim_region_to_layer     (const DdimRegion     *region,
                                       const DdimCanvas     *before,
                                       const DdimCanvas     *after,
                                       gint                  item,
                                       const gchar          *name,
                                       GError              **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdimRegion, ddim_region_free)
