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
  DDIM_METHOD_AUTO,    /* one of the others, by the model and the region    */
  DDIM_METHOD_WINDOWS, /* windows of the size that the model was trained on */
  DDIM_METHOD_WHOLE,   /* the region at once, or in windows as large as fit */
  DDIM_METHOD_FIT      /* the region scaled to the model's size, and the
                          change scaled back                                */
} DdimMethod;

/* How a region is put before a model. */
typedef struct
{
  DdimMethod  method;   /* never DDIM_METHOD_AUTO                           */
  gint        context;  /* pixels to see around the target, where there are */
  gint        least;    /* the side that the frame (target and context) is
                           brought to, where it is smaller                  */
  gint        side;     /* the longest side of the canvas; 0: the frame's   */
  DdimWindows windows;  /* over the canvas                                  */
} DdimPlan;

/* For a target of h x w pixels and a model of this sample size.  tileable: the
 * target is the whole frame, and wraps.                                    */
void ddim_plan_make       (DdimPlan       *plan,
                           DdimMethod      method,
                           gboolean        tileable,
                           gint            sample_size,
                           gboolean        has_attention,
                           gint            h,
                           gint            w);

/* The canvas's size for a frame of that size: scaled down for `fit`. */
void ddim_plan_get_canvas (const DdimPlan *plan,
                           gint            frame_h,
                           gint            frame_w,
                           gint           *h,
                           gint           *w);

G_END_DECLS
