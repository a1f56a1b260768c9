/* counting-task.c: a task that computes next to nothing, and counts what is asked of it
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "counting-task.h"

typedef struct
{
  DdimTask         base;
  DdimStages       stages;
  TaskCounts      *counts;
  CountingOptions  options;
} CountingTask;

static gboolean
same_opening (const DdimTask *a,
              const DdimTask *b)
{
  return ((const CountingTask *) a)->options.key == ((const CountingTask *) b)->options.key;
}

static gboolean
same_making (const DdimTask *a,
             const DdimTask *b)
{
  return ((const CountingTask *) a)->options.value == ((const CountingTask *) b)->options.value;
}

static gdouble
cost (const DdimTask *task,
      gint            stage)
{
  return ddim_stage_get_cost (&task->stages->stages[stage], 10);
}

static gpointer
open_stage (const DdimTask     *task,
            gint                stage,
            DdimModelCache     *cache,
            const DdimMonitor  *monitor,
            gdouble            *evaluated,
            GError            **error)
{
  const CountingTask *self   = (const CountingTask *) task;
  TaskCounts         *counts = self->counts;

  if (stage == self->options.fail_at)
    {
      g_set_error (error, DDIM_ERROR, DDIM_ERROR_INVALID, "stage %d", stage);
      return NULL;
    }
  if (! ddim_monitor_update (monitor, 1.0, error))
    return NULL;

  *evaluated = 2.0 * cost (task, stage);
  g_mutex_lock (&counts->mutex);
  counts->opened[stage]++;
  counts->open++;
  g_mutex_unlock (&counts->mutex);

  return counts;
}

static void
close_stage (gpointer opened)
{
  TaskCounts *counts = opened;

  g_mutex_lock (&counts->mutex);
  counts->open--;
  g_mutex_unlock (&counts->mutex);
}

static DdimCanvas *
make (const DdimTask     *task,
      gint                stage,
      gpointer            opened,
      const guint64      *seeds,
      gint                n,
      const DdimCanvas   *first_made,
      const DdimMonitor  *monitor,
      GError            **error)
{
  const CountingTask     *self   = (const CountingTask *) task;
  TaskCounts             *counts = opened;
  const DdimStage        *s      = &task->stages->stages[stage];
  g_autoptr (DdimCanvas)  made   = ddim_canvas_new (n, s->h, s->w, 1);
  gsize                   size   = ddim_canvas_item_size (made);

  do
    if (! ddim_monitor_update (monitor, 0.5, error))
      return NULL;
  while (self->options.forever);

  for (gsize i = 0; i < n * size; i++)
    made->data[i] = seeds[i / size] * self->options.value;
  if (! ddim_monitor_update (monitor, 1.0, error))
    return NULL;

  g_mutex_lock (&counts->mutex);
  counts->made[stage] += n;
  counts->largest      = MAX (counts->largest, n);
  counts->thread       = g_thread_self ();
  g_mutex_unlock (&counts->mutex);

  return g_steal_pointer (&made);
}

static void
report (gpointer        opened,
        DdimTaskReport *report)
{
  gdouble error = 0.125;

  report->hash = g_strdup ("counting");
  g_array_append_val (report->errors, error);
}

static void
finalize (DdimTask *task)
{
  TaskCounts *counts = ((CountingTask *) task)->counts;

  g_mutex_lock (&counts->mutex);
  counts->tasks--;
  g_mutex_unlock (&counts->mutex);
  g_free (task);
}

static const DdimTaskClass klass =
{
  .same_opening = same_opening,
  .same_making  = same_making,
  .opening_cost = cost,
  .making_cost  = cost,
  .open         = open_stage,
  .close        = close_stage,
  .make         = make,
  .report       = report,
  .finalize     = finalize,
};

DdimTask *
counting_task_new (TaskCounts            *counts,
                   DdimStagesKind         kind,
                   gint                   h,
                   gint                   w,
                   const CountingOptions *options)
{
  CountingTask *self = g_new0 (CountingTask, 1);

  ddim_stages_init (&self->stages, kind, h, w);
  self->base    = (DdimTask) { &klass, 1, &self->stages };
  self->counts  = counts;
  self->options = *options;

  g_mutex_lock (&counts->mutex);
  counts->tasks++;
  g_mutex_unlock (&counts->mutex);

  return &self->base;
}
