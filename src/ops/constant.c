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
#include "os.h"

/* Numbers that are widened together. */
#define BLOCK 64

/* Without a branch, so that the compiler takes many at a time: base/kernel-widen.c
 * says why the multiplication; infinity and NaN keep a full exponent.        */
static inline guint32
bits_of_half (guint16 half)
{
  guint32 rest = (guint32) (half & 0x7fff) << 13;
  guint32 full = (half & 0x7c00) == 0x7c00 ? 0x7f800000 : 0;
  gfloat  size;

  memcpy (&size, &rest, sizeof size);
  size *= 0x1p112f;
  memcpy (&rest, &size, sizeof rest);
  return rest | full | (guint32) (half & 0x8000) << 16;
}

/* Up to BLOCK of them. */
static void
widen (const guint8 *halves,
       gboolean      bf16,
       gsize         n,
       gfloat       *out)
{
  guint16 from[BLOCK] = { 0 };
  guint32 to[BLOCK];

  memcpy (from, halves, n * sizeof (guint16));
  if (bf16)
    for (gint i = 0; i < BLOCK; i++)
      to[i] = (guint32) from[i] << 16;
  else
    for (gint i = 0; i < BLOCK; i++)
      to[i] = bits_of_half (from[i]);
  memcpy (out, to, n * sizeof (gfloat));
}

/* From a file's order to this machine's; nothing where they are one. */
static void
order_bytes (const DdimConstant *constant,
             gsize               size,
             guint8             *bytes)
{
  gsize each = constant->dtype == DDIM_DTYPE_F32 ? 4 : 2;

  if (! constant->little_endian || G_BYTE_ORDER == G_LITTLE_ENDIAN)
    return;

  for (gsize at = 0; at < size; at += each)
    for (gsize i = 0; i < each / 2; i++)
      {
        guint8 byte = bytes[at + i];

        bytes[at + i]            = bytes[at + each - 1 - i];
        bytes[at + each - 1 - i] = byte;
      }
}

void
ddim_constant_read_bytes (const DdimConstant *constant,
                          gsize               start,
                          gsize               size,
                          guint8             *out)
{
  gsize got;

  if (constant->data || ! constant->file)
    {
      memcpy (out, (const guint8 *) constant->data + start, size);
      order_bytes (constant, size, out);
      return;
    }

  got = ddim_os_read (constant->file->fd, constant->offset + start, size, out);
  if (got < size)
    {
      g_atomic_int_set (&constant->file->failed, TRUE);
      memset (out + got, 0, size - got);
    }
  order_bytes (constant, size, out);
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

  /* Into the second half of `out`: a block is read before the next is written. */
  ddim_constant_read_bytes (constant, 2 * first, 2 * count, halves);
  for (gsize i = 0; i < count; i += BLOCK)
    widen (halves + 2 * i, constant->dtype == DDIM_DTYPE_BF16, MIN (BLOCK, count - i), out + i);
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
