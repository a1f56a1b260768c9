/* plan.c: a network's memory, for the shape it is to run with
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "plan.h"

#include "aligned-memory.h"
#include "memory-budget.h"

void
ddim_plan_init (DdimPlan       *plan,
                DdimThreadPool *pool)
{
  *plan = (DdimPlan) { .pool = ddim_thread_pool_ref (pool), .arena = ddim_arena_new () };
}

void
ddim_plan_clear (DdimPlan *plan)
{
  ddim_arena_free (plan->arena);
  ddim_memory_free (plan->scratch);
  if (plan->pool)
    ddim_thread_pool_unref (plan->pool);
  *plan = (DdimPlan) { 0 };
}

/* Gets the arena's memory and the scratch. */
static gboolean
take_memory (DdimPlan  *plan,
             gsize      scratch_size,
             GError   **error)
{
  gdouble peak = ddim_arena_get_peak (plan->arena);
  gdouble more = MAX (peak - ddim_arena_get_held (plan->arena), 0)
                 + MAX ((gdouble) scratch_size - plan->scratch_held, 0);

  if (! ddim_memory_check (more * sizeof (gfloat), error, "A region of %d × %d pixels",
                           plan->w, plan->h))
    return FALSE;

  if (plan->scratch_held < scratch_size || ! plan->scratch)
    {
      ddim_memory_free (plan->scratch);
      plan->scratch_held = MAX (scratch_size, 16);
      plan->scratch      = ddim_memory_try_alloc (plan->scratch_held);
    }
  if (! plan->scratch || ! ddim_arena_commit (plan->arena))
    {
      plan->scratch_held = plan->scratch ? plan->scratch_held : 0;
      g_set_error (error, DDIM_ERROR, DDIM_ERROR_MEMORY,
                   "There is no memory for a region of %d × %d pixels: choose a smaller region, "
                   "or close other programs", plan->w, plan->h);
      return FALSE;
    }
  plan->scratch_size = scratch_size;
  return TRUE;
}

static gboolean
walk_dry (DdimPlan  *plan,
          DdimPass  *pass,
          DdimWalk   walk,
          gpointer   network,
          GError   **error)
{
  walk (pass, network);
  g_assert (ddim_arena_is_empty (plan->arena));
  if (pass->error)
    {
      g_propagate_error (error, pass->error);
      return FALSE;
    }
  return take_memory (plan, pass->scratch_size, error);
}

gboolean
ddim_plan_make (DdimPlan  *plan,
                gint       n,
                gint       h,
                gint       w,
                DdimPass  *dry,
                DdimWalk   walk,
                gpointer   network,
                GError   **error)
{
  g_return_val_if_fail (n > 0 && h > 0 && w > 0, FALSE);

  /* The operations count pixels in ints. */
  if ((gdouble) n * h * w > G_MAXINT)
    {
      g_set_error (error, DDIM_ERROR, DDIM_ERROR_ARGUMENT,
                   "A region of %d × %d pixels is too large: choose a smaller region", w, h);
      return FALSE;
    }

  dry->arena    = plan->arena;
  dry->run.pool = plan->pool;
  dry->dry      = TRUE;
  dry->n        = n;

  ddim_arena_reset (plan->arena);
  plan->n = n;
  plan->h = h;
  plan->w = w;
  if (! walk_dry (plan, dry, walk, network, error))
    {
      ddim_arena_reset (plan->arena);
      plan->n = 0;
      return FALSE;
    }
  plan->convs = dry->total;
  return TRUE;
}

gboolean
ddim_plan_run (DdimPlan           *plan,
               DdimPass           *pass,
               DdimWalk            walk,
               gpointer            network,
               const DdimMonitor  *monitor,
               GError            **error)
{
  g_return_val_if_fail (plan->n > 0, FALSE);

  pass->arena   = plan->arena;
  pass->n       = plan->n;
  pass->run     = (DdimRun) { plan->pool, monitor ? monitor->cancellable : NULL, plan->scratch };
  pass->total   = plan->convs;
  pass->monitor = monitor;

  walk (pass, network);
  if (! pass->error)
    return TRUE;

  g_propagate_error (error, pass->error);
  return FALSE;
}

void
ddim_plan_rest (DdimPlan *plan)
{
  ddim_arena_drop (plan->arena);
  g_clear_pointer (&plan->scratch, ddim_memory_free);
  plan->scratch_size = plan->scratch_held = 0;
  plan->n = 0;
}

gsize
ddim_plan_get_peak (const DdimPlan *plan)
{
  return ddim_arena_get_peak (plan->arena) + plan->scratch_size;
}
