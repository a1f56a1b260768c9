/* test-canvas.c: canvases and monitors
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "ddim.h"

static void
test_new_and_copy (void)
{
  g_autoptr (DdimCanvas) canvas = ddim_canvas_new (2, 3, 5, 4);
  g_autoptr (DdimCanvas) copy = NULL;

  g_assert_cmpuint (ddim_canvas_item_size (canvas), ==, 60);
  g_assert_cmpuint (ddim_canvas_size (canvas), ==, 120);
  for (gsize i = 0; i < ddim_canvas_size (canvas); i++)
    {
      g_assert_cmpfloat (canvas->data[i], ==, 0);
      canvas->data[i] = i;
    }

  copy = ddim_canvas_copy (canvas);
  canvas->data[119] = -1;
  g_assert_cmpfloat (copy->data[119], ==, 119);
  g_assert_cmpint (copy->w, ==, 5);
}

static void
keep_fraction (gdouble  fraction,
               gpointer user_data)
{
  *(gdouble *) user_data = fraction;
}

/* A part of a part reports its place in the whole. */
static void
test_monitor_parts (void)
{
  gdouble     seen  = -1;
  DdimMonitor whole = { .progress = keep_fraction, .user_data = &seen };
  DdimMonitor half  = ddim_monitor_part (&whole, 0.5, 1);
  DdimMonitor part  = ddim_monitor_part (&half, 0, 0.5);

  g_assert_true (ddim_monitor_update (&part, 0.5, NULL));
  g_assert_cmpfloat (seen, ==, 0.625);
  g_assert_true (ddim_monitor_update (NULL, 0.5, NULL));
}

static void
test_monitor_cancel (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  DdimMonitor monitor = { .cancellable = cancellable };

  g_assert_true (ddim_monitor_update (&monitor, 0.1, &error));
  g_cancellable_cancel (cancellable);
  g_assert_false (ddim_monitor_update (&monitor, 0.2, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* The differences 3 and 4 of two values have an RMS of sqrt (12.5). */
static void
test_rms_difference (void)
{
  g_autoptr (DdimCanvas) x = ddim_canvas_new (1, 1, 2, 1);
  g_autoptr (DdimCanvas) y = ddim_canvas_new (1, 1, 2, 1);

  g_assert_cmpfloat (ddim_canvas_rms_difference (x, y), ==, 0);
  x->data[0] = 3;
  y->data[1] = 4;
  g_assert_cmpfloat_with_epsilon (ddim_canvas_rms_difference (x, y), 3.5355339059, 1e-9);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/canvas/new-and-copy", test_new_and_copy);
  g_test_add_func ("/monitor/parts", test_monitor_parts);
  g_test_add_func ("/monitor/cancel", test_monitor_cancel);
  g_test_add_func ("/canvas/rms-difference", test_rms_difference);
  return g_test_run ();
}
