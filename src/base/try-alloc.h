/* try-alloc.h: allocations that fail instead of ending the program
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * For every block whose size follows from what a user or a file chooses: a region,
 * a picture, a model's shapes.  g_malloc () and g_new () end the program where memory
 * is out, and are for sizes that the source code fixes: tests/allocations.py finds
 * others, and tests/test-try-alloc.c makes each allocation fail in turn.
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* n items of `size` bytes, their contents undefined.  Where there is no memory,
 * returns NULL and fails with DDIM_ERROR_MEMORY.  Free with g_free ().       */
gpointer ddim_try_malloc  (gsize          n,
                           gsize          size,
                           GError       **error);
/* The same, zeros. */
gpointer ddim_try_malloc0 (gsize          n,
                           gsize          size,
                           GError       **error);
/* The same, a copy of `items`. */
gpointer ddim_try_memdup  (gconstpointer  items,
                           gsize          n,
                           gsize          size,
                           GError       **error);

#define ddim_try_new(Type, n, error)  ((Type *) ddim_try_malloc ((n), sizeof (Type), (error)))
#define ddim_try_new0(Type, n, error) ((Type *) ddim_try_malloc0 ((n), sizeof (Type), (error)))

/* n floats as ddim_memory_try_alloc () gives them (aligned-memory.h), or the error. */
gfloat * ddim_try_floats  (gsize          n,
                           GError       **error);

/* The error of an allocation of so many bytes. */
void     ddim_set_no_memory (gdouble   bytes,
                             GError  **error);

G_END_DECLS
