/* preview.c: one picture, before and after
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Two pictures may have different sizes, a rough one and the finished one say: places
 * are fractions of a picture, and the larger one says what a pixel is.
 */

#include "config.h"

#include "preview.h"

#define NEAR  6    /* pixels of the split line, in which it is taken           */
#define STEP  0.1  /* of the widget, that an arrow key moves                   */

typedef enum
{
  DRAG_NOTHING,
  DRAG_PICTURE,
  DRAG_SPLIT
} Drag;

typedef struct
{
  GtkWidget       *widget;
  cairo_surface_t *before;
  cairo_surface_t *after;
  GArray          *outline;
  gboolean         show_before;
  gboolean         split;
  gboolean         zoomed;
  gdouble          line;         /* where the split is, in fractions           */
  gdouble          x, y;         /* what is in the middle while zoomed          */

  Drag             drag;
  gboolean         held;         /* and not moved yet                           */
  gdouble          last_x, last_y;
} Preview;

/* Where the picture is on the widget, or would be. */
typedef struct
{
  gdouble x, y, w, h;
} Place;

#define PREVIEW_KEY "ddim-preview"

static void
preview_free (gpointer data)
{
  Preview *preview = data;

  g_clear_pointer (&preview->before, cairo_surface_destroy);
  g_clear_pointer (&preview->after, cairo_surface_destroy);
  g_clear_pointer (&preview->outline, g_array_unref);
  g_free (preview);
}

static Preview *
get (GtkWidget *widget)
{
  return g_object_get_data (G_OBJECT (widget), PREVIEW_KEY);
}

/* Drawing ---------------------------------------------------------------- */

void
ddim_preview_draw (cairo_t                 *cr,
                   cairo_surface_t         *picture,
                   const cairo_rectangle_t *part,
                   gint                     w,
                   gint                     h)
{
  cairo_rectangle_t all   = { 0, 0, cairo_image_surface_get_width (picture),
                              cairo_image_surface_get_height (picture) };
  gdouble           scale;

  if (! part)
    part = &all;
  scale = MIN (w / part->width, h / part->height);

  cairo_save (cr);
  cairo_translate (cr, (w - part->width * scale) / 2, (h - part->height * scale) / 2);
  cairo_scale (cr, scale, scale);
  cairo_rectangle (cr, 0, 0, part->width, part->height);
  cairo_clip (cr);
  cairo_set_source_surface (cr, picture, - part->x, - part->y);
  cairo_pattern_set_filter (cairo_get_source (cr), CAIRO_FILTER_GOOD);
  cairo_pattern_set_extend (cairo_get_source (cr), CAIRO_EXTEND_PAD);
  cairo_paint (cr);
  cairo_restore (cr);
}

/* Where there is none, there is nothing to show either. */
static gboolean
get_place (const Preview *preview,
           Place         *place)
{
  gint    w  = gtk_widget_get_allocated_width (preview->widget);
  gint    h  = gtk_widget_get_allocated_height (preview->widget);
  gdouble pw = 0.0, ph = 0.0, scale;

  if (preview->after)
    {
      pw = cairo_image_surface_get_width (preview->after);
      ph = cairo_image_surface_get_height (preview->after);
    }
  if (preview->before)
    {
      pw = MAX (pw, cairo_image_surface_get_width (preview->before));
      ph = MAX (ph, cairo_image_surface_get_height (preview->before));
    }
  if (pw <= 0.0 || ph <= 0.0)
    return FALSE;

  scale    = preview->zoomed ? 1.0 : MIN (w / pw, h / ph);
  place->w = pw * scale;
  place->h = ph * scale;
  place->x = (w - place->w) / 2;
  place->y = (h - place->h) / 2;
  /* what lies beyond a border can be moved into sight, and no farther */
  if (place->w > w)
    place->x = CLAMP (w / 2.0 - preview->x * place->w, w - place->w, 0.0);
  if (place->h > h)
    place->y = CLAMP (h / 2.0 - preview->y * place->h, h - place->h, 0.0);
  if (preview->zoomed)
    {
      place->x = (gint) place->x;
      place->y = (gint) place->y;
    }

  return TRUE;
}

static void
draw_picture (cairo_t         *cr,
              const Place     *place,
              cairo_surface_t *picture)
{
  cairo_save (cr);
  cairo_translate (cr, place->x, place->y);
  cairo_scale (cr, place->w / cairo_image_surface_get_width (picture),
               place->h / cairo_image_surface_get_height (picture));
  cairo_set_source_surface (cr, picture, 0, 0);
  cairo_pattern_set_filter (cairo_get_source (cr), CAIRO_FILTER_GOOD);
  cairo_pattern_set_extend (cairo_get_source (cr), CAIRO_EXTEND_PAD);
  cairo_rectangle (cr, 0, 0, cairo_image_surface_get_width (picture),
                   cairo_image_surface_get_height (picture));
  cairo_fill (cr);
  cairo_restore (cr);
}

/* White on black, which is seen on everything. */
static void
stroke (cairo_t *cr)
{
  cairo_set_source_rgba (cr, 0, 0, 0, 0.6);
  cairo_set_line_width (cr, 3);
  cairo_stroke_preserve (cr);
  cairo_set_source_rgba (cr, 1, 1, 1, 0.9);
  cairo_set_line_width (cr, 1);
  cairo_stroke (cr);
}

static void
draw_outline (cairo_t      *cr,
              const Place  *place,
              const GArray *outline)
{
  for (guint i = 0; i + 3 < outline->len; i += 4)
    {
      const gfloat *segment = &g_array_index (outline, gfloat, i);

      cairo_move_to (cr, place->x + segment[0] * place->w, place->y + segment[1] * place->h);
      cairo_line_to (cr, place->x + segment[2] * place->w, place->y + segment[3] * place->h);
    }
  stroke (cr);
}

static gboolean
draw (GtkWidget *widget,
      cairo_t   *cr)
{
  Preview         *preview = get (widget);
  gboolean         before  = preview->held != preview->show_before;
  cairo_surface_t *picture = before ? preview->before : preview->after;
  gdouble          line;
  Place            place;

  if (! picture)
    picture = preview->before ? preview->before : preview->after;
  if (! get_place (preview, &place))
    return TRUE;

  draw_picture (cr, &place, picture);
  line = place.x + preview->line * place.w;
  if (preview->split && preview->before && preview->after)
    {
      cairo_save (cr);
      cairo_rectangle (cr, 0, 0, line, gtk_widget_get_allocated_height (widget));
      cairo_clip (cr);
      draw_picture (cr, &place, before ? preview->after : preview->before);
      cairo_restore (cr);
      cairo_move_to (cr, line, place.y);
      cairo_line_to (cr, line, place.y + place.h);
      stroke (cr);
    }
  if (preview->outline && ! preview->held)
    draw_outline (cr, &place, preview->outline);
  if (gtk_widget_has_visible_focus (widget))
    gtk_render_focus (gtk_widget_get_style_context (widget), cr, 1, 1,
                      gtk_widget_get_allocated_width (widget) - 2,
                      gtk_widget_get_allocated_height (widget) - 2);

  return TRUE;
}

/* The pointer and the keys ------------------------------------------------- */

static void
move (Preview *preview,
      gdouble  dx,
      gdouble  dy)
{
  gint  w = gtk_widget_get_allocated_width (preview->widget);
  gint  h = gtk_widget_get_allocated_height (preview->widget);
  Place place;

  if (! get_place (preview, &place))
    return;

  /* from where it is shown, which may be nearer than was asked for */
  preview->x = (w / 2.0 - place.x - dx) / place.w;
  preview->y = (h / 2.0 - place.y - dy) / place.h;
  gtk_widget_queue_draw (preview->widget);
}

static gboolean
button (GtkWidget      *widget,
        GdkEventButton *event)
{
  Preview *preview = get (widget);
  Place    place;

  if (event->type == GDK_BUTTON_RELEASE)
    {
      preview->drag = DRAG_NOTHING;
      preview->held = FALSE;
    }
  else if (event->type == GDK_BUTTON_PRESS && get_place (preview, &place))
    {
      gboolean on_line = preview->split &&
                         ABS (event->x - place.x - preview->line * place.w) <= NEAR;

      gtk_widget_grab_focus (widget);
      preview->drag   = on_line ? DRAG_SPLIT : DRAG_PICTURE;
      preview->held   = ! on_line;
      preview->last_x = event->x;
      preview->last_y = event->y;
    }
  gtk_widget_queue_draw (widget);

  return TRUE;
}

static gboolean
motion (GtkWidget      *widget,
        GdkEventMotion *event)
{
  Preview *preview = get (widget);
  gdouble  dx      = event->x - preview->last_x;
  gdouble  dy      = event->y - preview->last_y;
  Place    place;

  if (preview->drag == DRAG_NOTHING || ! get_place (preview, &place))
    return TRUE;

  if (preview->drag == DRAG_SPLIT)
    preview->line = CLAMP ((event->x - place.x) / place.w, 0.0, 1.0);
  else if (! preview->zoomed ||
           (preview->held && ! gtk_drag_check_threshold (widget, preview->last_x, preview->last_y,
                                                         event->x, event->y)))
    return TRUE;
  else
    {
      preview->held = FALSE;
      move (preview, dx, dy);
    }
  preview->last_x = event->x;
  preview->last_y = event->y;
  gtk_widget_queue_draw (widget);

  return TRUE;
}

/* With the split, left and right move the line; else arrows move what is zoomed. */
static gboolean
key (GtkWidget   *widget,
     GdkEventKey *event)
{
  Preview *preview = get (widget);
  gdouble  dx      = (event->keyval == GDK_KEY_Right) - (event->keyval == GDK_KEY_Left);
  gdouble  dy      = (event->keyval == GDK_KEY_Down) - (event->keyval == GDK_KEY_Up);

  if ((dx == 0.0 && dy == 0.0) || event->state & gtk_accelerator_get_default_mod_mask ())
    return FALSE;

  if (preview->split && dx != 0.0)
    {
      preview->line = CLAMP (preview->line + STEP * dx, 0.0, 1.0);
      gtk_widget_queue_draw (widget);
    }
  else if (preview->zoomed)
    move (preview, - STEP * dx * gtk_widget_get_allocated_width (widget),
          - STEP * dy * gtk_widget_get_allocated_height (widget));
  else
    return FALSE;

  return TRUE;
}

static gboolean
focus_moved (GtkWidget *widget)
{
  gtk_widget_queue_draw (widget);

  return FALSE;
}

GtkWidget *
ddim_preview_new (gint side)
{
  GtkWidget *widget  = gtk_drawing_area_new ();
  Preview   *preview = g_new0 (Preview, 1);

  preview->widget = widget;
  preview->line   = preview->x = preview->y = 0.5;
  g_object_set_data_full (G_OBJECT (widget), PREVIEW_KEY, preview, preview_free);
  gtk_widget_set_size_request (widget, side, side);
  gtk_widget_set_can_focus (widget, TRUE);
  gtk_widget_add_events (widget, GDK_BUTTON_PRESS_MASK | GDK_BUTTON_RELEASE_MASK |
                                 GDK_BUTTON1_MOTION_MASK | GDK_KEY_PRESS_MASK |
                                 GDK_FOCUS_CHANGE_MASK);
  g_signal_connect (widget, "draw", G_CALLBACK (draw), NULL);
  g_signal_connect (widget, "button-press-event", G_CALLBACK (button), NULL);
  g_signal_connect (widget, "button-release-event", G_CALLBACK (button), NULL);
  g_signal_connect (widget, "motion-notify-event", G_CALLBACK (motion), NULL);
  g_signal_connect (widget, "key-press-event", G_CALLBACK (key), NULL);
  g_signal_connect (widget, "focus-in-event", G_CALLBACK (focus_moved), NULL);
  g_signal_connect (widget, "focus-out-event", G_CALLBACK (focus_moved), NULL);

  return widget;
}

/* What is shown ------------------------------------------------------------ */

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
ddim_preview_set_outline (GtkWidget *widget,
                          GArray    *outline)
{
  Preview *preview = get (widget);

  if (outline)
    g_array_ref (outline);
  g_clear_pointer (&preview->outline, g_array_unref);
  preview->outline = outline;
  gtk_widget_queue_draw (widget);
}

void
ddim_preview_show_before (GtkWidget *widget,
                          gboolean   show_before)
{
  get (widget)->show_before = show_before;
  gtk_widget_queue_draw (widget);
}

void
ddim_preview_set_split (GtkWidget *widget,
                        gboolean   split)
{
  get (widget)->split = split;
  gtk_widget_queue_draw (widget);
}

void
ddim_preview_set_zoomed (GtkWidget *widget,
                         gboolean   zoomed)
{
  Preview *preview = get (widget);

  preview->zoomed = zoomed;
  preview->x      = preview->y = 0.5;
  gtk_widget_queue_draw (widget);
}
