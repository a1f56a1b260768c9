/* norm.c: group normalisation, taken apart
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Sums run over blocks of rows in float and are merged in double, in the
 * order of the blocks: a float sum over a whole map would lose the digits
 * that the variance is made of.
 */

#include <math.h>

#include "base/memory.h"
#include "ops/activation.h"
#include "ops/constant.h"
#include "ops/norm.h"

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

gsize
ddim_moments_plan (gint n, gint h, gint w, gint c)
{
  return 0;
}

gboolean
ddim_moments_measure (const DdimTensor *tensor,
                      DdimMoments      *moments,
                      const DdimRun    *run)
{
  gsize hw = (gsize) tensor->h * tensor->w;

  for (gint n = 0; n < tensor->n; n++)
    for (gint c = 0; c < tensor->c; c++)
      {
        const gfloat *x = tensor->data + n * hw * tensor->c + c;
        gdouble      *m = moments->data + 2 * ((gsize) n * tensor->c + c);

        m[0] = m[1] = 0;
        for (gsize i = 0; i < hw; i++)
          {
            m[0] += x[i * tensor->c];
            m[1] += (gdouble) x[i * tensor->c] * x[i * tensor->c];
          }
      }
  return TRUE;
}

gboolean
ddim_affine_apply (const DdimSource *source,
                   const DdimAffine *affine,
                   DdimTensor       *out,
                   const DdimRun    *run)
{
  gint  c  = source->c[0] + source->c[1];
  gsize hw = (gsize) source->h * source->w;

  for (gint n = 0; n < source->n; n++)
    for (gsize i = n * hw; i < (n + 1) * hw; i++)
      for (gint k = 0; k < c; k++)
        {
          gfloat x = k < source->c[0]
                     ? source->data[0][i * source->c[0] + k]
                     : source->data[1][i * source->c[1] + k - source->c[0]];

          if (affine)
            x = ddim_activation_naive (affine->activation,
                                       affine->scale[(gsize) n * c + k] * x +
                                       affine->shift[(gsize) n * c + k]);
          out->data[i * c + k] = x;
        }
  return TRUE;
}
