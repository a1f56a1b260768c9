/* aligned-memory.c: large aligned blocks of floats
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Weights are read from end to end at every evaluation; with pages of 4 KiB
 * the address translation alone would cost several percent, and the processor
 * does not read ahead beyond a page, so blocks of a huge page or more are
 * aligned to one and advised.
 */

#include <stdlib.h>
#include <sys/mman.h>

#include "aligned-memory.h"

#define HUGE_PAGE ((gsize) 2 << 20)

gfloat *
ddim_memory_try_alloc (gsize n)
{
  gsize size  = MAX (n, 1) * sizeof (gfloat);
  gsize align = size >= HUGE_PAGE ? HUGE_PAGE : DDIM_ALIGNMENT;
  void *block = NULL;

  if (n > G_MAXSSIZE / sizeof (gfloat) || posix_memalign (&block, align, size) != 0)
    return NULL;

  if (align == HUGE_PAGE)
    madvise (block, size, MADV_HUGEPAGE);

  return block;
}

void
ddim_memory_free (gfloat *block)
{
  free (block);
}
