/* linear.c: linear layers over a few rows, as the time embedding has
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The weights are transposed into panels when the layer first runs with a
 * table of kernels; a chunk is one panel of outputs.
 */

#include "aligned-memory.h"
#include "thread-pool-private.h"
#include "constant.h"
#include "linear.h"

#define MAX_ROWS 32   /* of a product */
#define SLICE    1024 /* numbers of a weight that are read together */

struct _DdimLinear
{
  gint               c_in;
  gint               c_out;
  DdimConstant       weight;
  gfloat            *bias;    /* c_out, or NULL                              */
  const DdimKernels *kernels; /* of the packed weights                       */
  gfloat            *packed;  /* panel, c_in, width                          */
};

typedef struct
{
  DdimLinear   *linear;
  gint          n;
  const gfloat *x;
  gsize         x_stride;
  gfloat       *out;
  gsize         out_stride;
} Job;

DdimLinear *
ddim_linear_new (gint                c_in,
                 gint                c_out,
                 const DdimConstant *weight,
                 const DdimConstant *bias)
{
  DdimLinear *linear;

  if (c_in < 1 || c_out < 1 || weight->size != (gsize) c_in * c_out ||
      (bias && bias->size != (gsize) c_out))
    return NULL;

  linear = g_new0 (DdimLinear, 1);
  linear->c_in   = c_in;
  linear->c_out  = c_out;
  linear->weight = *weight;
  linear->bias   = ddim_constant_copy (bias);
  if (bias && ! linear->bias)
    g_clear_pointer (&linear, ddim_linear_free);
  return linear;
}

void
ddim_linear_free (DdimLinear *linear)
{
  if (! linear)
    return;

  ddim_memory_free (linear->bias);
  ddim_memory_free (linear->packed);
  g_free (linear);
}

static gfloat *
panel_of (const DdimLinear *linear,
          gint              panel)
{
  return linear->packed + (gsize) panel * linear->kernels->panel * linear->c_in;
}

static void
pack_panel (gint     chunk,
            gint     worker,
            gpointer data)
{
  DdimLinear *linear = data;
  gint    first = chunk * linear->kernels->panel;
  gint    width = ddim_kernels_width (linear->kernels, linear->c_out, chunk);
  gint    n     = MIN (width, linear->c_out - first);
  gfloat *out   = panel_of (linear, chunk);
  gfloat  slice[SLICE];

  memset (out, 0, (gsize) width * linear->c_in * sizeof (gfloat));
  for (gint i = 0; i < n; i++)
    for (gint start = 0; start < linear->c_in; start += SLICE)
      {
        gint count = MIN (SLICE, linear->c_in - start);

        ddim_constant_read (&linear->weight, (gsize) (first + i) * linear->c_in + start, count,
                            slice);
        for (gint k = 0; k < count; k++)
          out[(gsize) (start + k) * width + i] = slice[k];
      }
}

static void
run_panel (gint     chunk,
           gint     worker,
           gpointer data)
{
  const Job        *job    = data;
  const DdimLinear *linear = job->linear;
  gint              first  = chunk * linear->kernels->panel;
  gint              width  = ddim_kernels_width (linear->kernels, linear->c_out, chunk);
  gint              used   = MIN (width, linear->c_out - first);

  for (gint start = 0; start < job->n; start += MAX_ROWS)
    {
      gint            n = MIN (MAX_ROWS, job->n - start);
      const gfloat   *rows[MAX_ROWS];
      DdimProductPart part = { rows, linear->c_in };
      gfloat          sums[MAX_ROWS * DDIM_PANEL_MAX] __attribute__ ((aligned (DDIM_ALIGNMENT)));

      for (gint i = 0; i < n; i++)
        rows[i] = job->x + (start + i) * job->x_stride;
      linear->kernels->product (width, &(DdimProduct)
        {
          .count = 1, .m = n, .n_parts = 1, .parts = &part,
          .b = panel_of (linear, chunk), .c = sums, .c_stride = width
        });
      for (gint i = 0; i < n; i++)
        for (gint k = 0; k < used; k++)
          job->out[(start + i) * job->out_stride + first + k] =
            sums[i * width + k] + (linear->bias ? linear->bias[first + k] : 0);
    }
}

gboolean
ddim_linear_plan (DdimLinear     *linear,
                  DdimThreadPool *pool)
{
  const DdimKernels *kernels = ddim_thread_pool_get_kernels (pool);

  if (linear->kernels == kernels)
    return TRUE;

  ddim_memory_free (linear->packed);
  linear->kernels = NULL;
  linear->packed  = ddim_memory_try_alloc ((gsize) linear->c_in
                                           * ddim_kernels_padded (kernels, linear->c_out));
  if (! linear->packed)
    return FALSE;

  linear->kernels = kernels;
  ddim_thread_pool_run (pool, ddim_kernels_panels (kernels, linear->c_out), pack_panel, linear,
                        NULL);
  return TRUE;
}

gboolean
ddim_linear_run (DdimLinear    *linear,
                 gint           n,
                 const gfloat  *x,
                 gsize          x_stride,
                 gfloat        *out,
                 gsize          out_stride,
                 const DdimRun *run)
{
  Job job = { linear, n, x, x_stride, out, out_stride };

  g_return_val_if_fail (linear->kernels != NULL, FALSE);

  return ddim_thread_pool_run (run->pool, ddim_kernels_panels (linear->kernels, linear->c_out),
                               run_panel, &job, run->cancellable);
}
