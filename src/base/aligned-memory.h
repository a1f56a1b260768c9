/* aligned-memory.h: large aligned blocks of floats
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Bytes that every block, and every vector load of a kernel, is aligned to. */
#define DDIM_ALIGNMENT 64

/* n floats rounded up to whole cache lines: a step between parts of a block. */
static inline gsize
ddim_memory_round (gsize n)
{
  return (n + 15) & ~(gsize) 15;
}

/* n floats, 64-byte aligned, contents undefined; large blocks ask the kernel
 * for huge pages.  NULL where memory is out (ddim_try_floats () sets an error then).
 * Free with ddim_memory_free ().                                           */
gfloat * ddim_memory_try_alloc (gsize   n);
void     ddim_memory_free      (gfloat *block); /* or NULL */

G_END_DECLS
