/* test-reflect.c: canvases extended by reflection, and cut
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "reflect.h"

/* Position i of a row of n numbers, reflected about its ends without repeating them,
 * is that of a walk to and fro.                                             */
static void
test_walk (void)
{
  for (gint n = 1; n <= 5; n++)
    {
      g_autoptr (DdimCanvas) x = ddim_canvas_new (2, n, 1, 2), larger = ddim_canvas_new (2, 17, 3, 2);
      g_autoptr (DdimCanvas) back = ddim_canvas_new (2, n, 1, 2);
      gint                   at = 0, step = n > 1 ? 1 : 0;

      for (gsize i = 0; i < ddim_canvas_size (x); i++)
        x->data[i] = i;
      ddim_canvas_reflect (x, larger);
      for (gint row = 0; row < 17; row++)
        {
          for (gint item = 0; item < 2; item++)
            for (gint column = 0; column < 3; column++)
              for (gint c = 0; c < 2; c++)
                g_assert_cmpfloat (larger->data[((item * 17 + row) * 3 + column) * 2 + c], ==,
                                   x->data[(item * n + at) * 2 + c]);
          if ((at + step < 0 || at + step >= n) && n > 1)
            step = -step;
          at += step;
        }
      ddim_canvas_crop (larger, back);
      g_assert_cmpmem (back->data, ddim_canvas_size (x) * sizeof (gfloat),
                       x->data, ddim_canvas_size (x) * sizeof (gfloat));
    }
}

static void
test_round_up (void)
{
  g_assert_cmpint (ddim_round_up (1, 8), ==, 8);
  g_assert_cmpint (ddim_round_up (8, 8), ==, 8);
  g_assert_cmpint (ddim_round_up (9, 8), ==, 16);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/reflect/walk", test_walk);
  g_test_add_func ("/reflect/round-up", test_round_up);
  return g_test_run ();
}
