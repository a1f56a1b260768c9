/* test-local-mean.c: means around each pixel
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "ddim.h"
#include "local-mean.h"

/* Against the definition, for radii less and greater than the picture.  Values
 * are about 1, their means' errors float's.                                 */
static void
test_definition (void)
{
  static const gint radii[] = { 0, 1, 3, 20 };
  const gint        h = 9, w = 13;

  for (gsize k = 0; k < 2 * G_N_ELEMENTS (radii); k++)
    {
      gint                   radius   = radii[k / 2];
      gboolean               tileable = k % 2;
      g_autoptr (DdimCanvas) x        = ddim_canvas_new (1, h, w, 1);
      g_autoptr (DdimCanvas) mean     = NULL;
      guint64                seed     = 2;

      ddim_noise_fill (x, &seed, 0);
      mean = ddim_canvas_copy (x);
      ddim_local_mean (mean->data, h, w, radius, tileable, NULL);

      for (gint row = 0; row < h; row++)
        for (gint column = 0; column < w; column++)
          {
            gdouble sum = 0;
            gint    n   = 0;

            for (gint i = row - radius; i <= row + radius; i++)
              for (gint j = column - radius; j <= column + radius; j++)
                if (tileable || (i >= 0 && i < h && j >= 0 && j < w))
                  {
                    sum += x->data[(i + 3 * h) % h * w + (j + 3 * w) % w];
                    n++;
                  }
            g_assert_cmpfloat_with_epsilon (mean->data[row * w + column], sum / n, 1e-5);
          }
    }
}

/* Where all about is 0 the mean is 0, to the bit, whatever came before: what
 * strength 0 leaves as it is depends on it.                                 */
static void
test_zero (void)
{
  gfloat values[5 * 40] = { 0 };

  for (gint i = 0; i < 5 * 40; i++)
    values[i] = i % 40 < 10 ? 0.1f * i : 0;
  ddim_local_mean (values, 5, 40, 3, FALSE, NULL);
  for (gint i = 0; i < 5 * 40; i++)
    if (i % 40 >= 13)
      g_assert_cmpfloat (values[i], ==, 0);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/local-mean/definition", test_definition);
  g_test_add_func ("/local-mean/zero", test_zero);
  return g_test_run ();
}
