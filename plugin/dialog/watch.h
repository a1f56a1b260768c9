/* watch.h: what a test wants to know of a dialog
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where the environment variable DDIM_WATCH names a file, a line for each
 * finding is added to it, else this does nothing:
 *
 *   picture S KIND       a preview or a finished variation is shown, S seconds
 *                        after the start
 *   text TEXT            a label that was seen
 *   clipped TEXT         a label that got less room than it needs
 *   focus X Y NAME       the keyboard has come to what is called NAME, at (X, Y)
 *   control X Y NAME     something that the keyboard could come to
 *   key KEY TEXT         the mnemonic of a label that was seen
 *   stall MS held MS     the longest that the main loop served nothing, and the
 *                        longest that it computed, which no other program's
 *                        work lengthens
 */

#pragma once

#include <gtk/gtk.h>

void ddim_watch_start   (GtkWidget   *dialog);
void ddim_watch_picture (gboolean     finished);
void ddim_watch_stop    (void);
