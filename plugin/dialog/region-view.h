/* region-view.h: a region on the screen, as it is and with a change
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "ddim.h"
#include "region.h"
#include "variation-task.h"

/* The target and a rim around it, at the size they are shown, and the pictures
 * that are varied.  Reference counted: a job may hold it longer than a dialog. */
typedef struct
{
  gint                ref_count;
  DdimVariationInput *input;
  GeglRectangle       frame;   /* what the input's pictures show             */
  GeglRectangle       view;    /* of it, what is shown                       */
  GeglRectangle       target;  /* of that, what may change                   */

  /* h x w pixels of R'G'B'A in the drawable's own space, or in sRGB where that
   * is grey.                                                                */
  gint                h, w;
  gfloat             *pixels;
  const Babl         *format;
} DdimRegionView;

/* Reads the view so that its longer side has at most `side` pixels.  The region's
 * frame is what the input shows; keeps a reference to the input.  Main thread
 * only.                                                                     */
DdimRegionView  * ddim_region_view_new    (const DdimRegion     *region,
                                           DdimVariationInput   *input,
                                           gint                  side);
DdimRegionView  * ddim_region_view_ref    (DdimRegionView       *view);
void              ddim_region_view_unref  (DdimRegionView       *view);

/* The view with the change that `made` makes to a stage's picture, or the view
 * itself where made is NULL, on a chequerboard where it is transparent.  Any
 * thread.  Free with cairo_surface_destroy ().                              */
cairo_surface_t * ddim_region_view_render (const DdimRegionView *view,
                                           gint                  stage,
                                           const DdimCanvas     *made);

/* The part of the view that may change, in fractions of its size. */
void              ddim_region_view_get_part    (const DdimRegionView *view,
                                                cairo_rectangle_t    *part);

/* The line around what may change, as ddim_preview_set_outline () takes it, once the
 * first stage is read; NULL where all of the view may.  Free with g_array_unref (). */
GArray          * ddim_region_view_get_outline (const DdimRegionView *view);

/* A canvas itself, at most `side` pixels large; of a grey one in sRGB, else in
 * the space of `format`; a black pixel where memory is out.  Any thread.  Free
 * with cairo_surface_destroy ().                                            */
cairo_surface_t * ddim_canvas_render      (const DdimCanvas     *canvas,
                                           const Babl           *format,
                                           gint                  side);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdimRegionView, ddim_region_view_unref)
