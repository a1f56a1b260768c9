/* vector.h: loops that the compiler turns into vector code
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <string.h>

#include <glib.h>

G_BEGIN_DECLS

/* Compiles the function once for baseline x86-64, once for AVX2 with FMA and
 * once for AVX-512; the loader takes the best this processor can run.       */
#if defined (__x86_64__) && defined (__GNUC__) && ! defined (__clang__)
#define DDIM_CLONES \
  __attribute__ ((target_clones ("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define DDIM_CLONES
#endif

/* exp (x) in float, without a branch, so that loops over it become vectors:
 * 2^k times a Taylor polynomial over half an octave either way of 0.  The
 * relative error is below 2e-7; x is first brought to -87 .. 88.            */
static inline gfloat
ddim_exp (gfloat x)
{
  gfloat shifted, k, r, p, scale;
  gint32 bits;

  x = x < -87.0f ? -87.0f : x;
  x = x > 88.0f ? 88.0f : x;
  shifted = x * 1.44269504f + 12582912.0f; /* 1.5 2^23: rounds to a whole number */
  k = shifted - 12582912.0f;
  r = x - k * 0.693145752f;                /* ln 2 in two parts                  */
  r = r - k * 1.42860677e-6f;
  p = 1.0f / 720;
  p = p * r + 1.0f / 120;
  p = p * r + 1.0f / 24;
  p = p * r + 1.0f / 6;
  p = p * r + 0.5f;
  p = p * r + 1.0f;
  p = p * r + 1.0f;
  bits = ((gint32) k + 127) << 23;
  memcpy (&scale, &bits, sizeof scale);
  return p * scale;
}

G_END_DECLS
