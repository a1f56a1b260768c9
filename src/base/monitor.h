/* monitor.h: progress and cancellation
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* How a caller watches and stops long work.  Every function that takes one
 * accepts NULL.  `progress` is called on the calling thread, with a fraction
 * from 0 to 1 that never falls; it may cancel the cancellable.             */
typedef struct
{
  GCancellable *cancellable;                                /* or NULL */
  void        (*progress) (gdouble fraction, gpointer user_data); /* or NULL */
  gpointer      user_data;
  gdouble       from;  /* the stretch of the whole that this work covers:   */
  gdouble       to;    /* 0 and 0 stand for 0 and 1                         */
} DdimMonitor;

/* A monitor for the part of `whole` (or NULL) between two fractions of it. */
DdimMonitor ddim_monitor_part   (const DdimMonitor *whole,
                                 gdouble            from,
                                 gdouble            to);

/* Reports a fraction (0 to 1) of the monitor's own stretch.
 * Returns FALSE and sets G_IO_ERROR_CANCELLED where the caller cancelled.  */
gboolean    ddim_monitor_update (const DdimMonitor *monitor,
                                 gdouble            fraction,
                                 GError           **error);

G_END_DECLS
