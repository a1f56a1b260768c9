/* gallery.h: several variations side by side, to pick from
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

typedef struct _DdimGallery DdimGallery;

/* Cells for n variations, of which at least one is picked at any time.
 * cell_name: of each, with a %u for its seed; stays the caller's.  changed: called
 * whenever another one is picked, by whatever way.  Owned by its widget, and freed
 * with it.                                                                  */
DdimGallery     * ddim_gallery_new         (gint              n,
                                            const gchar      *cell_name,
                                            void            (*changed) (gpointer user_data),
                                            gpointer          user_data);
GtkWidget       * ddim_gallery_get_widget  (DdimGallery      *gallery);

/* Whether more than one may be picked. */
void              ddim_gallery_set_several (DdimGallery      *gallery,
                                            gboolean          several);

/* The cells show the variations of ddim_seed_at (first, i); the first n_picked
 * are picked.  Pictures of seeds that stay are kept.                        */
void              ddim_gallery_set_seeds   (DdimGallery      *gallery,
                                            guint64           first,
                                            gint              n_picked);

/* Picks the i-th cell and no other; is not told. */
void              ddim_gallery_pick        (DdimGallery      *gallery,
                                            gint              i);

/* Picks the next cell that has a picture, after the last the first; is not told. */
void              ddim_gallery_step        (DdimGallery      *gallery);

/* What the cells show of their pictures, in fractions of these: at first all. */
void              ddim_gallery_set_part    (DdimGallery             *gallery,
                                            const cairo_rectangle_t *part);
gint              ddim_gallery_get_n       (DdimGallery      *gallery);

/* Dims all pictures: they show what was, until new ones come. */
void              ddim_gallery_outdate     (DdimGallery      *gallery);

/* Keeps a reference to the picture. */
void              ddim_gallery_set_picture (DdimGallery      *gallery,
                                            guint64           seed,
                                            cairo_surface_t  *picture);

/* The picture of the variation that was picked last; owned by the gallery,
 * NULL where there is none yet.                                             */
cairo_surface_t * ddim_gallery_get_picture (DdimGallery      *gallery);

/* Writes all n seeds, the picked ones first, led by the one picked last.
 * Returns how many are picked.                                              */
gint              ddim_gallery_get_seeds   (DdimGallery      *gallery,
                                            guint64          *seeds);
