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

/* A pool that has to use number `i` of them, as a user would force it. */
static inline DdimThreadPool *
use_kernels (gint i,
             gint n_threads)
{
  DdimThreadPool *pool;

  g_setenv ("DDIM_ISA", ddim_kernels_list ()[i]->name, TRUE);
  pool = ddim_thread_pool_new (n_threads);
  g_assert_true (ddim_thread_pool_get_kernels (pool) == ddim_kernels_list ()[i]);
  g_unsetenv ("DDIM_ISA");
  return pool;
}
