/* estimate.h: how long the rest of a request takes
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Costs are pixels of evaluations.  What one takes depends on the stage: on a small
 * canvas as much as five times more than on a large one.  So a time is told only
 * once each stage that is still to be worked on has been measured.
 */

#pragma once

#include "stages.h"

typedef struct
{
  gdouble pace[DDIM_STAGES_MAX]; /* seconds for a unit of cost; 0: not known  */
  gdouble todo[DDIM_STAGES_MAX]; /* cost                                      */
  gdouble total, done;           /* of all stages, at the beginning and so far */

  gint    stage;                 /* of the piece being worked on              */
  gdouble piece;                 /* its cost                                  */
  gdouble believe_after;         /* what part of it has to be done for its pace to be
                                    believed; 0: 0.05, about an evaluation     */
  gdouble began;                 /* in seconds of any clock                   */

  gdouble fraction;              /* told last                                 */
  gdouble seconds;               /* told last; negative: nothing              */
} DdimEstimate;

/* A clock for what is asked for as `now`, in seconds. */
gdouble  ddim_estimate_get_now (void);

/* A request begins: todo is what each stage has left to do.  What was measured
 * stays.                                                                     */
void     ddim_estimate_start   (DdimEstimate  *estimate,
                                const gdouble  todo[DDIM_STAGES_MAX]);

/* A piece of work of this cost begins, and ends; evaluated: what it did cost. */
void     ddim_estimate_begin   (DdimEstimate  *estimate,
                                gint           stage,
                                gdouble        cost,
                                gdouble        now);
void     ddim_estimate_end     (DdimEstimate  *estimate,
                                gdouble        evaluated,
                                gdouble        now);

/* `fraction` of the piece is done.  Returns how much of all is, which never falls;
 * seconds: how long the rest takes, negative while nobody knows, and from one call
 * to the next of a request never more.                                       */
gdouble  ddim_estimate_tell    (DdimEstimate  *estimate,
                                gdouble        fraction,
                                gdouble        now,
                                gdouble       *seconds);
