/* test-widen.c: numbers of 16 bits become the floats that they are
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * All that are finite, of both types, at lengths that fill no vector: exactly.  The
 * reader of constants against the definition, and the kernels against that.
 */

#include <math.h>

#include "constant.h"
#include "each-kernels.h"

/* What 16 bits stand for (IEEE 754-2019, 3.4): sign, exponent, fraction. */
static gdouble
define (guint16  bits,
        gboolean bf16)
{
  gint    fraction_bits = bf16 ? 7 : 10, bias = bf16 ? 127 : 15, full = bf16 ? 255 : 31;
  gint    exponent = bits >> fraction_bits & full;
  gdouble fraction = (bits & ((1 << fraction_bits) - 1)) / (gdouble) (1 << fraction_bits);
  gdouble sign     = bits & 0x8000 ? -1 : 1;

  if (exponent == full)
    return fraction ? NAN : sign * INFINITY;
  return sign * (exponent ? ldexp (1 + fraction, exponent - bias) : ldexp (fraction, 1 - bias));
}

/* Every number, infinities and NaNs too, alone and among others. */
static void
test_definition (gconstpointer data)
{
  DdimDtype           dtype = GPOINTER_TO_INT (data);
  g_autofree guint16 *bits  = g_new (guint16, 0x10000);
  g_autofree gfloat  *all   = g_new (gfloat, 0x10000);
  DdimConstant        constant = { dtype, 0x10000, bits };

  for (gint i = 0; i < 0x10000; i++)
    bits[i] = i;
  ddim_constant_read (&constant, 0, 0x10000, all);
  for (gint i = 0; i < 0x10000; i++)
    {
      gdouble wanted = define (i, dtype == DDIM_DTYPE_BF16);
      gfloat  alone;

      ddim_constant_read (&constant, i, 1, &alone);
      if (isnan (wanted))
        g_assert_true (isnan (all[i]) && isnan (alone));
      else
        {
          g_assert_true (all[i] == wanted && alone == wanted);
          g_assert_cmpint (signbit (all[i]) != 0, ==, i >= 0x8000);
        }
    }
}

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
  g_test_add_data_func ("/widen/definition/f16", GINT_TO_POINTER (DDIM_DTYPE_F16),
                        test_definition);
  g_test_add_data_func ("/widen/definition/bf16", GINT_TO_POINTER (DDIM_DTYPE_BF16),
                        test_definition);
  g_test_add_data_func ("/widen/f16", GINT_TO_POINTER (DDIM_DTYPE_F16), test_all);
  g_test_add_data_func ("/widen/bf16", GINT_TO_POINTER (DDIM_DTYPE_BF16), test_all);
  return g_test_run ();
}
