/* range.c: a picture with values above white or below black, for a model
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "range.h"

#include <math.h>

/* The same up to the first derivative at 0 and 1. */
static gdouble
to_logarithm (gdouble value)
{
  if (value > 1.0)
    return 1.0 + log (value);
  else if (value < 0.0)
    return -log1p (-value);
  else
    return value;
}

static gdouble
from_logarithm (gdouble value)
{
  if (value > 1.0)
    return exp (value - 1.0);
  else if (value < 0.0)
    return -expm1 (-value);
  else
    return value;
}

static gboolean
is_whole (const DdimRange *range)
{
  return range->below == 0.0 && range->above == 0.0;
}

void
ddim_range_init (DdimRange        *range,
                 const DdimCanvas *picture,
                 const gfloat     *mask)
{
  gsize n = (gsize) picture->h * picture->w;

  *range = (DdimRange) { 0.0, 0.0 };
  for (gsize i = 0; i < n; i++)
    for (gint c = 0; c < picture->c && mask[i] != 0.0f; c++)
      {
        gdouble value = to_logarithm (0.5 + 0.5 * picture->data[i * picture->c + c]);

        range->below = MAX (range->below, -value);
        range->above = MAX (range->above, value - 1.0);
      }
}

void
ddim_range_compress (const DdimRange *range,
                     DdimCanvas      *picture)
{
  gsize   n      = ddim_canvas_size (picture);
  gdouble length = range->below + 1.0 + range->above;

  for (gsize i = 0; i < n; i++)
    {
      gdouble value = picture->data[i];

      if (! is_whole (range))
        value = 2.0 * (to_logarithm (0.5 + 0.5 * value) + range->below) / length - 1.0;
      picture->data[i] = CLAMP (value, -1.0, 1.0);
    }
}

void
ddim_range_expand (const DdimRange *range,
                   DdimCanvas      *made)
{
  gsize   n      = ddim_canvas_size (made);
  gdouble length = range->below + 1.0 + range->above;

  for (gsize i = 0; i < n; i++)
    {
      gdouble value = CLAMP (made->data[i], -1.0f, 1.0f);

      if (! is_whole (range))
        value = 2.0 * from_logarithm ((0.5 + 0.5 * value) * length - range->below) - 1.0;
      made->data[i] = value;
    }
}
