/* memory-budget.h: how much memory there is to work with
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The one place to ask, for whatever is large because a user or a file says so:
 * how many windows, frames or variations go through a network at a time, and
 * whether a request is refused before anything is allocated for it.
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Bytes that this process may still take: four fifths of what its tightest limit
 * leaves.  The limits are the machine's free memory (what it can reclaim counts
 * as free, swap does not), those of the control groups that the process is in,
 * version 1 or 2, and RLIMIT_AS and RLIMIT_DATA.  Reads a few small files: asked
 * once for a request, not once for a pixel.                                 */
gdouble  ddim_memory_get_budget (void);

/* Whether so many bytes are within the budget.  Otherwise fails with
 * DDIM_ERROR_MEMORY and a sentence that begins with what needs them, for
 * instance ("A region of %d × %d pixels", w, h), says how much that is, how
 * much there is, and what to do.                                            */
gboolean ddim_memory_check      (gdouble       bytes,
                                 GError      **error,
                                 const gchar  *what,
                                 ...) G_GNUC_PRINTF (3, 4);

/* How many of at most n items, `bytes` each, to work on at a time: as many as
 * are within the budget, but never less than one.                           */
gint     ddim_memory_fit        (gdouble       bytes,
                                 gint          n);

G_END_DECLS
