/* constant.c: constant numbers of any type, read as float
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Both 16-bit types fit into a float without loss (IEEE 754-2019, 3.6):
 * BF16 is a float's upper half; F16 has 5 bits of exponent with bias 15.
 */

#include <string.h>

#include "aligned-memory.h"
#include "constant.h"

static inline gfloat
float_from_bits (guint32 bits)
{
  gfloat value;

  memcpy (&value, &bits, sizeof value);
  return value;
}

static inline gfloat
float_from_half (guint16 half)
{
  guint32 sign     = (guint32) (half & 0x8000) << 16;
  guint32 exponent = (half >> 10) & 0x1f;
  guint32 fraction = half & 0x3ff;

  if (exponent == 31) /* infinity and NaN */
    return float_from_bits (sign | 0x7f800000 | fraction << 13);
  if (exponent == 0)  /* zero and subnormal: fraction * 2^-24 */
    return (sign ? -1.0f : 1.0f) * (gfloat) fraction * 0x1p-24f;
  return float_from_bits (sign | (exponent + 112) << 23 | fraction << 13);
}

void
ddim_constant_read (const DdimConstant *constant,
                    gsize               first,
                    gsize               count,
                    gfloat             *out)
{
  const guint8 *data = constant->data;

  g_return_if_fail (first + count <= constant->size);

  if (constant->dtype == DDIM_DTYPE_F32)
    {
      memcpy (out, data + 4 * first, 4 * count);
      return;
    }
  for (gsize i = 0; i < count; i++)
    {
      guint16 bits;

      memcpy (&bits, data + 2 * (first + i), 2);
      out[i] = constant->dtype == DDIM_DTYPE_F16
               ? float_from_half (bits)
               : float_from_bits ((guint32) bits << 16);
    }
}

gfloat *
ddim_constant_copy (const DdimConstant *constant)
{
  gfloat *copy;

  if (! constant)
    return NULL;

  copy = ddim_memory_alloc (constant->size);
  ddim_constant_read (constant, 0, constant->size, copy);
  return copy;
}
