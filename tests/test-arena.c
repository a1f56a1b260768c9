/* test-arena.c: places in the arena of activations
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <string.h>

#include "arena.h"
#include "aligned-memory.h"

#define PLACES 24
#define ROUNDS 2000

/* A place given back is taken again: the peak is that of what lives at once. */
static void
test_peak (void)
{
  g_autoptr (DdimArena) arena = ddim_arena_new ();
  gfloat *a = ddim_arena_take (arena, 160);
  gfloat *b = ddim_arena_take (arena, 320);
  gfloat *c;

  ddim_arena_give (arena, a);
  c = ddim_arena_take (arena, 160);
  g_assert_true (c == a);
  g_assert_cmpuint (ddim_arena_get_peak (arena), ==, 480);

  ddim_arena_give (arena, c);
  ddim_arena_give (arena, b);
  g_assert_true (ddim_arena_is_empty (arena));

  /* Neighbours that have been given back are one place. */
  c = ddim_arena_take (arena, 480);
  g_assert_cmpuint (ddim_arena_get_peak (arena), ==, 480);
  ddim_arena_give (arena, c);
  ddim_arena_reset (arena);
  g_assert_cmpuint (ddim_arena_get_peak (arena), ==, 0);
}

/* Takes and gives as a fixed stream of random numbers says.  With memory, each
 * place holds its own mark from its first float to its last, all the time.
 * Returns a sum over the offsets.                                          */
static gsize
walk (DdimArena *arena,
      gfloat    *base,
      gboolean   real)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  gfloat  *places[PLACES] = { NULL };
  gsize    sizes[PLACES];
  gsize    sum = 0;

  for (gint i = 0; i < ROUNDS; i++)
    {
      gint j = g_rand_int_range (rand, 0, PLACES);

      if (places[j])
        {
          for (gsize k = 0; real && k < sizes[j]; k++)
            g_assert_cmpfloat (places[j][k], ==, j);
          ddim_arena_give (arena, places[j]);
          places[j] = NULL;
          continue;
        }
      sizes[j]  = g_rand_int_range (rand, 1, 3000);
      places[j] = ddim_arena_take (arena, sizes[j]);
      g_assert_cmpuint ((gsize) places[j] % DDIM_ALIGNMENT, ==, 0);
      sum += (places[j] - base) * (i + 1);
      for (gsize k = 0; real && k < sizes[j]; k++)
        places[j][k] = j;
    }
  for (gint j = 0; j < PLACES; j++)
    ddim_arena_give (arena, places[j]);
  return sum;
}

/* A real pass finds the places that a dry one found, and none overlap. */
static void
test_same_places (void)
{
  g_autoptr (DdimArena) arena = ddim_arena_new ();
  gfloat *base = ddim_arena_take (arena, 1);
  gsize   dry, peak;

  ddim_arena_give (arena, base);
  dry  = walk (arena, base, FALSE);
  peak = ddim_arena_get_peak (arena);
  g_assert_true (ddim_arena_commit (arena));

  base = ddim_arena_take (arena, 1);
  ddim_arena_give (arena, base);
  g_assert_cmpuint (walk (arena, base, TRUE), ==, dry);
  g_assert_cmpuint (ddim_arena_get_peak (arena), ==, peak);
  g_assert_true (ddim_arena_is_empty (arena));
}

/* Another plan finds the memory of the one before, if that is enough. */
static void
test_hold (void)
{
  g_autoptr (DdimArena) arena = ddim_arena_new ();
  const gsize sizes[] = { 4096, 64, 1024, 4096 };
  gfloat     *first   = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      gfloat *place;

      ddim_arena_give (arena, ddim_arena_take (arena, sizes[i]));
      g_assert_cmpuint (ddim_arena_get_peak (arena), ==, sizes[i]);
      g_assert_true (ddim_arena_commit (arena));
      place = ddim_arena_take (arena, sizes[i]);
      memset (place, 1, sizes[i] * sizeof (gfloat));
      if (i == 0)
        first = place;
      g_assert_true (place == first);
      ddim_arena_give (arena, place);
      ddim_arena_reset (arena);
    }
}

/* What gave its memory back holds none, and gets as much again. */
static void
test_drop (void)
{
  g_autoptr (DdimArena) arena = ddim_arena_new ();

  for (gint i = 0; i < 2; i++)
    {
      gfloat *place;

      ddim_arena_give (arena, ddim_arena_take (arena, 4096));
      g_assert_true (ddim_arena_commit (arena));
      g_assert_cmpuint (ddim_arena_get_held (arena), ==, 4096);
      place = ddim_arena_take (arena, 4096);
      memset (place, 1, 4096 * sizeof (gfloat));
      ddim_arena_give (arena, place);

      ddim_arena_drop (arena);
      g_assert_cmpuint (ddim_arena_get_held (arena), ==, 0);
      g_assert_cmpuint (ddim_arena_get_peak (arena), ==, 0);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/arena/peak", test_peak);
  g_test_add_func ("/arena/same-places", test_same_places);
  g_test_add_func ("/arena/hold", test_hold);
  g_test_add_func ("/arena/drop", test_drop);
  return g_test_run ();
}
