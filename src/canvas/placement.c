/* placement.c: how a region of any size is given to a model
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Three ways.  Windows of just the size that the model was trained on are the
 * safest for what it has learned, and cost the most: every pixel is seen about
 * twice.  A network without attention, or trained on canvases of many sizes,
 * has no size of its own, so it is shown the whole region, or windows of it as
 * large as memory allows.  A model of whole objects (faces, fruits: those with
 * attention and a fixed size) would put an object into every window, so the
 * region is scaled to its size, and the change scaled back.  What is scaled does
 * not wrap to the pixel, so `auto` fits no tile.
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
ddim_placement_init (DdimPlacement       *placement,
                     DdimPlacementMethod  method,
                     gboolean             tileable,
                     gint                 sample_size,
                     gboolean             fixed_size,
                     gint                 h,
                     gint                 w)
{
  gint side = MAX (sample_size, MIN_WINDOW);

  if (method == DDIM_PLACEMENT_AUTO)
    method = ! fixed_size                      ? DDIM_PLACEMENT_WHOLE
             : MAX (h, w) > side && ! tileable ? DDIM_PLACEMENT_FIT
                                               : DDIM_PLACEMENT_WINDOWS;

  /* Half a window of context, and no frame smaller than a window: what the
   * model sees around the target is then like what it was trained on.  A tile
   * has no surroundings, and what is fitted is the whole object.             */
  *placement = (DdimPlacement) { .method = method, .context = side / 2, .least = side };
  if (tileable || method == DDIM_PLACEMENT_FIT)
    placement->context = placement->least = 0;
  placement->tiling.tileable = tileable;

  switch (method)
    {
    case DDIM_PLACEMENT_WHOLE:
      placement->tiling.size    = MAX (WHOLE_SIZE, side);
      placement->tiling.overlap = WHOLE_OVERLAP;
      break;

    case DDIM_PLACEMENT_FIT:
      placement->side        = side;
      placement->tiling.size = side;
      break;

    case DDIM_PLACEMENT_WINDOWS:
    default:
      placement->tiling.size    = side;
      placement->tiling.overlap = side * WINDOWS_OVERLAP;
      placement->tiling.fixed   = TRUE;
      break;
    }
}

void
ddim_placement_widen (gint  context,
                      gint  least,
                      gint  limit,
                      gint *start,
                      gint *length)
{
  gint from, to;

  context = MAX (context, (least - *length + 1) / 2);
  from    = MAX (*start - context, 0);
  to      = MIN (*start + *length + context, limit);

  /* what one border took away, the other side may give */
  from = MAX (MIN (from, to - least), 0);
  to   = MIN (MAX (to, from + least), limit);

  *start  = from;
  *length = to - from;
}

void
ddim_placement_get_canvas_size (const DdimPlacement *placement,
                                gint                 frame_h,
                                gint                 frame_w,
                                gint                *h,
                                gint                *w)
{
  gint longest = MAX (frame_h, frame_w);

  *h = frame_h;
  *w = frame_w;

  if (placement->side > 0 && longest > placement->side)
    {
      *h = MAX (1, ((gint64) frame_h * placement->side + longest / 2) / longest);
      *w = MAX (1, ((gint64) frame_w * placement->side + longest / 2) / longest);
    }
}
