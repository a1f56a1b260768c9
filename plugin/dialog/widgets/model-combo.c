/* model-combo.c: the installed models, to choose from
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The list of models is read again whenever the window gets the focus: a user
 * who has just put a folder there finds it.
 */

#include "config.h"

#include <libgimp/gimp.h>
#include <libgimp/gimpui.h>
#include <glib/gi18n-lib.h>

#include "controls.h"
#include "model-combo.h"
#include "models.h"
#include "settings.h"

#define OTHER "//other" /* the id of the entry for a folder; no model's name */

#define KEY "ddim-model-combo"

typedef struct
{
  GimpProcedureConfig *config;
  gchar               *property;
  GtkWidget           *combo;
  GtkWidget           *line;
  gboolean             of_image; /* may be chosen */
  gboolean             busy;  /* fills the list */
} ModelCombo;

static void
self_free (gpointer data)
{
  ModelCombo *self = data;

  g_free (self->property);
  g_free (self);
}

static gchar *
get_model (ModelCombo *self)
{
  gchar *model = NULL;

  g_object_get (self->config, self->property, &model, NULL);

  return model ? model : g_strdup ("");
}

/* What there is to say of the model, or why there is nothing. */
static void
describe (ModelCombo *self)
{
  g_autofree gchar   *model  = get_model (self);
  g_autoptr (GError)  error  = NULL;
  g_autofree gchar   *folder = g_strcmp0 (model, DDIM_MODEL_IMAGE) ?
                               ddim_models_find (model, &error) : NULL;
  g_autofree gchar   *line   = NULL;
  DdimModelInfo       info;

  if (! g_strcmp0 (model, DDIM_MODEL_IMAGE))
    line = g_strdup (_("Learns from this image alone and puts small pieces of it together "
                       "in a new way. Good for textures, and for anything no model was "
                       "trained on. Large sources take longer."));
  else if (folder && ddim_model_inspect (folder, &info, &error))
    line = ddim_models_describe (&info);

  gtk_label_set_text (GTK_LABEL (self->line), line ? line : error->message);
}

static void
fill (ModelCombo *self)
{
  GtkComboBoxText  *combo = GTK_COMBO_BOX_TEXT (self->combo);
  g_auto (GStrv)    names = ddim_models_list ();
  g_autofree gchar *model = get_model (self);

  self->busy = TRUE;
  gtk_combo_box_text_remove_all (combo);
  for (gint i = 0; names[i]; i++)
    gtk_combo_box_text_append (combo, names[i], names[i]);
  if (self->of_image)
    gtk_combo_box_text_append (combo, DDIM_MODEL_IMAGE, _("This image"));
  if (model[0] && ! g_strv_contains ((const gchar * const *) names, model) &&
      ! (self->of_image && ! g_strcmp0 (model, DDIM_MODEL_IMAGE)))
    {
      g_autofree gchar *base = g_path_get_basename (model);

      gtk_combo_box_text_append (combo, model, base);
    }
  gtk_combo_box_text_append (combo, OTHER, _("Another folder…"));
  gtk_combo_box_set_active_id (GTK_COMBO_BOX (combo), model);
  self->busy = FALSE;

  describe (self);
}

/* Asks for a folder; NULL where the user would rather not. */
static gchar *
ask_for_folder (ModelCombo *self)
{
  GtkWidget *top    = gtk_widget_get_toplevel (self->combo);
  GtkWidget *dialog = gtk_file_chooser_dialog_new (_("Choose a model's folder"),
                                                   GTK_WINDOW (top),
                                                   GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER,
                                                   _("_Cancel"), GTK_RESPONSE_CANCEL,
                                                   _("_Choose"), GTK_RESPONSE_OK, NULL);
  gchar     *folder = NULL;

  gtk_dialog_set_default_response (GTK_DIALOG (dialog), GTK_RESPONSE_OK);
  if (gtk_dialog_run (GTK_DIALOG (dialog)) == GTK_RESPONSE_OK)
    folder = gtk_file_chooser_get_filename (GTK_FILE_CHOOSER (dialog));
  gtk_widget_destroy (dialog);

  return folder;
}

static void
chosen (GtkComboBox *combo,
        ModelCombo  *self)
{
  const gchar      *id     = gtk_combo_box_get_active_id (combo);
  g_autofree gchar *folder = NULL;

  if (self->busy || ! id)
    return;

  if (! g_strcmp0 (id, OTHER))
    {
      folder = ask_for_folder (self);
      if (! folder)
        {
          fill (self); /* back to what was chosen */
          return;
        }
      id = folder;
    }

  g_object_set (self->config, self->property, id, NULL);
}

static void
open_folder (GtkButton *button,
             ModelCombo *self)
{
  GtkWidget          *top    = gtk_widget_get_toplevel (GTK_WIDGET (button));
  g_autofree gchar   *folder = ddim_models_user_folder ();
  g_autofree gchar   *uri    = g_filename_to_uri (folder, NULL, NULL);
  g_autofree gchar   *sorry  = NULL;
  g_autoptr (GError)  error  = NULL;

  if (g_mkdir_with_parents (folder, 0755) == 0 &&
      gtk_show_uri_on_window (GTK_WINDOW (top), uri, GDK_CURRENT_TIME, &error))
    return;

  sorry = g_strdup_printf (
    /* Translators: %s is a folder. */
    _("No file manager could be opened. Put models into the folder “%s”."), folder);
  gtk_label_set_text (GTK_LABEL (self->line), sorry);
}

static ModelCombo *
get_self (GtkWidget *grid)
{
  return g_object_get_data (G_OBJECT (grid), KEY);
}

static gboolean
focused (GtkWidget *grid)
{
  fill (get_self (grid));

  return FALSE;
}

static void
config_changed (GtkWidget *grid)
{
  fill (get_self (grid));
}

/* Called when the grid has come into a window. */
static void
anchored (GtkWidget *grid)
{
  GtkWidget *top = gtk_widget_get_toplevel (grid);

  if (gtk_widget_is_toplevel (top))
    g_signal_connect_object (top, "focus-in-event", G_CALLBACK (focused), grid,
                             G_CONNECT_SWAPPED);
}

GtkWidget *
ddim_model_combo_new (GimpProcedureConfig *config,
                      const gchar         *property,
                      GtkSizeGroup        *labels)
{
  ModelCombo       *self = g_new0 (ModelCombo, 1);
  GtkWidget        *grid    = gtk_grid_new ();
  GtkWidget        *button  = gtk_button_new_from_icon_name (GIMP_ICON_DOCUMENT_OPEN,
                                                             GTK_ICON_SIZE_BUTTON);
  g_autofree gchar *signal  = g_strconcat ("notify::", property, NULL);

  self->config   = config;
  self->property = g_strdup (property);
  self->of_image = g_object_class_find_property (G_OBJECT_GET_CLASS (config),
                                                    "source") != NULL;
  self->combo    = gtk_combo_box_text_new ();
  self->line     = gtk_label_new (NULL);
  g_object_set_data_full (G_OBJECT (grid), KEY, self, self_free);

  gtk_grid_set_column_spacing (GTK_GRID (grid), 6);
  gtk_grid_set_row_spacing (GTK_GRID (grid), 3);
  gtk_widget_set_margin_top (grid, 6);
  gtk_widget_set_margin_bottom (grid, 6);
  gtk_widget_set_hexpand (self->combo, TRUE);
  gtk_label_set_line_wrap (GTK_LABEL (self->line), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (self->line), 44);
  gtk_label_set_xalign (GTK_LABEL (self->line), 0.0);
  gtk_widget_set_tooltip_text (button, _("Open the folder where you can put models of "
                                         "your own"));
  atk_object_set_name (gtk_widget_get_accessible (button), _("Open the models' folder"));

  gtk_grid_attach (GTK_GRID (grid), ddim_controls_new_label (config, property, self->combo, labels), 0, 0, 1, 1);
  gtk_grid_attach (GTK_GRID (grid), self->combo, 1, 0, 1, 1);
  gtk_grid_attach (GTK_GRID (grid), button, 2, 0, 1, 1);
  gtk_grid_attach (GTK_GRID (grid), self->line, 0, 1, 3, 1);

  fill (self);
  g_signal_connect (self->combo, "changed", G_CALLBACK (chosen), self);
  g_signal_connect (button, "clicked", G_CALLBACK (open_folder), self);
  g_signal_connect (grid, "hierarchy-changed", G_CALLBACK (anchored), NULL);
  g_signal_connect_object (config, signal, G_CALLBACK (config_changed), grid,
                           G_CONNECT_SWAPPED);
  gtk_widget_show_all (grid);

  return grid;
}
