/* dialog-watch.c: a GTK module that reports what a user meets in a dialog
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * run.py names it in GTK_MODULES, so that GTK loads it into the plug-in; the
 * plug-in itself knows nothing of it.  It adds a line to the file DDIM_WATCH for
 * each of these, which tests/gimp/user.py reads:
 *
 *   original S           what is to be varied is shown, S seconds after the dialog
 *   picture S KIND       a picture is shown, S seconds after the dialog: KIND is
 *                        the rest of the plug-in's debug message about it
 *   text TEXT            a label that was seen
 *   progress TEXT        what a progress bar says, once a second
 *   looked               all that there was has been looked at, once a second
 *   clipped TEXT         a label that got less room than it needs
 *   focus X Y NAME       the keyboard has come to what is called NAME, at (X, Y)
 *   control X Y NAME     something that the keyboard could come to
 *   key KEY TEXT         the mnemonic of a label that was seen
 *   closed MS held MS    from Escape, as the display tells it, until the dialog was gone,
 *                        and how long the main loop computed for that
 *   stall MS held MS at S
 *                        the longest that the main loop served nothing, and the
 *                        longest that it computed, which no other program's
 *                        work lengthens, and how long after the dialog that was
 *
 * A timeout of the highest priority is due every few milliseconds.  By how much
 * it is late is how long the loop was held by something else.
 */

#include <stdio.h>
#include <string.h>
#include <time.h>

#include <libgimp/gimp.h>
#include <libgimp/gimpui.h>

#define EVERY      5 /* ms */
#define LOOK_EVERY G_USEC_PER_SEC

static struct
{
  FILE       *file;
  GtkWidget  *dialog;                   /* while it is shown                 */
  GHashTable *lines;                    /* written so far, each once         */
  GHashTable *once;                     /* those about clipped texts, at first */
  guint       source;
  gint64      started;
  gint64      last, longest;            /* microseconds of time              */
  gint64      last_held, longest_held;  /* microseconds of this thread's own */
  gint64      held_at;
  gint64      escape;                   /* when it was pressed, in milliseconds; or 0 */
  gint64      escape_held;              /* microseconds of this thread by then */
} watch;

/* The processor time of this thread, in microseconds. */
static gint64
thread_time (void)
{
  struct timespec time;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &time);

  return time.tv_sec * G_GINT64_CONSTANT (1000000) + time.tv_nsec / 1000;
}

/* Writes a line, which is taken, unless it was written before. */
static void
note (gchar *line)
{
  if (g_hash_table_add (watch.lines, line))
    fprintf (watch.file, "%s\n", line);
}

/* Notes a label's text, and whether it has, as it is laid out, more than its
 * room, or was shortened to fit.                                             */
static void
report_text (GtkLabel *label)
{
  PangoLayout   *layout = gtk_label_get_layout (label);
  GtkAllocation  room;
  gint           w, h;

  note (g_strdup_printf ("text %s", gtk_label_get_text (label)));
  if (gtk_label_get_mnemonic_keyval (label) != GDK_KEY_VoidSymbol)
    note (g_strdup_printf ("key %s %s",
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
        note (line);
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

/* KIND X Y NAME, where it lies in the window, or would if nothing were scrolled. */
static gchar *
describe (const gchar *kind,
          GtkWidget   *widget)
{
  GtkWidget        *scrolled = gtk_widget_get_ancestor (widget, GTK_TYPE_SCROLLED_WINDOW);
  g_autofree gchar *name     = get_name (widget);
  gint              x        = 0;
  gint              y        = 0;

  gtk_widget_translate_coordinates (widget, watch.dialog, 0, 0, &x, &y);
  if (scrolled)
    y += gtk_adjustment_get_value (
      gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (scrolled)));

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

/* The display counts as we do where it is on this machine: milliseconds of the
 * monotonic clock, of which it tells the lower half.                         */
static gboolean
key_pressed (GtkWidget   *dialog,
             GdkEventKey *event,
             gpointer     data)
{
  if (event->keyval == GDK_KEY_Escape)
    {
      gint64 now = g_get_monotonic_time () / 1000;

      watch.escape      = now - (guint32) ((guint32) now - event->time);
      watch.escape_held = thread_time ();
    }

  return FALSE;
}

static void
look_at (GtkWidget *widget,
         gpointer   data)
{
  if (! gtk_widget_get_mapped (widget) || gtk_widget_get_allocated_width (widget) <= 1)
    return;

  if (GTK_IS_LABEL (widget) && gtk_label_get_text (GTK_LABEL (widget))[0])
    report_text (GTK_LABEL (widget));
  else if (GTK_IS_PROGRESS_BAR (widget) && gtk_progress_bar_get_text (GTK_PROGRESS_BAR (widget)))
    {
      fprintf (watch.file, "progress %s\n",
               gtk_progress_bar_get_text (GTK_PROGRESS_BAR (widget)));
      fflush (watch.file);
    }
  else if (gtk_widget_get_can_focus (widget) && gtk_widget_is_sensitive (widget))
    note (describe ("control", widget));
  if (GTK_IS_CONTAINER (widget))
    gtk_container_forall (GTK_CONTAINER (widget), look_at, NULL);
}

static gboolean
tick (gpointer data)
{
  gint64 now  = g_get_monotonic_time ();
  gint64 held = thread_time ();

  watch.longest = MAX (watch.longest, now - watch.last - EVERY * 1000);
  if (held - watch.last_held > watch.longest_held)
    {
      watch.longest_held = held - watch.last_held;
      watch.held_at      = now - watch.started;
    }

  if (now / LOOK_EVERY != watch.last / LOOK_EVERY)
    {
      look_at (watch.dialog, NULL);
      fprintf (watch.file, "looked\n");
      fflush (watch.file);
    }

  watch.last      = g_get_monotonic_time ();
  watch.last_held = thread_time ();

  return G_SOURCE_CONTINUE;
}

static void
start (GtkWidget *dialog)
{
  watch.file = fopen (g_getenv ("DDIM_WATCH"), "a");
  if (! watch.file)
    return;

  watch.dialog    = dialog;
  watch.lines     = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  watch.once      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  watch.started   = watch.last = g_get_monotonic_time ();
  watch.last_held = thread_time ();
  watch.longest   = watch.longest_held = watch.held_at = 0;
  watch.source    = g_timeout_add_full (G_PRIORITY_HIGH, EVERY, tick, NULL, NULL);
  watch.escape    = 0;
  g_signal_connect (dialog, "set-focus", G_CALLBACK (focus_set), NULL);
  g_signal_connect (dialog, "key-press-event", G_CALLBACK (key_pressed), NULL);
}

static void
stop (void)
{
  g_source_remove (watch.source);
  g_signal_handlers_disconnect_by_func (watch.dialog, focus_set, NULL);
  g_signal_handlers_disconnect_by_func (watch.dialog, key_pressed, NULL);
  if (watch.escape)
    fprintf (watch.file, "closed %d held %.0f\n",
             (gint) (g_get_monotonic_time () / 1000 - watch.escape),
             (thread_time () - watch.escape_held) / 1000.0);
  fprintf (watch.file, "stall %.0f held %.0f at %.2f\n", watch.longest / 1000.0,
           watch.longest_held / 1000.0, watch.held_at / (gdouble) G_USEC_PER_SEC);
  g_hash_table_unref (watch.lines);
  g_hash_table_unref (watch.once);
  fclose (watch.file);
  watch.dialog = NULL;
}

static gboolean
mapped (GSignalInvocationHint *hint,
        guint                  n_values,
        const GValue          *values,
        gpointer               data)
{
  GtkWidget *widget = g_value_get_object (values);

  if (GIMP_IS_PROCEDURE_DIALOG (widget) && ! watch.dialog)
    start (widget);

  return TRUE;
}

static gboolean
unmapped (GSignalInvocationHint *hint,
          guint                  n_values,
          const GValue          *values,
          gpointer               data)
{
  if (watch.dialog && g_value_get_object (values) == (gpointer) watch.dialog)
    stop ();

  return TRUE;
}

/* The plug-in's debug messages, which nobody else reads here. */
static void
heard (const gchar    *domain,
       GLogLevelFlags  level,
       const gchar    *message,
       gpointer        data)
{
  g_auto (GStrv) words = g_strsplit (message, " ", 2);

  if (! watch.dialog || (g_strcmp0 (words[0], "picture") && g_strcmp0 (words[0], "original")))
    return;

  fprintf (watch.file, "%s %.2f %s\n", words[0],
           (g_get_monotonic_time () - watch.started) / (gdouble) G_USEC_PER_SEC,
           words[1] ? words[1] : "");
  fflush (watch.file);
}

/* Called by GTK; in GIMP itself, and its other plug-ins, this does nothing. */
G_MODULE_EXPORT void
gtk_module_init (gint    *argc,
                 gchar ***argv)
{
  if (! g_getenv ("DDIM_WATCH") || g_strcmp0 (g_get_prgname (), "gimp-ddim"))
    return;

  g_type_class_ref (GTK_TYPE_WIDGET); /* makes its signals known */
  g_signal_add_emission_hook (g_signal_lookup ("map", GTK_TYPE_WIDGET), 0, mapped, NULL, NULL);
  g_signal_add_emission_hook (g_signal_lookup ("unmap", GTK_TYPE_WIDGET), 0, unmapped, NULL,
                              NULL);
  g_log_set_handler ("ddim", G_LOG_LEVEL_DEBUG, heard, NULL);
}
