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

#include "aligned-memory.h"
#include "os.h"

gfloat *
ddim_memory_try_alloc (gsize n)
{
  gsize    size = MAX (n, 1) * sizeof (gfloat);
  gboolean huge = size >= DDIM_OS_HUGE_PAGE;
  gpointer block;

  if (n > G_MAXSSIZE / sizeof (gfloat))
    return NULL;

  block = ddim_os_try_alloc (huge ? DDIM_OS_HUGE_PAGE : DDIM_ALIGNMENT, size);
  if (block && huge)
    ddim_os_advise_huge (block, size);
  return block;
}

void
ddim_memory_free (gfloat *block)
{
  ddim_os_free (block);
}
