/* monitor.c: progress and cancellation of long work
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A monitor covers a stretch of the caller's whole; work that is made of
 * parts hands each part a monitor of its own stretch.
 */

#include "monitor.h"

static gdouble
monitor_position (const DdimMonitor *monitor,
                  gdouble            fraction)
{
  gdouble to = (monitor->from == 0 && monitor->to == 0) ? 1 : monitor->to;

  return monitor->from + (to - monitor->from) * CLAMP (fraction, 0, 1);
}

DdimMonitor
ddim_monitor_part (const DdimMonitor *whole,
                   gdouble            from,
                   gdouble            to)
{
  DdimMonitor part = { .from = from, .to = to };

  if (whole)
    {
      part = *whole;
      part.from = monitor_position (whole, from);
      part.to   = monitor_position (whole, to);
    }
  return part;
}

gboolean
ddim_monitor_update (const DdimMonitor *monitor,
                     gdouble            fraction,
                     GError           **error)
{
  if (! monitor)
    return TRUE;

  if (monitor->progress)
    monitor->progress (monitor_position (monitor, fraction), monitor->user_data);

  return ! g_cancellable_set_error_if_cancelled (monitor->cancellable, error);
}
