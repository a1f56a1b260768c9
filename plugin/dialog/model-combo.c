/* model-combo.c: widgets for two arguments that no generated one serves well
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

#include "model-combo.h"
#include "models.h"
#include "settings.h"

/* A label for another widget, in the words of an argument. */
static GtkWidget *
label_for (GimpProcedureConfig *config,
           const gchar         *property,
           GtkWidget           *widget)
{
  GParamSpec *pspec = g_object_class_find_property (G_OBJECT_GET_CLASS (config), property);
  GtkWidget  *label = gtk_label_new_with_mnemonic (g_param_spec_get_nick (pspec));

  gtk_label_set_xalign (GTK_LABEL (label), 0.0);
  gtk_label_set_mnemonic_widget (GTK_LABEL (label), widget);
  gtk_widget_set_tooltip_text (widget, g_param_spec_get_blurb (pspec));

  return label;
}

/* The model -------------------------------------------------------------- */

#define OTHER "//other" /* the id of the entry for a folder; no model's name */

#define CHOOSER_KEY "ddim-chooser"

typedef struct
{
  GimpProcedureConfig *config;
  gchar               *property;
  GtkWidget           *combo;
  GtkWidget           *line;
  gboolean             of_image; /* may be chosen */
  gboolean             busy;  /* fills the list */
} Chooser;

static void
chooser_free (gpointer data)
{
  Chooser *chooser = data;

  g_free (chooser->property);
  g_free (chooser);
}

static gchar *
get_model (Chooser *chooser)
{
  gchar *model = NULL;

  g_object_get (chooser->config, chooser->property, &model, NULL);

  return model ? model : g_strdup ("");
}

/* What there is to say of the model, or why there is nothing. */
static void
describe (Chooser *chooser)
{
  g_autofree gchar   *model  = get_model (chooser);
  g_autoptr (GError)  error  = NULL;
  g_autofree gchar   *folder = g_strcmp0 (model, DDIM_MODEL_IMAGE) ?
                               ddim_models_find (model, &error) : NULL;
  g_autofree gchar   *line   = NULL;
  DdimModelInfo       info;

  if (! g_strcmp0 (model, DDIM_MODEL_IMAGE))
    line = g_strdup (_("Learns from this image alone, and puts its own pieces together "
                       "anew: for textures, and for what no model has learned. Takes "
                       "more time on large sources."));
  else if (folder && ddim_model_inspect (folder, &info, &error))
    line = ddim_models_describe (&info);

  gtk_label_set_text (GTK_LABEL (chooser->line), line ? line : error->message);
}

static void
fill (Chooser *chooser)
{
  GtkComboBoxText  *combo = GTK_COMBO_BOX_TEXT (chooser->combo);
  g_auto (GStrv)    names = ddim_models_list ();
  g_autofree gchar *model = get_model (chooser);

  chooser->busy = TRUE;
  gtk_combo_box_text_remove_all (combo);
  for (gint i = 0; names[i]; i++)
    gtk_combo_box_text_append (combo, names[i], names[i]);
  if (chooser->of_image)
    gtk_combo_box_text_append (combo, DDIM_MODEL_IMAGE, _("This image"));
  if (model[0] && ! g_strv_contains ((const gchar * const *) names, model) &&
      ! (chooser->of_image && ! g_strcmp0 (model, DDIM_MODEL_IMAGE)))
    {
      g_autofree gchar *base = g_path_get_basename (model);

      gtk_combo_box_text_append (combo, model, base);
    }
  gtk_combo_box_text_append (combo, OTHER, _("Another folder…"));
  gtk_combo_box_set_active_id (GTK_COMBO_BOX (combo), model);
  chooser->busy = FALSE;

  describe (chooser);
}

/* Asks for a folder; NULL where the user would rather not. */
static gchar *
ask_for_folder (Chooser *chooser)
{
  GtkWidget *top    = gtk_widget_get_toplevel (chooser->combo);
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
        Chooser     *chooser)
{
  const gchar      *id     = gtk_combo_box_get_active_id (combo);
  g_autofree gchar *folder = NULL;

  if (chooser->busy || ! id)
    return;

  if (! g_strcmp0 (id, OTHER))
    {
      folder = ask_for_folder (chooser);
      if (! folder)
        {
          fill (chooser); /* back to what was chosen */
          return;
        }
      id = folder;
    }

  g_object_set (chooser->config, chooser->property, id, NULL);
}

static void
open_folder (GtkButton *button,
             Chooser   *chooser)
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
  gtk_label_set_text (GTK_LABEL (chooser->line), sorry);
}

static Chooser *
get_chooser (GtkWidget *grid)
{
  return g_object_get_data (G_OBJECT (grid), CHOOSER_KEY);
}

static gboolean
focused (GtkWidget *grid)
{
  fill (get_chooser (grid));

  return FALSE;
}

static void
config_changed (GtkWidget *grid)
{
  fill (get_chooser (grid));
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
                      const gchar         *property)
{
  Chooser          *chooser = g_new0 (Chooser, 1);
  GtkWidget        *grid    = gtk_grid_new ();
  GtkWidget        *button  = gtk_button_new_from_icon_name (GIMP_ICON_DOCUMENT_OPEN,
                                                             GTK_ICON_SIZE_BUTTON);
  g_autofree gchar *signal  = g_strconcat ("notify::", property, NULL);

  chooser->config   = config;
  chooser->property = g_strdup (property);
  chooser->of_image = g_object_class_find_property (G_OBJECT_GET_CLASS (config),
                                                    "source") != NULL;
  chooser->combo    = gtk_combo_box_text_new ();
  chooser->line     = gtk_label_new (NULL);
  g_object_set_data_full (G_OBJECT (grid), CHOOSER_KEY, chooser, chooser_free);

  gtk_grid_set_column_spacing (GTK_GRID (grid), 6);
  gtk_grid_set_row_spacing (GTK_GRID (grid), 3);
  gtk_widget_set_hexpand (chooser->combo, TRUE);
  gtk_label_set_line_wrap (GTK_LABEL (chooser->line), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (chooser->line), 44);
  gtk_label_set_xalign (GTK_LABEL (chooser->line), 0.0);
  gtk_widget_set_tooltip_text (button, _("Open the folder where you can put models of "
                                         "your own"));
  atk_object_set_name (gtk_widget_get_accessible (button), _("Open the models' folder"));

  gtk_grid_attach (GTK_GRID (grid), label_for (config, property, chooser->combo), 0, 0, 1, 1);
  gtk_grid_attach (GTK_GRID (grid), chooser->combo, 1, 0, 1, 1);
  gtk_grid_attach (GTK_GRID (grid), button, 2, 0, 1, 1);
  gtk_grid_attach (GTK_GRID (grid), chooser->line, 0, 1, 3, 1);

  fill (chooser);
  g_signal_connect (chooser->combo, "changed", G_CALLBACK (chosen), chooser);
  g_signal_connect (button, "clicked", G_CALLBACK (open_folder), chooser);
  g_signal_connect (grid, "hierarchy-changed", G_CALLBACK (anchored), NULL);
  g_signal_connect_object (config, signal, G_CALLBACK (config_changed), grid,
                           G_CONNECT_SWAPPED);
  gtk_widget_show_all (grid);

  return grid;
}

/* The seed --------------------------------------------------------------- */

/* A dice, in the colour of the text around it: fonts and icon themes have none
 * for sure.                                                                  */
static gboolean
draw_dice (GtkWidget *area,
           cairo_t   *cr)
{
  static const gdouble spots[5][2] = { { 0.28, 0.28 }, { 0.72, 0.28 }, { 0.5, 0.5 },
                                       { 0.28, 0.72 }, { 0.72, 0.72 } };
  GtkStyleContext *context = gtk_widget_get_style_context (area);
  gint             w       = gtk_widget_get_allocated_width (area);
  gint             h       = gtk_widget_get_allocated_height (area);
  gdouble          side    = MIN (w, h);
  GdkRGBA          color;

  gtk_style_context_get_color (context, gtk_style_context_get_state (context), &color);
  gdk_cairo_set_source_rgba (cr, &color);
  cairo_translate (cr, (w - side) / 2, (h - side) / 2);
  cairo_scale (cr, side, side);

  cairo_set_line_width (cr, 0.08);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  cairo_rectangle (cr, 0.08, 0.08, 0.84, 0.84);
  cairo_stroke (cr);
  for (gsize i = 0; i < G_N_ELEMENTS (spots); i++)
    {
      cairo_arc (cr, spots[i][0], spots[i][1], 0.09, 0, 2 * G_PI);
      cairo_fill (cr);
    }

  return TRUE;
}

static void
throw (GtkButton           *button,
       GimpProcedureConfig *config)
{
  g_object_set (config, g_object_get_data (G_OBJECT (button), "ddim-property"),
                g_random_int_range (0, G_MAXINT), NULL);
}

GtkWidget *
ddim_seed_entry_new (GimpProcedureConfig *config,
                     const gchar         *property)
{
  GtkWidget *box    = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *spin   = gimp_prop_spin_button_new (G_OBJECT (config), property, 1, 10, 0);
  GtkWidget *button = gtk_button_new ();
  GtkWidget *inside = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *dice   = gtk_drawing_area_new ();
  GtkWidget *text   = gtk_label_new_with_mnemonic (_("_New"));

  gtk_widget_set_size_request (dice, 16, 16);
  g_signal_connect (dice, "draw", G_CALLBACK (draw_dice), NULL);
  gtk_label_set_mnemonic_widget (GTK_LABEL (text), button);
  gtk_box_pack_start (GTK_BOX (inside), dice, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (inside), text, TRUE, TRUE, 0);
  gtk_container_add (GTK_CONTAINER (button), inside);
  gtk_widget_set_tooltip_text (button, _("Throw the dice: other variations"));
  g_object_set_data_full (G_OBJECT (button), "ddim-property", g_strdup (property), g_free);
  g_signal_connect (button, "clicked", G_CALLBACK (throw), config);

  gtk_box_pack_start (GTK_BOX (box), label_for (config, property, spin), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), spin, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (box), button, FALSE, FALSE, 0);
  gtk_widget_show_all (box);

  return box;
}
