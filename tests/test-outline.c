/* test-outline.c: the line around a selection
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <math.h>

#include "plugin/dialog/widgets/outline.h"

#define SIDE 64

/* Around a soft disc the line is a circle: every end of a segment lies on it, within a
 * tenth of a pixel, and its length is the circle's.                          */
static void
test_disc (void)
{
  g_autofree gfloat *weights = g_new (gfloat, SIDE * SIDE);
  g_autoptr (GArray) outline = NULL;
  gdouble            length  = 0;

  for (gint y = 0; y < SIDE; y++)
    for (gint x = 0; x < SIDE; x++)
      weights[y * SIDE + x] = CLAMP (0.5 + (20 - hypot (x - 31.5, y - 31.5)) / 8, 0, 1);

  outline = ddim_outline_new (weights, SIDE, SIDE);
  for (guint i = 0; i < outline->len; i += 4)
    {
      const gfloat *segment = &g_array_index (outline, gfloat, i);

      for (gint end = 0; end < 4; end += 2)
        g_assert_cmpfloat_with_epsilon (hypot (segment[end] * SIDE - 32,
                                               segment[end + 1] * SIDE - 32), 20, 0.1);
      length += hypot (segment[2] - segment[0], segment[3] - segment[1]) * SIDE;
    }
  g_assert_cmpfloat_with_epsilon (length, 2 * G_PI * 20, 0.5);
}

/* What touches the border is closed there; what is nowhere has no line. */
static void
test_border (void)
{
  gfloat             all[6] = { 1, 1, 1, 1, 1, 1 }, none[6] = { 0 };
  g_autoptr (GArray) around = ddim_outline_new (all, 2, 3);
  g_autoptr (GArray) empty  = ddim_outline_new (none, 2, 3);

  g_assert_cmpuint (empty->len, ==, 0);
  g_assert_cmpuint (around->len, >=, 4 * 4);
  for (guint i = 0; i < around->len; i++)
    g_assert_true (g_array_index (around, gfloat, i) >= 0 &&
                   g_array_index (around, gfloat, i) <= 1);
}

/* Two opposite corners have a line each. */
static void
test_corners (void)
{
  gfloat             weights[4] = { 1, 0, 0, 1 };
  g_autoptr (GArray) outline    = ddim_outline_new (weights, 2, 2);

  g_assert_cmpuint (outline->len % 4, ==, 0);
  g_assert_cmpuint (outline->len / 4, ==, 8);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/outline/disc", test_disc);
  g_test_add_func ("/outline/border", test_border);
  g_test_add_func ("/outline/corners", test_corners);
  return g_test_run ();
}
