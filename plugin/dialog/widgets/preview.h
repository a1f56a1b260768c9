/* preview.h: one picture, before and after
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

/* Shows a picture as large as there is room, and another one in its place while a
 * pointer holds it.  Zoomed in, it is dragged, and moved by the arrow keys.  side:
 * the least side in pixels.                                                   */
GtkWidget * ddim_preview_new        (gint             side);

/* Either may be NULL: then the other is shown, or nothing. */
void        ddim_preview_set_before (GtkWidget       *preview,
                                     cairo_surface_t *before);
void        ddim_preview_set_after  (GtkWidget       *preview,
                                     cairo_surface_t *after);

/* A line around what may change: segments, each from (x, y) to (x, y), in fractions of
 * the picture's width and height.  Takes a reference; NULL: none.             */
void        ddim_preview_set_outline (GtkWidget      *preview,
                                      GArray         *outline);

/* Which of the pictures is shown while nothing is held. */
void        ddim_preview_show_before (GtkWidget      *preview,
                                      gboolean        show_before);

/* Whether the one before is shown left of a line, which the pointer drags. */
void        ddim_preview_set_split   (GtkWidget      *preview,
                                      gboolean        split);

/* Whether each pixel of the picture is one of the screen's, or all is shown. */
void        ddim_preview_set_zoomed  (GtkWidget      *preview,
                                      gboolean        zoomed);

/* Draws `picture` as large as fits into w x h, in its middle.  part: of the picture,
 * in its pixels, or NULL: all.                                               */
void        ddim_preview_draw       (cairo_t                 *cr,
                                     cairo_surface_t         *picture,
                                     const cairo_rectangle_t *part,
                                     gint                     w,
                                     gint                     h);
