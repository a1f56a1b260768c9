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
ddim_workshop_get_model (DdimWorkshop      *workshop,
                         const DdimRecipe  *recipe,
                         GError           **error)
{
  if (g_strcmp0 (workshop->name, recipe->model))
    g_clear_pointer (&workshop->model, ddim_model_free);

  if (! workshop->model)
    workshop->model = ddim_recipe_load_model (recipe, workshop->team, error);
  g_set_str (&workshop->name, recipe->model);

  return workshop->model;
}

void
ddim_workshop_clear (DdimWorkshop *workshop)
{
  g_clear_pointer (&workshop->model, ddim_model_free);
  g_clear_pointer (&workshop->team, ddim_team_unref);
  g_clear_pointer (&workshop->name, g_free);
}
