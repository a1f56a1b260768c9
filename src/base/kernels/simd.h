/* simd.h: portable vectors for the kernel-*.c files
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The kernels are written once, with GNU C's vector types, and compiled once
 * for each instruction set (src/meson.build): DDIM_ISA is the set's name,
 * and a vector is as long as its registers are.
 */

#pragma once

#include <string.h>

#if defined (__AVX512F__)
#include <immintrin.h>
#endif

#include "kernels.h"

G_BEGIN_DECLS

#if defined (__AVX512F__)
#define LANES 16
#elif defined (__AVX2__)
#define LANES 8
#else
#define LANES 4
#endif

typedef gfloat Vector  __attribute__ ((vector_size (4 * LANES)));
typedef gint32 Integers __attribute__ ((vector_size (4 * LANES)));
typedef gfloat Unaligned __attribute__ ((vector_size (4 * LANES), aligned (4), may_alias));

/* Vectors in a panel of a product, in a narrow one, and rows of a product that are
 * summed at once: what the registers hold or, of OpenBLAS, what is worth a call. */
#if defined (__AVX512F__)
#define PANEL_VECTORS 2
#define PRODUCT_ROWS  12
#elif defined (__aarch64__)
#define PANEL_VECTORS 4
#define PRODUCT_ROWS  6
#elif defined (DDIM_OPENBLAS)
#define PANEL_VECTORS 8
#define NARROW        2
#else
#define PANEL_VECTORS 2
#define PRODUCT_ROWS  6
#endif
#ifndef NARROW
#define NARROW 1
#endif

/* Products of pairs of bfloat16s: not where a matrix unit is faster at them. */
#if defined (__AVX512BF16__) && ! defined (__AMX_BF16__)
#define PAIRS 1
#else
#define PAIRS 0
#endif

#define INLINE static inline __attribute__ ((always_inline))

/* The name of a function of this instruction set's table. */
#define KERNEL_PASTE(isa, name) ddim_ ## isa ## _ ## name
#define KERNEL_NAME(isa, name)  KERNEL_PASTE (isa, name)
#define KERNEL(name)            KERNEL_NAME (DDIM_ISA, name)

#define DECLARE(member, name) \
  extern __typeof__ (*((DdimKernels *) NULL)->member) KERNEL (name);
DECLARE (prepare, prepare)
DECLARE (product, product)
DECLARE (bf16_product, bf16_product)
DECLARE (bf16_round, bf16_round)
DECLARE (bf16_pack, bf16_pack)
DECLARE (bf16x2_product, bf16x2_product)
DECLARE (bf16x2_split, bf16x2_split)
DECLARE (bf16x2_pack, bf16x2_pack)
DECLARE (affine, affine)
DECLARE (finish, finish)
DECLARE (softmax, softmax)
DECLARE (layer_norm, layer_norm)
DECLARE (geglu, geglu)
DECLARE (widen, widen)
DECLARE (distance, distance)
DECLARE (winograd_input[0], winograd_input_2)
DECLARE (winograd_input[0], winograd_input_4)
DECLARE (winograd_output[0], winograd_output_2)
DECLARE (winograd_output[0], winograd_output_4)
DECLARE (winograd_weights[0], winograd_weights_2)
DECLARE (winograd_weights[0], winograd_weights_4)
DECLARE (bf16_winograd_input[0], bf16_winograd_input_2)
DECLARE (bf16_winograd_input[0], bf16_winograd_input_4)
DECLARE (bf16_winograd_weights[0], bf16_winograd_weights_2)
DECLARE (bf16_winograd_weights[0], bf16_winograd_weights_4)
extern const DdimKernels KERNEL (kernels);

INLINE Vector
load (const gfloat *p)
{
  return *(const Unaligned *) p;
}

/* Into the second cache: more than the first one holds may be asked for. */
INLINE void
prefetch (const gfloat *p)
{
  __builtin_prefetch (p, 0, 2);
}

INLINE void
store (gfloat *p,
       Vector  x)
{
  *(Unaligned *) p = x;
}

/* The first n lanes; the others are zero. */
INLINE Vector
get (const gfloat *p,
     gint          n)
{
  Vector x = { 0 };

  if (n == LANES)
    return load (p);
  memcpy (&x, p, n * sizeof (gfloat));
  return x;
}

INLINE void
put (gfloat *p,
     Vector  x,
     gint    n)
{
  if (n == LANES)
    store (p, x);
  else
    memcpy (p, &x, n * sizeof (gfloat));
}

#if defined (__AVX512BF16__)
/* Two rows' lanes as pairs: x's in the lower halves. */
INLINE Vector
pairs_of (Vector x,
          Vector y)
{
  const __m512i order = _mm512_set_epi16 (31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10,
                                          25, 9, 24, 8, 23, 7, 22, 6, 21, 5, 20, 4,
                                          19, 3, 18, 2, 17, 1, 16, 0);

  return (Vector) _mm512_permutexvar_epi16 (order, (__m512i) _mm512_cvtne2ps_pbh ((__m512) y,
                                                                                 (__m512) x));
}
#endif

INLINE Vector
choose (Integers mask,
        Vector   yes,
        Vector   no)
{
  return (Vector) (((Integers) yes & mask) | ((Integers) no & ~mask));
}

/* The larger and the smaller of two; x where x is no number. */
INLINE Vector
at_least (Vector x,
          Vector low)
{
#if defined (__AVX512F__)
  return (Vector) _mm512_max_ps ((__m512) low, (__m512) x);
#else
  return choose (x < low, low, x);
#endif
}

INLINE Vector
at_most (Vector x,
         Vector high)
{
#if defined (__AVX512F__)
  return (Vector) _mm512_min_ps ((__m512) high, (__m512) x);
#else
  return choose (x > high, high, x);
#endif
}

/* 1 / x of a normal number: with AVX-512 from its 14 bits by a step of
 * Newton's, which is as exact (2^-23) and a quarter of a division's time.   */
INLINE Vector
reciprocal (Vector x)
{
#if defined (__AVX512F__)
  Vector r = (Vector) _mm512_rcp14_ps ((__m512) x);

  return r + r * (1.0f - x * r);
#else
  return 1.0f / x;
#endif
}

/* exp (x) with a relative error below 2e-7, x being brought to -87 .. 88
 * first: 2^k times a Taylor polynomial over half an octave either way of 0. */
INLINE Vector
exponential (Vector x)
{
  const Vector zero = { 0 };
  const Vector low = zero - 87.0f, high = zero + 88.0f;
  Vector       shifted, k, r, p;

  x = at_most (at_least (x, low), high);
  shifted = x * 1.44269504f + 12582912.0f; /* 1.5 2^23: rounds to a whole number */
  k = shifted - 12582912.0f;
  r = x - k * 0.693145752f;                /* ln 2 in two parts                  */
  r = r - k * 1.42860677e-6f;
  p = r * (1.0f / 720) + 1.0f / 120;
  p = p * r + 1.0f / 24;
  p = p * r + 1.0f / 6;
  p = p * r + 0.5f;
  p = p * r + 1.0f;
  p = p * r + 1.0f;
  /* The whole number stands in the low bits of `shifted`. */
  return (Vector) ((Integers) p + ((Integers) shifted << 23));
}

/* x, sums of a convolution, with all that comes behind them: see DdimFinish.
 * residual: the pixel's, at this vector's first channel, or NULL.          */
INLINE Vector
finish_vector (Vector        x,
               Vector        bias,
               const gfloat *residual,
               gint          n,
               gfloat        scale)
{
  x += bias;
  if (residual)
    x += get (residual, n);
  return x * scale;
}

/* The moments of some pixels: the sum of what is left of them without the pivot, and
 * of the squares of what is left without their mean.                        */
typedef struct
{
  gint   n;
  Vector pivot, sum, squares;
} Moments;

INLINE Moments
get_moments (const DdimFinish *f,
             gint              k)
{
  Moments moments = { .n = f->before };

  if (f->before)
    {
      moments.pivot   = load (f->pivot + k);
      moments.sum     = load (f->sum + k);
      moments.squares = load (f->squares + k);
    }
  return moments;
}

INLINE void
put_moments (const DdimFinish *f,
             gint              k,
             const Moments    *moments)
{
  store (f->pivot + k, moments->pivot);
  store (f->sum + k, moments->sum);
  store (f->squares + k, moments->squares);
}

/* Adds n pixels' values, by their own mean: a pivot far from it costs the squares no
 * digits, and many short sums lose less than a long one (Chan, Golub and LeVeque,
 * equation 2.1).                                                            */
INLINE void
add_moments (Moments      *moments,
             const Vector *x,
             gint          n)
{
  Vector sum = { 0 }, squares = { 0 }, mean;

  if (! moments->n)
    moments->pivot = x[0];
#pragma GCC unroll 16
  for (gint i = 0; i < n; i++)
    sum += x[i] - moments->pivot;
  mean = sum * (1.0f / n);
#pragma GCC unroll 16
  for (gint i = 0; i < n; i++)
    squares += (x[i] - moments->pivot - mean) * (x[i] - moments->pivot - mean);

  if (moments->n)
    {
      mean    -= moments->sum * (1.0f / moments->n);
      squares += mean * mean * ((gfloat) moments->n * n / (moments->n + n));
    }
  moments->n       += n;
  moments->sum     += sum;
  moments->squares += squares;
}

G_END_DECLS
