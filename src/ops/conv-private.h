/* conv-private.h: what the ways to compute a convolution share
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * conv.c chooses a way at plan time.  Each way cuts the output into blocks,
 * computes a block's sums into scratch memory, and hands them, line by line,
 * to ddim_conv_finish ().
 */

#pragma once

#include "ops/conv.h"

G_BEGIN_DECLS

typedef struct
{
  const gchar *name;
  /* Packs the weights into conv->packed. */
  void (*pack)  (DdimConv *conv);
  /* Sets conv->n_blocks (of an item) and conv->worker_size for the output
   * size conv->h x conv->w and what else the way keeps in conv.            */
  void (*plan)  (DdimConv *conv);
  /* Computes one block of an item.  scratch: worker_size floats. */
  void (*block) (const DdimConv     *conv,
                 const DdimConvArgs *args,
                 gint                item,
                 gint                block,
                 gfloat             *scratch,
                 gdouble            *moments);
} DdimConvWay;

extern const DdimConvWay ddim_conv_gemm;
extern const DdimConvWay ddim_conv_winograd;

struct _DdimConv
{
  DdimConvSpec       spec;
  DdimConstant       weight;
  gfloat            *bias;        /* c_out, or NULL                         */
  const DdimConvWay *way;         /* of the packed weights and the plan     */
  gfloat            *packed;
  gsize              packed_size; /* floats                                 */
  gint               h, w;        /* of the output                          */
  gint               rows;        /* output rows (of tiles) in a block      */
  gint               columns;     /* columns of tiles in a block            */
  gint               n_blocks;
  gsize              worker_size; /* floats                                 */
};

/* Columns x .. x + n - 1 of row y of the source, doubled where the spec says,
 * normalised and activated; zeros outside of it.  out: n x c_in.           */
void ddim_conv_read   (const DdimConv     *conv,
                       const DdimConvArgs *args,
                       gint                item,
                       gint                y,
                       gint                x,
                       gint                n,
                       gfloat             *out);

/* Output pixels pixel .. pixel + n - 1 (counted over the batch) from their
 * sums (n x c_out): bias, time, residual, scale; adds to the moments.      */
void ddim_conv_finish (const DdimConv     *conv,
                       const DdimConvArgs *args,
                       gint                item,
                       gsize               pixel,
                       gint                n,
                       const gfloat       *sums,
                       gdouble            *moments);

G_END_DECLS
