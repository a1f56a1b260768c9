/* thread-pool-private.h: work for a pool of threads
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Work is cut into chunks whose number and order the caller fixes from the
 * shapes alone, never from the number of threads; threads take the next chunk
 * as they come free.  A chunk writes only its own part of the output, so the
 * result is the same, bit for bit, for every pool size.
 */

#pragma once

#include <gio/gio.h>

#include "kernels.h"
#include "thread-pool.h"

G_BEGIN_DECLS

/* worker: 0 .. n_threads - 1, for scratch memory that belongs to a thread.  */
typedef void (*DdimChunkFunc) (gint     chunk,
                               gint     worker,
                               gpointer data);

/* Runs func for every chunk in 0 .. n_chunks - 1 and returns when all are
 * done.  cancellable (or NULL) is polled between chunks; returns FALSE (no
 * error is set) where it was cancelled: the output is then incomplete.      */
gboolean ddim_thread_pool_run (DdimThreadPool *pool,
                               gint            n_chunks,
                               DdimChunkFunc   func,
                               gpointer        data,
                               GCancellable   *cancellable);

/* The kernels chosen when the pool was made. */
const DdimKernels * ddim_thread_pool_get_kernels (const DdimThreadPool *pool);

G_END_DECLS
