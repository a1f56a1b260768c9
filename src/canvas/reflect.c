/* reflect.c: a canvas brought to a larger size by reflection, and back
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "reflect.h"

#include <string.h>

/* The index in 0 .. size - 1 that position i reflects to. */
static gint
reflect (gint i,
         gint size)
{
  gint period = MAX (2 * (size - 1), 1);

  i %= period;
  return MIN (i, period - i) % size;
}

void
ddim_canvas_reflect (const DdimCanvas *x,
                     DdimCanvas       *larger)
{
  gfloat *out = larger->data;

  for (gint i = 0; i < x->n; i++)
    for (gint row = 0; row < larger->h; row++)
      for (gint column = 0; column < larger->w; column++, out += x->c)
        memcpy (out,
                x->data + (((gsize) i * x->h + reflect (row, x->h)) * x->w
                           + reflect (column, x->w)) * x->c,
                x->c * sizeof (gfloat));
}

void
ddim_canvas_crop (const DdimCanvas *larger,
                  DdimCanvas       *out)
{
  gsize row_size = (gsize) out->w * out->c;

  for (gint i = 0; i < out->n; i++)
    for (gint row = 0; row < out->h; row++)
      memcpy (out->data + ((gsize) i * out->h + row) * row_size,
              larger->data + ((gsize) i * larger->h + row) * larger->w * larger->c,
              row_size * sizeof (gfloat));
}
