/* preview.c: one picture, before and after
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "preview.h"

typedef struct
{
  cairo_surface_t *before;
  cairo_surface_t *after;
  gboolean         show_before;
  gboolean         held;
} Preview;

#define PREVIEW_KEY "ddim-preview"

static void
preview_free (gpointer data)
{
  Preview *preview = data;

  g_clear_pointer (&preview->before, cairo_surface_destroy);
  g_clear_pointer (&preview->after, cairo_surface_destroy);
  g_free (preview);
}

static Preview *
get (GtkWidget *widget)
{
  return g_object_get_data (G_OBJECT (widget), PREVIEW_KEY);
}

void
ddim_preview_draw (cairo_t         *cr,
                   cairo_surface_t *picture,
                   gint             w,
                   gint             h)
{
  gint    pw    = cairo_image_surface_get_width (picture);
  gint    ph    = cairo_image_surface_get_height (picture);
  gdouble scale = MIN (w / (gdouble) pw, h / (gdouble) ph);

  cairo_save (cr);
  cairo_translate (cr, (w - pw * scale) / 2, (h - ph * scale) / 2);
  cairo_scale (cr, scale, scale);
  cairo_set_source_surface (cr, picture, 0, 0);
  cairo_pattern_set_filter (cairo_get_source (cr), CAIRO_FILTER_GOOD);
  cairo_pattern_set_extend (cairo_get_source (cr), CAIRO_EXTEND_PAD);
  cairo_rectangle (cr, 0, 0, pw, ph);
  cairo_fill (cr);
  cairo_restore (cr);
}

static gboolean
draw (GtkWidget *widget,
      cairo_t   *cr)
{
  Preview         *preview = get (widget);
  gboolean         before  = preview->held != preview->show_before;
  cairo_surface_t *picture = before ? preview->before : preview->after;

  if (! picture)
    picture = preview->before;
  if (picture)
    ddim_preview_draw (cr, picture, gtk_widget_get_allocated_width (widget),
                       gtk_widget_get_allocated_height (widget));

  return TRUE;
}

static gboolean
hold (GtkWidget      *widget,
      GdkEventButton *event)
{
  get (widget)->held = event->type == GDK_BUTTON_PRESS;
  gtk_widget_queue_draw (widget);

  return TRUE;
}

GtkWidget *
ddim_preview_new (gint side)
{
  GtkWidget *widget = gtk_drawing_area_new ();

  g_object_set_data_full (G_OBJECT (widget), PREVIEW_KEY, g_new0 (Preview, 1), preview_free);
  gtk_widget_set_size_request (widget, side, side);
  gtk_widget_add_events (widget, GDK_BUTTON_PRESS_MASK | GDK_BUTTON_RELEASE_MASK);
  g_signal_connect (widget, "draw", G_CALLBACK (draw), NULL);
  g_signal_connect (widget, "button-press-event", G_CALLBACK (hold), NULL);
  g_signal_connect (widget, "button-release-event", G_CALLBACK (hold), NULL);

  return widget;
}

static void
set (GtkWidget        *widget,
     cairo_surface_t **place,
     cairo_surface_t  *picture)
{
  if (picture)
    cairo_surface_reference (picture);
  g_clear_pointer (place, cairo_surface_destroy);
  *place = picture;
  gtk_widget_queue_draw (widget);
}

void
ddim_preview_set_before (GtkWidget       *widget,
                         cairo_surface_t *before)
{
  set (widget, &get (widget)->before, before);
}

void
ddim_preview_set_after (GtkWidget       *widget,
                        cairo_surface_t *after)
{
  set (widget, &get (widget)->after, after);
}

void
ddim_preview_show_before (GtkWidget *widget,
                          gboolean   show_before)
{
  get (widget)->show_before = show_before;
  gtk_widget_queue_draw (widget);
}
