/* plan.h: a network's memory, for the shape it is to run with
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A network is one function, its walk, that is called with a pass: dry to plan a
 * shape, then real as often as wanted.  The plan has the arena and the scratch.
 */

#pragma once

#include "pass.h"

G_BEGIN_DECLS

typedef struct
{
  DdimThreadPool *pool;          /* a reference                              */
  gint            n, h, w;       /* the shape; 0 without a plan              */
  DdimArena      *arena;
  gfloat         *scratch;
  gsize           scratch_size;  /* of the plan, */
  gsize           scratch_held;  /* and of the memory */
  gint            convs;         /* of a walk, for progress                  */
} DdimPlan;

/* What a network does in a pass.  Dry, it also packs the weights of what the pass
 * does not pack by itself.  Errors are left in the pass.                    */
typedef void (*DdimWalk) (DdimPass *pass,
                          gpointer  network);

void     ddim_plan_init  (DdimPlan        *plan,
                          DdimThreadPool  *pool);
void     ddim_plan_clear (DdimPlan        *plan);

/* Plans for N x H x W with a dry walk of this pass (`dry` has what else it needs
 * to know of its input).  Fails where the activations are not within the memory
 * budget, the pixels not within a gint, or the walk failed: there is no plan
 * then.                                                                     */
gboolean ddim_plan_make  (DdimPlan        *plan,
                          gint             n,
                          gint             h,
                          gint             w,
                          DdimPass        *dry,
                          DdimWalk         walk,
                          gpointer         network,
                          GError         **error);

/* Walks in earnest; `pass` has the inputs.  Fails only as the walk does. */
gboolean ddim_plan_run   (DdimPlan          *plan,
                          DdimPass          *pass,
                          DdimWalk           walk,
                          gpointer           network,
                          const DdimMonitor *monitor,
                          GError           **error);

/* Gives the memory back; there is no plan then. */
void     ddim_plan_rest  (DdimPlan          *plan);

/* Floats of the plan's memory: activations at their most, and scratch. */
gsize    ddim_plan_get_peak (const DdimPlan *plan);

G_END_DECLS
