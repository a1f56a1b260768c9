/* kernels.h: the inner loops, one table of them for each instruction set
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The kernel-*.c files are written once, in portable vector code, and
 * compiled once for each instruction set; each compilation fills a table.
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _DdimKernels DdimKernels;

struct _DdimKernels
{
  const gchar *name; /* "baseline", "avx2", "avx512", "neon" */
};

/* The fastest table this processor can run, or the one that the environment
 * variable DDIM_ISA names, where the processor has it.                     */
const DdimKernels * ddim_kernels_choose (void);

G_END_DECLS
