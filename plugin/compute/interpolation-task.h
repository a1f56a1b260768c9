/* interpolation-task.h: frames between pictures
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "settings.h"
#include "stages.h"
#include "task.h"

/* The pictures to go through, the keys, at each stage's size.  The main thread
 * fills a stage before any other looks at it; then it is read only.  Reference
 * counted: a job may hold it longer than a dialog.                          */
typedef struct
{
  DdimPlacement   placement;
  DdimStages      stages;
  gint            n_keys;
  DdimCanvas    **keys[DDIM_STAGES_MAX];  /* n_keys each: one item, or NULL yet */
} DdimInterpolationInput;

/* h x w: of the result's canvas.  No pictures yet. */
DdimInterpolationInput * ddim_interpolation_input_new
                                     (const DdimPlacement             *placement,
                                      DdimStagesKind                   kind,
                                      gint                             n_keys,
                                      gint                             h,
                                      gint                             w);
DdimInterpolationInput * ddim_interpolation_input_ref
                                     (DdimInterpolationInput          *input);
void                     ddim_interpolation_input_unref
                                     (DdimInterpolationInput          *input);

/* Frames at the n positions, as ddim_interpolate () takes them: the seed of the
 * i-th is i + 1.  Keeps a reference to the input and copies of the others.  Free
 * with ddim_task_unref ().                                                  */
DdimTask * ddim_interpolation_task_new
                                     (DdimInterpolationInput          *input,
                                      const DdimInterpolationSettings *settings,
                                      const gdouble                   *positions,
                                      gint                             n);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdimInterpolationInput, ddim_interpolation_input_unref)
