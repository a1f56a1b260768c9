/* model-combo.h: the installed models, to choose from
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <libgimp/gimp.h>
#include <gtk/gtk.h>

/* For the string argument `property`: the installed models and any folder; the
 * image itself where the procedure has an argument "source" for that; what there
 * is to say of the chosen one; and a way to the models' folder.  Its label joins
 * `labels`.                                                                 */
GtkWidget * ddim_model_combo_new (GimpProcedureConfig *config,
                                  const gchar         *property,
                                  GtkSizeGroup        *labels);
