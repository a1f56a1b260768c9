/* controls.c: the rows of a dialog's controls
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <glib/gi18n-lib.h>

#include "controls.h"
#include "drawable-combo.h"
#include "model-combo.h"
#include "seed-entry.h"

#define LINE  44 /* characters of a wrapped text      */
#define SCALE 96 /* pixels of a scale, at least       */

GtkWidget *
ddim_controls_new_label (GimpProcedureConfig *config,
                         const gchar         *argument,
                         GtkWidget           *widget,
                         GtkSizeGroup        *labels)
{
  GParamSpec *pspec = g_object_class_find_property (G_OBJECT_GET_CLASS (config), argument);
  GtkWidget  *label = gtk_label_new_with_mnemonic (g_param_spec_get_nick (pspec));

  gtk_label_set_xalign (GTK_LABEL (label), 0.0);
  gtk_label_set_mnemonic_widget (GTK_LABEL (label), widget);
  gtk_widget_set_tooltip_text (widget, g_param_spec_get_blurb (pspec));
  gtk_size_group_add_widget (labels, label);

  return label;
}

static GtkWidget *
make_scale (GimpProcedureDialog *dialog,
            const gchar         *argument)
{
  GtkWidget *widget = gimp_procedure_dialog_get_scale_entry (dialog, argument, 1.0);

  gtk_widget_set_size_request (gimp_scale_entry_get_range (GIMP_SCALE_ENTRY (widget)), SCALE, -1);

  return widget;
}

/* GIMP's own widget for an argument; of a choice always a list, as GIMP 3.0 has it:
 * 3.2 draws three choices or fewer as radio buttons, which no key reaches by name. */
static GtkWidget *
make_auto (GimpProcedureDialog *dialog,
           GimpProcedureConfig *config,
           const gchar         *argument)
{
  GParamSpec *pspec = g_object_class_find_property (G_OBJECT_GET_CLASS (config), argument);

  return gimp_procedure_dialog_get_widget (dialog, argument,
                                           GIMP_IS_PARAM_SPEC_CHOICE (pspec)
                                           ? GTK_TYPE_COMBO_BOX : G_TYPE_NONE);
}

static GtkWidget *
make_row (GimpProcedureDialog *dialog,
          GimpProcedureConfig *config,
          const DdimControl   *control,
          GtkSizeGroup        *labels)
{
  GtkWidget *widget = NULL;

  switch (control->kind)
    {
    case DDIM_CONTROL_AUTO:
      widget = make_auto (dialog, config, control->argument);
      break;
    case DDIM_CONTROL_SCALE:
      widget = make_scale (dialog, control->argument);
      break;
    case DDIM_CONTROL_NUMBER:
      widget = gimp_procedure_dialog_get_widget (dialog, control->argument,
                                                 GIMP_TYPE_LABEL_SPIN);
      break;
    case DDIM_CONTROL_SEED:
      return ddim_seed_entry_new (config, control->argument, labels);
    case DDIM_CONTROL_MODEL:
      return ddim_model_combo_new (config, control->argument, labels);
    case DDIM_CONTROL_DRAWABLE:
      return ddim_drawable_combo_new (config, control->argument, labels);
    }

  if (GIMP_IS_LABELED (widget))
    {
      GtkWidget *label = gimp_labeled_get_label (GIMP_LABELED (widget));

      gtk_label_set_xalign (GTK_LABEL (label), 0.0);
      gtk_size_group_add_widget (labels, label);
    }

  return widget;
}

static GtkBox *
add_expander (GtkBox *box)
{
  GtkWidget *expander = gtk_expander_new_with_mnemonic (_("_Advanced"));
  GtkWidget *inner    = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);

  gtk_container_add (GTK_CONTAINER (expander), inner);
  gtk_widget_show (inner);
  gtk_box_pack_end (box, expander, FALSE, FALSE, 0);
  gtk_widget_show (expander);

  return GTK_BOX (inner);
}

GtkWidget *
ddim_controls_new (GimpProcedureDialog *dialog,
                   GimpProcedureConfig *config,
                   const DdimControl   *rows)
{
  GtkWidget    *box      = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkSizeGroup *labels   = gtk_size_group_new (GTK_SIZE_GROUP_HORIZONTAL);
  GtkBox       *advanced = NULL;

  for (gint i = 0; rows[i].argument; i++)
    {
      GtkWidget *row = make_row (dialog, config, &rows[i], labels);

      if (rows[i].advanced && ! advanced)
        advanced = add_expander (GTK_BOX (box));
      gtk_box_pack_start (rows[i].advanced ? advanced : GTK_BOX (box), row, FALSE, FALSE, 0);
      gtk_widget_show (row);
      g_object_set_data (G_OBJECT (box), rows[i].argument, row);
    }
  g_object_unref (labels);
  gtk_widget_show (box);

  return box;
}

DdimChange
ddim_controls_get_change (const DdimControl *rows,
                          const gchar       *argument)
{
  for (gint i = 0; rows[i].argument; i++)
    if (! g_strcmp0 (rows[i].argument, argument))
      return rows[i].change;

  return DDIM_CHANGE_NOTHING;
}

void
ddim_controls_set_visible (GtkWidget   *controls,
                           const gchar *argument,
                           gboolean     visible)
{
  gtk_widget_set_visible (g_object_get_data (G_OBJECT (controls), argument), visible);
}

GtkWidget *
ddim_controls_add_wrapped_label (GtkBox *box)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_line_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (label), LINE);
  gtk_label_set_xalign (GTK_LABEL (label), 0.0);
  gtk_box_pack_start (box, label, FALSE, FALSE, 0);
  gtk_widget_show (label);

  return label;
}
