/* test-kernels.c: every table of kernels multiplies, and OpenBLAS's is among them
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What else the tables do is tested with the operations, for each of them.
 */

#include <math.h>

#include "aligned-memory.h"
#include "each-kernels.h"

#define MOST  100            /* rows */
#define PARTS 2
#define SIZE  (MOST * 700)   /* of a left side */

/* A table of that name is there wherever a build has one, behind all that are made
 * for this processor, so that it is chosen only where there is none.        */
static void
test_openblas (void)
{
  const DdimKernels *last = ddim_kernels_list ()[count_kernels () - 1];

#if defined (WITH_OPENBLAS)
  g_assert_cmpstr (last->name, ==, "openblas");
#else
  g_assert_cmpstr (last->name, !=, "openblas");
#endif
#if defined (__x86_64__) || defined (__aarch64__)
  g_assert_cmpstr (ddim_kernels_list ()[0]->name, !=, "openblas");
#endif
}

/* step: from a row to the next; 0: no two alike. */
typedef struct
{
  gint     m, depth, step;
  gint     count;
  gboolean add;
} Case;

static void
check (const DdimKernels *kernels,
       const Case        *c,
       gint               width,
       GRand             *rand)
{
  gfloat *a      = ddim_memory_try_alloc (SIZE);
  gfloat *b      = ddim_memory_try_alloc ((gsize) c->count * PARTS * c->depth * width);
  gfloat *out    = ddim_memory_try_alloc ((gsize) c->count * MOST * width);
  gfloat *before = ddim_memory_try_alloc ((gsize) c->count * MOST * width);
  const gfloat    *rows[PARTS][MOST];
  DdimProductPart  parts[PARTS];
  gsize            b_step = (gsize) PARTS * c->depth * width, c_step = (gsize) c->m * width;

  for (gint i = 0; i < SIZE; i++)
    a[i] = g_rand_double_range (rand, -1, 1);
  for (gsize i = 0; i < c->count * b_step; i++)
    b[i] = g_rand_double_range (rand, -1, 1);
  for (gsize i = 0; i < c->count * c_step; i++)
    out[i] = before[i] = g_rand_double_range (rand, -1, 1);
  for (gint part = 0; part < PARTS; part++)
    {
      parts[part] = (DdimProductPart) { rows[part], c->depth };
      for (gint i = 0; i < c->m; i++)
        rows[part][i] = a + (c->step ? 5 * part + i * c->step
                                     : g_rand_int_range (rand, 0, SIZE - c->depth - c->count));
    }

  kernels->product (width, &(DdimProduct) {
                      .count = c->count, .m = c->m, .n_parts = PARTS, .parts = parts,
                      .b = b, .c = out, .c_stride = width, .a_step = 1, .b_step = b_step,
                      .c_step = c_step, .add = c->add });

  for (gint x = 0; x < c->count; x++)
    for (gint i = 0; i < c->m; i++)
      for (gint j = 0; j < width; j++)
        {
          gsize   at  = x * c_step + (gsize) i * width + j;
          gdouble sum = c->add ? before[at] : 0, size = fabs (sum);

          for (gint k = 0; k < PARTS * c->depth; k++)
            {
              gdouble term = (gdouble) rows[k / c->depth][i][k % c->depth + x]
                             * b[x * b_step + (gsize) k * width + j];

              sum  += term;
              size += fabs (term);
            }
          /* Each addition may round, by half a unit of the sum so far. */
          g_assert_cmpfloat (fabs (out[at] - sum), <=,
                             0x1p-24 * size * (PARTS * c->depth + 2));
        }

  ddim_memory_free (a);
  ddim_memory_free (b);
  ddim_memory_free (out);
  ddim_memory_free (before);
}

static void
test_product (gconstpointer data)
{
  static const Case cases[] =
    { { 1, 1, 1, 1, FALSE }, { 1, 300, 400, 1, FALSE }, { 2, 8, 8, 2, FALSE },
      { 7, 33, 40, 3, TRUE }, { 96, 9, 3, 1, FALSE }, { 96, 600, 200, 1, FALSE },
      { 13, 20, 0, 2, FALSE }, { 70, 300, 0, 1, TRUE }, { 5, 12, 7, 2, TRUE } };

  const DdimKernels *kernels = ddim_kernels_list ()[GPOINTER_TO_INT (data)];
  g_autoptr (GRand)  rand    = g_rand_new_with_seed (1);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      check (kernels, &cases[i], kernels->panel, rand);
      check (kernels, &cases[i], kernels->narrow, rand);
    }
}

/* The nearest bfloat16, of two the even one, as a float. */
static gfloat
round_one (gfloat x)
{
  guint32 bits;

  memcpy (&bits, &x, sizeof bits);
  bits += 0x7fff + (bits >> 16 & 1);
  bits &= 0xffff0000;
  memcpy (&x, &bits, sizeof bits);
  return x;
}

/* One of the pairs' numbers. */
static gfloat
get_number (const gfloat *pairs,
            gint          i)
{
  guint16 half;
  guint32 bits;
  gfloat  x;

  memcpy (&half, (const guint16 *) pairs + i, sizeof half);
  bits = (guint32) half << 16;
  memcpy (&x, &bits, sizeof x);
  return x;
}

/* Rows of c numbers become pairs of the nearest bfloat16s, and nothing else changes. */
static void
test_round (gconstpointer data)
{
  const DdimKernels *kernels = ddim_kernels_list ()[GPOINTER_TO_INT (data)];
  g_autoptr (GRand)  rand    = g_rand_new_with_seed (2);

  for (gint c = 1; c < 130; c += 1 + c / 40)
    {
      gfloat in[3 * 133], out[3 * 70];

      for (gint i = 0; i < 3 * 133; i++)
        in[i] = g_rand_double_range (rand, -4, 4) * exp2 (g_rand_int_range (rand, -20, 20));
      in[0] = 1 + 0x1p-8; /* between two */
      for (gint i = 0; i < 3 * 70; i++)
        out[i] = 77;
      kernels->bf16_round (in, 133, 3, c, out, 70);
      for (gint row = 0; row < 3; row++)
        {
          for (gint i = 0; i < c; i++)
            g_assert_cmpfloat (get_number (out + row * 70, i), ==, round_one (in[row * 133 + i]));
          if (c % 2)
            g_assert_cmpfloat (get_number (out + row * 70, c), ==, 0);
          for (gint i = (c + 1) / 2; i < 70; i++)
            g_assert_cmpfloat (out[row * 70 + i], ==, 77);
        }
    }
}

/* Pairs multiplied are what their numbers are, in two parts; c: depth in pairs. */
static void
check_pairs (const DdimKernels *kernels,
             const Case        *c,
             gint               width,
             GRand             *rand)
{
  gint    row    = 2 * PARTS * c->depth; /* numbers of a row, and rows of b */
  gfloat *a      = ddim_memory_try_alloc ((gsize) c->m * row);
  gfloat *b      = ddim_memory_try_alloc ((gsize) row * width);
  gfloat *pairs  = ddim_memory_try_alloc ((gsize) c->m * row / 2);
  gfloat *packed = ddim_memory_try_alloc ((gsize) row / 2 * width);
  gfloat *out    = ddim_memory_try_alloc ((gsize) c->m * width);
  gfloat *before = ddim_memory_try_alloc ((gsize) c->m * width);
  const gfloat    *rows[PARTS][MOST];
  DdimProductPart  parts[PARTS];

  for (gsize i = 0; i < (gsize) c->m * row; i++)
    a[i] = g_rand_double_range (rand, -1, 1);
  for (gsize i = 0; i < (gsize) row * width; i++)
    b[i] = g_rand_double_range (rand, -1, 1);
  for (gsize i = 0; i < (gsize) c->m * width; i++)
    out[i] = before[i] = g_rand_double_range (rand, -1, 1);
  kernels->bf16_round (a, row, c->m, row, pairs, row / 2);
  kernels->bf16_pack (width, b, row / 2, packed);
  for (gint part = 0; part < PARTS; part++)
    {
      parts[part] = (DdimProductPart) { rows[part], c->depth };
      for (gint i = 0; i < c->m; i++)
        rows[part][i] = pairs + i * row / 2 + part * c->depth;
    }
  kernels->bf16_product (width, &(DdimProduct) {
                           .count = 1, .m = c->m, .n_parts = PARTS, .parts = parts,
                           .b = packed, .c = out, .c_stride = width, .add = c->add });

  for (gint i = 0; i < c->m; i++)
    for (gint j = 0; j < width; j++)
      {
        gsize   at  = (gsize) i * width + j;
        gdouble sum = c->add ? before[at] : 0, size = fabs (sum);

        for (gint k = 0; k < row; k++)
          {
            gdouble term = (gdouble) round_one (a[i * row + k])
                           * round_one (b[(gsize) k * width + j]);

            sum  += term;
            size += fabs (term);
          }
        g_assert_cmpfloat (fabs (out[at] - sum), <=, 0x1p-24 * size * (row + 2));
      }

  for (gint i = 0; i < 6; i++)
    ddim_memory_free ((gfloat *[]) { a, b, pairs, packed, out, before }[i]);
}

static void
test_pairs (gconstpointer data)
{
  static const Case cases[] =
    { { 1, 1, 0, 1, FALSE }, { 1, 300, 0, 1, FALSE }, { 7, 33, 0, 1, TRUE },
      { 96, 9, 0, 1, FALSE }, { 96, 90, 0, 1, FALSE }, { 13, 20, 0, 1, TRUE } };

  const DdimKernels *kernels = ddim_kernels_list ()[GPOINTER_TO_INT (data)];
  g_autoptr (GRand)  rand    = g_rand_new_with_seed (3);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      check_pairs (kernels, &cases[i], kernels->panel, rand);
      check_pairs (kernels, &cases[i], kernels->narrow, rand);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/kernels/openblas", test_openblas);
  for (gint i = 0; i < count_kernels (); i++)
    {
      const DdimKernels *kernels = ddim_kernels_list ()[i];
      const gchar       *name    = kernels->name;
      g_autofree gchar  *product = g_strconcat ("/kernels/product/", name, NULL);
      g_autofree gchar  *round   = g_strconcat ("/kernels/round/", name, NULL);
      g_autofree gchar  *pairs   = g_strconcat ("/kernels/pairs/", name, NULL);

      g_test_add_data_func (product, GINT_TO_POINTER (i), test_product);
      if (kernels->bf16_round)
        g_test_add_data_func (round, GINT_TO_POINTER (i), test_round);
      if (kernels->bf16_product)
        g_test_add_data_func (pairs, GINT_TO_POINTER (i), test_pairs);
    }
  return g_test_run ();
}
