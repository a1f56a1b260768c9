/* arena.h: one block of memory for all activations of an evaluation
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The shapes of a network are known before it runs, and so is the order in
 * which its tensors come and go.  So the same code runs twice: first dry, with
 * an arena that has no memory and only finds where each tensor would lie,
 *
 *     peak  |            . . . . . .
 *           |      [ B  ]
 *           | [ A ][    ][ D ]           D takes A's place, once A is given
 *           +------------------------->  back
 *
 * then, as often as wanted, with a block of that peak's size.  The same calls
 * in the same order give the same places.
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _DdimArena DdimArena;

/* Without memory at first: a dry one. */
DdimArena * ddim_arena_new      (void);
void        ddim_arena_free     (DdimArena *arena); /* or NULL */

/* A place for n floats, 64-byte aligned, its contents undefined: the lowest
 * that is free.  A dry arena's places must not be touched.                 */
gfloat    * ddim_arena_take     (DdimArena *arena,
                                 gsize      n);
void        ddim_arena_give     (DdimArena *arena,
                                 gfloat    *place); /* or NULL */

/* Floats of memory that it has, in use or waiting for the next commit. */
gsize       ddim_arena_get_held (const DdimArena *arena);
/* The most floats ever taken at once, gaps included. */
gsize       ddim_arena_get_peak (const DdimArena *arena);
/* Whether all places have been given back. */
gboolean    ddim_arena_is_empty (const DdimArena *arena);

/* Gets the memory that the peak asks for; nothing may be taken meanwhile.
 * Returns FALSE where there is none: the arena stays dry.                  */
gboolean    ddim_arena_commit   (DdimArena *arena);
/* Becomes dry, with a peak of 0; what memory it has waits for the next commit:
 * pages once touched cost nothing.                                          */
void        ddim_arena_reset    (DdimArena *arena);
/* The same, and gives its memory back. */
void        ddim_arena_drop     (DdimArena *arena);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdimArena, ddim_arena_free)

G_END_DECLS
