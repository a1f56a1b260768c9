/* seed-entry.h: a seed, and a dice that throws another
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <libgimp/gimp.h>
#include <gtk/gtk.h>

/* For the int argument `property`.  Its label joins `labels`. */
GtkWidget * ddim_seed_entry_new (GimpProcedureConfig *config,
                                 const gchar         *property,
                                 GtkSizeGroup        *labels);
