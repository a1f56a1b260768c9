/* drawable-combo.h: a layer or channel to choose, or none
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <libgimp/gimp.h>
#include <libgimp/gimpui.h>

/* A row with a list of all layers of all images, each with its name and a picture, that
 * sets a layer argument of the config; of all channels too, where that may be one.
 * Its label is of `labels`.                                                  */
GtkWidget * ddim_drawable_combo_new (GimpProcedureConfig *config,
                                     const gchar         *argument,
                                     GtkSizeGroup        *labels);
