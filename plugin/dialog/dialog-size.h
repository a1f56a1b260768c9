/* dialog-size.h: a dialog is as large as it was when it was closed
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>
#include <libgimp/gimp.h>

/* Kept for each kind of config in the file gimp-ddim.ini of GIMP's folder.  A size that
 * does not fit the screen is made smaller.  Before it is shown.             */
void ddim_dialog_size_restore (GtkWindow           *dialog,
                               GimpProcedureConfig *config);

/* While it is shown. */
void ddim_dialog_size_save    (GtkWindow           *dialog,
                               GimpProcedureConfig *config);
