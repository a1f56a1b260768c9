/* interpolate-task.h: frames between layers, small, for a job
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "layer-set.h"
#include "recipe.h"
#include "pyramid.h"
#include "task.h"

/* The layers of a set, at several sizes, all smaller than theirs where they are
 * large.  Reference counted: the worker of a job may hold one longer than the
 * dialog.                                                                   */
typedef struct
{
  gint            ref_count;
  gint            n_stages;
  DdimStage       stages[DDIM_TASK_STAGES]; /* without canvases                 */
  gint            n_keys;
  DdimCanvas    **keys[DDIM_TASK_STAGES];   /* n_keys of each stage, or NULLs   */
  DdimPlacement   placement;
  gint            h, w;                     /* of the whole canvas              */
  const Babl     *format;                   /* of the frames                    */
} DdimKeyframes;

/* Sets the layer set's frame as planned, and reads nothing. */
DdimKeyframes * ddim_keyframes_new        (DdimLayerSet        *layer_set,
                                           const DdimPlacement *placement);
DdimKeyframes * ddim_keyframes_ref        (DdimKeyframes *keyframes);
void            ddim_keyframes_unref      (DdimKeyframes *keyframes);

/* Reads the layers for a stage and a model of so many channels.  Main thread
 * only; fails where nothing of a layer can be seen.                         */
gboolean        ddim_keyframes_read_stage (DdimKeyframes       *keyframes,
                                           const DdimLayerSet  *layer_set,
                                           gint                 stage,
                                           gint                 channels,
                                           GError             **error);

/* Frames at the n positions, as ddim_interpolate () has them: seed i + 1 is at
 * the i-th.  Keeps a reference to the keyframes and copies of the others.  Free with
 * ddim_task_unref ().                                                        */
DdimTask      * ddim_interpolate_task_new (DdimKeyframes    *keyframes,
                                           const DdimRecipe *recipe,
                                           const gdouble    *positions,
                                           gint              n,
                                           gboolean          loop,
                                           gdouble           mix,
                                           guint64           seed);
