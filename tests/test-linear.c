/* test-linear.c: linear layers against their definition
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The bound is on the largest difference.  A sum of c_in products within
 * -1 .. 1 is some sqrt (c_in) / 3 large, 20 at most at the 500 channels below,
 * and each of its additions may lose 6e-8 of it: sqrt (500) times that, as they
 * lose it to either side, is 3e-5.  A wrong weight is off by about 1.
 */

#include <math.h>

#include "aligned-memory.h"
#include "each-kernels.h"
#include "linear.h"

#define BOUND 3e-5

typedef struct
{
  gint     c_in, c_out, n;
  gboolean bias;
} Case;

static const Case cases[] =
{
  { 128, 512, 1, TRUE },
  { 500, 70, 3, TRUE },
  { 7, 5, 2, FALSE },
  { 33, 100, 40, TRUE },
  { 1, 1, 1, TRUE }
};

static gfloat *
numbers (GRand *rand,
         gsize  n)
{
  gfloat *x = ddim_memory_try_alloc (n);

  for (gsize i = 0; i < n; i++)
    x[i] = g_rand_double_range (rand, -1, 1);
  return x;
}

static void
test_case (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  gsize    x_stride = c->c_in + 3, out_stride = c->c_out + 5;
  gsize    size = c->n * out_stride;
  gfloat  *blocks[] = { numbers (rand, (gsize) c->c_in * c->c_out), numbers (rand, c->c_out),
                        numbers (rand, c->n * x_stride), numbers (rand, size),
                        numbers (rand, size), numbers (rand, size) };
  gfloat  *wanted = blocks[3], *found = blocks[4], *one_thread = blocks[5];
  DdimConstant weight = { DDIM_DTYPE_F32, (gsize) c->c_in * c->c_out, blocks[0] };
  DdimConstant bias   = { DDIM_DTYPE_F32, c->c_out, blocks[1] };

  ddim_linear_naive (c->c_in, c->c_out, &weight, c->bias ? &bias : NULL, c->n, blocks[2], x_stride,
                     wanted, out_stride);

  for (gint i = 0; i < 3 * count_kernels (); i++)
    {
      gint n_threads = 1 + i % 3;
      g_autoptr (DdimThreadPool)   pool   = use_kernels (i / 3, n_threads);
      g_autoptr (DdimLinear) linear = ddim_linear_new (c->c_in, c->c_out, &weight,
                                                       c->bias ? &bias : NULL);
      DdimRun run = { pool, NULL, NULL };

      /* What lies between the rows is nobody's to change. */
      for (gsize j = 0; j < size; j++)
        found[j] = 77;
      g_assert_true (ddim_linear_plan (linear, pool));
      g_assert_true (ddim_linear_run (linear, c->n, blocks[2], x_stride, found, out_stride, &run));
      for (gsize j = 0; j < size; j++)
        if ((gint) (j % out_stride) < c->c_out)
          g_assert_cmpfloat (fabsf (found[j] - wanted[j]), <, BOUND);
        else
          g_assert_cmpfloat (found[j], ==, 77);

      /* The same bits for every number of threads. */
      if (n_threads == 1)
        memcpy (one_thread, found, size * sizeof (gfloat));
      else
        g_assert_cmpmem (found, size * sizeof (gfloat), one_thread, size * sizeof (gfloat));
    }

  for (gsize i = 0; i < G_N_ELEMENTS (blocks); i++)
    ddim_memory_free (blocks[i]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree gchar *path = g_strdup_printf ("/linear/%d-to-%d-at-%d%s", cases[i].c_in,
                                                cases[i].c_out, cases[i].n,
                                                cases[i].bias ? "" : "-without-bias");

      g_test_add_data_func (path, &cases[i], test_case);
    }
  return g_test_run ();
}
