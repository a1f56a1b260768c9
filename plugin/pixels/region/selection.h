/* selection.h: an image's selection as it was when it was captured
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A user may select something else while a dialog is open or a network
 * computes.  What was selected at the beginning is what counts.
 */

#pragma once

#include <libgimp/gimp.h>

typedef struct
{
  GimpImage     *image;
  GeglRectangle  bounds; /* of what is selected, in the image's pixels       */
  GeglRectangle  area;  /* what of it is kept                                */
  GeglBuffer    *mask;  /* of the area; NULL: nothing was selected, so that
                           everything counts, and there is no area           */
} DdimSelection;

/* Captures what is selected now in an area (NULL: all that is selected).  Free
 * with ddim_selection_free ().                                              */
DdimSelection * ddim_selection_new        (GimpImage            *image,
                                           const GeglRectangle  *area);
void            ddim_selection_free       (DdimSelection        *selection);

/* Whether the same is selected now. */
gboolean        ddim_selection_is_current (const DdimSelection  *selection);

/* How far the pixels of a rectangle were selected, by rows: one float each, 0 to
 * 1, and 0 beyond the area.                                                 */
void            ddim_selection_read       (const DdimSelection  *selection,
                                           const GeglRectangle  *rectangle,
                                           gfloat               *selected);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdimSelection, ddim_selection_free)
