/* seed-entry.c: a seed, and a dice that throws another
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <libgimp/gimp.h>
#include <libgimp/gimpui.h>
#include <glib/gi18n-lib.h>

#include "controls.h"
#include "seed-entry.h"
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
                     const gchar         *property,
                     GtkSizeGroup        *labels)
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
  gtk_widget_set_tooltip_text (button, _("Pick a random seed"));
  g_object_set_data_full (G_OBJECT (button), "ddim-property", g_strdup (property), g_free);
  g_signal_connect (button, "clicked", G_CALLBACK (throw), config);

  gtk_box_pack_start (GTK_BOX (box), ddim_controls_new_label (config, property, spin, labels),
                      FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), spin, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (box), button, FALSE, FALSE, 0);
  gtk_widget_show_all (box);

  return box;
}
