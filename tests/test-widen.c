/* test-widen.c: numbers of 16 bits become the floats that they are
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * All that are finite, of both types, at lengths that fill no vector, against the
 * reader of constants: exactly.
 */

#include "constant.h"
#include "each-kernels.h"

static void
test_all (gconstpointer data)
{
  DdimDtype dtype = GPOINTER_TO_INT (data);
  guint16   exponent = dtype == DDIM_DTYPE_BF16 ? 0x7f80 : 0x7c00;
  g_autofree guint16 *bits   = g_new (guint16, 0x10000);
  g_autofree gfloat  *wanted = g_new (gfloat, 0x10000), *found = g_new (gfloat, 0x10000 + 1);
  DdimConstant        constant = { dtype, 0, bits };

  for (gint i = 0; i < 0x10000; i++)
    if ((i & exponent) != exponent)
      bits[constant.size++] = i;
  ddim_constant_read (&constant, 0, constant.size, wanted);

  for (gint i = 0; i < count_kernels (); i++)
    for (gsize cut = 0; cut < 20; cut++)
      {
        gsize n = constant.size - cut;

        found[n] = 77;
        ddim_kernels_list ()[i]->widen (bits, dtype == DDIM_DTYPE_BF16, n, found);
        g_assert_cmpmem (found, n * sizeof (gfloat), wanted, n * sizeof (gfloat));
        g_assert_cmpfloat (found[n], ==, 77);
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/widen/f16", GINT_TO_POINTER (DDIM_DTYPE_F16), test_all);
  g_test_add_data_func ("/widen/bf16", GINT_TO_POINTER (DDIM_DTYPE_BF16), test_all);
  return g_test_run ();
}
