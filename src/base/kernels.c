/* kernels.c: which instruction set to use
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "base/kernels.h"

#if defined (__x86_64__)
extern const DdimKernels ddim_avx512_kernels, ddim_avx2_kernels, ddim_baseline_kernels;

static const DdimKernels * const all[] =
  { &ddim_avx512_kernels, &ddim_avx2_kernels, &ddim_baseline_kernels, NULL };

/* The flags that meson compiles the tables with. */
const DdimKernels * const *
ddim_kernels_list (void)
{
  __builtin_cpu_init ();
  if (__builtin_cpu_supports ("x86-64-v4"))
    return all;
  if (__builtin_cpu_supports ("x86-64-v3"))
    return all + 1;
  return all + 2;
}

#else
#if defined (__aarch64__)
extern const DdimKernels ddim_neon_kernels;
#define BASELINE ddim_neon_kernels
#else
extern const DdimKernels ddim_baseline_kernels;
#define BASELINE ddim_baseline_kernels
#endif

static const DdimKernels * const all[] = { &BASELINE, NULL };

const DdimKernels * const *
ddim_kernels_list (void)
{
  return all;
}
#endif

const DdimKernels *
ddim_kernels_choose (void)
{
  const DdimKernels * const *list = ddim_kernels_list ();
  const gchar               *name = g_getenv ("DDIM_ISA");

  if (! name || ! *name)
    return list[0];

  for (gint i = 0; list[i]; i++)
    if (! g_strcmp0 (list[i]->name, name))
      return list[i];

  g_warning ("DDIM_ISA is “%s”, which this processor or this build does not have: using %s",
             name, list[0]->name);
  return list[0];
}
