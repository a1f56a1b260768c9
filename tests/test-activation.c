/* test-activation.c: activation functions, over vectors and tensors
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Values from the functions' definitions, by hand; a float's rounding apart, all ways
 * to apply one agree.
 */

#include <math.h>

#include "activation.h"
#include "each-kernels.h"

static const DdimActivation all[] =
  { DDIM_ACTIVATION_NONE, DDIM_ACTIVATION_SILU, DDIM_ACTIVATION_MISH, DDIM_ACTIVATION_GELU,
    DDIM_ACTIVATION_QUICK_GELU, DDIM_ACTIVATION_RELU };

static void
test_values (void)
{
  static const struct { DdimActivation activation; gdouble x, y; } values[] =
    {
      { DDIM_ACTIVATION_NONE, -3, -3 },
      { DDIM_ACTIVATION_SILU, 1, 0.7310585786 },
      { DDIM_ACTIVATION_MISH, 1, 0.8650983882 },
      { DDIM_ACTIVATION_GELU, 1, 0.8413447461 },
      { DDIM_ACTIVATION_QUICK_GELU, 1, 0.8457957659 },
      { DDIM_ACTIVATION_QUICK_GELU, -1, -0.1542042341 },
      { DDIM_ACTIVATION_RELU, -2, 0 },
      { DDIM_ACTIVATION_RELU, 2, 2 }
    };

  for (gsize i = 0; i < G_N_ELEMENTS (values); i++)
    g_assert_cmpfloat_with_epsilon (ddim_activation_naive (values[i].activation, values[i].x),
                                    values[i].y, 1e-9);
}

static void
test_run (void)
{
  enum { N = 10001 };

  for (gint i = 0; i < count_kernels (); i++)
    for (gsize a = 0; a < G_N_ELEMENTS (all); a++)
      {
        g_autoptr (DdimThreadPool) pool = use_kernels (i, 2);
        g_autofree gfloat *x = g_new (gfloat, N + 1);
        DdimRun run = { pool, NULL, NULL };

        for (gint k = 0; k <= N; k++)
          x[k] = (k - N / 2) * 0.002f;
        g_assert_true (ddim_activation_run (all[a], x, N, &run));
        for (gint k = 0; k < N; k++)
          {
            gfloat from = (k - N / 2) * 0.002f;

            g_assert_cmpfloat (x[k], ==, (gfloat) ddim_activation_naive (all[a], from));
          }
        g_assert_cmpfloat (x[N], ==, (N - N / 2) * 0.002f);
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/activation/values", test_values);
  g_test_add_func ("/activation/run", test_run);
  return g_test_run ();
}
