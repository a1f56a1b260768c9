/* activation.c: the activation functions that networks use
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   SiLU  x / (1 + exp (-x))
 *   Mish  x tanh (ln (1 + exp (x)))
 *   GELU  x (1 + erf (x / sqrt 2)) / 2
 *   quick GELU  x / (1 + exp (-1.702 x))
 *   ReLU  max (x, 0)
 */

#include "activation.h"

#include <math.h>

gdouble
ddim_activation_naive (DdimActivation activation,
                       gdouble        x)
{
  switch (activation)
    {
    case DDIM_ACTIVATION_SILU:
      return x / (1 + exp (-x));
    case DDIM_ACTIVATION_MISH:
      return x * tanh (x > 30 ? x : log1p (exp (x)));
    case DDIM_ACTIVATION_GELU:
      return x * 0.5 * (1 + erf (x * G_SQRT2 / 2));
    case DDIM_ACTIVATION_QUICK_GELU:
      return x / (1 + exp (-1.702 * x));
    case DDIM_ACTIVATION_RELU:
      return MAX (x, 0);
    case DDIM_ACTIVATION_NONE:
      break;
    }
  return x;
}

void
ddim_activation_apply (DdimActivation  activation,
                       gfloat         *x,
                       gsize           n)
{
  if (activation == DDIM_ACTIVATION_RELU)
    for (gsize i = 0; i < n; i++)
      x[i] = MAX (x[i], 0);
  else if (activation != DDIM_ACTIVATION_NONE)
    for (gsize i = 0; i < n; i++)
      x[i] = ddim_activation_naive (activation, x[i]);
}

#define CHUNK 4096 /* numbers */

typedef struct
{
  DdimActivation  activation;
  gfloat         *x;
  gsize           n;
} Job;

static void
activate_chunk (gint     chunk,
                gint     worker,
                gpointer data)
{
  const Job *job   = data;
  gsize      first = (gsize) chunk * CHUNK;

  ddim_activation_apply (job->activation, job->x + first, MIN (CHUNK, job->n - first));
}

gboolean
ddim_activation_run (DdimActivation  activation,
                     gfloat         *x,
                     gsize           n,
                     const DdimRun  *run)
{
  Job job = { activation, x, n };

  return ddim_thread_pool_run (run->pool, (n + CHUNK - 1) / CHUNK, activate_chunk, &job,
                               run->cancellable);
}
