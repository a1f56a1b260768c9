/* paper.h: what the parts of ./dev paper share
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Everything is computed in cells: one row of a table for one batch of crops
 * or samples.  A cell that is done is kept in the cache (a key file's group,
 * and samples as PNG), so that a run that was cut off goes on where it was.
 * Each processor works at a cell of its own.
 */

#pragma once

#include "ddim.h"

G_BEGIN_DECLS

#define PAPER_SIDE  64 /* of crops and samples, in pixels: what the model was
                          trained on, as the paper's 32 were             */
#define PAPER_BATCH 8  /* samples that are made at once   */

typedef struct _Paper Paper;
typedef struct _Cell  Cell;

/* Computes a cell with a field of the calling thread's own. */
typedef gboolean (*CellRun) (Paper       *paper,
                             DdimField   *field,
                             const Cell  *cell,
                             GError     **error);

struct _Cell
{
  gchar   *name;       /* and group */
  CellRun  run;
  gint     row, S, batch;
  gint     cost;       /* in evaluations, about; the dearest go first */
};

struct _Paper
{
  const DdimSchedule *schedule;
  DdimCanvas         *crops;    /* held-out photographs, all of them          */
  gint                n_middle; /* of them, the first: one of each photograph */
  gchar              *folder;   /* the cache                                  */
  gdouble             deadline; /* seconds after which no cell is begun       */
  GPtrArray          *queue;    /* of Cell                                    */

  GMutex              lock;     /* of the key file and the queue              */
  GKeyFile           *cells;
  guint               next;     /* in the queue                               */
  GError             *error;    /* the first                                  */
};

/* cells.c ----------------------------------------------------------- */

/* Queues a cell; takes over its name. */
void         paper_queue   (Paper        *paper,
                            const Cell   *cell);
/* Computes what is queued and not in the cache; empties the queue.  FALSE
 * without an error where the time was up.                                  */
gboolean     paper_run     (Paper        *paper,
                            const gchar  *model_folder,
                            gint          n_threads,
                            GError      **error);
void         paper_set     (Paper        *paper,
                            const gchar  *cell,
                            const gchar  *key,
                            gdouble       value);

/* The levels of the tables: the paper's quadratic sub-sequence up to 100
 * steps, its linear one above, where floor (c i^2) repeats itself.  clean:
 * the last level is the picture itself, alpha 1.                           */
DdimLevels * paper_levels  (Paper        *paper,
                            gint          S,
                            gdouble       depth,
                            gboolean      clean);

/* Root of the mean square of the difference, black to white being 1. */
gdouble      paper_rms     (const gfloat *x,
                            const gfloat *y,
                            gsize         n);

/* The tables -------------------------------------------------------- */

/* Queue a batch of Table 2, a batch of Table 1, the timings, the edits. */
void         paper_queue_reconstruction (Paper *paper,
                                         gint   batch);
void         paper_queue_samples        (Paper *paper,
                                         gint   batch);
void         paper_queue_times          (Paper *paper);
void         paper_queue_edits          (Paper *paper,
                                         gint   batch);

/* The distances of the first n_batches of samples. */
gboolean     paper_judge                (Paper   *paper,
                                         gint     n_batches,
                                         GError **error);

G_END_DECLS
