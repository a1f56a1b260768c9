/* preview.h: one picture, before and after
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

/* Shows a picture as large as there is room, and another one in its place while
 * a pointer holds it.  side: the least side in pixels.                         */
GtkWidget * ddim_preview_new        (gint             side);

/* Either may be NULL: then the other is shown, or nothing. */
void        ddim_preview_set_before (GtkWidget       *preview,
                                     cairo_surface_t *before);
void        ddim_preview_set_after  (GtkWidget       *preview,
                                     cairo_surface_t *after);

/* Which of them is shown while nothing is held. */
void        ddim_preview_show_before (GtkWidget      *preview,
                                      gboolean        show_before);

/* Draws `picture` as large as fits into w x h, in its middle. */
void        ddim_preview_draw       (cairo_t         *cr,
                                     cairo_surface_t *picture,
                                     gint             w,
                                     gint             h);
