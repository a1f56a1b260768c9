/* placement.c: how a region of any size is put before a model
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Three ways.  Windows of just the size that the model was trained on are the
 * safest for what it has learned, and cost the most: every pixel is seen about
 * twice.  A network without attention has no size of its own, so it is shown
 * the whole region, or windows of it as large as memory allows.  A model of
 * whole objects (faces, fruits: those with attention) would put an object into
 * every window, so the region is scaled to its size, and the change scaled
 * back.  What is scaled does not wrap to the pixel, so `auto` fits no tile.
 *
 * tests/bench/canvas.md has the measurements that `auto` rests on.
 */

#include "placement.h"

/* The longest side of a window of the whole. */
#define WHOLE_SIZE 512

/* Overlaps, in pixels: of the whole's windows, and, as shares of a window's
 * side, of those of the model's size.                                       */
#define WHOLE_OVERLAP   16
#define WINDOWS_OVERLAP 0.25

#define MIN_WINDOW 16

void
ddim_plan_make (DdimPlan   *plan,
                DdimMethod  method,
                gboolean    tileable,
                gint        sample_size,
                gboolean    has_attention,
                gint        h,
                gint        w)
{
  gint side = MAX (sample_size, MIN_WINDOW);

  if (method == DDIM_METHOD_AUTO)
    method = ! has_attention                   ? DDIM_METHOD_WHOLE
             : MAX (h, w) > side && ! tileable ? DDIM_METHOD_FIT
                                               : DDIM_METHOD_WINDOWS;

  /* Half a window of context, and no frame smaller than a window: what the
   * model sees around the target is then like what it was trained on.  A tile
   * has no surroundings, and what is fitted is the whole object.             */
  *plan = (DdimPlan) { .method = method, .context = side / 2, .least = side };
  if (tileable || method == DDIM_METHOD_FIT)
    plan->context = plan->least = 0;
  plan->windows.tileable = tileable;

  switch (method)
    {
    case DDIM_METHOD_WHOLE:
      plan->windows.size    = MAX (WHOLE_SIZE, side);
      plan->windows.overlap = WHOLE_OVERLAP;
      break;

    case DDIM_METHOD_FIT:
      plan->side         = side;
      plan->windows.size = side;
      break;

    case DDIM_METHOD_WINDOWS:
    default:
      plan->windows.size    = side;
      plan->windows.overlap = side * WINDOWS_OVERLAP;
      plan->windows.fixed   = TRUE;
      break;
    }
}

void
ddim_plan_get_canvas (const DdimPlan *plan,
                      gint            frame_h,
                      gint            frame_w,
                      gint           *h,
                      gint           *w)
{
  gint longest = MAX (frame_h, frame_w);

  *h = frame_h;
  *w = frame_w;

  if (plan->side > 0 && longest > plan->side)
    {
      *h = MAX (1, ((gint64) frame_h * plan->side + longest / 2) / longest);
      *w = MAX (1, ((gint64) frame_w * plan->side + longest / 2) / longest);
    }
}
