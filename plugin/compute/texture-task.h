/* texture-task.h: textures like a sample
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "patch-model.h"
#include "settings.h"
#include "stages.h"
#include "task.h"

/* The sample, and how large textures are.  The main thread sets the source before
 * any other looks at it.  Reference counted: a job may hold it longer than a
 * dialog.                                                                   */
typedef struct
{
  DdimStages       stages;
  DdimPatchSource *source;  /* NULL yet                                      */
} DdimTextureInput;

/* h x w: of the texture. */
DdimTextureInput * ddim_texture_input_new   (DdimStagesKind             kind,
                                             gint                       h,
                                             gint                       w);
DdimTextureInput * ddim_texture_input_ref   (DdimTextureInput          *input);
void               ddim_texture_input_unref (DdimTextureInput          *input);

/* Keeps a reference to the input.  Free with ddim_task_unref (). */
DdimTask         * ddim_texture_task_new    (DdimTextureInput          *input,
                                             const DdimTextureSettings *settings);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdimTextureInput, ddim_texture_input_unref)
