/* help.h: the plug-in's own pages
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <libgimp/gimp.h>
#include <libgimp/gimpui.h>

/* As gimp_procedure_dialog_new (), but Help and F1 show the plug-in's own page,
 * which is installed with it.                                                 */
GtkWidget * ddim_help_dialog_new (GimpProcedure       *procedure,
                                  GimpProcedureConfig *config,
                                  const gchar         *title);
