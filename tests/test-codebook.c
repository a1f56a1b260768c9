/* test-codebook.c: the nearest vectors of a codebook, against the definition
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Of random vectors two are all but never as near as a float's rounding: where they
 * are, either is right, and their distances are compared.
 */

#include <math.h>

#include "aligned-memory.h"
#include "codebook.h"
#include "each-kernels.h"

static const struct { gint n, c, rows; } cases[] =
  { { 8192, 3, 100 }, { 257, 4, 33 }, { 256, 1, 5 }, { 1, 7, 3 }, { 10, 16, 40 } };

static gdouble
distance (const gfloat *x,
          const gfloat *y,
          gint          c)
{
  gdouble sum = 0;

  for (gint k = 0; k < c; k++)
    sum += ((gdouble) x[k] - y[k]) * ((gdouble) x[k] - y[k]);
  return sqrt (sum);
}

static void
test_case (gconstpointer data)
{
  gint n = cases[GPOINTER_TO_INT (data)].n, c = cases[GPOINTER_TO_INT (data)].c;
  gint rows = cases[GPOINTER_TO_INT (data)].rows;
  g_autoptr (GRand)  rand = g_rand_new_with_seed (9);
  g_autofree gfloat *vectors = g_new (gfloat, n * c), *x = g_new (gfloat, rows * c);
  g_autofree gfloat *wanted = g_new (gfloat, rows * c), *found = g_new (gfloat, rows * c);
  DdimConstant       constant = { DDIM_DTYPE_F32, n * c, vectors };

  for (gint i = 0; i < n * c; i++)
    vectors[i] = g_rand_double_range (rand, -1, 1);
  for (gint i = 0; i < rows * c; i++)
    x[i] = g_rand_double_range (rand, -1, 1);
  ddim_codebook_naive (n, c, &constant, rows, x, wanted);

  for (gint i = 0; i < 2 * count_kernels (); i++)
    {
      g_autoptr (DdimThreadPool) pool = use_kernels (i / 2, 1 + i % 2);
      g_autoptr (DdimCodebook) codebook = ddim_codebook_new (n, c, &constant);
      DdimRun run = { pool, NULL, NULL };

      g_assert_true (ddim_codebook_run (codebook, rows, x, found, &run));
      for (gint row = 0; row < rows; row++)
        {
          gdouble best = distance (x + row * c, wanted + row * c, c);
          gdouble here = distance (x + row * c, found + row * c, c);

          g_assert_cmpfloat (here, <=, best + 1e-6);
        }
    }
}

/* The first of equal ones; and what is not a number stays so, to be seen. */
static void
test_special (void)
{
  const gfloat vectors[] = { 1, 0, 1, 5, 0, 0, 0, 0 };
  const gfloat x[] = { 1, 1, NAN, 0, 0.1f, 0 };
  gfloat       found[6];
  DdimConstant constant = { DDIM_DTYPE_F32, 8, vectors };
  g_autoptr (DdimThreadPool) pool = ddim_thread_pool_new (1);
  g_autoptr (DdimCodebook) codebook = ddim_codebook_new (4, 2, &constant);
  DdimRun      run = { pool, NULL, NULL };

  g_assert_true (ddim_codebook_run (codebook, 3, x, found, &run));
  g_assert_cmpfloat (found[0], ==, 1);
  g_assert_cmpfloat (found[1], ==, 0);
  g_assert_true (isnan (found[2]));
  g_assert_cmpfloat (found[4], ==, 0);
  g_assert_null (ddim_codebook_new (3, 2, &constant));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree gchar *path = g_strdup_printf ("/codebook/%d-of-%d", cases[i].n, cases[i].c);

      g_test_add_data_func (path, GINT_TO_POINTER (i), test_case);
    }
  g_test_add_func ("/codebook/special", test_special);
  return g_test_run ();
}
