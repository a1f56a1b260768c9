/* fill.c: what a network sees where there is nothing to see
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The colour stored under alpha 0 is whatever was left there, often black: a
 * network would see an edge that nobody sees.  So it is shown a smooth
 * continuation instead: a pyramid of halved pictures, each the mean of what
 * is visible below it, from which the holes are filled on the way back down
 * (push-pull; Gortler et al., "The Lumigraph", SIGGRAPH 1996, section 3.4).
 */

#include <string.h>

#include "fill.h"

/* Sums of what is known to its means; returns whether something is known in every
 * cell.  cover: the share of each that is known, which becomes 1.           */
static gboolean
divide (DdimCanvas *half,
        DdimCanvas *cover)
{
  gsize    n   = ddim_canvas_size (cover);
  gboolean all = TRUE;

  for (gsize i = 0; i < n; i++)
    if (cover->data[i] > 0.0f)
      {
        for (gint c = 0; c < half->c; c++)
          half->data[i * half->c + c] /= cover->data[i];
        cover->data[i] = 1.0f;
      }
    else
      {
        all = FALSE;
      }

  return all;
}

gboolean
ddim_fill_unknown (DdimCanvas        *canvas,
                   const DdimCanvas  *known,
                   GError           **error)
{
  gsize                  n      = ddim_canvas_size (known);
  gsize                  size   = canvas->c * sizeof (gfloat);
  g_autoptr (DdimCanvas) half   = NULL;
  g_autoptr (DdimCanvas) cover  = NULL;
  g_autoptr (DdimCanvas) smooth = NULL;

  for (gsize i = 0; i < n; i++)
    if (known->data[i] == 0.0f)
      memset (canvas->data + i * canvas->c, 0, size);
  if (n == 1)
    return TRUE;

  half  = ddim_canvas_reduce (canvas, 2, FALSE, error);
  cover = half ? ddim_canvas_reduce (known, 2, FALSE, error) : NULL;
  if (! cover || (! divide (half, cover) && ! ddim_fill_unknown (half, cover, error)))
    return FALSE;

  smooth = ddim_canvas_try_like (canvas, 1, error);
  if (! smooth || ! ddim_canvas_add_enlarged (smooth, half, 2, FALSE, error))
    return FALSE;

  for (gsize i = 0; i < n; i++)
    if (known->data[i] == 0.0f)
      memcpy (canvas->data + i * canvas->c, smooth->data + i * canvas->c, size);
  return TRUE;
}
