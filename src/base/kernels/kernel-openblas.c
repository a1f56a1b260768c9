/* kernel-openblas.c: a panel of a matrix product, by OpenBLAS
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * In place of kernel-product.c, for processors that the kernels were not written
 * for.  The rows of a left side come as pointers.  Where they lie equally far apart,
 * as those of attention do, they are BLAS's own; where they overlap, or a line ends
 * among them, as in a convolution's patches, they are copied, a part of the depth at
 * a time.
 */

#include <cblas.h>

#include "simd.h"

/* Of a copy: it stays in the cache, and on the stack. */
#define ROWS  64
#define DEPTH 256

/* The library's own threads do the work; those of OpenBLAS would fight them for the
 * processors.  The setting is the process's.                                */
void
KERNEL (prepare) (void)
{
  openblas_set_num_threads (1);
}

/* c (m x width) = a b, or c plus that; rows of a `stride` floats apart. */
static void
multiply (gint          m,
          gint          width,
          gint          depth,
          const gfloat *a,
          gint          stride,
          const gfloat *b,
          gboolean      add,
          gfloat       *c,
          gint          c_stride)
{
  cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, m, width, depth, 1, a, stride, b, width,
               add, c, c_stride);
}

/* How many floats lie from each of the rows to the next; 0 where that is not the same
 * for all, or they overlap.                                                 */
static gint
find_stride (const gfloat *const *rows,
             gint                 m,
             gint                 depth)
{
  gintptr stride = m > 1 ? (gintptr) rows[1] - (gintptr) rows[0] : depth * (gintptr) sizeof (gfloat);

  for (gint i = 2; i < m; i++)
    if ((gintptr) rows[i] - (gintptr) rows[i - 1] != stride)
      return 0;
  stride /= (gintptr) sizeof (gfloat);
  return stride >= depth && stride <= G_MAXINT ? stride : 0;
}

/* The same as multiply (), of a part of the left side. */
static void
multiply_part (const gfloat *const *rows,
               gsize                offset, /* of each row */
               gint                 m,
               gint                 width,
               gint                 depth,
               const gfloat        *b,
               gboolean             add,
               gfloat              *c,
               gint                 c_stride)
{
  gint   stride = find_stride (rows, m, depth);
  gfloat copy[ROWS * DEPTH];

  if (stride)
    {
      multiply (m, width, depth, rows[0] + offset, stride, b, add, c, c_stride);
      return;
    }

  for (gint k = 0; k < depth; k += DEPTH)
    for (gint first = 0; first < m; first += ROWS)
      {
        gint d = MIN (DEPTH, depth - k), n = MIN (ROWS, m - first);

        for (gint i = 0; i < n; i++)
          memcpy (copy + i * d, rows[first + i] + offset + k, d * sizeof (gfloat));
        multiply (n, width, d, copy, d, b + (gsize) k * width, add || k > 0,
                  c + (gsize) first * c_stride, c_stride);
      }
}

void
KERNEL (product) (gint               width,
                  const DdimProduct *job)
{
  for (gint x = 0; x < job->count; x++)
    {
      const gfloat *b = job->b + x * job->b_step;

      for (gint part = 0; part < job->n_parts; part++)
        {
          gint depth = job->parts[part].depth;

          multiply_part (job->parts[part].rows, x * job->a_step, job->m, width, depth, b,
                         job->add || part > 0, job->c + x * job->c_step, job->c_stride);
          b += (gsize) depth * width;
        }
    }
}
