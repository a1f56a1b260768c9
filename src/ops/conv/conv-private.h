/* conv-private.h: what the algorithms of a convolution share
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * conv.c chooses an algorithm at plan time.  The output is cut into units (pixels, or
 * Winograd's tiles), and these into blocks: a part of an item or, where maps
 * are small, several whole items.  An algorithm computes a block in two steps: its
 * input (source pixels as the products want them), and from that, panel by
 * panel of output channels, its output.
 */

#pragma once

#include "kernels.h"
#include "conv.h"

G_BEGIN_DECLS

#define DDIM_CONV_MAX_UNITS 256 /* in a block */
#define DDIM_CONV_SLICE     128  /* input channels that are read together */

/* A panel of output channels, to be computed. */
typedef struct
{
  gint          index;
  const gfloat *weights;    /* NULL where all are prepared                   */
  const gfloat *ahead;      /* what this worker will probably read next, or NULL */
  gsize         ahead_size; /* floats                                        */
} DdimConvPanel;

typedef struct
{
  const gchar *name;
  gint         unit;        /* output pixels on a unit's side               */

  /* How many units a block should have. */
  gint (*units)  (const DdimConv *conv);
  /* Sets what of conv depends on the block's size: input_size,
   * input_scratch and output_scratch, in floats.                           */
  void (*plan)   (DdimConv       *conv);
  /* Fills `input` for channels first .. first + n - 1 of the source.       */
  void (*input)  (const DdimConv     *conv,
                  const DdimConvArgs *args,
                  gint                block,
                  gint                first,
                  gint                n,
                  gfloat             *input,
                  gfloat             *scratch);
  /* Computes one panel of the block and finishes it. */
  void (*output) (const DdimConv      *conv,
                  const DdimConvArgs  *args,
                  gint                 block,
                  const DdimConvPanel *panel,
                  const gfloat        *input,
                  const gfloat        *prepared, /* or NULL */
                  gfloat              *scratch,
                  gfloat              *shared);
  /* Floats of all weights, prepared for many blocks; and to prepare those of
   * a panel.  NULL where there is nothing to prepare.                      */
  gsize (*prepared) (const DdimConv  *conv);
  void (*prepare) (const DdimConv    *conv,
                   gint               panel,
                   const gfloat      *weights,
                   gfloat            *prepared);
} DdimConvAlgorithm;

extern const DdimConvAlgorithm ddim_conv_gemm;
extern const DdimConvAlgorithm ddim_conv_bf16x2;
extern const DdimConvAlgorithm ddim_conv_winograd_2;
extern const DdimConvAlgorithm ddim_conv_winograd_4;

struct _DdimConv
{
  DdimConvSpec       spec;
  DdimConstant       weight;
  gfloat            *bias;           /* c_out, or NULL                      */
  const DdimKernels *kernels;        /* of the packed weights and the plan  */
  const DdimConvAlgorithm *algorithm;
  DdimPrecision      precision;      /* that was asked for                  */
  gboolean           pairs;          /* the products are of pairs of bfloat16s */
  gboolean           keep_halves;
  gfloat            *packed;         /* panel, tap, c_in, panel's width     */
  guint16           *halves;         /* or the same in the file's 16 bits   */
  gint               panels;
  gint               padded;         /* c_out in whole panels               */
  gsize              depth;          /* rows of a packed panel              */

  gint  threads;        /* of the plan's pool                  */
  gint  h, w;           /* of the output                       */
  gint  across, down;   /* units of an item                    */
  gint  columns, rows;  /* units of a block                    */
  gint  items;          /* of a block                          */
  gint  units;          /* columns * rows * items              */
  gint  blocks_across;
  gint  blocks_item;    /* blocks of an item                   */
  gsize input_size;
  gsize input_scratch;
  gsize output_scratch;
};

/* What a block covers. */
typedef struct
{
  gint item, items;     /* first, number                          */
  gint row, rows;       /* in units                               */
  gint column, columns;
  gint units;           /* rows * columns of each item in turn    */
} DdimConvBlock;

DdimConvBlock ddim_conv_block (const DdimConv     *conv,
                               const DdimConvArgs *args,
                               gint                block);

/* Columns x .. x + n - 1 of row y of the source, doubled where the spec says,
 * normalised and activated, channels first .. first + c - 1; zeros outside of
 * it.  out: n pixels, `pixel` floats apart.                                */
void ddim_conv_read   (const DdimConv     *conv,
                       const DdimConvArgs *args,
                       gint                item,
                       gint                y,
                       gint                x,
                       gint                n,
                       gint                first,
                       gint                c,
                       gfloat             *out,
                       gint                pixel);

/* Floats of the memory that all blocks of a run share: each item's bias and
 * time, and each block's moments.                                          */
gsize ddim_conv_shared_size (const DdimConv *conv,
                             gint            n);
void  ddim_conv_start       (const DdimConv     *conv,
                             const DdimConvArgs *args,
                             gfloat             *shared);
/* What comes behind the sums of panel `panel` of an item of a block. */
DdimFinish ddim_conv_finish (const DdimConv     *conv,
                             const DdimConvArgs *args,
                             gint                block,
                             gint                item,
                             gint                panel,
                             gfloat             *shared);
/* The same for all rows of an item in a block whose units are pixels; sums: those
 * of its pixels, row by row, in a panel.                                    */
void ddim_conv_finish_rows  (const DdimConv     *conv,
                             const DdimConvArgs *args,
                             gint                block,
                             gint                item,
                             gint                panel,
                             const gfloat       *sums,
                             gfloat             *shared);
/* Merges the blocks' moments, in their order. */
void  ddim_conv_merge       (const DdimConv     *conv,
                             const DdimConvArgs *args,
                             const gfloat       *shared);

/* Packs the weights for these kernels; FALSE where there is no memory. */
gboolean ddim_conv_pack  (DdimConv          *conv,
                          const DdimKernels *kernels,
                          DdimThreadPool    *pool);

/* Writes a panel's weights as the algorithm wants them, where they are packed
 * otherwise.                                                                */
void ddim_conv_unpack    (const DdimConv    *conv,
                          gint               panel,
                          gfloat            *out);

/* Whether it wants pairs: Winograd's makes them of floats, as it does its points. */
static inline gboolean
ddim_conv_wants_pairs (const DdimConv *conv)
{
  return conv->pairs && conv->algorithm == &ddim_conv_gemm;
}

/* Floats of that; 0 where they are packed so. */
static inline gsize
ddim_conv_unpacked_size (const DdimConv *conv)
{
  return ddim_conv_wants_pairs (conv) ? conv->depth * conv->kernels->panel / 2
         : conv->halves ? conv->depth * conv->kernels->panel : 0;
}

/* Floats that c channels take in what the products read: c is even where they are
 * pairs.                                                                    */
static inline gint
ddim_conv_room (const DdimConv *conv,
                gint            c)
{
  return conv->pairs ? c / 2 : c;
}

static inline void
ddim_conv_multiply (const DdimConv    *conv,
                    gint               width,
                    const DdimProduct *product)
{
  if (conv->pairs)
    conv->kernels->bf16_product (width, product);
  else
    conv->kernels->product (width, product);
}

/* Where a panel's weights lie, whatever they are packed as. */
static inline const gfloat *
ddim_conv_packed (const DdimConv *conv,
                  gint            panel)
{
  gsize first = panel * conv->depth * conv->kernels->panel;

  return conv->halves ? (const gfloat *) (conv->halves + first) : conv->packed + first;
}

/* Output channels in the panel, and its columns. */
static inline gint
ddim_conv_channels (const DdimConv *conv,
                    gint            panel)
{
  return MIN (conv->spec.c_out - panel * conv->kernels->panel, conv->kernels->panel);
}

static inline gint
ddim_conv_width (const DdimConv *conv,
                 gint            panel)
{
  return ddim_kernels_width (conv->kernels, conv->spec.c_out, panel);
}

G_END_DECLS
