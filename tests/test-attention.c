/* test-attention.c: attention against its definition
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The bound is on the largest difference.  An output is a mean of values
 * within -1 .. 1 whose weights are exponentials of float32 scores: scores of up
 * to 30 are off by 2e-6, and so, as a share, are their exponentials; some ten
 * times that leaves room for the sums.  A score of bf16x2 numbers, a sum of d
 * products of which each may lose 4e-6, of either sign, and that is divided by
 * sqrt d, is off by some 4e-6 times 3.  A wrong row or head is off by about 1.
 */

#include <math.h>

#include "aligned-memory.h"
#include "each-kernels.h"
#include "attention.h"

#define BOUND 2e-5

typedef struct
{
  gint n, queries, keys, heads, d;
  gint beside; /* numbers between one row and the next that are not its own */
  gboolean causal;
} Case;

static const Case cases[] =
{
  { 1, 256, 256, 1, 64, 0 },
  { 2, 49, 49, 8, 8, 0 },
  { 3, 16, 16, 2, 33, 5 },
  { 1, 130, 130, 3, 20, 7 },
  { 1, 1, 1, 1, 4, 0 },
  { 1, 97, 97, 1, 512, 0 },
  /* Keys and values of another sequence, as a text's. */
  { 2, 64, 77, 4, 32, 0 },
  { 3, 130, 1, 2, 40, 3 },
  { 2, 5, 200, 1, 17, 0 },
  /* A text's own words, each of which sees those before it. */
  { 2, 77, 77, 4, 32, 0, TRUE },
  { 1, 130, 130, 2, 64, 3, TRUE },
  { 1, 1, 1, 1, 8, 0, TRUE }
};

static gfloat *
numbers (GRand  *rand,
         gsize   n,
         gdouble most)
{
  gfloat *x = ddim_memory_try_alloc (n);

  for (gsize i = 0; i < n; i++)
    x[i] = g_rand_double_range (rand, -most, most);
  return x;
}

/* To the nearest bfloat16. */
static gfloat *
rounded (const gfloat *x,
         gsize         n)
{
  gfloat *out = ddim_memory_try_alloc (n);

  for (gsize i = 0; i < n; i++)
    {
      guint32 bits;

      memcpy (&bits, &x[i], sizeof bits);
      bits = (bits + 0x7fff + (bits >> 16 & 1)) & 0xffff0000;
      memcpy (&out[i], &bits, sizeof bits);
    }
  return out;
}

/* Of bfloat16s it is the same as of queries, keys and values that are some already,
 * but for the softmax, each number of which is then rounded, too: by 2^-8 of it at
 * most, and what they weigh, values up to 1, is no more.                    */
#define ROUNDED_BOUND (BOUND + 0x1p-8)

static void
test_case (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  gsize  stride = c->heads * c->d + c->beside;
  gsize  size   = (gsize) c->n * c->queries * stride;
  gsize  size_of_keys = (gsize) c->n * c->keys * stride;
  gfloat *blocks[] = { numbers (rand, size, 3), numbers (rand, size_of_keys, 3),
                       numbers (rand, size_of_keys, 1), numbers (rand, size, 1), ddim_memory_try_alloc (size),
                       ddim_memory_try_alloc (size), numbers (rand, size, 1) };
  gfloat *rough[]  = { rounded (blocks[0], size), rounded (blocks[1], size_of_keys),
                       rounded (blocks[2], size_of_keys) };
  gfloat *wanted = blocks[3], *found = blocks[4], *one_thread = blocks[5];
  DdimAttentionArgs args = { c->n, c->queries, c->keys, c->heads, c->d, blocks[0], blocks[1], blocks[2],
                             stride, stride, stride, wanted, stride, c->causal };

  ddim_attention_naive (&args);
  args.q   = rough[0];
  args.k   = rough[1];
  args.v   = rough[2];
  args.out = blocks[6];
  ddim_attention_naive (&args);
  args.q   = blocks[0];
  args.k   = blocks[1];
  args.v   = blocks[2];

  for (gint i = 0; i < 6 * count_kernels (); i++)
    {
      gint n_threads = 1 + i % 3;
      g_autoptr (DdimThreadPool) pool = use_kernels (i / 6, n_threads);
      const DdimKernels *kernels = ddim_thread_pool_get_kernels (pool);
      DdimPrecision precision = i / 3 % 2 ? DDIM_PRECISION_BFLOAT16 : DDIM_PRECISION_FLOAT32;
      gboolean is_rounded = precision == DDIM_PRECISION_BFLOAT16 &&
                            (kernels->bf16_product ||
                             (kernels->bf16x2_split && c->d >= DDIM_BF16X2));
      const gfloat *expected = is_rounded ? blocks[6] : wanted;
      gdouble  bound   = is_rounded ? ROUNDED_BOUND : BOUND;
      gfloat  *scratch = ddim_memory_try_alloc (ddim_attention_plan (c->n, c->queries, c->keys,
                                                                     c->heads, c->d, precision,
                                                                     pool));
      DdimRun  run = { pool, NULL, scratch };

      /* What lies between the rows is nobody's to change. */
      for (gsize j = 0; j < size; j++)
        found[j] = 77;
      args.out       = found;
      args.precision = precision;
      g_assert_true (ddim_attention_run (&args, &run));
      for (gsize j = 0; j < size; j++)
        if ((gint) (j % stride) < c->heads * c->d)
          g_assert_cmpfloat (fabsf (found[j] - expected[j]), <, bound);
        else
          g_assert_cmpfloat (found[j], ==, 77);

      /* The same bits for every number of threads. */
      if (n_threads == 1)
        memcpy (one_thread, found, size * sizeof (gfloat));
      else
        g_assert_cmpmem (found, size * sizeof (gfloat), one_thread, size * sizeof (gfloat));
      ddim_memory_free (scratch);
    }

  for (gsize i = 0; i < G_N_ELEMENTS (blocks); i++)
    ddim_memory_free (blocks[i]);
  for (gsize i = 0; i < G_N_ELEMENTS (rough); i++)
    ddim_memory_free (rough[i]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree gchar *path = g_strdup_printf ("/attention/%d-of-%d-%d-heads-of-%d-at-%d%s",
                                                cases[i].queries, cases[i].keys, cases[i].heads, cases[i].d,
                                                cases[i].n, cases[i].causal ? "-causal" : "");

      g_test_add_data_func (path, &cases[i], test_case);
    }
  return g_test_run ();
}
