/* controls.h: rows of a dialog's controls
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <libgimp/gimp.h>
#include <libgimp/gimpui.h>

/* Each adds the widget of an argument to `box`, with its label and its help. */
GtkWidget * ddim_controls_add_scale         (GimpProcedureDialog *dialog,
                                             GtkBox              *box,
                                             const gchar         *argument);
GtkWidget * ddim_controls_add_number        (GimpProcedureDialog *dialog,
                                             GtkBox              *box,
                                             const gchar         *argument);

/* As GIMP thinks best. */
GtkWidget * ddim_controls_add               (GimpProcedureDialog *dialog,
                                             GtkBox              *box,
                                             const gchar         *argument);

/* A box for what few need, hidden at first. */
GtkBox    * ddim_controls_add_expander      (GtkBox              *box);

/* A text of several lines, empty yet. */
GtkWidget * ddim_controls_add_wrapped_label (GtkBox              *box);
