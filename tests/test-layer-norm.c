/* test-layer-norm.c: layer normalisation against its definition
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rows of deviation 0.6 about a mean.  A number's distance from it is off by up to
 * 6e-8 of the mean, relative to the deviation, and what comes out is some 2 times
 * gamma (within -1 .. 1) large: 2e-6 for the rounding of it all, and the mean's
 * share on top.
 */

#include <math.h>

#include "aligned-memory.h"
#include "each-kernels.h"
#include "layer-norm.h"

typedef struct
{
  gint     c, n;
  gdouble  mean;
  gboolean affine;
} Case;

static const Case cases[] =
{
  { 768, 77, 0, TRUE },
  { 320, 40, 3, TRUE },
  { 1280, 3, -1000, TRUE },
  { 33, 17, 0, FALSE },
  { 7, 2, 1, TRUE },
  { 1, 5, 2, TRUE }
};

static gfloat *
numbers (GRand  *rand,
         gsize   n,
         gdouble mean)
{
  gfloat *x = ddim_memory_try_alloc (n);

  for (gsize i = 0; i < n; i++)
    x[i] = mean + g_rand_double_range (rand, -1, 1);
  return x;
}

static void
test_case (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  gdouble  bound = 2e-6 + 1e-6 * fabs (c->mean);
  gsize    x_stride = c->c + 3, stride = c->c + 5, size = c->n * stride;
  gfloat  *blocks[] = { numbers (rand, c->n * x_stride, c->mean), numbers (rand, c->c, 0),
                        numbers (rand, c->c, 0), ddim_memory_try_alloc (size),
                        ddim_memory_try_alloc (size) };
  gfloat  *x = blocks[0], *wanted = blocks[3], *found = blocks[4];
  DdimConstant gamma = { DDIM_DTYPE_F32, c->c, blocks[1] };
  DdimConstant beta  = { DDIM_DTYPE_F32, c->c, blocks[2] };
  const DdimConstant *scale = c->affine ? &gamma : NULL, *shift = c->affine ? &beta : NULL;
  g_autoptr (DdimLayerNorm) norm = ddim_layer_norm_new (c->c, 1e-5, scale, shift);

  ddim_layer_norm_naive (c->c, 1e-5, scale, shift, c->n, x, x_stride, wanted, stride);

  for (gint i = 0; i < 2 * count_kernels (); i++)
    {
      g_autoptr (DdimThreadPool) pool = use_kernels (i / 2, 1 + i % 2);
      DdimRun run = { pool, NULL, NULL };

      /* What lies between the rows is nobody's to change. */
      for (gsize j = 0; j < size; j++)
        found[j] = 77;
      g_assert_true (ddim_layer_norm_run (norm, c->n, x, x_stride, found, stride, &run));
      for (gsize j = 0; j < size; j++)
        if ((gint) (j % stride) < c->c)
          g_assert_cmpfloat (fabsf (found[j] - wanted[j]), <, bound);
        else
          g_assert_cmpfloat (found[j], ==, 77);
    }

  for (gsize i = 0; i < G_N_ELEMENTS (blocks); i++)
    ddim_memory_free (blocks[i]);
}

/* A row's own memory may take the result, and a flat row is beta alone. */
static void
test_in_place (void)
{
  for (gint i = 0; i < count_kernels (); i++)
    {
      g_autoptr (DdimThreadPool) pool = use_kernels (i, 1);
      g_autoptr (DdimLayerNorm) norm = ddim_layer_norm_new (4, 1e-5, NULL, NULL);
      gfloat  x[] = { 1, 3, 1, 3, 5, 5, 5, 5 };
      DdimRun run = { pool, NULL, NULL };

      g_assert_true (ddim_layer_norm_run (norm, 2, x, 4, x, 4, &run));
      for (gint j = 0; j < 4; j++)
        {
          g_assert_cmpfloat_with_epsilon (x[j], (j % 2 ? 1 : -1) / sqrt (1 + 1e-5), 1e-6);
          g_assert_cmpfloat (x[4 + j], ==, 0);
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree gchar *path = g_strdup_printf ("/layer-norm/%d-at-%d-about-%g%s", cases[i].c,
                                                cases[i].n, cases[i].mean,
                                                cases[i].affine ? "" : "-plain");

      g_test_add_data_func (path, &cases[i], test_case);
    }
  g_test_add_func ("/layer-norm/in-place", test_in_place);
  return g_test_run ();
}
