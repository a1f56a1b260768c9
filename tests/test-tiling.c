/* test-tiling.c: a field over any canvas, made of windows
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <math.h>
#include <string.h>

#include "analytic-field.h"

static const AnalyticGaussian mixture[] = { { 0.4, -0.5, 0.03 }, { 0.6, 0.4, 0.02 } };

/* A field that looks one pixel to the left and one up, 0 beyond its canvas,
 * and remembers what canvases it was given.                                 */
typedef struct
{
  DdimField field;
  gint      largest_side;
  gint      smallest_side;
  gsize     largest_canvas; /* pixels of all items */
  gsize     n_pixels;       /* evaluated in all    */
} NeighbourField;

static gfloat
value_at (const DdimCanvas *x,
          gint              item,
          gint              row,
          gint              column)
{
  return row < 0 || column < 0 ? 0 : x->data[((gsize) item * x->h + row) * x->w + column];
}

static gboolean
neighbour_evaluate (DdimField          *field,
                    const DdimCanvas   *x,
                    const DdimLevel    *level,
                    DdimCanvas         *out,
                    const DdimMonitor  *monitor,
                    GError            **error)
{
  NeighbourField *self = (NeighbourField *) field;
  gsize i = 0;

  self->largest_side   = MAX (self->largest_side, MAX (x->h, x->w));
  self->smallest_side  = MIN (self->smallest_side, MIN (x->h, x->w));
  self->largest_canvas = MAX (self->largest_canvas, ddim_canvas_size (x));
  self->n_pixels      += ddim_canvas_size (x);

  for (gint item = 0; item < x->n; item++)
    for (gint row = 0; row < x->h; row++)
      for (gint column = 0; column < x->w; column++, i++)
        out->data[i] = value_at (x, item, row, column) - value_at (x, item, row, column - 1)
                       - value_at (x, item, row - 1, column);

  return ddim_monitor_update (monitor, 1, error);
}

static void
neighbour_finalize (DdimField *field)
{
}

static const DdimFieldClass neighbour_class = { neighbour_evaluate, neighbour_finalize };

static NeighbourField
neighbour_field (void)
{
  NeighbourField self = { .smallest_side = G_MAXINT };

  ddim_field_init (&self.field, &neighbour_class, 1, DDIM_PREDICTION_EPSILON);
  return self;
}

static DdimCanvas *
noise (gint n,
       gint h,
       gint w,
       gint c)
{
  DdimCanvas *canvas = ddim_canvas_new (n, h, w, c);
  guint64     seeds[] = { 4, 5, 6 };

  ddim_noise_fill (canvas, seeds, 0);
  return canvas;
}

static DdimCanvas *
evaluate (DdimField        *inner,
          const DdimTiling *options,
          const DdimCanvas *x,
          gdouble           timestep)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DdimField) field = ddim_tiling_new (inner, options, &error);
  DdimLevel   level = { timestep, 0.8, 0.6 };
  DdimCanvas *out   = ddim_canvas_new (x->n, x->h, x->w, x->c);

  g_assert_no_error (error);
  ddim_field_evaluate (field, x, &level, out, NULL, &error);
  g_assert_no_error (error);

  return out;
}

static const DdimTiling layouts[] = {
  { .size = 64, .overlap = 16, .fixed = TRUE },
  { .size = 64, .overlap = 16 },
  { .size = 64, .overlap = 32, .still = TRUE },
  { .size = 96, .overlap = 0 },
  { .size = 64, .overlap = 16, .fixed = TRUE, .tileable = TRUE },
  { .size = 64, .overlap = 16, .tileable = TRUE },
};

/* The weights of the windows add up to 1 at every pixel of every canvas: a
 * field that looks at single values comes out as itself, to a float's rounding
 * for each of at most four windows and their weights.                        */
static void
test_partition (void)
{
  g_autoptr (DdimField) field = analytic_field_new (mixture, 2, 2, DDIM_PREDICTION_EPSILON);
  const gint sizes[][2] = { { 1, 1 }, { 3, 200 }, { 64, 64 }, { 65, 63 }, { 113, 130 },
                            { 257, 97 } };
  DdimLevel level = { 300, 0.8, 0.6 };

  for (guint s = 0; s < G_N_ELEMENTS (sizes); s++)
    {
      g_autoptr (DdimCanvas) x = noise (2, sizes[s][0], sizes[s][1], 2);
      g_autoptr (DdimCanvas) direct = ddim_canvas_new (2, sizes[s][0], sizes[s][1], 2);

      g_assert_true (ddim_field_evaluate (field, x, &level, direct, NULL, NULL));

      for (guint k = 0; k < G_N_ELEMENTS (layouts); k++)
        for (gint timestep = 1; timestep < 1000; timestep += 333)
          {
            DdimLevel there = { timestep, 0.8, 0.6 };
            g_autoptr (DdimCanvas) out = evaluate (field, &layouts[k], x, timestep);

            g_assert_true (ddim_field_evaluate (field, x, &there, direct, NULL, NULL));
            for (gsize i = 0; i < ddim_canvas_size (x); i++)
              g_assert_cmpfloat_with_epsilon (out->data[i], direct->data[i],
                                              1e-6 * MAX (1, fabs (direct->data[i])));
          }
    }
}

/* What the field inside is given: never more pixels at a time than a batch,
 * windows no larger than asked for and, where they are fixed, no smaller; and
 * even windows cost little more than the canvas has.                         */
static void
test_windows (void)
{
  g_autoptr (DdimCanvas) x = noise (1, 700, 900, 1);
  const DdimTiling fixed = { .size = 64, .overlap = 16, .fixed = TRUE };
  const DdimTiling even  = { .size = 512, .overlap = 32 };
  NeighbourField small = neighbour_field ();
  NeighbourField large = neighbour_field ();
  g_autoptr (DdimCanvas) by_fixed = evaluate (&small.field, &fixed, x, 10);
  g_autoptr (DdimCanvas) by_even  = evaluate (&large.field, &even, x, 10);

  g_assert_cmpint (small.largest_side, ==, 64);
  g_assert_cmpint (small.smallest_side, ==, 64);
  g_assert_cmpint (small.largest_canvas, <=, 256 * 256);

  g_assert_cmpint (large.largest_side, <=, 512);
  g_assert_cmpint (large.smallest_side, >=, 350);
  g_assert_cmpint (large.largest_canvas, <=, 512 * 512);
  g_assert_cmpfloat (large.n_pixels, <, 1.2 * 700 * 900);
}

/* The deviation from a field that sees the whole canvas: its first column and
 * row see beyond a border on a torus only.                                    */
static gdouble
deviation (const DdimCanvas *x,
           const DdimCanvas *out,
           gboolean          torus)
{
  gdouble worst = 0;

  for (gint row = 0; row < x->h; row++)
    for (gint column = 0; column < x->w; column++)
      {
        gint   left = torus && column == 0 ? x->w - 1 : column - 1;
        gint   up   = torus && row == 0 ? x->h - 1 : row - 1;
        gfloat true_value = value_at (x, 0, row, column) - value_at (x, 0, row, left)
                            - value_at (x, 0, up, column);

        worst = MAX (worst, fabs (out->data[row * x->w + column] - true_value));
      }
  return worst;
}

/* A window's own border is seen with next to no weight: half a pixel into an
 * overlap of 32 the cosine is at 0.0006, and no value is beyond 5.           */
static void
test_no_seams (void)
{
  const gint sizes[][2] = { { 40, 40 }, { 100, 70 }, { 150, 300 } };

  for (guint s = 0; s < G_N_ELEMENTS (sizes); s++)
    for (gint torus = 0; torus <= 1; torus++)
      for (gint fixed = 0; fixed <= 1; fixed++)
        for (gint timestep = 1; timestep < 1000; timestep += 99)
          {
            g_autoptr (DdimCanvas) x = noise (1, sizes[s][0], sizes[s][1], 1);
            const DdimTiling options = { .size = 96, .overlap = 32, .fixed = fixed,
                                          .tileable = torus };
            NeighbourField inner = neighbour_field ();
            g_autoptr (DdimCanvas) out = evaluate (&inner.field, &options, x, timestep);

            g_assert_cmpfloat (deviation (x, out, torus), <, 4 * 5 * 0.0006);
          }
}

/* The windows depend on the timestep, and on nothing else. */
static void
test_borders (void)
{
  g_autoptr (DdimCanvas) x = noise (1, 200, 200, 1);
  DdimTiling options = { .size = 64, .overlap = 0 };
  gsize bytes = ddim_canvas_size (x) * sizeof (gfloat);

  for (gint still = 0; still <= 1; still++)
    {
      NeighbourField inner = neighbour_field ();
      g_autoptr (DdimCanvas) one = NULL;
      g_autoptr (DdimCanvas) again = NULL;
      g_autoptr (DdimCanvas) other = NULL;

      options.still = still;
      one   = evaluate (&inner.field, &options, x, 10);
      again = evaluate (&inner.field, &options, x, 10);
      other = evaluate (&inner.field, &options, x, 11);
      g_assert_cmpmem (one->data, bytes, again->data, bytes);
      g_assert_cmpint (memcmp (one->data, other->data, bytes) == 0, ==, still);
    }
}

/* The items of a batch come out as they do alone. */
static void
test_items (void)
{
  g_autoptr (DdimCanvas) x = noise (3, 100, 130, 1);
  const DdimTiling options = { .size = 64, .overlap = 16 };
  NeighbourField inner = neighbour_field ();
  g_autoptr (DdimCanvas) together = evaluate (&inner.field, &options, x, 500);

  for (gint n = 0; n < 3; n++)
    {
      gsize      size = ddim_canvas_item_size (x);
      DdimCanvas item = *x;
      g_autoptr (DdimCanvas) alone = NULL;

      item.n = 1;
      item.data += n * size;
      alone = evaluate (&inner.field, &options, &item, 500);
      g_assert_cmpmem (alone->data, size * sizeof (gfloat),
                       together->data + n * size, size * sizeof (gfloat));
    }
}

/* Strength 0 is the picture, to the bit, through windows and on a torus. */
static void
test_strength_zero (void)
{
  g_autoptr (DdimSchedule) schedule =
    ddim_schedule_new (DDIM_BETAS_LINEAR, 1000, 1e-4, 0.02, FALSE, NULL);
  g_autoptr (DdimLevels) levels =
    ddim_levels_new (schedule, DDIM_SPACING_QUADRATIC, 5, 0.5, NULL, NULL);
  NeighbourField inner = neighbour_field ();

  for (guint k = 0; k < G_N_ELEMENTS (layouts); k++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (DdimField) field = ddim_tiling_new (&inner.field, &layouts[k], &error);
      g_autoptr (DdimCanvas) picture = noise (1, 90, 131, 1);
      g_autoptr (DdimCanvas) result = ddim_canvas_copy (picture);
      gsize bytes = ddim_canvas_size (picture) * sizeof (gfloat);
      guint64 seed = 1;
      DdimVariation options = { .seeds = &seed };
      g_autoptr (DdimInversion) inversion =
        ddim_inversion_new (field, levels, DDIM_ENCODER_EXACT, ddim_canvas_copy (picture), NULL,
                            &error);

      g_assert_no_error (error);
      g_assert_true (ddim_vary (inversion, &options, result, NULL, NULL, &error));
      g_assert_cmpmem (result->data, bytes, picture->data, bytes);
    }
}

static void
count_calls (gdouble  fraction,
             gpointer user_data)
{
  gdouble *last = user_data;

  g_assert_cmpfloat (fraction, >=, *last);
  *last = fraction;
}

static void
test_cancel (void)
{
  g_autoptr (DdimCanvas) x = noise (1, 700, 700, 1);
  g_autoptr (DdimCanvas) out = ddim_canvas_copy (x);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  const DdimTiling options = { .size = 64, .overlap = 16 };
  NeighbourField inner = neighbour_field ();
  g_autoptr (GError) error = NULL;
  g_autoptr (DdimField) field = ddim_tiling_new (&inner.field, &options, &error);
  gdouble     last    = 0;
  DdimMonitor monitor = { cancellable, count_calls, &last };
  DdimLevel   level   = { 10, 0.8, 0.6 };

  g_assert_true (ddim_field_evaluate (field, x, &level, out, &monitor, &error));
  g_assert_cmpfloat (last, ==, 1);

  inner.n_pixels = 0;
  last = 0;
  g_cancellable_cancel (cancellable);
  g_assert_false (ddim_field_evaluate (field, x, &level, out, &monitor, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (inner.n_pixels, <=, 256 * 256); /* one batch */
}

static void
test_bad_arguments (void)
{
  NeighbourField inner = neighbour_field ();
  const DdimTiling bad[] = { { .size = 0 }, { .size = 64, .overlap = -1 },
                              { .size = 64, .overlap = 33 } };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (ddim_tiling_new (&inner.field, &bad[i], &error));
      g_assert_error (error, DDIM_ERROR, DDIM_ERROR_ARGUMENT);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tiling/partition", test_partition);
  g_test_add_func ("/tiling/windows", test_windows);
  g_test_add_func ("/tiling/no-seams", test_no_seams);
  g_test_add_func ("/tiling/borders", test_borders);
  g_test_add_func ("/tiling/items", test_items);
  g_test_add_func ("/tiling/strength-zero", test_strength_zero);
  g_test_add_func ("/tiling/cancel", test_cancel);
  g_test_add_func ("/tiling/bad-arguments", test_bad_arguments);
  return g_test_run ();
}
