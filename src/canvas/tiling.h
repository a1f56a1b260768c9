/* tiling.h: a field that sees a canvas through overlapping windows
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "field.h"

G_BEGIN_DECLS

typedef struct
{
  gint     size;     /* a window's longest side, in pixels: 8 or more       */
  gint     overlap;  /* of neighbours, in pixels: at most half of size      */
  gboolean fixed;    /* every window of just this size (or the canvas's, if
                        that is smaller); else as even as fits              */
  gboolean tileable; /* the canvas is a torus: opposite borders meet        */
  gboolean still;    /* the borders between windows do not move with the
                        timestep                                            */
} DdimTiling;

/* A field over canvases of any size that blends `inner`'s predictions for
 * overlapping windows (MultiDiffusion, arXiv 2302.08113).  A canvas that fits
 * into one window is given to `inner` as it is.  Memory: two batches of
 * windows, whatever the canvas.  Keeps a reference to inner.  Fails with
 * DDIM_ERROR_ARGUMENT.                                                     */
DdimField * ddim_tiling_new (DdimField         *inner,
                             const DdimTiling  *options,
                             GError           **error);

G_END_DECLS
