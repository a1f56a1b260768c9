/* placement.h: how a region of any size is given to a model
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "tiling.h"

G_BEGIN_DECLS

typedef enum
{
  DDIM_PLACEMENT_AUTO,    /* one of the others, by the model and the region */
  DDIM_PLACEMENT_WINDOWS, /* windows of the size that the model was trained
                             on                                             */
  DDIM_PLACEMENT_WHOLE,   /* the region at once, or in windows as large as
                             fit                                            */
  DDIM_PLACEMENT_FIT      /* the region scaled to the model's size, and the
                             change scaled back                             */
} DdimPlacementMethod;

/* How a region is given to a model. */
typedef struct
{
  DdimPlacementMethod method;  /* never DDIM_PLACEMENT_AUTO                 */
  gint                context; /* pixels to see around the target, where there
                                  are any                                   */
  gint                least;   /* the side that the frame (target and context)
                                  is brought to, where it is smaller        */
  gint                side;    /* the longest side of the canvas; 0: the
                                  frame's                                   */
  DdimTiling          tiling;  /* of the canvas                             */
} DdimPlacement;

/* For a target of h x w pixels and a model of this sample size.  tileable: the
 * target is the whole frame, and wraps.                                    */
void ddim_placement_init            (DdimPlacement       *placement,
                                     DdimPlacementMethod  method,
                                     gboolean             tileable,
                                     gint                 sample_size,
                                     gboolean             fixed_size,
                                     gint                 h,
                                     gint                 w);

/* Along one side of a picture of `limit` pixels: widens the target, [start, start +
 * length), to the frame, by `context` on both sides and to `least`.         */
void ddim_placement_widen           (gint                 context,
                                     gint                 least,
                                     gint                 limit,
                                     gint                *start,
                                     gint                *length);

/* The canvas's size for a frame of that size: scaled down for `fit`. */
void ddim_placement_get_canvas_size (const DdimPlacement *placement,
                                     gint                 frame_h,
                                     gint                 frame_w,
                                     gint                *h,
                                     gint                *w);

G_END_DECLS
