/* each-kernels.h: the same test with each instruction set
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "kernels.h"
#include "thread-pool-private.h"

/* Of the instruction sets that this build and this processor have. */
static inline gint
count_kernels (void)
{
  gint n = 0;

  while (ddim_kernels_list ()[n])
    n++;
  return n;
}

/* A team that has to use number `i` of them, as a user would force it. */
static inline DdimTeam *
use_kernels (gint i,
             gint n_threads)
{
  DdimTeam *team;

  g_setenv ("DDIM_ISA", ddim_kernels_list ()[i]->name, TRUE);
  team = ddim_team_new (n_threads);
  g_assert_true (ddim_team_get_kernels (team) == ddim_kernels_list ()[i]);
  g_unsetenv ("DDIM_ISA");
  return team;
}
