/* drawable-combo.c: a layer or channel to choose, or none
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GIMP's own widget for such an argument is a button that says “Browse”, whatever is
 * chosen.  A list shows it, and the arrow keys go from one to the next.
 */

#include "config.h"

#include <glib/gi18n-lib.h>

#include "controls.h"
#include "drawable-combo.h"

#define NONE -1

typedef struct
{
  GimpProcedureConfig *config;
  gchar               *argument;
  GtkWidget           *combo;
} DrawableCombo;

static void
self_free (gpointer data)
{
  DrawableCombo *self = data;

  g_free (self->argument);
  g_free (self);
}

static gint
get_id (DrawableCombo *self)
{
  GimpItem *item = NULL;
  gint      id   = NONE;

  g_object_get (self->config, self->argument, &item, NULL);
  if (item)
    id = gimp_item_get_id (item);
  g_clear_object (&item);

  return id;
}

static void
chosen (GtkComboBox   *combo,
        DrawableCombo *self)
{
  gint id;

  if (gimp_int_combo_box_get_active (GIMP_INT_COMBO_BOX (combo), &id) && id != get_id (self))
    g_object_set (self->config, self->argument,
                  id == NONE ? NULL : gimp_item_get_by_id (id), NULL);
}

static void
config_changed (GtkWidget *row)
{
  DrawableCombo *self = g_object_get_data (G_OBJECT (row), "ddim-drawable-combo");

  gimp_int_combo_box_set_active (GIMP_INT_COMBO_BOX (self->combo), get_id (self));
}

GtkWidget *
ddim_drawable_combo_new (GimpProcedureConfig *config,
                         const gchar         *argument,
                         GtkSizeGroup        *labels)
{
  DrawableCombo    *self   = g_new0 (DrawableCombo, 1);
  GtkWidget        *row    = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  g_autofree gchar *signal = g_strconcat ("notify::", argument, NULL);
  GParamSpec       *pspec  = g_object_class_find_property (G_OBJECT_GET_CLASS (config),
                                                           argument);

  self->config   = config;
  self->argument = g_strdup (argument);
  self->combo    = GIMP_IS_PARAM_SPEC_LAYER (pspec)
                   ? gimp_layer_combo_box_new (NULL, NULL, NULL)
                   : gimp_drawable_combo_box_new (NULL, NULL, NULL);
  g_object_set_data_full (G_OBJECT (row), "ddim-drawable-combo", self, self_free);
  gimp_int_combo_box_prepend (GIMP_INT_COMBO_BOX (self->combo),
                              GIMP_INT_STORE_VALUE, NONE,
                              /* Translators: no layer and no channel. */
                              GIMP_INT_STORE_LABEL, _("None"),
                              -1);
  gimp_int_combo_box_set_active (GIMP_INT_COMBO_BOX (self->combo), get_id (self));

  gtk_box_pack_start (GTK_BOX (row),
                      ddim_controls_new_label (config, argument, self->combo, labels),
                      FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (row), self->combo, TRUE, TRUE, 0);
  g_signal_connect (self->combo, "changed", G_CALLBACK (chosen), self);
  g_signal_connect_object (config, signal, G_CALLBACK (config_changed), row,
                           G_CONNECT_SWAPPED);
  gtk_widget_show_all (row);

  return row;
}
