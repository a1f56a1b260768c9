/* pyramid.h: what a job works on: a region at several sizes
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "ddim.h"
#include "region.h"
#include "patch-source.h"
#include "task.h"

/* One size of the region's frame, and how carefully it is worked on. */
typedef struct
{
  gint        reduction;  /* how many of the last stage's pixels, along a
                             side, make one of its                            */
  gint        steps;      /* at most; 0: as many as are asked for             */
  gint        h, w;       /* of its canvas                                    */
  DdimCanvas *canvas;     /* NULL until it is read                            */
  gfloat     *weights;    /* or NULL, as ddim_vary () takes them              */
} DdimStage;

/* From coarse to the last stage, which is the placement's canvas with all steps.
 * Reference counted: the worker of a job may hold one longer than the dialog. */
typedef struct
{
  gint          ref_count;
  gint          n_stages;
  DdimStage     stages[DDIM_TASK_STAGES];

  DdimPatchSource *source;     /* what the model is made of; NULL: one is loaded   */
  DdimPlacement    placement;
  GeglRectangle    frame;
  GeglRectangle    view;  /* what is shown: the target and a rim of the frame */

  /* The view as it is, at the size it is shown: view_h x view_w pixels of R'G'B'A
   * in the drawable's own space, or in sRGB where that is grey.              */
  gint          view_w, view_h;
  gfloat       *pixels;
  const Babl   *format;
} DdimPyramid;

/* Fills up to DDIM_TASK_STAGES stages for h x w pixels, without canvases; returns
 * how many.                                                                  */
gint              ddim_stages_plan        (DdimStage *stages,
                                           gint       h,
                                           gint       w);

/* A canvas itself, at most `side` pixels large; of a grey one in sRGB, else in
 * the space of `format`.  Any thread.  Free with cairo_surface_destroy ().   */
cairo_surface_t * ddim_canvas_render      (const DdimCanvas *canvas,
                                           const Babl       *format,
                                           gint              side);

/* Sets the region's frame as planned, plans the stages, and reads the view so
 * that its longer side has at most `side` pixels, but no stage.  Main thread
 * only.                                                                      */
DdimPyramid     * ddim_pyramid_new        (DdimRegion          *region,
                                           const DdimPlacement *placement,
                                           gint                 side);
DdimPyramid     * ddim_pyramid_ref        (DdimPyramid *pyramid);
void              ddim_pyramid_unref      (DdimPyramid *pyramid);

/* Reads a stage for a model of so many channels: 1 or 3.  Main thread only,
 * and before any other thread looks at the stage.                            */
void              ddim_pyramid_read_stage (DdimPyramid      *pyramid,
                                           const DdimRegion *region,
                                           gint              stage,
                                           gint              channels);

/* The view with the change that `after` makes to the stage's canvas, or the
 * view itself where after is NULL, on a chequerboard where it is transparent.
 * Any thread.  Free with cairo_surface_destroy ().                           */
cairo_surface_t * ddim_pyramid_render     (const DdimPyramid *pyramid,
                                           gint               stage,
                                           const DdimCanvas  *after);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdimPyramid, ddim_pyramid_unref)
