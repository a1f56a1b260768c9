/* region.h: drawable -> canvas -> pixels of a result
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A region is the part of a drawable that a procedure works on, and what it
 * looks at around it, captured: the drawable's place and format and what is
 * selected when the region is made, its pixels when they are first read.  Every
 * later reading gives the same pixels, whatever a user does meanwhile.
 *
 *   region = ddim_region_new (image, drawable, &error);
 *   ddim_region_set_frame (region, context, least);
 *   before = ddim_region_read_canvas (region, 3, region->frame.height,
 *                                     region->frame.width, &error);
 *   ddim_region_read_weights (region, before->h, before->w, &weights, &error);
 *   ... after = some change of `before` ...
 *   ddim_transaction_add_change (transaction, region, before, after, 0, &error);
 *   ddim_transaction_commit (transaction, NULL, &error);
 *
 * Canvases may be of any other size, h x w, than the frame: what is read is
 * scaled down or up to it, and the CHANGE from `before` to `after` is scaled
 * back onto the full-resolution pixels.
 */

#pragma once

#include <libgimp/gimp.h>

#include "ddim.h"
#include "new-layer.h"
#include "selection.h"

typedef struct
{
  GimpImage     *image;
  GimpDrawable  *drawable;
  gchar         *name;
  GeglRectangle  bounds;    /* of the drawable, in the image's pixels        */
  const Babl    *format;    /* of its pixels                                 */
  gint           colors;    /* 1 of a grey drawable, 3 otherwise             */

  GeglRectangle  target;    /* what may change: selection and drawable, in the
                               drawable's own pixels                         */
  GeglRectangle  frame;     /* target and some context around it             */
  DdimSelection *selection; /* of the target; NULL: all of it                */
  GeglBuffer    *pixels;    /* of the frame, as far as the drawable goes, in
                               its own format; NULL until they are read      */
  gboolean       unclamped; /* canvases keep values beyond white and black   */

  /* Called now and then while pixels are read, or NULL: a dialog serves its
   * window.  The region may not be changed by it.                           */
  void         (*pause) (gpointer pause_data);
  gpointer       pause_data;
} DdimRegion;

/* Checks that the drawable can be read, and captures the target, which is the
 * frame too.  Errors (GIMP_PLUG_IN_ERROR) are sentences for the user.  Free
 * with ddim_region_free ().                                                 */
DdimRegion * ddim_region_new            (GimpImage            *image,
                                         GimpDrawable         *drawable,
                                         GError              **error);

/* All of a drawable, whatever is selected, unchecked. */
DdimRegion * ddim_region_new_whole      (GimpDrawable         *drawable);
void         ddim_region_free           (DdimRegion           *region);

/* A region for each of the drawables, NULL-terminated, but one for those that
 * are named twice; fails where any fails.  Free with g_ptr_array_unref ().  */
GPtrArray  * ddim_regions_new           (GimpImage            *image,
                                         GimpDrawable        **drawables,
                                         GError              **error);

/* Whether a new layer can be put into the image.                            */
gboolean     ddim_region_check_layer    (const DdimRegion     *region,
                                         GError              **error);

/* Whether the drawable can be written to, and is where and what it was. */
gboolean     ddim_region_check_in_place (const DdimRegion     *region,
                                         GError              **error);

/* context: how many pixels to see around the target, where the drawable has
 * them; least: the side the frame is brought to if it is smaller, where the
 * drawable has that.  Another frame is read anew.                           */
void         ddim_region_set_frame      (DdimRegion           *region,
                                         gint                  context,
                                         gint                  least);

/* The frame as a network sees it, h x w: values clamped to the gamut unless they
 * are to be kept, what is transparent or not a number filled from its
 * surroundings; `channels` is 1 or 3.  This and those below fail only where memory
 * is out.  Free with ddim_canvas_free ().                                   */
DdimCanvas * ddim_region_read_canvas    (DdimRegion           *region,
                                         gint                  channels,
                                         gint                  h,
                                         gint                  w,
                                         GError              **error);

/* weights: how far each pixel of the frame may change, 0 to 1, h x w: as it is
 * selected, 0 where alpha is 0 or a value is not finite.  NULL if all are 1,
 * as ddim_vary () takes it.  Free with g_free ().                           */
gboolean     ddim_region_read_weights   (DdimRegion           *region,
                                         gint                  h,
                                         gint                  w,
                                         gfloat              **weights,
                                         GError              **error);

/* Adds the change (item `item` of `after`) - `before` to the captured,
 * unclamped pixels, as far as they are selected.  before may be NULL: `after`
 * is the change itself.  Pixels whose change or weight is 0 keep their bytes,
 * all keep their alpha, and what was finite stays so.  Returns the target in
 * the drawable's own pixels and format; free with g_object_unref ().        */
GeglBuffer * ddim_region_compose        (DdimRegion           *region,
                                         const DdimCanvas     *before,
                                         const DdimCanvas     *after,
                                         gint                  item,
                                         GError              **error);

/* The same as a layer of the target's size and place, above the drawable's
 * layer: it holds the changed pixels, as opaque as they are selected, and has
 * the drawable's mode and opacity.  Free with ddim_new_layer_free ().       */
DdimNewLayer * ddim_region_compose_layer (DdimRegion          *region,
                                          const DdimCanvas    *before,
                                          const DdimCanvas    *after,
                                          gint                 item,
                                          const gchar         *name,
                                          GError             **error);

/* The drawable at `scale`, below 1, as it is now: a rectangle of it there, read in a
 * format of doubles, without capturing anything; nothing of a drawable that is gone.  */
void         ddim_region_read_view      (const DdimRegion     *region,
                                         const GeglRectangle  *scaled,
                                         gdouble               scale,
                                         const Babl           *format,
                                         gfloat               *pixels);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdimRegion, ddim_region_free)

/* For what is beside this file -------------------------------------------- */

/* Non-linear and with alpha, in the drawable's own colour space: R'G'B'A or
 * Y'A double, `colors` + 1 components.                                      */
const Babl * ddim_region_get_format      (const DdimRegion    *region);

/* The same as it is shown: R'G'B'A double, in the drawable's own space or, of a
 * grey one, in sRGB.                                                        */
const Babl * ddim_region_get_view_format (const DdimRegion    *region);

/* Whether some pixels may be transparent or hold no numbers. */
gboolean     ddim_region_may_have_holes  (const DdimRegion    *region);

/* Captures the pixels of the frame, where that has not been done. */
void         ddim_region_capture         (DdimRegion          *region);

/* Some of the captured pixels, or of the drawable's where none are captured;
 * transparent where there are none.  format: NULL for its own.              */
void         ddim_region_get_pixels      (const DdimRegion    *region,
                                          const GeglRectangle *strip,
                                          const Babl          *format,
                                          gpointer             pixels);

/* How far they are selected: one float each, 0 to 1; 0 outside of the target. */
void         ddim_region_get_selection   (const DdimRegion    *region,
                                          const GeglRectangle *strip,
                                          gfloat              *selected);

/* Where ddim_region_read_weights () comes from: how far they may change. */
gboolean     ddim_region_get_weights     (const DdimRegion    *region,
                                          const GeglRectangle *strip,
                                          gfloat              *weights,
                                          GError             **error);
