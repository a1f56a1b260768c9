/* task.h: what a job is asked to make
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Anything that is made at several sizes, its stages, the small ones first.
 * Each stage is opened once (a picture is taken apart, say); then pictures are
 * made of it, one for each seed.  The main loop makes tasks; a job's worker
 * opens and makes, and calls nothing of GIMP or GTK.
 */

#pragma once

#include <gtk/gtk.h>

#include "ddim.h"
#include "recipe.h"

#define DDIM_TASK_STAGES 3

typedef struct _DdimTask      DdimTask;
typedef struct _DdimTaskCache  DdimTaskCache;
typedef struct _DdimTaskClass DdimTaskClass;

struct _DdimTaskClass
{
  /* Whether what was opened for one task serves the other, and whether what
   * was made of that does, too.  Both are of this class.                    */
  gboolean          (*same_opening) (const DdimTask     *a,
                                     const DdimTask     *b);
  gboolean          (*same_making)  (const DdimTask     *a,
                                     const DdimTask     *b);

  /* How much work it is, in pixels of evaluations: of opening, what is to be
   * expected.                                                               */
  gdouble           (*opening_cost) (const DdimTask     *task,
                                     gint                stage);
  gdouble           (*making_cost)  (const DdimTask     *task,
                                     gint                stage);

  /* evaluated: what the opening did cost.  Free with close (). */
  gpointer          (*open)         (const DdimTask     *task,
                                     gint                stage,
                                     DdimTaskCache       *cache,
                                     const DdimMonitor  *monitor,
                                     gdouble            *evaluated,
                                     GError            **error);
  void              (*close)        (gpointer            opened);

  /* Free with ddim_canvas_free () and cairo_surface_destroy (). */
  DdimCanvas      * (*make)         (const DdimTask     *task,
                                     gint                stage,
                                     gpointer            opened,
                                     guint64             seed,
                                     const DdimMonitor  *monitor,
                                     GError            **error);
  cairo_surface_t * (*render)       (const DdimTask     *task,
                                     gint                stage,
                                     const DdimCanvas   *made);

  void              (*finalize)     (DdimTask           *task);
};

/* Embed it first. */
struct _DdimTask
{
  const DdimTaskClass *klass;
  gint                 ref_count;
  gint                 n_stages;
};

DdimTask  * ddim_task_ref             (DdimTask *task);
void        ddim_task_unref           (DdimTask *task);

/* What the worker keeps from one task to the next. */
struct _DdimTaskCache
{
  DdimThreadPool *pool;
  DdimModel      *model;
  gchar          *name;   /* of the model, as in a recipe */
};

/* The recipe's model, which is loaded where it is not the one before; owned by
 * the cache.                                                             */
DdimModel * ddim_task_cache_get_model (DdimTaskCache     *cache,
                                       const DdimRecipe  *recipe,
                                       GError           **error);
void        ddim_task_cache_clear     (DdimTaskCache *cache);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdimTask, ddim_task_unref)
