/* add.c: a residual's sum where no convolution takes it
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One chunk of work is some pixels of an item.
 */

#include "aligned-memory.h"
#include "thread-pool-private.h"
#include "add.h"

#define PIXELS 64 /* of a chunk */

typedef struct
{
  const DdimTensor  *a, *b;
  gfloat             scale;
  DdimTensor        *out;
  const DdimKernels *kernels;
  gint               pixels;  /* of an item                                  */
  gint               chunks;  /* of an item                                  */
  gsize              padded;  /* channels, in whole vectors                  */
  gfloat            *zeros;   /* padded                                      */
  gfloat            *moments; /* of each chunk: pivots, sums, sums of squares */
} Job;

static gint
count_chunks (gint h,
              gint w)
{
  return (h * w + PIXELS - 1) / PIXELS;
}

gsize
ddim_add_plan (gint            n,
               gint            h,
               gint            w,
               gint            c,
               DdimThreadPool *pool)
{
  return ((gsize) n * count_chunks (h, w) * 3 + 1)
         * ddim_kernels_padded (ddim_thread_pool_get_kernels (pool), c);
}

static void
add_pixels (gint     chunk,
            gint     worker,
            gpointer data)
{
  const Job *job   = data;
  gint       c     = job->out->c;
  gint       pixel = chunk % job->chunks * PIXELS;
  gsize      at    = ((gsize) chunk / job->chunks * job->pixels + pixel) * c;
  gfloat    *pivot = job->moments + 3 * chunk * job->padded;
  DdimFinish finish =
    {
      .out = job->out->data + at, .out_pixel = c, .bias = job->zeros,
      .residual = job->b->data + at, .residual_pixel = c, .scale = job->scale,
      .pivot = pivot, .sum = pivot + job->padded,
      .squares = pivot + 2 * job->padded
    };

  job->kernels->finish (job->a->data + at, c, MIN (PIXELS, job->pixels - pixel), c, &finish);
}

gboolean
ddim_add_run (const DdimTensor *a,
              const DdimTensor *b,
              gfloat            scale,
              DdimTensor       *out,
              DdimMoments      *moments,
              const DdimRun    *run)
{
  const DdimKernels *kernels = ddim_thread_pool_get_kernels (run->pool);
  Job      job = { a, b, scale, out, kernels, out->h * out->w, count_chunks (out->h, out->w),
                   ddim_kernels_padded (kernels, out->c), run->scratch };
  gint     chunks = out->n * job.chunks;
  gdouble *to     = moments->data;

  job.moments = job.zeros + job.padded;
  memset (job.zeros, 0, job.padded * sizeof (gfloat));
  if (! ddim_thread_pool_run (run->pool, chunks, add_pixels, &job, run->cancellable))
    return FALSE;

  memset (to, 0, 2 * (gsize) out->n * out->c * sizeof (gdouble));
  for (gint chunk = 0; chunk < chunks; chunk++)
    {
      const gfloat *pivots = job.moments + 3 * chunk * job.padded;

      ddim_moments_add (to + 2 * (gsize) (chunk / job.chunks) * out->c, out->c,
                        MIN (PIXELS, job.pixels - chunk % job.chunks * PIXELS),
                        pivots, pivots + job.padded, pivots + 2 * job.padded);
    }
  return TRUE;
}
