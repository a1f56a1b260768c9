/* progress.h: work that GIMP's progress bar shows
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "estimate.h"
#include "model-cache.h"
#include "runner.h"

typedef struct
{
  DdimRunner      runner;
  DdimModelCache  cache;
  DdimMonitor     monitor;
  DdimEstimate    estimate;  /* of all of it, as one piece of one stage     */
  gdouble         told;      /* when the text was last written, in seconds  */
  gchar          *activity;  /* what is being done, translated              */
} DdimProgress;

/* “12 seconds” or “3 minutes”; free with g_free (). */
gchar * ddim_progress_format_seconds (gdouble seconds);

/* Shows GIMP's progress bar with `activity`.  The struct may not move until
 * ddim_progress_end (), which takes the bar away.                          */
void ddim_progress_start (DdimProgress *progress,
                          const gchar  *activity);
void ddim_progress_end   (DdimProgress *progress);
