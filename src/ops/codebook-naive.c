/* codebook-naive.c: the nearest vectors of a codebook, by the definition
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <math.h>

#include "codebook.h"
#include "constant.h"

void
ddim_codebook_naive (gint                n,
                     gint                c,
                     const DdimConstant *vectors,
                     gint                rows,
                     const gfloat       *x,
                     gfloat             *out)
{
  gfloat *vector = g_new (gfloat, c);

  for (gint row = 0; row < rows; row++, x += c, out += c)
    {
      gdouble least = INFINITY;

      for (gint k = 0; k < c; k++)
        out[k] = x[k];
      for (gint j = 0; j < n; j++)
        {
          gdouble distance = 0;

          ddim_constant_read (vectors, (gsize) j * c, c, vector);
          for (gint k = 0; k < c; k++)
            distance += ((gdouble) x[k] - vector[k]) * ((gdouble) x[k] - vector[k]);
          if (distance < least)
            {
              least = distance;
              for (gint k = 0; k < c; k++)
                out[k] = vector[k];
            }
        }
    }
  g_free (vector);
}
