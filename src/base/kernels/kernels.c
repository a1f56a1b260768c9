/* kernels.c: which instruction set to use
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "kernels.h"
#include "os.h"

/* Not everywhere linked: see src/base/meson.build.  What may be missing is known of
 * Linux's programs alone; elsewhere a machine with kernels of its own has no others. */
#if defined (__ELF__)
extern const DdimKernels ddim_openblas_kernels __attribute__ ((weak));
#define OPENBLAS &ddim_openblas_kernels
#else
#define OPENBLAS NULL
#endif

#if defined (__x86_64__)
#include <cpuid.h>

extern const DdimKernels ddim_amx_kernels, ddim_avx512bf16_kernels, ddim_avx512_kernels,
                         ddim_avx2_kernels, ddim_baseline_kernels;

static const DdimKernels * const all[] =
  { &ddim_amx_kernels, &ddim_avx512bf16_kernels, &ddim_avx512_kernels, &ddim_avx2_kernels,
    &ddim_baseline_kernels, OPENBLAS, NULL };

/* Whether the processor multiplies vectors of bfloat16s. */
static gboolean
has_bf16 (void)
{
  const guint avx512_bf16 = 1 << 5; /* leaf 7's second, eax */
  guint a, b, c, d;

  return __get_cpuid_count (7, 1, &a, &b, &c, &d) && (a & avx512_bf16);
}

/* Whether it has tiles of bfloat16, and this process may use them. */
static gboolean
may_use_tiles (void)
{
  const guint bf16 = 1 << 22, tile = 1 << 24; /* leaf 7, edx */
  guint a, b, c, d;

  return __get_cpuid_count (7, 0, &a, &b, &c, &d) && (d & bf16) && (d & tile) && has_bf16 () &&
         ddim_os_permit_tiles ();
}

/* The flags that meson compiles the tables with. */
const DdimKernels * const *
ddim_kernels_list (void)
{
  __builtin_cpu_init ();
  if (__builtin_cpu_supports ("x86-64-v4"))
    return may_use_tiles () ? all : has_bf16 () ? all + 1 : all + 2;
  if (__builtin_cpu_supports ("x86-64-v3"))
    return all + 3;
  return all + 4;
}

#else
#if defined (__aarch64__)
extern const DdimKernels ddim_neon_kernels;

static const DdimKernels * const all[] = { &ddim_neon_kernels, OPENBLAS, NULL };
#else
static const DdimKernels * const all[] = { OPENBLAS, NULL };
#endif

const DdimKernels * const *
ddim_kernels_list (void)
{
  return all;
}
#endif

static const DdimKernels *
choose (void)
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

const DdimKernels *
ddim_kernels_choose (void)
{
  const DdimKernels *kernels = choose ();

  if (kernels->prepare)
    kernels->prepare ();
  return kernels;
}
