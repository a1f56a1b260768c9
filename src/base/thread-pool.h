/* thread-pool.h: a persistent pool of threads
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A persistent pool of threads.  Results never depend on its size. */
typedef struct _DdimThreadPool DdimThreadPool;

/* n_threads: how many threads work, the calling one included; 0 for one per
 * processor this process may use.  Returns a new reference, never NULL.    */
DdimThreadPool * ddim_thread_pool_new           (gint                  n_threads);
DdimThreadPool * ddim_thread_pool_ref           (DdimThreadPool       *pool);
void             ddim_thread_pool_unref         (DdimThreadPool       *pool);
gint             ddim_thread_pool_get_n_threads (const DdimThreadPool *pool);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdimThreadPool, ddim_thread_pool_unref)

G_END_DECLS
