/* test-local-contrast.c: a picture with the contrast that another has there
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <math.h>

#include "ddim.h"

#define SIDE 128

/* Gaussian noise, twice as strong in the right half as in the left one. */
static DdimCanvas *
make_noise (guint64 seed,
            gdouble deviation)
{
  DdimCanvas *canvas = ddim_canvas_new (1, SIDE, SIDE, 3);

  ddim_noise_fill (canvas, &seed, 0);
  for (gint y = 0; y < SIDE; y++)
    for (gint i = 0; i < SIDE * 3; i++)
      canvas->data[y * SIDE * 3 + i] *= i < SIDE * 3 / 2 ? deviation : 2 * deviation;

  return canvas;
}

/* The RMS of the pixels of columns from .. to - 1. */
static gdouble
measure (const DdimCanvas *canvas,
         gint              from,
         gint              to)
{
  gdouble sum = 0;

  for (gint y = 0; y < canvas->h; y++)
    for (gint i = from * canvas->c; i < to * canvas->c; i++)
      sum += pow (canvas->data[y * canvas->w * canvas->c + i], 2);

  return sqrt (sum / (canvas->h * (to - from) * canvas->c));
}

static void
match (DdimCanvas       *canvas,
       const DdimCanvas *like,
       const gfloat     *weights)
{
  GError *error = NULL;

  ddim_match_local_contrast (canvas, like, weights, FALSE, NULL, &error);
  g_assert_no_error (error);
}

/* Other noise, weaker or stronger by up to a half, gets the contrast of each place:
 * within 2 %, less than 0.2 dB, away from where the halves meet.  All bands but the
 * coarsest, 1 / 256 of the energy, are matched; about one place there are 72 x 72
 * pixels, whose energy is known to 1 %.                                     */
static void
test_match (void)
{
  static const gdouble factors[] = { 0.7, 0.9, 1.0, 1.2, 1.45 };
  g_autoptr (DdimCanvas) like    = make_noise (1, 0.1);
  const gint             edge    = 40; /* whose cells all lie in one half */

  for (gsize i = 0; i < G_N_ELEMENTS (factors); i++)
    {
      g_autoptr (DdimCanvas) canvas = make_noise (2, 0.1 * factors[i]);

      match (canvas, like, NULL);
      g_assert_cmpfloat_with_epsilon (measure (canvas, 0, SIDE / 2 - edge)
                                      / measure (like, 0, SIDE / 2 - edge), 1, 0.02);
      g_assert_cmpfloat_with_epsilon (measure (canvas, SIDE / 2 + edge, SIDE)
                                      / measure (like, SIDE / 2 + edge, SIDE), 1, 0.02);
    }
}

/* What differs by more than half is brought nearer by half, and no more. */
static void
test_most (void)
{
  g_autoptr (DdimCanvas) like  = make_noise (1, 0.2);
  g_autoptr (DdimCanvas) quiet = make_noise (2, 0.02);
  gdouble                before = measure (quiet, 0, SIDE);

  match (quiet, like, NULL);
  g_assert_cmpfloat_with_epsilon (measure (quiet, 0, SIDE) / before, 1.5, 0.02);
}

/* What is the same, or is not to change, does not; several items are each their own. */
static void
test_same (void)
{
  g_autoptr (DdimCanvas) like    = make_noise (1, 0.1);
  g_autoptr (DdimCanvas) other   = make_noise (2, 0.08);
  g_autoptr (DdimCanvas) both    = ddim_canvas_new (2, SIDE, SIDE, 3);
  g_autoptr (DdimCanvas) before  = ddim_canvas_copy (other);
  g_autofree gfloat     *weights = g_new0 (gfloat, SIDE * SIDE);
  gsize                  size    = ddim_canvas_size (like);

  memcpy (both->data, like->data, size * sizeof (gfloat));
  memcpy (both->data + size, other->data, size * sizeof (gfloat));
  match (both, like, NULL);
  for (gsize i = 0; i < size; i++)
    g_assert_cmpfloat (both->data[i], ==, like->data[i]);

  match (other, like, NULL);
  g_assert_cmpmem (other->data, size * sizeof (gfloat), both->data + size,
                   size * sizeof (gfloat));
  g_assert_cmpfloat (ddim_canvas_rms_difference (other, before), >, 0.01);

  for (gint i = 0; i < SIDE * SIDE / 2; i++)
    weights[i] = 1;
  memcpy (other->data, before->data, size * sizeof (gfloat));
  match (other, like, weights);
  g_assert_cmpfloat (ddim_canvas_rms_difference (other, before), >, 0.005);
  for (gsize i = size / 2 + SIDE * 3 * 16; i < size; i++) /* beyond the coarsest cell */
    g_assert_cmpfloat (other->data[i], ==, before->data[i]);
}

/* A torus has no border: what is shifted by whole cells comes out shifted.  Running
 * sums begin elsewhere, and differ by float's rounding.                     */
static void
test_torus (void)
{
  const gint             shift    = 48;
  g_autoptr (DdimCanvas) like     = make_noise (1, 0.1);
  g_autoptr (DdimCanvas) canvas   = make_noise (2, 0.08);
  g_autoptr (DdimCanvas) likes    = ddim_canvas_copy (like);
  g_autoptr (DdimCanvas) canvases = ddim_canvas_copy (canvas);

  for (gint y = 0; y < SIDE; y++)
    for (gint i = 0; i < SIDE * 3; i++)
      {
        gsize from = y * SIDE * 3 + i;
        gsize to   = (y + shift) % SIDE * SIDE * 3 + (i + 3 * shift) % (SIDE * 3);

        likes->data[to]    = like->data[from];
        canvases->data[to] = canvas->data[from];
      }
  ddim_match_local_contrast (canvas, like, NULL, TRUE, NULL, NULL);
  ddim_match_local_contrast (canvases, likes, NULL, TRUE, NULL, NULL);
  for (gint y = 0; y < SIDE; y++)
    for (gint i = 0; i < SIDE * 3; i++)
      g_assert_cmpfloat_with_epsilon (
        canvas->data[y * SIDE * 3 + i],
        canvases->data[(y + shift) % SIDE * SIDE * 3 + (i + 3 * shift) % (SIDE * 3)], 1e-5);
}

/* Flat pictures, values whose squares are beyond floats, and a single pixel stay
 * finite.                                                                   */
static void
test_extremes (void)
{
  static const gfloat values[] = { 0, 1, 1e30, 1e-30 };
  static const gint   sides[]  = { 1, 3, 40 };

  for (gsize k = 0; k < G_N_ELEMENTS (values) * G_N_ELEMENTS (sides); k++)
    {
      gint                   side   = sides[k / G_N_ELEMENTS (values)];
      gfloat                 value  = values[k % G_N_ELEMENTS (values)];
      g_autoptr (DdimCanvas) canvas = ddim_canvas_new (1, side, side, 3);
      g_autoptr (DdimCanvas) like   = ddim_canvas_new (1, side, side, 3);

      for (gsize i = 0; i < ddim_canvas_size (canvas); i++)
        {
          canvas->data[i] = value * (i % 7);
          like->data[i]   = value * (i % 5);
        }
      match (canvas, like, NULL);
      g_assert_true (ddim_canvas_is_finite (canvas));
      for (gsize i = 0; i < ddim_canvas_size (canvas); i++)
        canvas->data[i] = value;
      match (canvas, like, NULL);
      for (gsize i = 0; i < ddim_canvas_size (canvas); i++)
        g_assert_cmpfloat (canvas->data[i], ==, value);
    }
}

static void
test_cancel (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError)       error       = NULL;
  const DdimMonitor        monitor     = { .cancellable = cancellable };
  g_autoptr (DdimCanvas)   like        = make_noise (1, 0.1);
  g_autoptr (DdimCanvas)   canvas      = make_noise (2, 0.1);

  g_cancellable_cancel (cancellable);
  g_assert_false (ddim_match_local_contrast (canvas, like, NULL, FALSE, &monitor, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/local-contrast/match", test_match);
  g_test_add_func ("/local-contrast/most", test_most);
  g_test_add_func ("/local-contrast/same", test_same);
  g_test_add_func ("/local-contrast/torus", test_torus);
  g_test_add_func ("/local-contrast/extremes", test_extremes);
  g_test_add_func ("/local-contrast/cancel", test_cancel);
  return g_test_run ();
}
