/* counting-task.h: a task that computes next to nothing, and counts what is asked of it
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "task.h"

/* What was asked of all tasks that share it; under its mutex. */
typedef struct
{
  GMutex   mutex;
  gint     opened[DDIM_STAGES_MAX];
  gint     open;          /* and not closed                                  */
  gint     made[DDIM_STAGES_MAX];
  gint     largest;       /* the most seeds at a time                        */
  gint     tasks;         /* that live                                       */
  GThread *thread;        /* that made last                                  */
} TaskCounts;

/* A result is one channel, all of whose values are seed * value.
 *   key: tasks of another key need another opening
 *   fail_at: a stage whose opening fails with DDIM_ERROR_INVALID, or -1
 *   forever: making goes on until it is cancelled                           */
typedef struct
{
  gint     key;
  gdouble  value;
  gint     fail_at;
  gboolean forever;
} CountingOptions;

DdimTask * counting_task_new (TaskCounts             *counts,
                              DdimStagesKind          kind,
                              gint                    h,
                              gint                    w,
                              const CountingOptions  *options);
