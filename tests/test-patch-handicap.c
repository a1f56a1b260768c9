/* test-patch-handicap.c: how far a place's own patches are held back
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <math.h>
#include <string.h>

#include "ddim.h"
#include "noisy-texture.h"

static const DdimLevel clean = { 0, 1, 0 };

/* What patches make of a picture's own window with hardly any noise. */
static DdimCanvas *
denoise (DdimField        *field,
         const DdimCanvas *window)
{
  DdimLevel   level = { 0, 0.9998, 0.02 };
  DdimCanvas *x     = ddim_canvas_copy (window);
  DdimCanvas *out   = ddim_canvas_copy (window);

  for (gsize i = 0; i < ddim_canvas_size (x); i++)
    x->data[i] *= level.a;
  g_assert_true (ddim_field_evaluate (field, x, &level, out, NULL, NULL));
  ddim_canvas_free (x);
  return out;
}

/* Of every size of picture, searched or compared whole: without a handicap the
 * window comes back; the greater the handicap the less like it; and a handicap
 * beyond all distances is as if own patches were forbidden.                  */
static void
test_graded (void)
{
  static const gdouble handicaps[] = { 0, 0.05, 0.2, 0.6, 30 };

  for (gint all = 0; all < 2; all++)
    {
      g_autoptr (DdimThreadPool) pool     = ddim_thread_pool_new (2);
      g_autoptr (DdimCanvas)     picture  = make_picture (96, 88, 3);
      g_autoptr (DdimCanvas)     window   = noisy_window (picture, 20, 16, 40, 44, &clean);
      DdimPatchesOptions         options  = { .pairs = all ? 1e12 : 0 };
      DdimPatchesOptions         forbids  = { .pairs = all ? 1e12 : 0, .apart = 12 };
      g_autoptr (DdimField)      own      = ddim_patches_new (picture, NULL, &options, pool, NULL);
      g_autoptr (DdimField)      other    = ddim_patches_new (picture, NULL, &forbids, pool, NULL);
      g_autoptr (DdimCanvas)     plain    = denoise (own, window);
      g_autoptr (DdimCanvas)     apart    = denoise (other, window);
      gdouble                    last     = -1, first = 0;

      for (gsize i = 0; i < G_N_ELEMENTS (handicaps); i++)
        {
          DdimPatchesHandicap    handicap = { .apart = 12, .handicap = handicaps[i] };
          g_autoptr (DdimField)  field    = ddim_patches_new_handicapped (own, &handicap, NULL);
          g_autoptr (DdimCanvas) out      = denoise (field, window);
          gdouble                change   = ddim_canvas_rms_difference (out, window);

          if (i == 0)
            g_assert_cmpfloat (ddim_canvas_rms_difference (out, plain), ==, 0);
          if (i == 0)
            first = change;
          g_assert_cmpfloat (change, >=, last);
          last = change;
          if (i + 1 == G_N_ELEMENTS (handicaps))
            g_assert_cmpfloat (ddim_canvas_rms_difference (out, apart), <, 0.25 * change);
        }
      /* Own patches with the picture's grain about them, against others. */
      g_assert_cmpfloat (first, <, 0.03);
      g_assert_cmpfloat (last, >, 2 * first);
    }
}

/* It holds back only where the weights are, and by as much of a patch as lies in
 * them: away from them what is made is what is made without, to the bit.     */
static void
test_weights (void)
{
  g_autoptr (DdimThreadPool) pool    = ddim_thread_pool_new (2);
  g_autoptr (DdimCanvas)     picture = make_picture (96, 88, 3);
  g_autoptr (DdimCanvas)     window  = noisy_window (picture, 20, 16, 40, 44, &clean);
  DdimPatchesOptions         all     = { .pairs = 1e12 };
  g_autoptr (DdimField)      own     = ddim_patches_new (picture, NULL, &all, pool, NULL);
  g_autoptr (DdimCanvas)     plain   = denoise (own, window);
  g_autofree gfloat         *weights = g_new0 (gfloat, 40 * 44);
  DdimPatchesHandicap        handicap = { .apart = 12, .handicap = 0.6, .weights = weights,
                                          .y = 20, .x = 16, .h = 40, .w = 44 };
  g_autoptr (DdimField)      field   = NULL;
  g_autoptr (DdimCanvas)     out     = NULL;
  gdouble                    changed = 0;

  for (gint i = 0; i < 40 * 44; i++)
    weights[i] = i / 44 >= 24;
  field = ddim_patches_new_handicapped (own, &handicap, NULL);
  /* It outlives what it was made of. */
  g_clear_pointer (&own, ddim_field_unref);
  out = denoise (field, window);
  for (gint y = 0; y < 40; y++)
    for (gint i = 0; i < 44 * 3; i++)
      {
        gdouble change = out->data[y * 44 * 3 + i] - plain->data[y * 44 * 3 + i];

        /* Patches have 7 lines. */
        if (y < 24 - 7)
          g_assert_cmpfloat (change, ==, 0);
        if (y >= 24 + 7)
          changed += change * change;
      }
  g_assert_cmpfloat (sqrt (changed / (9 * 44 * 3)), >, 0.03);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/patch-handicap/graded", test_graded);
  g_test_add_func ("/patch-handicap/weights", test_weights);
  return g_test_run ();
}
