/* region.h: drawable <-> canvas
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <libgimp/gimp.h>

#include "ddim.h"

/* The part of a drawable that a procedure may change, and what it reads
 * around it.                                                               */
typedef struct
{
  GimpDrawable  *drawable;
  GeglRectangle  target;   /* what may change: selection and drawable, in the
                              drawable's own pixels                          */
  GeglRectangle  frame;    /* target and some context around it              */
  gint           colors;   /* 1 of a grey drawable, 3 otherwise              */
  gfloat        *pixels;   /* frame, `colors` and an alpha each: R'G'B'A or
                              Y'A in the drawable's own colour space         */
  gfloat        *weights;  /* frame, one each: how far it is selected, 0 to 1;
                              0 outside the selection and under alpha 0      */
} DdimRegion;

/* Checks that the drawable can be changed, and finds the target; reads no
 * pixel yet.  Errors (GIMP_PLUG_IN_ERROR) are sentences for the user.      */
DdimRegion * ddim_region_new    (GimpImage         *image,
                                 GimpDrawable      *drawable,
                                 GError           **error);
void         ddim_region_free   (DdimRegion        *region);

/* Reads frame, pixels and weights.  context: how many pixels to read around
 * the target, where the drawable has them; least: the side the frame is
 * brought to if it is smaller, where the drawable has that.                */
gboolean     ddim_region_read   (DdimRegion        *region,
                                 gint               context,
                                 gint               least,
                                 GError           **error);

/* The frame as a network sees it: values clamped to the gamut, transparent
 * pixels filled from their surroundings; `channels` is 1 or 3.  Free with
 * ddim_canvas_free ().                                                     */
DdimCanvas * ddim_region_canvas (const DdimRegion  *region,
                                 gint               channels);

/* Writes pixels + (item `item` of `after` - before) to the target as one undo
 * step.  Pixels where that difference or the weight is 0 keep their bytes,
 * all pixels keep their alpha.  The drawable is unchanged on failure.      */
gboolean     ddim_region_commit (const DdimRegion  *region,
                                 const DdimCanvas  *before,
                                 const DdimCanvas  *after,
                                 gint               item,
                                 GError           **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdimRegion, ddim_region_free)
