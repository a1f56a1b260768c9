/* thread-pool.h: a persistent pool of threads
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A persistent team of threads.  Results never depend on its size. */
typedef struct _DdimTeam DdimTeam;

/* n_threads: how many threads work, the calling one included; 0 for one per
 * processor this process may use.  Returns a new reference, never NULL.    */
DdimTeam * ddim_team_new    (gint      n_threads);
DdimTeam * ddim_team_ref    (DdimTeam *team);
void       ddim_team_unref  (DdimTeam *team);
gint       ddim_team_get_n_threads (const DdimTeam *team);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdimTeam, ddim_team_unref)

G_END_DECLS
