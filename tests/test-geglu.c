/* test-geglu.c: the gated unit against its definition
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The polynomial for erf is good to 1.5e-7, and float adds some 3e-7 of the
 * result: 5e-7 |a| (1 + |b|) bounds both.  The tanh form of GELU is off by 5e-4.
 */

#include <math.h>

#include "aligned-memory.h"
#include "each-kernels.h"
#include "geglu.h"

static const gint widths[] = { 1, 7, 16, 33, 1280 };

static void
test_width (gconstpointer data)
{
  gint     c = *(const gint *) data, n = 37;
  g_autoptr (GRand) rand = g_rand_new_with_seed (c);
  gsize    size = (gsize) n * c;
  gfloat  *x = ddim_memory_try_alloc (2 * size), *wanted = ddim_memory_try_alloc (size);
  gfloat  *found = ddim_memory_try_alloc (size + 16), *one_thread = ddim_memory_try_alloc (size);

  for (gsize i = 0; i < 2 * size; i++)
    x[i] = g_rand_double_range (rand, -8, 8) * (i % 7 ? 1 : 4);
  ddim_geglu_naive (n, c, x, wanted);

  for (gint i = 0; i < 2 * count_kernels (); i++)
    {
      g_autoptr (DdimThreadPool) pool = use_kernels (i / 2, 1 + 2 * (i % 2));
      DdimRun run = { pool, NULL, NULL };

      for (gsize j = 0; j < size + 16; j++)
        found[j] = 77;
      g_assert_true (ddim_geglu_run (n, c, x, found, &run));
      for (gsize j = 0; j < size; j++)
        {
          gfloat a = x[j / c * 2 * c + j % c], b = x[j / c * 2 * c + c + j % c];

          g_assert_cmpfloat (fabsf (found[j] - wanted[j]), <=, 5e-7 * fabsf (a) * (1 + fabsf (b)));
        }
      for (gsize j = size; j < size + 16; j++)
        g_assert_cmpfloat (found[j], ==, 77);
      if (i % 2 == 0)
        memcpy (one_thread, found, size * sizeof (gfloat));
      else
        g_assert_cmpmem (found, size * sizeof (gfloat), one_thread, size * sizeof (gfloat));
    }

  ddim_memory_free (x);
  ddim_memory_free (wanted);
  ddim_memory_free (found);
  ddim_memory_free (one_thread);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (widths); i++)
    {
      g_autofree gchar *path = g_strdup_printf ("/geglu/%d", widths[i]);

      g_test_add_data_func (path, &widths[i], test_width);
    }
  return g_test_run ();
}
