/* try-alloc.c: allocations that fail instead of ending the program
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <string.h>

#include "aligned-memory.h"
#include "errors.h"
#include "try-alloc.h"

void
ddim_set_no_memory (gdouble   bytes,
                    GError  **error)
{
  g_set_error (error, DDIM_ERROR, DDIM_ERROR_MEMORY,
               "There is not enough memory (%.3g MB more are needed): choose less, or close "
               "other programs", bytes / 1e6);
}

static gpointer
try_malloc (gsize      n,
            gsize      size,
            gboolean   zeros,
            GError   **error)
{
  /* One item for none: NULL is an error. */
  gsize    items = MAX (n, 1);
  gpointer block = zeros ? g_try_malloc0_n (items, size) : g_try_malloc_n (items, size);

  if (! block)
    ddim_set_no_memory ((gdouble) n * size, error);
  return block;
}

gpointer
ddim_try_malloc (gsize    n,
                 gsize    size,
                 GError **error)
{
  return try_malloc (n, size, FALSE, error);
}

gpointer
ddim_try_malloc0 (gsize    n,
                  gsize    size,
                  GError **error)
{
  return try_malloc (n, size, TRUE, error);
}

gpointer
ddim_try_memdup (gconstpointer   items,
                 gsize           n,
                 gsize           size,
                 GError        **error)
{
  gpointer copy = try_malloc (n, size, FALSE, error);

  if (copy && n)
    memcpy (copy, items, n * size);
  return copy;
}

gfloat *
ddim_try_floats (gsize    n,
                 GError **error)
{
  gfloat *block = ddim_memory_try_alloc (n);

  if (! block)
    ddim_set_no_memory ((gdouble) n * sizeof (gfloat), error);
  return block;
}
