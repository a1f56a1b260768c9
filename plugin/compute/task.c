/* task.c: what a job's worker keeps from one task to the next
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "task.h"

DdimTask *
ddim_task_ref (DdimTask *task)
{
  g_atomic_int_inc (&task->ref_count);

  return task;
}

void
ddim_task_unref (DdimTask *task)
{
  if (task && g_atomic_int_dec_and_test (&task->ref_count))
    task->klass->finalize (task);
}

DdimModel *
ddim_task_cache_get_model (DdimTaskCache     *cache,
                           const DdimRecipe  *recipe,
                           GError           **error)
{
  if (g_strcmp0 (cache->name, recipe->model))
    g_clear_pointer (&cache->model, ddim_model_unref);

  if (! cache->model)
    cache->model = ddim_recipe_load_model (recipe, cache->pool, error);
  g_set_str (&cache->name, recipe->model);

  return cache->model;
}

void
ddim_task_cache_clear (DdimTaskCache *cache)
{
  g_clear_pointer (&cache->model, ddim_model_unref);
  g_clear_pointer (&cache->pool, ddim_thread_pool_unref);
  g_clear_pointer (&cache->name, g_free);
}
