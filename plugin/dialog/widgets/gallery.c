/* gallery.c: several variations side by side, to pick from
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A GtkFlowBox: a click or the arrow keys pick one, with Ctrl (and the space
 * bar) more.  None picked is not a state it stays in.
 */

#include "config.h"

#include "gallery.h"
#include "preview.h"
#include "settings.h"

#define CELL    144 /* pixels, each way                                       */
#define COLUMNS 2

typedef struct
{
  DdimGallery     *gallery;
  GtkWidget       *child;    /* of the flow box                              */
  GtkWidget       *area;
  guint64          seed;
  cairo_surface_t *picture;
  gboolean         outdated;
} Cell;

struct _DdimGallery
{
  GtkWidget   *box;
  gint         n;
  Cell        *cells;
  Cell        *last;         /* picked last                                  */
  cairo_rectangle_t part;    /* of the pictures that is shown, in fractions  */
  gboolean     busy;         /* changes its own selection                    */
  const gchar *cell_name;    /* a format, the caller's                       */
  void       (*changed) (gpointer user_data);
  gpointer     user_data;
};

static gboolean
is_picked (const Cell *cell)
{
  return gtk_flow_box_child_is_selected (GTK_FLOW_BOX_CHILD (cell->child));
}

static gboolean
draw_cell (GtkWidget *area,
           cairo_t   *cr,
           Cell      *cell)
{
  gint w = gtk_widget_get_allocated_width (area);
  gint h = gtk_widget_get_allocated_height (area);

  if (cell->picture)
    {
      const cairo_rectangle_t *of   = &cell->gallery->part;
      gint                     pw   = cairo_image_surface_get_width (cell->picture);
      gint                     ph   = cairo_image_surface_get_height (cell->picture);
      cairo_rectangle_t        part = { of->x * pw, of->y * ph, of->width * pw,
                                        of->height * ph };

      cairo_push_group (cr);
      ddim_preview_draw (cr, cell->picture, &part, w, h);
      cairo_pop_group_to_source (cr);
      cairo_paint_with_alpha (cr, cell->outdated ? 0.35 : 1.0);
    }

  return TRUE;
}

/* The one picked last is the one that was not picked before, or, where it was
 * unpicked, another that is.                                                 */
static void
selection_changed (GtkFlowBox  *box,
                   DdimGallery *gallery)
{
  GtkWidget *focus = gtk_container_get_focus_child (GTK_CONTAINER (box));
  Cell      *any   = NULL;

  if (gallery->busy)
    return;

  for (gint i = gallery->n - 1; i >= 0; i--)
    {
      Cell *cell = &gallery->cells[i];

      if (is_picked (cell) && (! any || cell->child == focus))
        any = cell;
    }

  if (! any)
    {
      gallery->busy = TRUE;
      gtk_flow_box_select_child (box, GTK_FLOW_BOX_CHILD (gallery->last->child));
      gallery->busy = FALSE;
    }
  else if (! is_picked (gallery->last) || any->child == focus)
    gallery->last = any;

  gallery->changed (gallery->user_data);
}

/* The label's mnemonic leads to the one picked last. */
static gboolean
mnemonic (GtkWidget   *box,
          gboolean     cycling,
          DdimGallery *gallery)
{
  gtk_widget_grab_focus (gallery->last->child);

  return TRUE;
}

static void
gallery_free (gpointer data)
{
  DdimGallery *gallery = data;

  for (gint i = 0; i < gallery->n; i++)
    g_clear_pointer (&gallery->cells[i].picture, cairo_surface_destroy);
  g_free (gallery->cells);
  g_free (gallery);
}

DdimGallery *
ddim_gallery_new (gint          n,
                  const gchar  *cell_name,
                  void        (*changed) (gpointer user_data),
                  gpointer      user_data)
{
  DdimGallery *gallery = g_new0 (DdimGallery, 1);

  gallery->box       = gtk_flow_box_new ();
  gallery->n         = n;
  gallery->cells     = g_new0 (Cell, n);
  gallery->last      = gallery->cells;
  gallery->cell_name = cell_name;
  gallery->part      = (cairo_rectangle_t) { 0, 0, 1, 1 };
  gallery->changed   = changed;
  gallery->user_data = user_data;

  gtk_flow_box_set_selection_mode (GTK_FLOW_BOX (gallery->box), GTK_SELECTION_SINGLE);
  gtk_flow_box_set_min_children_per_line (GTK_FLOW_BOX (gallery->box), COLUMNS);
  gtk_flow_box_set_max_children_per_line (GTK_FLOW_BOX (gallery->box), COLUMNS);
  gtk_flow_box_set_homogeneous (GTK_FLOW_BOX (gallery->box), TRUE);
  g_object_set_data_full (G_OBJECT (gallery->box), "ddim-gallery", gallery, gallery_free);

  for (gint i = 0; i < n; i++)
    {
      Cell *cell = &gallery->cells[i];

      cell->gallery = gallery;
      cell->seed    = i;
      cell->area    = gtk_drawing_area_new ();
      cell->child   = gtk_flow_box_child_new ();
      gtk_widget_set_size_request (cell->area, CELL, CELL);
      g_signal_connect (cell->area, "draw", G_CALLBACK (draw_cell), cell);
      gtk_container_add (GTK_CONTAINER (cell->child), cell->area);
      gtk_container_add (GTK_CONTAINER (gallery->box), cell->child);
    }

  g_signal_connect (gallery->box, "selected-children-changed",
                    G_CALLBACK (selection_changed), gallery);
  g_signal_connect (gallery->box, "mnemonic-activate", G_CALLBACK (mnemonic), gallery);
  gtk_widget_show_all (gallery->box);

  return gallery;
}

GtkWidget *
ddim_gallery_get_widget (DdimGallery *gallery)
{
  return gallery->box;
}

void
ddim_gallery_set_several (DdimGallery *gallery,
                          gboolean     several)
{
  GtkSelectionMode mode = several ? GTK_SELECTION_MULTIPLE : GTK_SELECTION_SINGLE;

  if (gtk_flow_box_get_selection_mode (GTK_FLOW_BOX (gallery->box)) == mode)
    return;

  gallery->busy = TRUE;
  gtk_flow_box_set_selection_mode (GTK_FLOW_BOX (gallery->box), mode);
  gtk_flow_box_unselect_all (GTK_FLOW_BOX (gallery->box));
  gtk_flow_box_select_child (GTK_FLOW_BOX (gallery->box),
                             GTK_FLOW_BOX_CHILD (gallery->last->child));
  gallery->busy = FALSE;
}

static Cell *
find (DdimGallery *gallery,
      guint64      seed)
{
  for (gint i = 0; i < gallery->n; i++)
    if (gallery->cells[i].seed == seed)
      return &gallery->cells[i];

  return NULL;
}

void
ddim_gallery_set_seeds (DdimGallery *gallery,
                        guint64      first,
                        gint         n_picked)
{
  g_autofree cairo_surface_t **pictures = g_new0 (cairo_surface_t *, gallery->n);

  gallery->busy = TRUE;
  for (gint i = 0; i < gallery->n; i++)
    {
      Cell *cell = find (gallery, ddim_seed_at (first, i));

      if (cell)
        pictures[i] = g_steal_pointer (&cell->picture);
    }

  gtk_flow_box_unselect_all (GTK_FLOW_BOX (gallery->box));
  for (gint i = 0; i < gallery->n; i++)
    {
      Cell             *cell = &gallery->cells[i];
      guint64           seed = ddim_seed_at (first, i);
      g_autofree gchar *name = g_strdup_printf (gallery->cell_name, (guint) seed);

      g_clear_pointer (&cell->picture, cairo_surface_destroy);
      cell->picture = pictures[i];
      cell->seed    = seed;
      atk_object_set_name (gtk_widget_get_accessible (cell->child), name);
      if (i < n_picked)
        gtk_flow_box_select_child (GTK_FLOW_BOX (gallery->box),
                                   GTK_FLOW_BOX_CHILD (cell->child));
    }
  gallery->last = gallery->cells;
  gallery->busy = FALSE;

  gtk_widget_queue_draw (gallery->box);
}

void
ddim_gallery_pick (DdimGallery *gallery,
                   gint         i)
{
  gallery->busy = TRUE;
  gallery->last = &gallery->cells[i];
  gtk_flow_box_unselect_all (GTK_FLOW_BOX (gallery->box));
  gtk_flow_box_select_child (GTK_FLOW_BOX (gallery->box),
                             GTK_FLOW_BOX_CHILD (gallery->last->child));
  gallery->busy = FALSE;
}

void
ddim_gallery_step (DdimGallery *gallery)
{
  gint i = gallery->last - gallery->cells;

  for (gint k = 1; k <= gallery->n; k++)
    if (gallery->cells[(i + k) % gallery->n].picture)
      {
        ddim_gallery_pick (gallery, (i + k) % gallery->n);
        return;
      }
}

void
ddim_gallery_set_part (DdimGallery             *gallery,
                       const cairo_rectangle_t *part)
{
  gallery->part = *part;
  gtk_widget_queue_draw (gallery->box);
}

gint
ddim_gallery_get_n (DdimGallery *gallery)
{
  return gallery->n;
}

void
ddim_gallery_outdate (DdimGallery *gallery)
{
  for (gint i = 0; i < gallery->n; i++)
    gallery->cells[i].outdated = TRUE;

  gtk_widget_queue_draw (gallery->box);
}

void
ddim_gallery_set_picture (DdimGallery     *gallery,
                          guint64          seed,
                          cairo_surface_t *picture)
{
  Cell *cell = find (gallery, seed);

  if (! cell)
    return;

  g_clear_pointer (&cell->picture, cairo_surface_destroy);
  cell->picture  = cairo_surface_reference (picture);
  cell->outdated = FALSE;
  gtk_widget_queue_draw (cell->area);
}

cairo_surface_t *
ddim_gallery_get_picture (DdimGallery *gallery)
{
  return gallery->last->picture;
}

gint
ddim_gallery_get_seeds (DdimGallery *gallery,
                        guint64     *seeds)
{
  gint n = 0;
  gint n_picked;

  seeds[n++] = gallery->last->seed;
  for (gint i = 0; i < gallery->n; i++)
    if (is_picked (&gallery->cells[i]) && &gallery->cells[i] != gallery->last)
      seeds[n++] = gallery->cells[i].seed;
  n_picked = n;
  for (gint i = 0; i < gallery->n; i++)
    if (! is_picked (&gallery->cells[i]) && &gallery->cells[i] != gallery->last)
      seeds[n++] = gallery->cells[i].seed;

  return n_picked;
}
