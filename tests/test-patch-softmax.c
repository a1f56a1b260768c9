/* test-patch-softmax.c: the mean of all patches, by the definition
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <math.h>
#include <string.h>

#include "ddim.h"

#include "noisy-texture.h"

#define PATCH 7
#define GRAIN 0.002 /* the field's own, when the options say nothing */

/* Where cell (y, x) of a patch of the canvas lies in the picture's patch:
 * turned by `quarters`, then mirrored.                                      */
static void
turn_cell (gint      quarters,
           gboolean  mirrored,
           gint     *y,
           gint     *x)
{
  for (gint i = 0; i < quarters; i++)
    {
      gint other = *y;

      *y = *x;
      *x = PATCH - 1 - other;
    }
  if (mirrored)
    *x = PATCH - 1 - *x;
}

/* E (x_0 | x) of one patch, x being a canvas of a patch's size: a mixture of
 * Gaussians about all patches of the picture, in all the turns allowed.     */
static void
mixture_mean (const DdimCanvas         *picture,
              const DdimPatchesOptions *options,
              const DdimCanvas         *x,
              const DdimLevel          *level,
              gdouble                  *mean)
{
  gint    c        = picture->c;
  gint    d        = PATCH * PATCH * c;
  gdouble sigma    = level->s / level->a;
  gdouble variance = sigma * sigma + GRAIN * GRAIN;
  gdouble total    = 0;
  gdouble best     = G_MAXDOUBLE;

  memset (mean, 0, d * sizeof (gdouble));
  for (gint pass = 0; pass < 2; pass++)
    for (gint y = 0; y + PATCH <= picture->h; y++)
      for (gint px = 0; px + PATCH <= picture->w; px++)
        for (gint turn = 0; turn < 8; turn++)
          {
            gint    quarters = turn % 4;
            gdouble distance = 0;
            gdouble key[PATCH * PATCH * 4];

            if ((quarters && ! options->turned) || (turn >= 4 && ! options->mirrored) ||
                (ABS (picture->y + y - x->y) < options->apart &&
                 ABS (picture->x + px - x->x) < options->apart))
              continue;

            for (gint cell = 0; cell < PATCH * PATCH; cell++)
              {
                gint ky = cell / PATCH, kx = cell % PATCH;

                turn_cell (quarters, turn >= 4, &ky, &kx);
                for (gint k = 0; k < c; k++)
                  {
                    gdouble value = picture->data[((gsize) (y + ky) * picture->w + px + kx) * c + k];
                    gdouble apart = x->data[cell * c + k] / level->a - value;

                    key[cell * c + k] = value;
                    distance += apart * apart;
                  }
              }
            if (pass == 0)
              {
                best = MIN (best, distance);
              }
            else
              {
                gdouble weight = exp (- (distance - best) / (2 * variance));

                total += weight;
                for (gint k = 0; k < d; k++)
                  mean[k] += weight * key[k];
              }
          }

  for (gint k = 0; k < d; k++)
    {
      gdouble kept = GRAIN * GRAIN / variance;

      mean[k] = (1 - kept) * mean[k] / total + kept * x->data[k] / level->a;
    }
}

static void
compare_with_mixture (gint                      h,
                      gint                      w,
                      gint                      c,
                      const DdimPatchesOptions *options)
{
  static const gdouble sigmas[] = { 0.01, 0.05, 0.2, 0.6, 2, 20 };

  g_autoptr (DdimThreadPool) pool    = ddim_thread_pool_new (2);
  g_autoptr (DdimCanvas)     picture = make_picture (h, w, c);
  g_autoptr (DdimField)      field   = NULL;
  g_autoptr (GError)         error   = NULL;

  picture->y = 5;
  picture->x = -3;
  field = ddim_patches_new (picture, NULL, options, pool, &error);
  g_assert_no_error (error);

  for (gsize i = 0; i < G_N_ELEMENTS (sigmas); i++)
    {
      DdimLevel level = level_at (sigmas[i]);
      g_autoptr (DdimCanvas) x   = noisy_window (picture, 2, 1, PATCH, PATCH, &level);
      g_autoptr (DdimCanvas) out = ddim_canvas_new (1, PATCH, PATCH, c);
      gdouble mean[PATCH * PATCH * 4];

      out->y = x->y;
      out->x = x->x;
      g_assert_true (ddim_field_evaluate (field, x, &level, out, NULL, &error));
      mixture_mean (picture, options, x, &level, mean);

      /* Scores are floats of about |y| |p| / v, with a relative error of about
       * 1e-6 for sums of 147 products; a weight's relative error is the score's
       * absolute one.  |y| |p| is 10 at low noise, 10 sigma above; v is 5e-4 at
       * the least: 2e-2 there, where keys are far apart in units of v and one
       * has all the weight, and less than 1e-4 from sigma 0.2 on.           */
      for (gint k = 0; k < PATCH * PATCH * c; k++)
        g_assert_cmpfloat (fabs (out->data[k] - mean[k]), <, 2e-5);
    }
}

static void
test_mixture (void)
{
  /* 9 keys and 300; one channel and three. */
  compare_with_mixture (9, 9, 1, &(DdimPatchesOptions) { 0 });
  compare_with_mixture (18, 31, 1, &(DdimPatchesOptions) { 0 });
  compare_with_mixture (18, 31, 3, &(DdimPatchesOptions) { 0 });
}

static void
test_mixture_turned (void)
{
  compare_with_mixture (12, 17, 3, &(DdimPatchesOptions) { .mirrored = TRUE });
  compare_with_mixture (12, 17, 3, &(DdimPatchesOptions) { .turned = TRUE });
  compare_with_mixture (12, 17, 1, &(DdimPatchesOptions) { .turned = TRUE, .mirrored = TRUE });
}

static void
test_mixture_apart (void)
{
  compare_with_mixture (18, 20, 3, &(DdimPatchesOptions) { .apart = 4 });
  compare_with_mixture (14, 20, 1, &(DdimPatchesOptions) { .apart = 3, .turned = TRUE });
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/patch-softmax/mixture", test_mixture);
  g_test_add_func ("/patch-softmax/turned", test_mixture_turned);
  g_test_add_func ("/patch-softmax/apart", test_mixture_apart);

  return g_test_run ();
}
