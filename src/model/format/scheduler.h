/* scheduler.h: a scheduler's scheduler_config.json
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "levels.h"

G_BEGIN_DECLS

typedef struct
{
  DdimSchedule      *schedule; /* owned by whoever asked */
  DdimPrediction     prediction;
  DdimSpacing        spacing;
  DdimLevelsOptions  options;
} DdimScheduler;

/* Reads what DDIM needs of any scheduler over alphas_cumprod (DDIMScheduler,
 * DDPMScheduler, ...), with DDIMScheduler's defaults for what is absent.
 * Clipping and thresholding are not read: a clipped step has no inverse.
 * Errors name the file and the field.                                      */
gboolean ddim_scheduler_load (const gchar   *path,
                              DdimScheduler *scheduler,
                              GError       **error);

G_END_DECLS
