/* watch.c: what a test wants to know of a dialog
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A timeout of the highest priority is due every few milliseconds.  By how
 * much it is late is how long the loop was held by something else.
 */

#include "config.h"

#include <stdio.h>
#include <time.h>

#include <libgimp/gimp.h>
#include <libgimp/gimpui.h>

#include "watch.h"

#define EVERY      5 /* ms */
#define LOOK_EVERY G_USEC_PER_SEC

static struct
{
  FILE       *file;
  GtkWidget  *dialog;
  GHashTable *lines;                    /* to write at the end               */
  GHashTable *once;                     /* those about clipped texts, at first */
  guint       source;
  gint64      started;
  gint64      last, longest;            /* microseconds of time              */
  gint64      last_held, longest_held;  /* microseconds of this thread's own */
} watch;

/* The processor time of this thread, in microseconds. */
static gint64
thread_time (void)
{
  struct timespec time;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &time);

  return time.tv_sec * G_GINT64_CONSTANT (1000000) + time.tv_nsec / 1000;
}

/* Notes a label's text, and whether it has, as it is laid out, more than its
 * room, or was shortened to fit.                                             */
static void
report_text (GtkLabel *label)
{
  PangoLayout   *layout = gtk_label_get_layout (label);
  GtkAllocation  room;
  gint           w, h;

  g_hash_table_add (watch.lines, g_strdup_printf ("text %s", gtk_label_get_text (label)));
  if (gtk_label_get_mnemonic_keyval (label) != GDK_KEY_VoidSymbol)
    g_hash_table_add (watch.lines,
                      g_strdup_printf ("key %s %s",
                                       gdk_keyval_name (gtk_label_get_mnemonic_keyval (label)),
                                       gtk_label_get_text (label)));

  gtk_widget_get_allocation (GTK_WIDGET (label), &room);
  pango_layout_get_pixel_size (layout, &w, &h);

  if (w > room.width || h > room.height || pango_layout_is_ellipsized (layout))
    {
      gchar *line = g_strdup_printf ("clipped %s (%d x %d for %d x %d)",
                                     gtk_label_get_text (label),
                                     room.width, room.height, w, h);

      /* twice: a text that has just been set has yet to get its room */
      if (g_hash_table_contains (watch.once, line))
        g_hash_table_add (watch.lines, line);
      else
        g_hash_table_add (watch.once, line);
    }
}

/* What a widget is called: by itself, by a label that leads to it, or by the
 * row it is in; NULL where nobody could say.                                 */
static gchar *
get_name (GtkWidget *widget)
{
  const gchar *name = atk_object_get_name (gtk_widget_get_accessible (widget));

  if (name && name[0])
    return g_strdup (name);

  for (GtkWidget *row = widget; row; row = gtk_widget_get_parent (row))
    {
      GList     *labels = gtk_widget_list_mnemonic_labels (row);
      GtkWidget *label  = labels ? labels->data : NULL;

      g_list_free (labels);
      if (! label && GIMP_IS_LABELED (row))
        label = gimp_labeled_get_label (GIMP_LABELED (row));
      if (label)
        return g_strdup (gtk_label_get_text (GTK_LABEL (label)));
    }

  return NULL;
}

/* KIND X Y NAME, where it lies in the window. */
static gchar *
describe (const gchar *kind,
          GtkWidget   *widget)
{
  g_autofree gchar *name = get_name (widget);
  gint              x    = 0;
  gint              y    = 0;

  gtk_widget_translate_coordinates (widget, watch.dialog, 0, 0, &x, &y);

  return g_strdup_printf ("%s %d %d %s", kind, x, y, name ? name : "");
}

static void
focus_set (GtkWindow *window,
           GtkWidget *widget,
           gpointer   data)
{
  g_autofree gchar *line = widget ? describe ("focus", widget) : NULL;

  if (line)
    fprintf (watch.file, "%s\n", line);
  fflush (watch.file);
}

static void
look_at (GtkWidget *widget,
         gpointer   data)
{
  if (! gtk_widget_get_mapped (widget) || gtk_widget_get_allocated_width (widget) <= 1)
    return;

  if (GTK_IS_LABEL (widget) && gtk_label_get_text (GTK_LABEL (widget))[0])
    report_text (GTK_LABEL (widget));
  else if (gtk_widget_get_can_focus (widget) && gtk_widget_is_sensitive (widget))
    g_hash_table_add (watch.lines, describe ("control", widget));
  if (GTK_IS_CONTAINER (widget))
    gtk_container_forall (GTK_CONTAINER (widget), look_at, NULL);
}

static gboolean
tick (gpointer data)
{
  gint64 now  = g_get_monotonic_time ();
  gint64 held = thread_time ();

  watch.longest      = MAX (watch.longest, now - watch.last - EVERY * 1000);
  watch.longest_held = MAX (watch.longest_held, held - watch.last_held);

  if (now / LOOK_EVERY != watch.last / LOOK_EVERY)
    look_at (watch.dialog, NULL);

  watch.last      = g_get_monotonic_time ();
  watch.last_held = thread_time ();

  return G_SOURCE_CONTINUE;
}

void
ddim_watch_start (GtkWidget *dialog)
{
  const gchar *path = g_getenv ("DDIM_WATCH");

  watch.file = path ? fopen (path, "a") : NULL;
  if (! watch.file)
    return;

  watch.dialog    = dialog;
  watch.lines     = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  watch.once      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  watch.started   = watch.last = g_get_monotonic_time ();
  watch.last_held = thread_time ();
  watch.longest   = watch.longest_held = 0;
  g_signal_connect (dialog, "set-focus", G_CALLBACK (focus_set), NULL);
  watch.source  = g_timeout_add_full (G_PRIORITY_HIGH, EVERY, tick, NULL, NULL);
}

void
ddim_watch_picture (gboolean finished)
{
  if (! watch.file)
    return;

  fprintf (watch.file, "picture %.2f %s\n",
           (g_get_monotonic_time () - watch.started) / (gdouble) G_USEC_PER_SEC,
           finished ? "finished" : "preview");
  fflush (watch.file);
}

void
ddim_watch_stop (void)
{
  GHashTableIter iter;
  gpointer       line;

  if (! watch.file)
    return;

  g_source_remove (watch.source);
  g_signal_handlers_disconnect_by_func (watch.dialog, focus_set, NULL);
  g_hash_table_iter_init (&iter, watch.lines);
  while (g_hash_table_iter_next (&iter, &line, NULL))
    fprintf (watch.file, "%s\n", (const gchar *) line);
  fprintf (watch.file, "stall %.0f held %.0f\n", watch.longest / 1000.0,
           watch.longest_held / 1000.0);
  g_hash_table_unref (watch.lines);
  g_hash_table_unref (watch.once);
  fclose (watch.file);
  watch.file = NULL;
}
