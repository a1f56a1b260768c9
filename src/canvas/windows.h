/* windows.h: overlapping windows along an axis of a canvas, and their weights
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is computed for each window by itself is added up by weights that add up to
 * 1 at every pixel, so that no border shows.
 */

#pragma once

#include "canvas.h"
#include "tiling.h"

G_BEGIN_DECLS

/* Along one axis, in pixels of the canvas that is cut up.  The canvas that results
 * are added to may have more pixels, `scale` for each of these.             */
typedef struct
{
  gint    n;        /* how many                                             */
  gint    length;   /* of each                                              */
  gint    size;     /* of the canvas                                        */
  gint    scale;
  gint   *starts;   /* may lie before 0 or reach over `size` on a torus     */
  gint   *borders;  /* n + 1: window i stands for borders[i] .. [i + 1] - 1  */
  gfloat *weights;  /* n x length scale                                     */
} DdimWindows;

/* Lays windows over an axis.  random: from 0 to 1, where the borders lie.  Fails
 * with DDIM_ERROR_MEMORY.  Clear with ddim_windows_clear (), also then.     */
gboolean ddim_windows_lay     (DdimWindows        *windows,
                               gint                size,
                               gint                scale,
                               const DdimTiling   *options,
                               gdouble             random,
                               GError            **error);
void     ddim_windows_clear   (DdimWindows        *windows);

/* The index in 0 .. size - 1 of position i on a circle. */
gint     ddim_windows_wrap    (gint                i,
                               gint                size);

/* The part of an item of x that a window shows.  scale: pixels of x for each of
 * the windows'.                                                             */
void     ddim_windows_gather  (const DdimCanvas   *x,
                               gint                item,
                               const DdimWindows  *rows,
                               gint                row,
                               const DdimWindows  *columns,
                               gint                column,
                               gint                scale,
                               gfloat             *window);

/* Adds a window's result, weighted, to an item of out, which has `scale` pixels
 * (that of both axes) for each of the windows'.                             */
void     ddim_windows_scatter (const gfloat       *window,
                               const DdimWindows  *rows,
                               gint                row,
                               const DdimWindows  *columns,
                               gint                column,
                               DdimCanvas         *out,
                               gint                item);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DdimWindows, ddim_windows_clear)

G_END_DECLS
