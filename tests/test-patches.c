/* test-patches.c: a picture as its own model
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <math.h>
#include <string.h>

#include "ddim.h"

#include "noisy-texture.h"

#define GRAIN 0.002 /* the field's own, when the options say nothing */
#define ALL   1e12 /* pairs: every key is compared                  */

/* A mask leaves the same model as the part of the picture it leaves. */
static void
test_mask (void)
{
  g_autoptr (DdimThreadPool) pool    = ddim_thread_pool_new (1);
  g_autoptr (DdimCanvas)     picture = make_picture (20, 24, 3);
  g_autoptr (DdimCanvas)     part    = ddim_canvas_new (1, 20, 13, 3);
  g_autofree gfloat     *mask    = g_new0 (gfloat, 20 * 24);
  g_autoptr (DdimField)  masked  = NULL;
  g_autoptr (DdimField)  cut     = NULL;
  g_autoptr (GError)     error   = NULL;
  DdimLevel              level   = level_at (0.4);
  g_autoptr (DdimCanvas) x       = noisy_window (picture, 1, 2, 15, 17, &level);
  g_autoptr (DdimCanvas) one     = ddim_canvas_copy (x);
  g_autoptr (DdimCanvas) other   = ddim_canvas_copy (x);

  part->x = 11;
  for (gint y = 0; y < 20; y++)
    {
      memcpy (part->data + y * 13 * 3, picture->data + (y * 24 + 11) * 3, 13 * 3 * sizeof (gfloat));
      for (gint i = 11; i < 24; i++)
        mask[y * 24 + i] = 1;
    }
  masked = ddim_patches_new (picture, mask, NULL, pool, &error);
  cut    = ddim_patches_new (part, NULL, NULL, pool, &error);
  g_assert_no_error (error);
  g_assert_true (ddim_field_evaluate (masked, x, &level, one, NULL, &error));
  g_assert_true (ddim_field_evaluate (cut, x, &level, other, NULL, &error));

  /* The same keys in another order of blocks: rounding alone. */
  for (gsize i = 0; i < ddim_canvas_size (one); i++)
    g_assert_cmpfloat (fabs (one->data[i] - other->data[i]), <, 1e-5);
}

/* Searching ------------------------------------------------------------------ */

/* What a field says of a noisy window of the picture. */
static DdimCanvas *
evaluate_window (DdimField        *field,
                 const DdimCanvas *picture,
                 gint              h,
                 gint              w,
                 gdouble           sigma)
{
  DdimLevel              level = level_at (sigma);
  g_autoptr (DdimCanvas) x     = noisy_window (picture, 9, 12, h, w, &level);
  DdimCanvas            *out   = ddim_canvas_copy (x);
  g_autoptr (GError)     error = NULL;

  g_assert_true (ddim_field_evaluate (field, x, &level, out, NULL, &error));
  g_assert_no_error (error);
  return out;
}

/* Blobs of 13 x 13 pixels that are all alike, but for the pixel in the middle:
 * light on the left, where the ground is dark, dark on the right.  No patch
 * that holds this pixel reaches the ground.                                 */
static DdimCanvas *
make_blobs (void)
{
  DdimCanvas            *picture = ddim_canvas_new (1, 96, 96, 1);
  g_autoptr (DdimCanvas) noise   = ddim_canvas_new (1, 13, 13, 1);
  guint64                seed    = 8;

  ddim_noise_fill (noise, &seed, 0);
  for (gint y = 0; y < 96; y++)
    for (gint x = 0; x < 96; x++)
      {
        gint    i = y % 24 - 5, j = x % 24 - 5;
        gdouble side = x < 48 ? 1 : -1;

        picture->data[y * 96 + x] = i < 0 || j < 0 || i >= 13 || j >= 13 ? - 0.5 * side
                                    : i == 6 && j == 6 ? 0.25 * side
                                    : 0.3 * noise->data[i * 13 + j];
      }
  return picture;
}

/* RMS error of that pixel in eight noisy blobs, where the field may not use
 * what is nearer than the next one.                                         */
static gdouble
error_in_the_middle (gdouble pairs)
{
  DdimPatchesOptions         options = { .pairs = pairs, .apart = 20 };
  DdimLevel                  level   = level_at (0.5);
  g_autoptr (DdimThreadPool) pool    = ddim_thread_pool_new (1);
  g_autoptr (DdimCanvas)     picture = make_blobs ();
  g_autoptr (DdimField)      field   = ddim_patches_new (picture, NULL, &options, pool, NULL);
  gdouble                    squares = 0;

  for (gint i = 0; i < 8; i++)
    {
      gint                   y0  = i / 4 * 48, x0 = i % 4 * 24;
      g_autoptr (DdimCanvas) x   = noisy_window (picture, y0, x0, 24, 24, &level);
      g_autoptr (DdimCanvas) out = ddim_canvas_copy (x);

      g_assert_true (ddim_field_evaluate (field, x, &level, out, NULL, NULL));
      squares += pow (out->data[11 * 24 + 11] - picture->data[(y0 + 11) * 96 + x0 + 11], 2) / 8;
    }
  return sqrt (squares);
}

/* Noise of 0.5 hides whether the pixel is 0.25 or - 0.25, and all patches alone
 * leave it open, which is 0.25 off; what surrounds them tells.              */
static void
test_context (void)
{
  gdouble alone = error_in_the_middle (ALL), with = error_in_the_middle (6e4);

  g_test_message ("RMS error %.3f alone, %.3f with what surrounds", alone, with);
  g_assert_cmpfloat (alone, >, 0.15);
  g_assert_cmpfloat (with, <, 0.05);
}

/* The same for any number of threads. */
static void
test_threads (void)
{
  static const gdouble sigmas[] = { 0.1, 1, 4 };

  g_autoptr (DdimCanvas) picture = make_picture (60, 52, 3);

  for (gsize i = 0; i < G_N_ELEMENTS (sigmas); i++)
    {
      g_autoptr (DdimCanvas) first = NULL;

      for (gint n = 1; n <= 3; n++)
        {
          DdimPatchesOptions         options = { .apart = 9, .pairs = 6e4, .mirrored = TRUE };
          g_autoptr (DdimThreadPool) pool  = ddim_thread_pool_new (n);
          g_autoptr (DdimField)      field = ddim_patches_new (picture, NULL, &options, pool, NULL);
          g_autoptr (DdimCanvas)     out   = evaluate_window (field, picture, 33, 26, sigmas[i]);

          if (! first)
            first = ddim_canvas_copy (out);
          g_assert_cmpmem (out->data, ddim_canvas_size (out) * sizeof (gfloat),
                           first->data, ddim_canvas_size (first) * sizeof (gfloat));
        }
    }
}

/* Degenerate pictures -------------------------------------------------------- */

/* Of a picture with a NaN in it there is no model. */
static void
test_not_finite (void)
{
  g_autoptr (DdimThreadPool) pool    = ddim_thread_pool_new (1);
  g_autoptr (DdimCanvas)     picture = ddim_canvas_new (1, 40, 27, 3);
  g_autoptr (GError)         error   = NULL;

  picture->data[500] = NAN;
  g_assert_null (ddim_patches_new (picture, NULL, NULL, pool, &error));
  g_assert_error (error, DDIM_ERROR, DDIM_ERROR_NOT_FINITE);
}

static void
test_flat (void)
{
  static const gdouble sigmas[] = { 0.01, 1, 50 };

  g_autoptr (DdimThreadPool) pool    = ddim_thread_pool_new (2);
  g_autoptr (DdimCanvas)     picture = ddim_canvas_new (1, 40, 27, 3);
  g_autoptr (DdimField)      field   = NULL;

  for (gsize i = 0; i < ddim_canvas_size (picture); i++)
    picture->data[i] = 0.25 * (i % 3);
  field = ddim_patches_new (picture, NULL, NULL, pool, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (sigmas); i++)
    {
      DdimLevel              level = level_at (sigmas[i]);
      g_autoptr (DdimCanvas) x     = noisy_window (picture, 3, 4, 20, 21, &level);
      g_autoptr (DdimCanvas) out   = ddim_canvas_copy (x);
      gdouble                kept  = GRAIN * GRAIN / (sigmas[i] * sigmas[i] + GRAIN * GRAIN);

      g_assert_true (ddim_field_evaluate (field, x, &level, out, NULL, NULL));
      for (gsize k = 0; k < ddim_canvas_size (out); k++)
        {
          gdouble colour = 0.25 * (k % 3);
          gdouble wanted = colour + kept * (x->data[k] / level.a - colour);

          g_assert_cmpfloat (fabs (out->data[k] - wanted), <, 1e-5);
        }
    }
}

/* Of two colours, noise decodes to those two and to what lies between them. */
static void
test_two_colours (void)
{
  g_autoptr (DdimThreadPool) pool     = ddim_thread_pool_new (2);
  g_autoptr (DdimCanvas)     picture  = ddim_canvas_new (1, 32, 32, 1);
  g_autoptr (DdimCanvas)     x        = ddim_canvas_new (1, 24, 24, 1);
  g_autoptr (DdimField)      field    = NULL;
  g_autoptr (DdimSchedule)   schedule = ddim_patches_schedule (NULL);
  g_autoptr (DdimLevels)     levels   = ddim_levels_new (schedule, DDIM_SPACING_QUADRATIC, 15, 1,
                                                       NULL, NULL);
  guint64 seed = 3;
  gint    high = 0, low = 0;

  for (gint i = 0; i < 32 * 32; i++)
    picture->data[i] = (i / 32 / 8 + i % 32 / 8) % 2 ? 0.8 : -0.8;
  field = ddim_patches_new (picture, NULL, NULL, pool, NULL);
  ddim_noise_fill (x, &seed, 0);
  g_assert_true (ddim_decode (field, levels, NULL, x, NULL, NULL));

  for (gint i = 0; i < 24 * 24; i++)
    {
      /* Between the colours, give or take the grain and the last level's noise, five
       * times over.                                                         */
      g_assert_cmpfloat (fabs (x->data[i]), <, 0.8 + 5 * hypot (GRAIN, levels->levels[0].s));
      high += x->data[i] > 0.6;
      low  += x->data[i] < -0.6;
    }
  /* Both are there, and most pixels are one of them. */
  g_assert_cmpint (high, >, 57);
  g_assert_cmpint (low, >, 57);
  g_assert_cmpint (high + low, >, 400);
}

/* Mean square of the differences between neighbours, along both axes. */
static gdouble
roughness (const DdimCanvas *x)
{
  gsize   row = (gsize) x->w * x->c;
  gdouble sum = 0;

  for (gint i = 0; i + 1 < x->h; i++)
    for (gint j = 0; j + 1 < x->w; j++)
      for (gint k = 0; k < x->c; k++)
        {
          const gfloat *at = x->data + i * row + j * x->c + k;

          sum += (pow (at[x->c] - at[0], 2) + pow (at[row] - at[0], 2))
                 / ((gdouble) (x->h - 1) * (x->w - 1) * x->c);
        }
  return sum;
}

/* What is made of noise is as sharp as the picture, but for what the picture's
 * own noise of 0.05 adds (2 %) and chance.  A plain mean of patches that overlap
 * and do not agree leaves 0.81 and 0.87.                                     */
static void
test_sharp (void)
{
  g_autoptr (DdimThreadPool) pool     = ddim_thread_pool_new (2);
  g_autoptr (DdimCanvas)     picture  = make_picture (48, 44, 3);
  g_autoptr (DdimSchedule)   schedule = ddim_patches_schedule (NULL);
  g_autoptr (DdimLevels)     levels   = ddim_levels_new (schedule, DDIM_SPACING_QUADRATIC, 20, 1,
                                                       NULL, NULL);

  /* All keys compared, and searched. */
  for (gint i = 0; i < 2; i++)
    {
      DdimPatchesOptions     options = { .pairs = i ? 6e4 : ALL };
      g_autoptr (DdimField)  field   = ddim_patches_new (picture, NULL, &options, pool, NULL);
      g_autoptr (DdimCanvas) x       = ddim_canvas_new (1, 40, 40, 3);
      guint64                seed    = 5;
      gdouble                ratio;

      ddim_noise_fill (x, &seed, 0);
      g_assert_true (ddim_decode (field, levels, NULL, x, NULL, NULL));
      ratio = roughness (x) / roughness (picture);
      g_test_message ("%.3f of the picture's roughness", ratio);
      g_assert_cmpfloat (ratio, >, 0.92);
      g_assert_cmpfloat (ratio, <, 1.1);
    }
}

/* Of a blurred blob only smooth pictures are made.  Neighbours are 0.05 apart in
 * the picture at most, and some deviations of the grain; seams that trust in
 * patches would keep are 0.6.                                               */
static void
test_smooth (void)
{
  g_autoptr (DdimThreadPool) pool     = ddim_thread_pool_new (2);
  g_autoptr (DdimCanvas)     picture  = ddim_canvas_new (1, 64, 64, 1);
  g_autoptr (DdimCanvas)     x        = ddim_canvas_new (1, 56, 56, 1);
  g_autoptr (DdimField)      field    = NULL;
  g_autoptr (DdimSchedule)   schedule = ddim_patches_schedule (NULL);
  g_autoptr (DdimLevels)     levels   = ddim_levels_new (schedule, DDIM_SPACING_QUADRATIC, 30, 1,
                                                       NULL, NULL);
  guint64 seed = 3;
  gdouble most = 0;

  for (gint i = 0; i < 64 * 64; i++)
    picture->data[i] = exp (- (pow (i / 64 - 40, 2) + pow (i % 64 - 30, 2)) / 288) - 0.5;
  field = ddim_patches_new (picture, NULL, NULL, pool, NULL);
  ddim_noise_fill (x, &seed, 0);
  g_assert_true (ddim_decode (field, levels, NULL, x, NULL, NULL));

  for (gint i = 0; i < 56 * 55; i++)
    {
      most = MAX (most, fabs (x->data[i + 56] - x->data[i]));
      if (i % 56 < 55)
        most = MAX (most, fabs (x->data[i + 1] - x->data[i]));
    }
  g_test_message ("neighbours are at most %.3f apart", most);
  g_assert_cmpfloat (most, <, 0.3);
}

static void
test_too_small (void)
{
  g_autoptr (DdimThreadPool) pool  = ddim_thread_pool_new (1);
  g_autoptr (DdimCanvas)     small = ddim_canvas_new (1, 6, 30, 3);
  g_autoptr (DdimCanvas)     large = ddim_canvas_new (1, 30, 30, 3);
  g_autofree gfloat     *mask   = g_new0 (gfloat, 900);
  g_autoptr (GError)     error  = NULL;
  g_autoptr (GError)     masked = NULL;

  g_assert_null (ddim_patches_new (small, NULL, NULL, pool, &error));
  g_assert_error (error, DDIM_ERROR, DDIM_ERROR_ARGUMENT);
  g_assert_nonnull (strstr (error->message, "7 x 7"));

  /* Enough pixels, but nowhere a whole patch. */
  for (gint i = 0; i < 900; i++)
    mask[i] = i % 6 != 0;
  g_assert_null (ddim_patches_new (large, mask, NULL, pool, &masked));
  g_assert_error (masked, DDIM_ERROR, DDIM_ERROR_ARGUMENT);
}

/* A picture of one patch, canvases of any size, a place that excludes all. */
static void
test_any_size (void)
{
  static const gint    sizes[][2] = { { 1, 1 }, { 1, 9 }, { 3, 2 }, { 7, 7 }, { 8, 30 } };
  static const gdouble sigmas[]   = { 0.05, 4, 100 };

  g_autoptr (DdimThreadPool) pool = ddim_thread_pool_new (2);

  for (gint picture_size = 7; picture_size <= 49; picture_size += 21)
    for (gint wrap = 0; wrap < 2; wrap++)
      {
        DdimPatchesOptions     options = { .wrap = wrap, .apart = 50, .mirrored = wrap };
        g_autoptr (DdimCanvas) picture = make_picture (picture_size, picture_size, 3);
        g_autoptr (DdimField)  field   = ddim_patches_new (picture, NULL, &options, pool, NULL);

        for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
          for (gsize k = 0; k < G_N_ELEMENTS (sigmas); k++)
            {
              DdimLevel              level = level_at (sigmas[k]);
              g_autoptr (DdimCanvas) x     = ddim_canvas_new (2, sizes[i][0], sizes[i][1], 3);
              g_autoptr (DdimCanvas) out   = ddim_canvas_copy (x);
              guint64                seeds[2] = { 1, 2 };

              x->y = out->y = -3;
              x->x = out->x = 5;
              ddim_noise_fill (x, seeds, 0);
              g_assert_true (ddim_field_evaluate (field, x, &level, out, NULL, NULL));
              for (gsize value = 0; value < ddim_canvas_size (out); value++)
                g_assert_true (fabs (out->data[value]) < 5);
            }
      }
}

/* Inversion, torus, cancellation ---------------------------------------------- */

static void
check_inversion (gint    apart,
                 gdouble most)
{
  DdimPatchesOptions         options  = { .apart = apart };
  g_autoptr (DdimThreadPool) pool     = ddim_thread_pool_new (1);
  g_autoptr (DdimCanvas)     picture  = make_picture (34, 30, 3);
  g_autoptr (DdimCanvas)     region   = ddim_canvas_new (1, 14, 15, 3);
  g_autoptr (DdimCanvas)     out      = ddim_canvas_new (1, 14, 15, 3);
  g_autoptr (DdimField)      field    = ddim_patches_new (picture, NULL, &options, pool, NULL);
  g_autoptr (DdimSchedule)   schedule = ddim_patches_schedule (NULL);
  g_autoptr (DdimLevels)     levels   = ddim_levels_new (schedule, DDIM_SPACING_QUADRATIC,
                                                          8, 0.6, NULL, NULL);
  g_autoptr (DdimInversion)  inversion = NULL;
  guint64                    seed      = 1;
  DdimVariation              variation = { .strength = 0, .seeds = &seed };
  g_autoptr (GError)         error     = NULL;

  region->x = 10;
  region->y = 20;
  for (gint y = 0; y < 14; y++)
    memcpy (region->data + y * 15 * 3, picture->data + ((20 + y) * 30 + 10) * 3,
            15 * 3 * sizeof (gfloat));

  inversion = ddim_inversion_new (field, levels, DDIM_ENCODER_EXACT, ddim_canvas_copy (region),
                                  NULL, &error);
  g_assert_no_error (error);
  g_assert_true (ddim_vary (inversion, &variation, out, NULL, NULL, &error));
  g_assert_cmpmem (out->data, ddim_canvas_size (out) * sizeof (gfloat),
                   region->data, ddim_canvas_size (region) * sizeof (gfloat));

  g_test_message ("inversion error %.5f", inversion->inversion_error);
  g_assert_cmpfloat (inversion->inversion_error, <, most);
}

/* Strength 0 gives the picture back, bit for bit, whatever the field.  The
 * latent itself goes back to half a step of 8 bits where the region's own
 * patches are known, and still most of the way where they are not: of values
 * whose RMS is 0.15 of full range, what no other patch explains is lost.    */
static void
test_strength_zero (void)
{
  check_inversion (0, 0.002);
  check_inversion (12, 0.06);
}

/* On a torus nothing tells one place from another: a canvas that is shifted
 * around gives the shifted result.                                          */
static void
test_torus (void)
{
  static const gdouble sigmas[] = { 0.05, 0.7 };

  DdimPatchesOptions         options = { .wrap = TRUE };
  g_autoptr (DdimThreadPool) pool    = ddim_thread_pool_new (2);
  g_autoptr (DdimCanvas)     picture = make_picture (20, 20, 3);
  g_autoptr (DdimField)      field   = ddim_patches_new (picture, NULL, &options, pool, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (sigmas); i++)
    {
      DdimLevel              level   = level_at (sigmas[i]);
      g_autoptr (DdimCanvas) x       = noisy_window (picture, 1, 2, 18, 17, &level);
      g_autoptr (DdimCanvas) shifted = ddim_canvas_copy (x);
      g_autoptr (DdimCanvas) out     = ddim_canvas_copy (x);
      g_autoptr (DdimCanvas) out_shifted = ddim_canvas_copy (x);

      for (gint y = 0; y < 18; y++)
        for (gint column = 0; column < 17; column++)
          memcpy (shifted->data + ((y + 5) % 18 * 17 + (column + 11) % 17) * 3,
                  x->data + (y * 17 + column) * 3, 3 * sizeof (gfloat));
      g_assert_true (ddim_field_evaluate (field, x, &level, out, NULL, NULL));
      g_assert_true (ddim_field_evaluate (field, shifted, &level, out_shifted, NULL, NULL));

      /* The same sums, in another order. */
      for (gint y = 0; y < 18; y++)
        for (gint column = 0; column < 17; column++)
          for (gint k = 0; k < 3; k++)
            g_assert_cmpfloat (fabs (out->data[(y * 17 + column) * 3 + k]
                                     - out_shifted->data[((y + 5) % 18 * 17
                                                          + (column + 11) % 17) * 3 + k]), <, 1e-5);
    }
}

static void
test_cancel (void)
{
  g_autoptr (DdimThreadPool) pool        = ddim_thread_pool_new (2);
  g_autoptr (DdimCanvas)     picture     = make_picture (40, 40, 3);
  g_autoptr (DdimField)      field       = ddim_patches_new (picture, NULL, NULL, pool, NULL);
  g_autoptr (DdimCanvas)     out         = ddim_canvas_copy (picture);
  g_autoptr (GCancellable)   cancellable = g_cancellable_new ();
  g_autoptr (GError)         error       = NULL;
  DdimMonitor                monitor     = { .cancellable = cancellable };
  DdimLevel                  level       = level_at (1);

  g_cancellable_cancel (cancellable);
  g_assert_false (ddim_field_evaluate (field, picture, &level, out, &monitor, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/patches/mask", test_mask);
  g_test_add_func ("/patches/context", test_context);
  g_test_add_func ("/patches/threads", test_threads);
  g_test_add_func ("/patches/not-finite", test_not_finite);
  g_test_add_func ("/patches/flat", test_flat);
  g_test_add_func ("/patches/two-colours", test_two_colours);
  g_test_add_func ("/patches/sharp", test_sharp);
  g_test_add_func ("/patches/smooth", test_smooth);
  g_test_add_func ("/patches/too-small", test_too_small);
  g_test_add_func ("/patches/any-size", test_any_size);
  g_test_add_func ("/patches/strength-zero", test_strength_zero);
  g_test_add_func ("/patches/torus", test_torus);
  g_test_add_func ("/patches/cancel", test_cancel);

  return g_test_run ();
}
