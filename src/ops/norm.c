/* norm.c: group normalisation in three steps
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The moments come from the operation that wrote the tensor: it sums blocks in
 * float, some pixels at a time about their own mean, and merges them in double, in
 * the order of the blocks.  Float sums over a whole map, about zero, or about one
 * value that is unlike the others, would lose the digits that the variance is made
 * of (Chan, Golub and LeVeque, "Algorithms for computing the sample variance", The
 * American Statistician 37, 1983).
 */

#include <math.h>

#include "aligned-memory.h"
#include "thread-pool-private.h"
#include "activation.h"
#include "constant.h"
#include "norm.h"

struct _DdimNorm
{
  gint     c;
  gint     groups;
  gdouble  eps;
  gfloat  *gamma; /* or NULL */
  gfloat  *beta;  /* or NULL */
};

DdimNorm *
ddim_norm_new (gint                c,
               gint                groups,
               gdouble             eps,
               const DdimConstant *gamma,
               const DdimConstant *beta)
{
  DdimNorm *norm;

  g_return_val_if_fail (groups > 0 && c % groups == 0, NULL);

  norm = g_new0 (DdimNorm, 1);
  norm->c      = c;
  norm->groups = groups;
  norm->eps    = eps;
  norm->gamma  = ddim_constant_copy (gamma);
  norm->beta   = ddim_constant_copy (beta);
  if ((gamma && ! norm->gamma) || (beta && ! norm->beta))
    g_clear_pointer (&norm, ddim_norm_free);
  return norm;
}

void
ddim_norm_free (DdimNorm *norm)
{
  if (! norm)
    return;

  ddim_memory_free (norm->gamma);
  ddim_memory_free (norm->beta);
  g_free (norm);
}

void
ddim_moments_add (gdouble      *moments,
                  gint          c,
                  gint          n,
                  const gfloat *pivots,
                  const gfloat *sums,
                  const gfloat *squares)
{
  for (gint i = 0; i < c; i++)
    {
      gdouble sum = sums[i] + n * (gdouble) pivots[i];

      moments[2 * i]     += sum;
      moments[2 * i + 1] += squares[i] + sum / n * sum;
    }
}

void
ddim_norm_affine (const DdimNorm    *norm,
                  const DdimMoments *first,
                  const DdimMoments *second,
                  gint               hw,
                  const gfloat      *condition,
                  gsize              condition_stride,
                  DdimActivation     activation,
                  DdimAffine        *affine)
{
  gint size = norm->c / norm->groups; /* channels of a group */

  g_return_if_fail (first->c + (second ? second->c : 0) == norm->c);
  g_return_if_fail (affine->n == first->n && affine->c == norm->c);

  affine->activation = activation;
  for (gint n = 0; n < affine->n; n++)
    for (gint g = 0; g < norm->groups; g++)
      {
        gdouble count = (gdouble) hw * size;
        gdouble sum = 0, squares = 0, mean, inverse;

        for (gint c = g * size; c < (g + 1) * size; c++)
          {
            const gdouble *m = c < first->c
              ? first->data + 2 * ((gsize) n * first->c + c)
              : second->data + 2 * ((gsize) n * second->c + c - first->c);

            sum     += m[0];
            squares += m[1];
          }
        mean    = sum / count;
        inverse = 1 / sqrt (MAX (squares / count - mean * mean, 0) + norm->eps);

        for (gint c = g * size; c < (g + 1) * size; c++)
          {
            gdouble scale = inverse * (norm->gamma ? norm->gamma[c] : 1);
            gdouble shift = (norm->beta ? norm->beta[c] : 0) - mean * scale;

            if (condition)
              {
                const gfloat *t = condition + n * condition_stride;

                scale *= 1.0 + t[c];
                shift  = shift * (1.0 + t[c]) + t[norm->c + c];
              }
            affine->scale[(gsize) n * norm->c + c] = scale;
            affine->shift[(gsize) n * norm->c + c] = shift;
          }
      }
}

typedef struct
{
  const DdimSource  *source;
  const DdimAffine  *affine;
  DdimTensor        *out;
  const DdimKernels *kernels;
} Job;

static void
apply_row (gint     chunk,
           gint     worker,
           gpointer data)
{
  const Job        *job    = data;
  const DdimAffine *affine = job->affine;
  gint     w    = job->source->w, c = job->out->c;
  gsize    at   = (gsize) chunk * w;
  gsize    item = chunk / job->source->h;
  gboolean silu = affine && affine->activation == DDIM_ACTIVATION_SILU;
  gfloat  *out  = job->out->data + at * c;

  for (gint part = 0, first = 0; part < 2; first += job->source->c[part++])
    if (job->source->c[part])
      job->kernels->affine (job->source->data[part] + at * job->source->c[part],
                            job->source->c[part],
                            affine ? affine->scale + item * c + first : NULL,
                            affine ? affine->shift + item * c + first : NULL,
                            silu, w, job->source->c[part], out + first, c);
  if (affine && ! silu)
    ddim_activation_apply (affine->activation, out, (gsize) w * c);
}

gboolean
ddim_affine_apply (const DdimSource *source,
                   const DdimAffine *affine,
                   DdimTensor       *out,
                   const DdimRun    *run)
{
  Job job = { source, affine, out, ddim_thread_pool_get_kernels (run->pool) };

  return ddim_thread_pool_run (run->pool, source->n * source->h, apply_row, &job, run->cancellable);
}
