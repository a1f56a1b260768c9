/* constant.c: constant numbers of any type, read as float
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Both 16-bit types fit into a float without loss (IEEE 754-2019, 3.6):
 * BF16 is a float's upper half; F16 has 5 bits of exponent with bias 15.
 */

#include <errno.h>
#include <string.h>
#include <unistd.h>

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
ddim_constant_read_bytes (const DdimConstant *constant,
                          gsize               start,
                          gsize               size,
                          guint8             *out)
{
  if (constant->data || ! constant->file)
    {
      memcpy (out, (const guint8 *) constant->data + start, size);
      return;
    }

  for (gsize done = 0; done < size; )
    {
      gssize got = pread (constant->file->fd, out + done, size - done,
                          constant->offset + start + done);

      if (got > 0)
        done += got;
      else if (got == 0 || errno != EINTR)
        {
          g_atomic_int_set (&constant->file->failed, TRUE);
          memset (out + done, 0, size - done);
          return;
        }
    }
}

void
ddim_constant_read (const DdimConstant *constant,
                    gsize               first,
                    gsize               count,
                    gfloat             *out)
{
  guint8 *halves = (guint8 *) out + 2 * count;

  g_return_if_fail (first <= constant->size && count <= constant->size - first);

  if (count == 0)
    return;
  if (constant->dtype == DDIM_DTYPE_F32)
    {
      ddim_constant_read_bytes (constant, 4 * first, 4 * count, (guint8 *) out);
      return;
    }

  /* Into the second half of `out`: a number is read before the next is written. */
  ddim_constant_read_bytes (constant, 2 * first, 2 * count, halves);
  for (gsize i = 0; i < count; i++)
    {
      guint16 bits;

      memcpy (&bits, halves + 2 * i, 2);
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

  copy = ddim_memory_try_alloc (constant->size);
  if (copy)
    ddim_constant_read (constant, 0, constant->size, copy);
  return copy;
}
