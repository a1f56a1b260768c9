/* layer-norm.c: layer normalisation
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One chunk of work is some rows.
 */

#include "aligned-memory.h"
#include "constant.h"
#include "layer-norm.h"

#define ROWS 16 /* of a chunk */

struct _DdimLayerNorm
{
  gint    c;
  gfloat  eps;
  gfloat *gamma;
  gfloat *beta;
};

typedef struct
{
  const DdimLayerNorm *norm;
  gint                 n;
  const gfloat        *x;
  gsize                x_stride;
  gfloat              *out;
  gsize                out_stride;
  const DdimKernels   *kernels;
} Job;

/* A copy of the constant or, where there is none, C times `without`; NULL where
 * memory is out.                                                            */
static gfloat *
copy_or_fill (const DdimConstant *constant,
              gint                c,
              gfloat              without)
{
  gfloat *copy = constant ? ddim_constant_copy (constant) : ddim_memory_try_alloc (c);

  for (gint i = 0; copy && ! constant && i < c; i++)
    copy[i] = without;
  return copy;
}

DdimLayerNorm *
ddim_layer_norm_new (gint                c,
                     gdouble             eps,
                     const DdimConstant *gamma,
                     const DdimConstant *beta)
{
  DdimLayerNorm *norm;

  g_return_val_if_fail (c > 0, NULL);
  g_return_val_if_fail (! gamma || gamma->size == (gsize) c, NULL);
  g_return_val_if_fail (! beta || beta->size == (gsize) c, NULL);

  norm = g_new0 (DdimLayerNorm, 1);
  norm->c     = c;
  norm->eps   = eps;
  norm->gamma = copy_or_fill (gamma, c, 1);
  norm->beta  = copy_or_fill (beta, c, 0);
  if (! norm->gamma || ! norm->beta)
    g_clear_pointer (&norm, ddim_layer_norm_free);
  return norm;
}

void
ddim_layer_norm_free (DdimLayerNorm *norm)
{
  if (! norm)
    return;

  ddim_memory_free (norm->gamma);
  ddim_memory_free (norm->beta);
  g_free (norm);
}

static void
run_rows (gint     chunk,
          gint     worker,
          gpointer data)
{
  const Job           *job  = data;
  const DdimLayerNorm *norm = job->norm;
  gint                 first = chunk * ROWS;

  for (gint i = first; i < MIN (first + ROWS, job->n); i++)
    job->kernels->layer_norm (job->x + i * job->x_stride, norm->c, norm->eps, norm->gamma,
                              norm->beta, job->out + i * job->out_stride);
}

gboolean
ddim_layer_norm_run (const DdimLayerNorm *norm,
                     gint                 n,
                     const gfloat        *x,
                     gsize                x_stride,
                     gfloat              *out,
                     gsize                out_stride,
                     const DdimRun       *run)
{
  Job job = { norm, n, x, x_stride, out, out_stride, ddim_thread_pool_get_kernels (run->pool) };

  return ddim_thread_pool_run (run->pool, (n + ROWS - 1) / ROWS, run_rows, &job,
                               run->cancellable);
}
