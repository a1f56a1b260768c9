/* memory-budget-private.h: the memory that the files of a system leave
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Bytes that the machine and the control groups leave by what root/proc and
 * root/sys/fs/cgroup say; G_MAXDOUBLE where they say nothing.               */
gdouble ddim_memory_read_free (const gchar *root);

G_END_DECLS
