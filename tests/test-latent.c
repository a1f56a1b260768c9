/* test-latent.c: slerp and the latent's report
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <math.h>
#include <string.h>

#include "ddim.h"

static gdouble
norm (const DdimCanvas *canvas)
{
  DdimLatentReport report;

  ddim_latent_measure (canvas, 0, NULL, &report);
  return report.rms * sqrt (ddim_canvas_item_size (canvas));
}

/* Norms 3 and 1, orthogonal: an eighth of the way takes the same factor from
 * the norm everywhere, and the angle is that share of a quarter circle.  The
 * canvas holds float32: 1e-6.                                               */
static void
test_slerp (void)
{
  g_autoptr (DdimCanvas) x = ddim_canvas_new (1, 1, 2, 1);
  g_autoptr (DdimCanvas) y = ddim_canvas_new (1, 1, 2, 1);
  g_autoptr (DdimCanvas) out = ddim_canvas_new (1, 1, 2, 1);

  x->data[0] = 3;
  y->data[1] = 1;
  for (gint i = 0; i <= 8; i++)
    {
      gdouble position = i / 8.;

      ddim_latent_slerp (x, y, position, NULL, out);
      g_assert_cmpfloat (fabs (norm (out) - pow (3, 1 - position)), <, 1e-6);
      g_assert_cmpfloat (fabs (atan2 (out->data[1], out->data[0]) - position * G_PI / 2), <, 1e-6);
    }
}

/* The ends keep their bits, also in place, per item, and by weights. */
static void
test_ends (void)
{
  g_autoptr (DdimCanvas) x = ddim_canvas_new (2, 6, 7, 3);
  g_autoptr (DdimCanvas) y = ddim_canvas_new (2, 6, 7, 3);
  g_autoptr (DdimCanvas) out = ddim_canvas_new (2, 6, 7, 3);
  guint64 seeds[4] = { 1, 2, 3, 4 };
  gfloat  weights[42];
  gsize   bytes = ddim_canvas_size (x) * sizeof (gfloat);

  ddim_noise_fill (x, seeds, 0);
  ddim_noise_fill (y, seeds + 2, 0);

  ddim_latent_slerp (x, y, 0, NULL, out);
  g_assert_cmpmem (out->data, bytes, x->data, bytes);
  ddim_latent_slerp (x, y, 1, NULL, out);
  g_assert_cmpmem (out->data, bytes, y->data, bytes);

  for (gint i = 0; i < 42; i++)
    weights[i] = i % 3 / 2.f;
  memcpy (out->data, y->data, bytes);
  ddim_latent_slerp (x, out, 1, weights, out);
  for (gint i = 0; i < 84; i++)
    for (gint c = 0; c < 3; c++)
      {
        gfloat value = out->data[i * 3 + c];

        if (i % 42 % 3 == 0)
          g_assert_cmpfloat (value, ==, x->data[i * 3 + c]);
        else if (i % 42 % 3 == 2)
          g_assert_cmpfloat (value, ==, y->data[i * 3 + c]);
        else
          g_assert_cmpfloat (value, !=, x->data[i * 3 + c]);
      }
}

/* Parallel, opposite and zero latents: finite, and on the line. */
static void
test_degenerate (void)
{
  const gfloat factors[] = { 1, 2, -1, 0 };

  for (guint i = 0; i < G_N_ELEMENTS (factors); i++)
    {
      g_autoptr (DdimCanvas) x = ddim_canvas_new (1, 2, 2, 1);
      g_autoptr (DdimCanvas) y = ddim_canvas_new (1, 2, 2, 1);

      for (gint j = 0; j < 4; j++)
        {
          x->data[j] = j - 1.5;
          y->data[j] = factors[i] * (j - 1.5);
        }
      ddim_latent_slerp (x, y, 0.25, NULL, y);
      for (gint j = 0; j < 4; j++)
        g_assert_cmpfloat (fabs (y->data[j] - (0.75 + 0.25 * factors[i]) * (j - 1.5)), <, 1e-6);
    }
}

/* White noise: 3072 values, 5 standard errors.  A ramp is all correlation. */
static void
test_report (void)
{
  g_autoptr (DdimCanvas) noise = ddim_canvas_new (2, 32, 32, 3);
  g_autoptr (DdimCanvas) flat  = ddim_canvas_new (1, 32, 32, 3);
  DdimLatentReport report;
  guint64 seeds[2] = { 8, 9 };

  ddim_noise_fill (noise, seeds, 0);
  ddim_latent_measure (noise, 1, noise, &report);
  g_assert_cmpfloat (fabs (report.rms - 1), <, 5 / sqrt (2 * 3072));
  g_assert_cmpfloat (fabs (report.correlation), <, 5 / sqrt (3072));
  g_assert_cmpfloat (fabs (report.cosine), <, 5 / sqrt (3072));
  ddim_latent_measure (noise, 0, noise, &report);
  g_assert_cmpfloat (fabs (report.cosine - 1), <, 1e-12);

  ddim_latent_measure (flat, 0, noise, &report);
  g_assert_cmpfloat (report.rms, ==, 0);
  g_assert_cmpfloat (report.correlation, ==, 0);
  for (gsize i = 0; i < ddim_canvas_size (flat); i++)
    flat->data[i] = 0.3;
  ddim_latent_measure (flat, 0, NULL, &report);
  g_assert_cmpfloat (fabs (report.correlation - 1), <, 1e-12);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/latent/slerp", test_slerp);
  g_test_add_func ("/latent/ends", test_ends);
  g_test_add_func ("/latent/degenerate", test_degenerate);
  g_test_add_func ("/latent/report", test_report);
  return g_test_run ();
}
