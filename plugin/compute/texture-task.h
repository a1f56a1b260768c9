/* texture-task.h: textures like a sample, for a job
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "pyramid.h"
#include "patch-source.h"
#include "task.h"

/* What textures are made of, and how large.  Reference counted: the worker of a
 * job may hold one longer than the dialog.                                  */
typedef struct
{
  gint             ref_count;
  gint             n_stages;
  DdimStage        stages[DDIM_TASK_STAGES]; /* without canvases                  */
  DdimPatchSource *source;              /* NULL until it is read             */
  gint             channels;            /* 1 or 3                            */
  const Babl      *format;              /* of the image, for its space       */
} DdimSample;

DdimSample * ddim_sample_new       (gint              h,
                                    gint              w,
                                    gint              channels,
                                    const Babl       *format);
DdimSample * ddim_sample_ref       (DdimSample       *sample);
void         ddim_sample_unref     (DdimSample       *sample);

/* Keeps a reference to the sample.  Free with ddim_task_unref (). */
DdimTask   * ddim_texture_task_new (DdimSample       *sample,
                                    gint              steps);

/* A texture (one item, the model's channels) out of noise; of 1 / reduction of
 * the size, by the noise of the full one.  NULL on failure.  Any thread.    */
DdimCanvas * ddim_texture_make     (DdimModel        *model,
                                    const DdimLevels *levels,
                                    gint              h,
                                    gint              w,
                                    gint              reduction,
                                    guint64           seed,
                                    const DdimMonitor *monitor,
                                    GError          **error);

/* From pure noise on. */
DdimLevels * ddim_texture_levels   (const DdimModel  *model,
                                    gint              steps,
                                    GError          **error);
