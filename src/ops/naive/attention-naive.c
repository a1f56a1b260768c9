/* attention-naive.c: self-attention by its definition
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <math.h>

#include "attention.h"

void
ddim_attention_naive (const DdimAttentionArgs *args)
{
  gint     d      = args->d;
  gdouble *score  = g_new (gdouble, args->keys);
  gdouble *sum    = g_new (gdouble, d);

  for (gint n = 0; n < args->n; n++)
    for (gint head = 0; head < args->heads; head++)
      for (gint i = 0; i < args->queries; i++)
        {
          gsize         row   = (gsize) n * args->queries + i;
          gsize         first = (gsize) n * args->keys;
          const gfloat *q     = args->q + row * args->q_stride + head * d;
          gdouble       most  = -INFINITY;
          gdouble       total = 0;
          gint          keys  = args->causal ? i + 1 : args->keys;

          for (gint j = 0; j < keys; j++)
            {
              const gfloat *k = args->k + (first + j) * args->k_stride + head * d;

              score[j] = 0;
              for (gint c = 0; c < d; c++)
                score[j] += (gdouble) q[c] * k[c];
              score[j] /= sqrt (d);
              most = MAX (most, score[j]);
            }

          for (gint c = 0; c < d; c++)
            sum[c] = 0;
          for (gint j = 0; j < keys; j++)
            {
              const gfloat *v = args->v + (first + j) * args->v_stride + head * d;
              gdouble       e = exp (score[j] - most);

              total += e;
              for (gint c = 0; c < d; c++)
                sum[c] += e * v[c];
            }
          for (gint c = 0; c < d; c++)
            args->out[row * args->out_stride + head * d + c] = sum[c] / total;
        }

  g_free (score);
  g_free (sum);
}
