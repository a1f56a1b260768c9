/* reduce.h: a canvas in cells of k x k pixels, and back
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "canvas.h"

G_BEGIN_DECLS

/* The means of squares of k x k pixels, which cells at the right and lower border
 * may lack some of.  tileable: the canvas is a torus, and is cut into a whole
 * number of cells as near to k pixels as can be, which share pixels in proportion.
 * Free with ddim_canvas_free ().  Fails only where memory is out.             */
DdimCanvas * ddim_canvas_reduce       (const DdimCanvas *canvas,
                                       gint              k,
                                       gboolean          tileable,
                                       GError          **error);

/* Adds to `canvas` what ddim_canvas_reduce () made of one of its size, bilinearly
 * interpolated.  Fails, before it adds anything, only where memory is out.   */
gboolean     ddim_canvas_add_enlarged (DdimCanvas       *canvas,
                                       const DdimCanvas *reduced,
                                       gint              k,
                                       gboolean          tileable,
                                       GError          **error);

G_END_DECLS
