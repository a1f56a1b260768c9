/* failing-memory.h: memory that runs out, at every place in turn
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The linker puts functions of failing-memory.c in the place of those that give memory
 * (--wrap, tests/meson.build).
 */

#pragma once

#include <math.h>

#include "ddim.h"

/* What is done, with a pool of threads that outlives it. */
typedef gboolean (* Work) (DdimThreadPool  *pool,
                           gconstpointer    data,
                           GError         **error);

/* Does it again and again, and each time another allocation fails: the first, the
 * second, and so on until none is left.  Each time the work must end with
 * DDIM_ERROR_MEMORY, and leave as much memory in use as was before.  In an emulator,
 * every 37th.  batches: a network that gets no memory for a batch tries a
 * smaller one, so that the work may succeed for all that.                   */
void fail_each (Work          work,
                gconstpointer data,
                gboolean      batches);

/* What fails: allocations, reads from files, or an update of progress, at which a user
 * cancels.  They end with an error of ours that names a file, and with
 * G_IO_ERROR_CANCELLED.  Of these two every seventh is tried or, where DDIM_ALL is
 * set, each.                                                                */
typedef enum
{
  FAIL_MEMORY,
  FAIL_READ,
  FAIL_UPDATE
} Failure;

void fail_each_of (Failure       kind,
                   Work          work,
                   gconstpointer data,
                   gboolean      batches);

/* For the work: its updates are counted, and cancel. */
DdimMonitor fail_monitor (void);

/* To be called first. */
void fail_init (int    *argc,
                char ***argv);

/* Waves in three channels; another phase is another picture. */
static inline DdimCanvas *
make_waves (gint    h,
            gint    w,
            gdouble phase)
{
  DdimCanvas *picture = ddim_canvas_new (1, h, w, 3);

  for (gint i = 0; i < h * w * 3; i++)
    picture->data[i] = 0.5 * sin (0.9 * (i / 3 % w) + phase + i % 3) * cos (0.7 * (i / 3 / w));
  return picture;
}
