/* canvas.h: batches of pictures and latents
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A batch of pictures or latents: float32, N x H x W x C, contiguous.
 * A picture's values are 2 v - 1 of its R'G'B' values v: from -1 to 1 in
 * gamut, and free to lie outside.  (x, y) is where column 0, row 0 lies in
 * the whole image: noise and windows are placed by it.                     */
typedef struct
{
  gint    n, h, w, c;
  gint    x, y;
  gfloat *data;
} DdimCanvas;

/* Zeros.  Free with ddim_canvas_free ().  ddim_canvas_new () and ddim_canvas_copy ()
 * end the program where memory is out, as g_new () does: they are for sizes that the
 * program itself chooses.  For a size that a user or a file chooses there are the
 * others, which fail with DDIM_ERROR_MEMORY before they would take more than the
 * budget (memory-budget.h).                                                  */
DdimCanvas * ddim_canvas_new      (gint n, gint h, gint w, gint c);
DdimCanvas * ddim_canvas_copy     (const DdimCanvas *canvas);
DdimCanvas * ddim_canvas_try_new  (gint n, gint h, gint w, gint c, GError **error);
DdimCanvas * ddim_canvas_try_copy (const DdimCanvas *canvas, GError **error);
/* n items like those of `canvas`, and in the same place. */
DdimCanvas * ddim_canvas_try_like (const DdimCanvas *canvas, gint n, GError **error);
void         ddim_canvas_free     (DdimCanvas *canvas);

/* Items first .. first + n - 1 as a canvas of their own, a view: its data are those
 * of the whole, and not to be freed.                                       */
DdimCanvas   ddim_canvas_items   (const DdimCanvas *canvas,
                                  gint              first,
                                  gint              n);

/* Number of floats in one item, H W C, and in all items. */
gsize        ddim_canvas_item_size (const DdimCanvas *canvas);
gsize        ddim_canvas_size      (const DdimCanvas *canvas);

/* Whether no value is a NaN or an infinity. */
gboolean     ddim_canvas_is_finite (const DdimCanvas *canvas);

/* Root mean square of x - y over all values of two canvases of one size. */
gdouble      ddim_canvas_rms_difference (const DdimCanvas *x,
                                         const DdimCanvas *y);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdimCanvas, ddim_canvas_free)

G_END_DECLS
