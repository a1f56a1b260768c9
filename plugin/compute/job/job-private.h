/* job-private.h: what the two sides of a job share
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "estimate.h"
#include "job.h"

typedef struct
{
  gint            ref_count;
  guint           serial;
  DdimTask       *task;
  gpointer        view;
  GDestroyNotify  free_view;
  guint64        *seeds;
  gint            n_seeds;
  gint            n_picked;
  GCancellable   *cancellable;
} DdimRequest;

/* What the worker keeps of a stage. */
typedef struct
{
  gpointer    opened;
  GHashTable *made;      /* seed -> DdimCanvas of the last stage, or a mark  */
} DdimKept;

struct _DdimJob
{
  gint             ref_count;   /* the owner, and each message on its way     */
  gint             n_threads;
  DdimJobListener  listener;
  gpointer         user_data;
  GMainContext    *context;     /* the main loop's                            */
  GThread         *worker;

  /* What both sides see: under the mutex. */
  GMutex           mutex;
  GCond            changed;
  gboolean         quit;
  DdimRequest     *request;     /* the latest, or NULL                        */
  gint             stages_read; /* what they need                             */
  DdimEstimate     estimate;    /* the worker's, but for its paces            */
  gdouble          opening;     /* cost of the last stage, by that expected   */

  /* The main loop's. */
  gint             last;        /* stage of what was requested last           */
  guint            serial;

  /* The worker's; `kept` of the last stage is written under the mutex. */
  DdimModelCache   cache;
  DdimTask        *kept_task;   /* what `kept` is of                          */
  DdimKept         kept[DDIM_STAGES_MAX];

  gint64           told;        /* when progress was                          */
};

typedef struct
{
  enum { DDIM_MESSAGE_PICTURE, DDIM_MESSAGE_PROGRESS, DDIM_MESSAGE_DONE } kind;
  guint64   seed;
  gpointer  picture;
  gboolean  finished;
  gdouble   fraction;
  gdouble   seconds;
  GError   *error;
} DdimMessage;

void     ddim_request_unref (DdimRequest       *request);

/* Sends a message about a request to the main loop; takes over what it points
 * at.  The worker's side.                                                   */
void     ddim_job_post      (DdimJob           *job,
                             const DdimRequest *request,
                             DdimMessage        message);

/* The cost of opening a stage, as it is to be expected, or as it was before. */
gdouble  ddim_job_get_opening_cost
                            (const DdimTask    *task,
                             gint               stage,
                             gdouble            opening);

/* The worker's thread: fulfils requests until the job quits. */
gpointer ddim_job_work      (gpointer           job);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdimRequest, ddim_request_unref)
