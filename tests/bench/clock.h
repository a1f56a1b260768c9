/* clock.h: what a benchmark reads its times from, in seconds
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <time.h>

#include <glib.h>

static inline gdouble
now (void)
{
  return g_get_monotonic_time () * 1e-6;
}

/* Of all the process's threads. */
static inline gdouble
processor_now (void)
{
  struct timespec t;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &t);
  return t.tv_sec + 1e-9 * t.tv_nsec;
}
