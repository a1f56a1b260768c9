/* test-placement.c: how a region of any size is put before a model
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "ddim.h"

/* `auto` fits the region to a model of a fixed size, of whole objects, and
 * shows all of it to any other; what the user chose is never changed.                     */
static void
test_choice (void)
{
  DdimPlacement placement;

  ddim_placement_init (&placement, DDIM_PLACEMENT_AUTO, FALSE, 64, FALSE, 3000, 2000);
  g_assert_cmpint (placement.method, ==, DDIM_PLACEMENT_WHOLE);
  ddim_placement_init (&placement, DDIM_PLACEMENT_AUTO, FALSE, 64, TRUE, 3000, 2000);
  g_assert_cmpint (placement.method, ==, DDIM_PLACEMENT_FIT);
  ddim_placement_init (&placement, DDIM_PLACEMENT_AUTO, TRUE, 64, TRUE, 3000, 2000);
  g_assert_cmpint (placement.method, ==, DDIM_PLACEMENT_WINDOWS);
  ddim_placement_init (&placement, DDIM_PLACEMENT_AUTO, FALSE, 64, TRUE, 64, 20);
  g_assert_cmpint (placement.method, ==, DDIM_PLACEMENT_WINDOWS);

  for (gint method = DDIM_PLACEMENT_WINDOWS; method <= DDIM_PLACEMENT_FIT; method++)
    for (gint fixed_size = 0; fixed_size <= 1; fixed_size++)
      {
        ddim_placement_init (&placement, method, FALSE, 64, fixed_size, 300, 200);
        g_assert_cmpint (placement.method, ==, method);
      }
}

/* Every placement is one that windows can be made of, whatever the model says of
 * itself, and the windows of `windows` are of the model's size.              */
static void
test_windows (void)
{
  const gint sample_sizes[] = { 1, 8, 32, 64, 256, 2048 };

  for (guint s = 0; s < G_N_ELEMENTS (sample_sizes); s++)
    for (gint method = DDIM_PLACEMENT_AUTO; method <= DDIM_PLACEMENT_FIT; method++)
      for (gint tileable = 0; tileable <= 1; tileable++)
        {
          DdimPlacement placement;

          ddim_placement_init (&placement, method, tileable, sample_sizes[s], FALSE, 100, 100);
          g_assert_cmpint (placement.tiling.size, >=, 8);
          g_assert_cmpint (placement.tiling.overlap, <=, placement.tiling.size / 2);
          g_assert_cmpint (placement.tiling.tileable, ==, tileable);
          if (tileable)
            g_assert_cmpint (placement.context, ==, 0);
          if (method == DDIM_PLACEMENT_WINDOWS && sample_sizes[s] >= 32)
            g_assert_cmpint (placement.tiling.size, ==, sample_sizes[s]);
        }
}

/* Fitted, the longest side is the model's and the shape stays; nothing is
 * scaled up, nothing vanishes, and the other methods scale nothing.          */
static void
test_canvas (void)
{
  DdimPlacement placement;
  gint          h, w;

  ddim_placement_init (&placement, DDIM_PLACEMENT_FIT, FALSE, 64, TRUE, 600, 900);
  ddim_placement_get_canvas_size (&placement, 600, 900, &h, &w);
  g_assert_cmpint (h, ==, 43);
  g_assert_cmpint (w, ==, 64);
  ddim_placement_get_canvas_size (&placement, 20, 30, &h, &w);
  g_assert_cmpint (h, ==, 20);
  g_assert_cmpint (w, ==, 30);
  ddim_placement_get_canvas_size (&placement, 1, 4000, &h, &w);
  g_assert_cmpint (h, ==, 1);
  g_assert_cmpint (w, ==, 64);

  ddim_placement_init (&placement, DDIM_PLACEMENT_WHOLE, FALSE, 64, TRUE, 600, 900);
  ddim_placement_get_canvas_size (&placement, 600, 900, &h, &w);
  g_assert_cmpint (h, ==, 600);
  g_assert_cmpint (w, ==, 900);
}

/* Any target in any picture: its frame holds it, lies in the picture, and has the
 * context and the least side wherever the picture has room.                 */
static void
test_widen (void)
{
  for (gint limit = 1; limit < 40; limit += 3)
    for (gint at = 0; at < limit; at += 2)
      for (gint n = 1; n <= limit - at; n += 2)
        for (gint context = 0; context < 12; context += 4)
          for (gint least = 0; least < 30; least += 7)
            {
              gint start = at, length = n;

              ddim_placement_widen (context, least, limit, &start, &length);
              g_assert_cmpint (start, >=, 0);
              g_assert_cmpint (start + length, <=, limit);
              g_assert_cmpint (start, <=, MAX (at - context, 0));
              g_assert_cmpint (start + length, >=, MIN (at + n + context, limit));
              g_assert_cmpint (length, >=, MIN (least, limit));
            }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/placement/choice", test_choice);
  g_test_add_func ("/placement/windows", test_windows);
  g_test_add_func ("/placement/canvas", test_canvas);
  g_test_add_func ("/placement/widen", test_widen);
  return g_test_run ();
}
