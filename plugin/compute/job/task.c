/* task.c: what a procedure computes
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "task.h"

/* Pixels of all results that are made at a time, unless one alone has more:
 * enough to fill the processors.                                            */
#define BATCH_PIXELS (1 << 18)

/* What making one result takes, in canvases of its size: what is encoded and
 * decoded, their noise, what the field says of them, and room to work.      */
#define CANVASES 12

DdimTask *
ddim_task_ref (DdimTask *task)
{
  g_atomic_int_inc (&task->ref_count);

  return task;
}

void
ddim_task_unref (DdimTask *task)
{
  if (task && g_atomic_int_dec_and_test (&task->ref_count))
    task->klass->finalize (task);
}

void
ddim_task_report_init (DdimTaskReport *report)
{
  *report = (DdimTaskReport) { .errors = g_array_new (FALSE, FALSE, sizeof (gdouble)) };
}

void
ddim_task_report_clear (DdimTaskReport *report)
{
  g_clear_pointer (&report->errors, g_array_unref);
  g_clear_pointer (&report->hash, g_free);
}

/* Memory ----------------------------------------------------------------- */

static gdouble
get_bytes (const DdimStage *stage)
{
  return CANVASES * 3.0 * sizeof (gfloat) * stage->h * stage->w;
}

gboolean
ddim_task_check_memory (const DdimTask  *task,
                        gint             stage,
                        GError         **error)
{
  const DdimStage *s = &task->stages->stages[stage];

  return ddim_memory_check (get_bytes (s), error, "A result of %d × %d pixels", s->w, s->h);
}

/* A run without a dialog --------------------------------------------------- */

/* Gives the items of `made`, of which the first is result `first`. */
static gboolean
give (const DdimCanvas  *made,
      gint               first,
      DdimTaskSink       sink,
      gpointer           sink_data,
      GError           **error)
{
  for (gint i = 0; i < made->n; i++)
    {
      DdimCanvas item = *made;

      item.n    = 1;
      item.data = made->data + i * ddim_canvas_item_size (made);
      if (! sink (first + i, &item, sink_data, error))
        return FALSE;
    }

  return TRUE;
}

static gboolean
make_all (const DdimTask     *task,
          gpointer            opened,
          const guint64      *seeds,
          gint                n,
          DdimTaskSink        sink,
          gpointer            sink_data,
          const DdimMonitor  *monitor,
          GError            **error)
{
  gint             last  = task->stages->n - 1;
  const DdimStage *stage = &task->stages->stages[last];
  gint             batch = CLAMP (BATCH_PIXELS / ((gint64) stage->h * stage->w), 1, n);

  batch = ddim_memory_fit (get_bytes (stage), batch);
  for (gint first = 0; first < n; first += batch)
    {
      gint                   count = MIN (batch, n - first);
      DdimMonitor            part  = ddim_monitor_part (monitor, first / (gdouble) n,
                                                        (first + count) / (gdouble) n);
      g_autoptr (DdimCanvas) made  = task->klass->make (task, last, opened, seeds + first, count,
                                                        NULL, &part, error);

      if (! made || ! give (made, first, sink, sink_data, error))
        return FALSE;
    }

  return TRUE;
}

gboolean
ddim_task_run (const DdimTask     *task,
               DdimModelCache     *cache,
               const guint64      *seeds,
               gint                n,
               DdimTaskSink        sink,
               gpointer            sink_data,
               DdimTaskReport     *report,
               const DdimMonitor  *monitor,
               GError            **error)
{
  const DdimTaskClass *klass     = task->klass;
  gint                 last      = task->stages->n - 1;
  gdouble              opening   = klass->opening_cost (task, last);
  gdouble              making    = n * klass->making_cost (task, last);
  gdouble              evaluated = 0.0;
  gdouble              share     = opening + making > 0.0 ? opening / (opening + making) : 0.0;
  DdimMonitor          part      = ddim_monitor_part (monitor, 0.0, share);
  gpointer             opened;
  gboolean             success;

  if (! ddim_task_check_memory (task, last, error))
    return FALSE;

  opened = klass->open (task, last, cache, &part, &evaluated, error);
  if (! opened)
    return FALSE;

  if (report)
    klass->report (opened, report);

  part    = ddim_monitor_part (monitor, share, 1.0);
  success = make_all (task, opened, seeds, n, sink, sink_data, &part, error);
  klass->close (opened);

  return success;
}
