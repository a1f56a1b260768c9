/* progress.h: work that GIMP's progress bar shows
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "model-cache.h"
#include "runner.h"

typedef struct
{
  DdimRunner      runner;
  DdimModelCache  cache;
  DdimMonitor     monitor;
  gint64          started;   /* monotonic microseconds                      */
  gint64          told;      /* when the text was last written              */
  gchar          *activity;  /* what is being done, translated              */
} DdimProgress;

/* “12 seconds” or “3 minutes”; free with g_free (). */
gchar * ddim_progress_format_seconds (gdouble seconds);

/* Shows GIMP's progress bar with `activity`.  The struct may not move until
 * ddim_progress_end (), which takes the bar away.                          */
void ddim_progress_start (DdimProgress *progress,
                          const gchar  *activity);
void ddim_progress_end   (DdimProgress *progress);
