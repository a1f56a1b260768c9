/* kernels.h: the inner loops, one table of them for each instruction set
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The kernel-*.c files are written once, in portable vector code, and
 * compiled once for each instruction set; each compilation fills a table.
 * Blocks of memory that a kernel may read or write in whole vectors are
 * padded to a multiple of DDIM_ALIGNMENT bytes, and so said here.
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* No table's panel is wider. */
#define DDIM_PANEL_MAX 64

/* A part of the depth of a matrix product: `depth` numbers of every row. */
typedef struct
{
  const gfloat *const *rows; /* m pointers */
  gint                 depth;
} DdimProductPart;

/* c (m x width) = a (m x depth, in parts side by side) b (depth x width), or
 * c plus that.  b and c are whole vectors.  `count` such products, the next
 * one's a, b and c being so many floats farther.                            */
typedef struct
{
  gint                   count;
  gint                   m;
  gint                   n_parts;
  const DdimProductPart *parts;
  const gfloat          *b;
  gfloat                *c;
  gsize                  c_stride;
  gsize                  a_step, b_step, c_step;
  gboolean               add;        /* to what c holds                      */
  const gfloat          *ahead;      /* to be read next: brought near; or NULL */
  gsize                  ahead_size; /* floats                               */
  const gfloat          *beyond[2];  /* each NULL, or the first of n_beyond  */
  gint                   n_beyond;   /* places, as wide as the panel and     */
  gsize                  beyond_step; /* so far apart, to be brought near too */
} DdimProduct;

/* Where a table has `bf16x2_split`, products may be of bf16x2 numbers: two bfloat16s
 * that add up to a number (kernel-bf16x2.c).  DDIM_BF16X2 neighbours in a row are
 * that many high halves and then as many low ones; they take as much memory as
 * the floats did, and are counted, stepped over and aligned as such.
 * DDIM_BF16X2_ROWS rows are multiplied together.                             */
#define DDIM_BF16X2      32
#define DDIM_BF16X2_ROWS 16

/* c (tiles DDIM_BF16X2_ROWS x width) = a b, a and b being bf16x2 numbers.  a is
 * in parts side by side, each of `depth` DDIM_BF16X2s: number k of part j of row
 * r of tile i lies at tiles[i] + parts[j] + k depth_step + r row_step.  b is
 * packed by `bf16x2_pack`, one DDIM_BF16X2 of the depth after the other.      */
typedef struct
{
  gint                 n_tiles;
  const gfloat *const *tiles;
  gsize                row_step;
  gint                 n_parts;
  const gsize         *parts;
  gint                 depth;
  gsize                depth_step;
  const gfloat        *b;
  gfloat              *c;
  gsize                c_stride;
  gboolean             high;       /* of the high halves alone: bfloat16s     */
  const gfloat        *ahead;      /* the b that comes next, or NULL          */
  gsize                ahead_size; /* floats                                  */
} DdimBf16x2Product;

/* Where a table has `bf16_product`, products may be of pairs of bfloat16s: two
 * numbers that are neighbours in the depth, the first one in the lower half of what
 * would be a float, and counted, stepped over and aligned as that.           */

/* A pixel's worth of what comes behind a convolution's sums:
 * out = (sums + bias + residual) * scale, and its moments.                  */
typedef struct
{
  gfloat       *out;
  gsize         out_line;       /* floats from one row of pixels to the next  */
  gint          out_pixel;      /* floats from one pixel to the next          */
  const gfloat *bias;           /* whole vectors                              */
  const gfloat *residual;       /* or NULL; may be `out`                      */
  gsize         residual_line;
  gint          residual_pixel;
  gfloat        scale;
  gint          before;         /* pixels whose moments are there already; with
                                   none the first one's values are the pivots */
  gfloat       *pivot;          /* whole vectors                              */
  gfloat       *sum;            /* of the values less their pivot             */
  gfloat       *squares;        /* of the values less their mean so far       */
} DdimFinish;

typedef struct _DdimKernels DdimKernels;

struct _DdimKernels
{
  /* "baseline", "avx2", "avx512", "avx512bf16", "amx", "neon", "openblas" */
  const gchar *name;

  /* To be called before the others, as often as wanted; or NULL. */
  void (*prepare) (void);

  /* Columns of a panel of a product's right side, and of a narrow one.      */
  gint panel;
  gint narrow;

  /* width: `panel` or `narrow`. */
  void (*product) (gint               width,
                   const DdimProduct *product);

  /* The same of pairs of bfloat16s, a part's depth being counted in these, and the
   * sums being floats; or NULL where the processor has none that are faster. */
  void (*bf16_product) (gint               width,
                        const DdimProduct *product);

  /* n rows of c floats as pairs; of an odd c the last one's second is 0.     */
  void (*bf16_round) (const gfloat *in,
                      gsize         in_row,
                      gint          n,
                      gint          c,
                      gfloat       *out,
                      gsize         out_row);

  /* 2 n rows of `width` floats as n rows of a panel's right side.            */
  void (*bf16_pack) (gint          width,
                     const gfloat *rows,
                     gint          n,
                     gfloat       *out);

  /* Products of bf16x2 numbers, or NULL where the processor has none that are
   * faster.  width: as above.                                               */
  void (*bf16x2_product) (gint                    width,
                          const DdimBf16x2Product *product);

  /* Splits n rows of c floats, filled up to whole DDIM_BF16X2s with zeros;
   * out_step: from one DDIM_BF16X2 of a row to the next.  high: the high halves
   * alone are written.                                                       */
  void (*bf16x2_split) (const gfloat *in,
                        gsize         in_row,
                        gint          n,
                        gint          c,
                        gfloat       *out,
                        gsize         out_row,
                        gsize         out_step,
                        gboolean      high);

  /* Packs DDIM_BF16X2 rows of `width` floats as a panel's right side has them. */
  void (*bf16x2_pack) (gint          width,
                       const gfloat *rows,
                       gsize         row_step,
                       gfloat       *out);

  /* out = scale in + shift, then SiLU if asked for; n pixels of c channels,
   * scale NULL for a copy.  Any c, any alignment.                           */
  void (*affine) (const gfloat *in,
                  gsize         in_pixel,
                  const gfloat *scale,
                  const gfloat *shift,
                  gboolean      silu,
                  gint          n,
                  gint          c,
                  gfloat       *out,
                  gsize         out_pixel);

  /* n pixels of c channels whose sums are `sums`, sums_pixel floats apart.  */
  void (*finish) (const gfloat     *sums,
                  gsize             sums_pixel,
                  gint              n,
                  gint              c,
                  const DdimFinish *finish);

  /* Softmax of a row of n numbers times `scale`, in place: leaves
   * exp (scale (x - max)) there and returns 1 / their sum.                  */
  gfloat (*softmax) (gfloat *x,
                     gint    n,
                     gfloat  scale);

  /* n numbers, their mean taken off and divided by sqrt (variance + eps), then times
   * gamma, plus beta (n numbers each); `out` may be x.                       */
  void (*layer_norm) (const gfloat *x,
                      gint          n,
                      gfloat        eps,
                      const gfloat *gamma,
                      const gfloat *beta,
                      gfloat       *out);
  /* n rows of 2 c numbers, a and then b, to n rows of c: a gelu (b).         */
  void (*geglu) (const gfloat *x,
                 gint          n,
                 gint          c,
                 gfloat       *out);

  /* n numbers of 16 bits, finite ones, to floats: bfloat16s or IEEE's halves. */
  void (*widen) (const guint16 *in,
                 gboolean       bf16,
                 gsize          n,
                 gfloat        *out);

  /* The squared distance of two squares of `rows` lines of n floats; up to a
   * vector more than n is read of every line.                               */
  gfloat (*distance) (const gfloat *x,
                      gsize         x_line,
                      const gfloat *y,
                      gsize         y_line,
                      gint          rows,
                      gint          n);

  /* One tile each of Winograd's convolutions, see ops/conv-winograd.c; c is
   * rounded up to whole vectors.  Indexed by the tile's outputs a side / 4.
   *
   * input: lines: tile + 2 rows of pixels `pixel` floats apart; writes
   * (tile + 2)^2 points, `step` floats apart.                               */
  void (*winograd_input[2])   (const gfloat *const *lines,
                               gsize                pixel,
                               gint                 c,
                               gfloat              *out,
                               gsize                step);
  /* output: reads the points; rows, columns: those of the tile's outputs
   * that are wanted.                                                        */
  void (*winograd_output[2])  (const gfloat     *points,
                               gsize             step,
                               gint              c,
                               gint              rows,
                               gint              columns,
                               const DdimFinish *finish);
  /* weights: n numbers of each of the 9 taps, `tap` floats apart; writes the
   * tile + 2 points of a row, n numbers each, `step` floats apart.  n is in
   * whole vectors.                                                          */
  void (*winograd_weights[2]) (const gfloat *filters,
                               gsize         tap,
                               gint          row,
                               gint          n,
                               gfloat       *out,
                               gsize         step);

  /* The same where there is `bf16_product`: the points are pairs of channels.
   * weights: n pairs of rows of `width` numbers, to n rows of pairs.        */
  void (*bf16_winograd_input[2])   (const gfloat *const *lines,
                                    gsize                pixel,
                                    gint                 c,
                                    gfloat              *out,
                                    gsize                step);
  void (*bf16_winograd_weights[2]) (gint          width,
                                    const gfloat *filters,
                                    gsize         tap,
                                    gint          row,
                                    gint          n,
                                    gfloat       *out,
                                    gsize         step);
};

/* The right side of a product of n columns is cut into panels: all as wide as
 * `panel` but the last, which may be narrow.                                */
static inline gint
ddim_kernels_panels (const DdimKernels *kernels,
                     gint               n)
{
  return (n + kernels->panel - 1) / kernels->panel;
}

static inline gint
ddim_kernels_width (const DdimKernels *kernels,
                    gint               n,
                    gint               panel)
{
  return n - panel * kernels->panel <= kernels->narrow ? kernels->narrow : kernels->panel;
}

/* Columns of all panels. */
static inline gint
ddim_kernels_padded (const DdimKernels *kernels,
                     gint               n)
{
  gint last = ddim_kernels_panels (kernels, n) - 1;

  return last * kernels->panel + ddim_kernels_width (kernels, n, last);
}

/* The fastest table this processor can run, or the one that the environment
 * variable DDIM_ISA names, where the processor has it (else a warning).    */
const DdimKernels * ddim_kernels_choose (void);

/* The tables that this processor can run, best first, NULL after the last;
 * static.                                                                   */
const DdimKernels * const * ddim_kernels_list (void);

G_END_DECLS
