/* test-windows.c: windows cover an axis, and their weights add up to 1
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Weights are floats: their sums are 1 within a few of their roundings.
 */

#include "windows.h"

typedef struct
{
  gint       h, w, scale; /* of the canvas that is cut up; pixels behind for each */
  DdimTiling options;
} Case;

static const Case cases[] =
{
  { 50, 37, 1, { 16, 4, FALSE, FALSE, FALSE } },
  { 50, 37, 4, { 16, 4, FALSE, FALSE, TRUE } },
  { 64, 64, 1, { 24, 8, TRUE, TRUE, FALSE } },
  { 64, 40, 2, { 24, 8, TRUE, TRUE, FALSE } },
  { 5, 7, 8, { 16, 4, FALSE, FALSE, TRUE } },
  { 17, 100, 3, { 16, 8, TRUE, FALSE, FALSE } },
  { 30, 30, 1, { 8, 0, TRUE, FALSE, FALSE } }
};

/* A canvas cut into windows, each pixel of them repeated `scale` times both ways,
 * and added up again, is the canvas with each pixel so repeated.            */
static void
test_case (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (DdimCanvas) x   = ddim_canvas_new (1, c->h, c->w, 2);
  g_autoptr (DdimCanvas) out = ddim_canvas_new (1, c->h * c->scale, c->w * c->scale, 2);
  g_auto (DdimWindows) rows = { 0 }, columns = { 0 };

  for (gsize i = 0; i < ddim_canvas_size (x); i++)
    x->data[i] = 1 + i;
  g_assert_true (ddim_windows_lay (&rows, c->h, c->scale, &c->options, 0.8, NULL));
  g_assert_true (ddim_windows_lay (&columns, c->w, c->scale, &c->options, 0.3, NULL));

  for (gint row = 0; row < rows.n; row++)
    for (gint column = 0; column < columns.n; column++)
      {
        gint h = rows.length * c->scale, w = columns.length * c->scale;
        g_autofree gfloat *seen = g_new (gfloat, rows.length * columns.length * 2);
        g_autofree gfloat *made = g_new (gfloat, h * w * 2);

        ddim_windows_gather (x, 0, &rows, row, &columns, column, 1, seen);
        for (gint i = 0; i < h * w * 2; i++)
          made[i] = seen[(i / 2 / w / c->scale * columns.length + i / 2 % w / c->scale) * 2 + i % 2];
        ddim_windows_scatter (made, &rows, row, &columns, column, out, 0);
      }

  for (gint y = 0; y < out->h; y++)
    for (gint i = 0; i < out->w * 2; i++)
      {
        gfloat wanted = x->data[(y / c->scale * c->w + i / 2 / c->scale) * 2 + i % 2];

        g_assert_cmpfloat_with_epsilon (out->data[y * out->w * 2 + i], wanted, 1e-6 * wanted);
      }
}

/* A window of a canvas that has several pixels for each of the axis's. */
static void
test_gather_scaled (void)
{
  DdimTiling options = { 8, 2, TRUE, FALSE, TRUE };
  g_autoptr (DdimCanvas) x = ddim_canvas_new (2, 30, 30, 1);
  g_auto (DdimWindows) axis = { 0 };
  gfloat seen[24 * 24];

  for (gsize i = 0; i < ddim_canvas_size (x); i++)
    x->data[i] = i;
  g_assert_true (ddim_windows_lay (&axis, 10, 1, &options, 0, NULL));
  g_assert_cmpint (axis.n, ==, 2);
  g_assert_cmpint (axis.starts[1], ==, 2);
  ddim_windows_gather (x, 1, &axis, 0, &axis, 1, 3, seen);
  for (gint y = 0; y < 24; y++)
    for (gint i = 0; i < 24; i++)
      g_assert_cmpfloat (seen[y * 24 + i], ==, 900 + y * 30 + 6 + i);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree gchar *path = g_strdup_printf ("/windows/%dx%d-by-%d-of-%d%s", cases[i].w,
                                                cases[i].h, cases[i].scale, cases[i].options.size,
                                                cases[i].options.tileable ? "-tileable" : "");

      g_test_add_data_func (path, &cases[i], test_case);
    }
  g_test_add_func ("/windows/gather-scaled", test_gather_scaled);
  return g_test_run ();
}
