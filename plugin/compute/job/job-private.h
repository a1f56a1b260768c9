/* job-private.h: what the two sides of a job share
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "estimate.h"
#include "job.h"

/* A result on its way from the worker, which waits, to the main loop's sink. */
typedef struct
{
  enum { DDIM_RESULT_NONE, DDIM_RESULT_OFFERED, DDIM_RESULT_TAKEN, DDIM_RESULT_ANSWERED } state;
  gint              i;
  const DdimCanvas *made;
  GError           *error; /* of the sink, or NULL                            */
} DdimResult;

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

  /* Of ddim_job_run (); else the sink is NULL. */
  DdimTaskSink    sink;
  gpointer        sink_data;
  DdimTaskReport *report_to; /* the main loop's, until it is filled; or NULL  */
  DdimTaskReport  report;    /* the worker's, until it has offered a result   */
  DdimResult      result;    /* under the job's mutex                         */
} DdimRequest;

/* What the worker keeps of a stage. */
typedef struct
{
  gpointer    opened;
  GHashTable *made;      /* seed -> DdimCanvas, or NULL: nobody needs it     */
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

  gdouble          told;        /* when progress was, in seconds              */
};

typedef struct
{
  enum
  {
    DDIM_MESSAGE_PICTURE,
    DDIM_MESSAGE_PROGRESS,
    DDIM_MESSAGE_RESULT,
    DDIM_MESSAGE_DONE
  } kind;
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

/* Whether it is time to tell of progress, which is then told.  The worker's side. */
gboolean ddim_job_may_tell  (DdimJob           *job);

/* Fulfils a request of ddim_job_run (), by the worker; and passes on the result that
 * it offers, in the main loop.                                               */
gboolean ddim_job_run_task  (DdimJob           *job,
                             DdimRequest       *request,
                             GError           **error);
void     ddim_job_pass_on   (DdimJob           *job);

/* The worker's thread: fulfils requests until the job quits. */
gpointer ddim_job_work      (gpointer           job);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdimRequest, ddim_request_unref)
