/* kernel-lines.c: what surrounds the products: lines of pixels
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <math.h>

#include "simd.h"

INLINE Vector
silu_of (Vector x)
{
  return x * reciprocal (1.0f + exponential (-x));
}

INLINE Vector
affine_of (Vector         x,
           Vector         scale,
           Vector         shift,
           const gboolean silu)
{
  x = scale * x + shift;
  return silu ? silu_of (x) : x;
}

/* Pixels that are asked for ahead: a line's are one run of memory, but a short
 * one for the processor to notice by itself.                                */
#define AHEAD 8

INLINE void
affine (const gfloat   *in,
        gsize           in_pixel,
        const gfloat   *scale,
        const gfloat   *shift,
        const gboolean  silu,
        gint            n,
        gint            c,
        gfloat         *out,
        gsize           out_pixel)
{
  gint whole = c / LANES * LANES, rest = c - whole;

  for (gint i = 0; i < n; i++, in += in_pixel, out += out_pixel)
    {
      for (gint k = 0; k < whole; k += LANES)
        {
          prefetch (in + AHEAD * in_pixel + k);
          store (out + k, affine_of (load (in + k), load (scale + k), load (shift + k), silu));
        }
      if (rest)
        put (out + whole, affine_of (get (in + whole, rest),
                                            get (scale + whole, rest),
                                            get (shift + whole, rest), silu), rest);
    }
}

void
KERNEL (affine) (const gfloat *in,
                 gsize         in_pixel,
                 const gfloat *scale,
                 const gfloat *shift,
                 gboolean      silu,
                 gint          n,
                 gint          c,
                 gfloat       *out,
                 gsize         out_pixel)
{
  if (! scale)
    for (gint i = 0; i < n; i++)
      memcpy (out + i * out_pixel, in + i * in_pixel, c * sizeof (gfloat));
  else if (silu)
    affine (in, in_pixel, scale, shift, TRUE, n, c, out, out_pixel);
  else
    affine (in, in_pixel, scale, shift, FALSE, n, c, out, out_pixel);
}

#define RUN 8 /* pixels whose moments are taken together */

/* Channels k .. k + lanes - 1 of n pixels, from number `first` on. */
INLINE void
finish_run (const gfloat     *sums,
            gsize             sums_pixel,
            gint              first,
            gint              n,
            gint              k,
            gint              lanes,
            const DdimFinish *f,
            Vector            bias,
            Moments          *moments)
{
  Vector x[RUN] = { { 0 } };

#pragma GCC unroll 8
  for (gint i = 0; i < n; i++)
    {
      gsize at = first + i;

      x[i] = finish_vector (get (sums + at * sums_pixel + k, lanes), bias,
                            f->residual ? f->residual + at * f->residual_pixel + k : NULL,
                            lanes, f->scale);
      put (f->out + at * f->out_pixel + k, x[i], lanes);
    }
  add_moments (moments, x, n);
}

void
KERNEL (finish) (const gfloat     *sums,
                 gsize             sums_pixel,
                 gint              n,
                 gint              c,
                 const DdimFinish *f)
{
  gint whole = n / RUN * RUN;

  for (gint k = 0; k < c; k += LANES)
    {
      gint    lanes   = MIN (c - k, LANES);
      Vector  bias    = load (f->bias + k);
      Moments moments = get_moments (f, k);

      for (gint i = 0; i < whole; i += RUN)
        finish_run (sums, sums_pixel, i, RUN, k, lanes, f, bias, &moments);
      if (whole < n)
        finish_run (sums, sums_pixel, whole, n - whole, k, lanes, f, bias, &moments);
      put_moments (f, k, &moments);
    }
}

gfloat
KERNEL (softmax) (gfloat *x,
                  gint    n,
                  gfloat  scale)
{
  gint    whole = n / LANES * LANES, rest = n - whole;
  Vector  high = { 0 }, sum = { 0 };
  gfloat  most = x[0], total = 0;

  high = high + x[0];
  for (gint i = 0; i < whole; i += LANES)
    high = choose (load (x + i) > high, load (x + i), high);
  for (gint i = 0; i < LANES; i++)
    most = MAX (most, high[i]);
  for (gint i = whole; i < n; i++)
    most = MAX (most, x[i]);

  for (gint i = 0; i < whole; i += LANES)
    {
      Vector y = exponential ((load (x + i) - most) * scale);

      sum += y;
      store (x + i, y);
    }
  if (rest)
    put (x + whole, exponential ((get (x + whole, rest) - most) * scale), rest);
  for (gint i = whole; i < n; i++)
    total += x[i];
  for (gint i = 0; i < LANES; i++)
    total += sum[i];
  return 1 / total;
}

/* The sum of (x - a), or of its square. */
INLINE gfloat
sum_from (const gfloat   *x,
          gint            n,
          gfloat          a,
          const gboolean  square)
{
  Vector sum = { 0 };
  gint   whole = n / LANES * LANES;
  gfloat total = 0;

  for (gint i = 0; i < whole; i += LANES)
    {
      Vector y = load (x + i) - a;

      sum += square ? y * y : y;
    }
  for (gint i = 0; i < LANES; i++)
    total += sum[i];
  for (gint i = whole; i < n; i++)
    total += square ? (x[i] - a) * (x[i] - a) : x[i] - a;
  return total;
}

/* The mean is summed about the first number: one far from zero costs no digits. */
void
KERNEL (layer_norm) (const gfloat *x,
                     gint          n,
                     gfloat        eps,
                     const gfloat *gamma,
                     const gfloat *beta,
                     gfloat       *out)
{
  gint   whole = n / LANES * LANES, rest = n - whole;
  gfloat mean  = x[0] + sum_from (x, n, x[0], FALSE) / n;
  gfloat scale = 1 / sqrtf (sum_from (x, n, mean, TRUE) / n + eps);

  for (gint i = 0; i < whole; i += LANES)
    store (out + i, (load (x + i) - mean) * scale * load (gamma + i) + load (beta + i));
  if (rest)
    put (out + whole, (get (x + whole, rest) - mean) * scale * get (gamma + whole, rest)
                      + get (beta + whole, rest), rest);
}

/* Lines of patches are short: of vectors longer than this more is wasted. */
#define SHORT MIN (LANES, 8)

typedef gfloat ShortVector __attribute__ ((vector_size (4 * SHORT)));
typedef gint32 ShortIntegers __attribute__ ((vector_size (4 * SHORT)));
typedef gfloat ShortUnaligned __attribute__ ((vector_size (4 * SHORT), aligned (4), may_alias));

INLINE gfloat
squares_of (const gfloat *x,
            gsize         x_line,
            const gfloat *y,
            gsize         y_line,
            gint          rows,
            gint          n)
{
  ShortVector   sums[2] = { { 0 } };
  ShortVector   sum;
  ShortIntegers wanted;
  gfloat        lanes[SHORT];

  for (gint i = 0; i < SHORT; i++)
    wanted[i] = n / SHORT * SHORT + i < n ? -1 : 0;

  for (gint row = 0; row < rows; row++, x += x_line, y += y_line)
    for (gint i = 0; i < n; i += SHORT)
      {
        ShortVector difference = *(const ShortUnaligned *) (x + i)
                                 - *(const ShortUnaligned *) (y + i);

        if (i + SHORT > n)
          difference = (ShortVector) ((ShortIntegers) difference & wanted);
        sums[i / SHORT % 2] += difference * difference;
      }

  /* Halves upon halves. */
  sum = sums[0] + sums[1];
  memcpy (lanes, &sum, sizeof lanes);
  for (gint half = SHORT / 2; half > 0; half /= 2)
    for (gint i = 0; i < half; i++)
      lanes[i] += lanes[i + half];
  return lanes[0];
}

gfloat
KERNEL (distance) (const gfloat *x,
                   gsize         x_line,
                   const gfloat *y,
                   gsize         y_line,
                   gint          rows,
                   gint          n)
{
  /* Of the patches of a picture in colours; known numbers make a loop of few steps. */
  if (rows == 7 && n == 21)
    return squares_of (x, x_line, y, y_line, 7, 21);
  return squares_of (x, x_line, y, y_line, rows, n);
}
