/* arena.c: one block of memory for all activations of an evaluation
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "arena.h"
#include "aligned-memory.h"

/* A dry arena's places count from here: any aligned address but NULL. */
#define DRY_BASE ((gfloat *) DDIM_ALIGNMENT)

typedef struct
{
  gsize offset, size;
} Span;

struct _DdimArena
{
  gfloat *memory;   /* NULL while dry */
  gfloat *held;     /* memory of an earlier commit, or the same */
  gsize   capacity; /* of held */
  gsize   peak;
  GArray *taken;    /* of Span, by offset */
};

DdimArena *
ddim_arena_new (void)
{
  DdimArena *arena = g_new0 (DdimArena, 1);

  arena->taken = g_array_new (FALSE, FALSE, sizeof (Span));
  return arena;
}

void
ddim_arena_free (DdimArena *arena)
{
  if (! arena)
    return;

  ddim_memory_free (arena->held);
  g_array_unref (arena->taken);
  g_free (arena);
}

gfloat *
ddim_arena_take (DdimArena *arena,
                 gsize      n)
{
  Span  span = { 0, MAX (ddim_memory_round (n), 16) };
  guint i;

  for (i = 0; i < arena->taken->len; i++)
    {
      const Span *next = &g_array_index (arena->taken, Span, i);

      if (next->offset - span.offset >= span.size)
        break;
      span.offset = next->offset + next->size;
    }
  g_array_insert_val (arena->taken, i, span);

  arena->peak = MAX (arena->peak, span.offset + span.size);
  g_assert (! arena->memory || span.offset + span.size <= arena->capacity);

  return (arena->memory ? arena->memory : DRY_BASE) + span.offset;
}

void
ddim_arena_give (DdimArena *arena,
                 gfloat    *place)
{
  gsize offset;

  if (! place)
    return;

  offset = place - (arena->memory ? arena->memory : DRY_BASE);
  for (guint i = 0; i < arena->taken->len; i++)
    if (g_array_index (arena->taken, Span, i).offset == offset)
      {
        g_array_remove_index (arena->taken, i);
        return;
      }
  g_assert_not_reached ();
}

gsize
ddim_arena_get_held (const DdimArena *arena)
{
  return arena->capacity;
}

gsize
ddim_arena_get_peak (const DdimArena *arena)
{
  return arena->peak;
}

gboolean
ddim_arena_is_empty (const DdimArena *arena)
{
  return arena->taken->len == 0;
}

gboolean
ddim_arena_commit (DdimArena *arena)
{
  g_assert (! arena->memory && ! arena->taken->len);

  if (arena->capacity < arena->peak)
    {
      ddim_memory_free (arena->held);
      arena->held     = ddim_memory_try_alloc (arena->peak);
      arena->capacity = arena->held ? arena->peak : 0;
    }
  arena->memory = arena->held;
  return arena->memory != NULL;
}

void
ddim_arena_reset (DdimArena *arena)
{
  arena->memory = NULL;
  g_array_set_size (arena->taken, 0);
  arena->peak = 0;
}

void
ddim_arena_drop (DdimArena *arena)
{
  ddim_arena_reset (arena);
  g_clear_pointer (&arena->held, ddim_memory_free);
  arena->capacity = 0;
}
