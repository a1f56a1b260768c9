/* resample.c: halving and doubling a map without weights
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One chunk of work is one row of the output.
 */

#include "activation.h"
#include "resample.h"

typedef struct
{
  const DdimSource *source;
  const DdimAffine *affine;
  DdimTensor       *out;
} Job;

static inline gfloat
source_value (const Job *job,
              gint       n,
              gsize      pixel,
              gint       c)
{
  const DdimSource *s = job->source;
  gfloat            x = c < s->c[0] ? s->data[0][pixel * s->c[0] + c]
                                    : s->data[1][pixel * s->c[1] + c - s->c[0]];

  if (job->affine)
    {
      gsize at = (gsize) n * job->affine->c + c;

      x = ddim_activation_naive (job->affine->activation,
                                 job->affine->scale[at] * x + job->affine->shift[at]);
    }
  return x;
}

static void
double_row (gint     chunk,
            gint     worker,
            gpointer data)
{
  const Job  *job = data;
  DdimTensor *out = job->out;
  gint        n   = chunk / out->h;
  gint        y   = chunk % out->h;
  gfloat     *to  = out->data + (gsize) chunk * out->w * out->c;

  for (gint x = 0; x < out->w; x++)
    for (gint c = 0; c < out->c; c++)
      *to++ = source_value (job, n, ((gsize) n * job->source->h + y / 2) *
                                    job->source->w + x / 2, c);
}

static void
halve_row (gint     chunk,
           gint     worker,
           gpointer data)
{
  const Job  *job = data;
  DdimTensor *out = job->out;
  gint        n   = chunk / out->h;
  gint        y   = chunk % out->h;
  gint        w   = job->source->w;
  gfloat     *to  = out->data + (gsize) chunk * out->w * out->c;

  for (gint x = 0; x < out->w; x++)
    {
      gsize at = ((gsize) n * job->source->h + 2 * y) * w + 2 * x;

      for (gint c = 0; c < out->c; c++)
        *to++ = 0.25f * (source_value (job, n, at, c) +
                         source_value (job, n, at + 1, c) +
                         source_value (job, n, at + w, c) +
                         source_value (job, n, at + w + 1, c));
    }
}

gboolean
ddim_resample_double (const DdimSource *source,
                      DdimTensor       *out,
                      const DdimRun    *run)
{
  Job job = { source, NULL, out };

  return ddim_thread_pool_run (run->pool, out->n * out->h, double_row, &job,
                               run->cancellable);
}

gboolean
ddim_resample_halve (const DdimSource *source,
                     const DdimAffine *affine,
                     DdimTensor       *out,
                     const DdimRun    *run)
{
  Job job = { source, affine, out };

  return ddim_thread_pool_run (run->pool, out->n * out->h, halve_row, &job,
                               run->cancellable);
}
