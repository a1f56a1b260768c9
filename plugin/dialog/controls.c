/* controls.c: rows of a dialog's controls
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <glib/gi18n-lib.h>

#include "controls.h"

#define LINE  44 /* characters of a wrapped text      */
#define SCALE 96 /* pixels of a scale, at least       */

static GtkWidget *
add (GtkBox    *box,
     GtkWidget *widget)
{
  gtk_box_pack_start (box, widget, FALSE, FALSE, 0);
  gtk_widget_show (widget);

  return widget;
}

GtkWidget *
ddim_controls_add_scale (GimpProcedureDialog *dialog,
                         GtkBox              *box,
                         const gchar         *argument)
{
  GtkWidget *widget = gimp_procedure_dialog_get_scale_entry (dialog, argument, 1.0);
  GtkWidget *scale  = gimp_scale_entry_get_range (GIMP_SCALE_ENTRY (widget));

  gtk_widget_set_size_request (scale, SCALE, -1);

  return add (box, widget);
}

GtkWidget *
ddim_controls_add_number (GimpProcedureDialog *dialog,
                          GtkBox              *box,
                          const gchar         *argument)
{
  return add (box, gimp_procedure_dialog_get_widget (dialog, argument, GIMP_TYPE_LABEL_SPIN));
}

GtkWidget *
ddim_controls_add (GimpProcedureDialog *dialog,
                   GtkBox              *box,
                   const gchar         *argument)
{
  return add (box, gimp_procedure_dialog_get_widget (dialog, argument, G_TYPE_NONE));
}

GtkBox *
ddim_controls_add_expander (GtkBox *box)
{
  GtkWidget *expander = gtk_expander_new_with_mnemonic (_("_Advanced"));
  GtkWidget *inner    = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);

  gtk_container_add (GTK_CONTAINER (expander), inner);
  gtk_widget_show (inner);
  add (box, expander);

  return GTK_BOX (inner);
}

GtkWidget *
ddim_controls_add_wrapped_label (GtkBox *box)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_line_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (label), LINE);
  gtk_label_set_xalign (GTK_LABEL (label), 0.0);

  return add (box, label);
}
