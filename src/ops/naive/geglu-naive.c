/* geglu-naive.c: the gated unit by its definition
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "activation.h"
#include "geglu.h"

void
ddim_geglu_naive (gsize         n,
                  gint          c,
                  const gfloat *x,
                  gfloat       *out)
{
  for (gsize i = 0; i < n; i++)
    for (gint k = 0; k < c; k++)
      out[i * c + k] = x[2 * i * c + k]
                       * ddim_activation_naive (DDIM_ACTIVATION_GELU, x[(2 * i + 1) * c + k]);
}
