/* help.c: the plug-in's own pages
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GIMP's own help looks for its manual, on the network where it is not
 * installed, and this plug-in is not in it.  So the user's browser is shown the
 * page beside the executable, without a fragment: GIO opens no such file.
 */

#include "config.h"

#include <libgimp/gimp.h>
#include <libgimp/gimpui.h>
#include <glib/gi18n-lib.h>

#include "help.h"

static void
show_help (const gchar *help_id,
           gpointer     data)
{
  g_autofree gchar   *plug_in = g_path_get_dirname (gimp_get_progname ());
  g_autofree gchar   *path    = g_build_filename (plug_in, "help", "index.html", NULL);
  g_autofree gchar   *uri     = g_filename_to_uri (path, NULL, NULL);
  g_autoptr (GError)  error   = NULL;

  if (! gtk_show_uri_on_window (NULL, uri, GDK_CURRENT_TIME, &error))
    g_message (
      /* Translators: %s is a file. */
      _("No browser could be opened. The help is in the file “%s”."), path);
}

GtkWidget *
ddim_help_dialog_new (GimpProcedure       *procedure,
                      GimpProcedureConfig *config,
                      const gchar         *title)
{
  return g_object_new (GIMP_TYPE_PROCEDURE_DIALOG,
                       "procedure", procedure,
                       "config",    config,
                       "title",     title,
                       "help-func", show_help,
                       "help-id",   gimp_procedure_get_help_id (procedure),
                       NULL);
}
