/* dialog-size.c: a dialog is as large as it was when it was closed
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GIMP keeps the sizes of its own windows, but not those of a plug-in's.  A file that
 * cannot be read or written is no reason to bother anybody: then the dialog has the
 * size it needs.
 */

#include "config.h"

#include "dialog-size.h"

#define FILE_NAME "gimp-ddim.ini"
#define BORDERS   80 /* pixels of a screen that panels and a title bar take    */

static GKeyFile *
load (gchar **path)
{
  GKeyFile *file = g_key_file_new ();

  *path = g_build_filename (gimp_directory (), FILE_NAME, NULL);
  g_key_file_load_from_file (file, *path, G_KEY_FILE_KEEP_COMMENTS, NULL);

  return file;
}

static const gchar *
get_group (GimpProcedureConfig *config)
{
  return gimp_procedure_get_name (gimp_procedure_config_get_procedure (config));
}

void
ddim_dialog_size_restore (GtkWindow           *dialog,
                          GimpProcedureConfig *config)
{
  g_autofree gchar     *path    = NULL;
  g_autoptr (GKeyFile)  file    = load (&path);
  gint                  w       = g_key_file_get_integer (file, get_group (config), "width", NULL);
  gint                  h       = g_key_file_get_integer (file, get_group (config), "height", NULL);
  GdkMonitor           *monitor = gdk_display_get_primary_monitor (gdk_display_get_default ());
  GdkRectangle          area    = { 0, 0, G_MAXSHORT, G_MAXSHORT };

  if (! monitor)
    monitor = gdk_display_get_monitor (gdk_display_get_default (), 0);
  if (monitor)
    gdk_monitor_get_workarea (monitor, &area);
  if (w > 0 && h > 0)
    gtk_window_resize (dialog, MIN (w, area.width), MIN (h, MAX (1, area.height - BORDERS)));
}

void
ddim_dialog_size_save (GtkWindow           *dialog,
                       GimpProcedureConfig *config)
{
  g_autofree gchar     *path = NULL;
  g_autoptr (GKeyFile)  file = load (&path);
  gint                  w, h;

  gtk_window_get_size (dialog, &w, &h);
  g_key_file_set_integer (file, get_group (config), "width", w);
  g_key_file_set_integer (file, get_group (config), "height", h);
  g_key_file_save_to_file (file, path, NULL);
}
