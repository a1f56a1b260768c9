/* geglu.c: the gated unit of a transformer's feed-forward layer
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One chunk of work is some rows.
 */

#include "thread-pool-private.h"
#include "geglu.h"

#define ROWS 16 /* of a chunk */

typedef struct
{
  const DdimKernels *kernels;
  gsize              n;
  gint               c;
  const gfloat      *x;
  gfloat            *out;
} Job;

static void
run_rows (gint     chunk,
          gint     worker,
          gpointer data)
{
  const Job *job   = data;
  gsize      first = (gsize) chunk * ROWS;

  job->kernels->geglu (job->x + 2 * first * job->c, MIN (ROWS, job->n - first), job->c,
                       job->out + first * job->c);
}

gboolean
ddim_geglu_run (gsize          n,
                gint           c,
                const gfloat  *x,
                gfloat        *out,
                const DdimRun *run)
{
  Job job = { ddim_thread_pool_get_kernels (run->pool), n, c, x, out };

  return ddim_thread_pool_run (run->pool, (n + ROWS - 1) / ROWS, run_rows, &job,
                               run->cancellable);
}
