/* swap.h: pixels that GEGL could not keep
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Buffers that do not fit into GEGL's memory lie in a file in GIMP's swap folder.
 * Where that disk is full, GEGL writes a line to the log and goes on: what it could
 * not keep reads as black.
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Begins to watch; to be called once, before any buffer is made. */
void     ddim_swap_watch        (void);

/* FALSE, with an error for the user, once this process has lost pixels. */
gboolean ddim_swap_check        (GError      **error);

/* The error where GIMP's own process has lost pixels of a drawable. */
void     ddim_swap_set_not_kept (const gchar  *name,
                                 GError      **error);

G_END_DECLS
