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
  for (gint row = 0; row < rows; row++, x += c, out += c)
    {
      gdouble least = INFINITY;

      for (gint k = 0; k < c; k++)
        out[k] = x[k];
      for (gint j = 0; j < n; j++)
        {
          gdouble distance = 0;

          for (gint k = 0; k < c; k++)
            {
              gfloat number;

              ddim_constant_read (vectors, (gsize) j * c + k, 1, &number);
              distance += ((gdouble) x[k] - number) * ((gdouble) x[k] - number);
            }
          if (distance < least)
            {
              least = distance;
              ddim_constant_read (vectors, (gsize) j * c, c, out);
            }
        }
    }
}
