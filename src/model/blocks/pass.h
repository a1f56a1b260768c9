/* pass.h: one walk through a network, dry to plan it or real to run it
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Blocks are written once, against a pass.  In a dry pass tensors get their
 * places in the arena and convolutions are planned; in a real one the same
 * calls compute.  See base/arena.h.
 */

#pragma once

#include "arena.h"
#include "attention.h"
#include "conv.h"
#include "errors.h"
#include "layer-norm.h"
#include "linear.h"
#include "monitor.h"
#include "norm.h"

G_BEGIN_DECLS

typedef struct
{
  DdimArena         *arena;
  DdimRun            run;         /* scratch is as large as `scratch_size`    */
  gsize              scratch_size;
  gboolean           dry;
  DdimPrecision      precision;   /* of convolutions and attention            */
  gint               n;           /* items of the batch                       */
  const gfloat      *time;        /* N x time_dim, activated; NULL while dry  */
  gint               time_dim;
  const DdimSource  *text;        /* N x 1 x tokens x width, or NULL without
                                     one; its numbers are not read while dry */
  gint               done, total; /* convolutions, for progress               */
  const DdimMonitor *monitor;
  GError            *error;       /* set once; everything then does nothing   */
} DdimPass;

/* A tensor with its moments, counted by reference: it may be a skip, too. */
typedef struct
{
  DdimTensor  tensor;
  DdimMoments moments;
  gint        ref_count;
} DdimMap;

DdimMap     * ddim_map_new   (DdimPass *pass, gint h, gint w, gint c);
DdimMap     * ddim_map_ref   (DdimMap  *map);
void          ddim_map_unref (DdimPass *pass, DdimMap *map); /* or NULL */

/* The maps a and b (or NULL) side by side. */
DdimSource    ddim_map_source (const DdimMap *a, const DdimMap *b);

/* The affine of `norm` over a and b; give it back with ddim_pass_give_affine. */
DdimAffine    ddim_pass_affine      (DdimPass       *pass,
                                     const DdimNorm *norm,
                                     const DdimMap  *a,
                                     const DdimMap  *b,
                                     const gfloat   *condition,
                                     gint            condition_stride,
                                     DdimActivation  activation);
void          ddim_pass_give_affine (DdimPass       *pass,
                                     DdimAffine     *affine);

/* What goes with a convolution; zeros stand for nothing. */
typedef struct
{
  const DdimAffine *affine;
  const gfloat     *time;
  gsize             time_stride;
  const DdimSource *residual;
  gfloat            output_scale;
} DdimWith;

/* Returns a new map, of `spec`'s channels. */
DdimMap     * ddim_pass_conv (DdimPass           *pass,
                              DdimConv           *conv,
                              const DdimConvSpec *spec,
                              const DdimSource   *source,
                              const DdimWith     *with); /* or NULL */

/* A new map of x's pixels, each normalised by itself. */
DdimMap     * ddim_pass_layer_norm (DdimPass            *pass,
                                    const DdimLayerNorm *norm,
                                    const DdimMap       *x);

/* A new map of softmax (q k' / sqrt d) v in each of the heads, the map being as
 * high, wide and deep as q; k and v, of heads d channels, may be as large as they
 * like.  causal: pixel i, a word's, sees those of 0 .. i alone.             */
DdimMap     * ddim_pass_attend (DdimPass      *pass,
                                gint           heads,
                                gint           d,
                                const DdimMap *q,
                                const DdimMap *k,
                                const DdimMap *v,
                                gboolean       causal);

/* Whether the pass is to compute: not dry, not failed. */
static inline gboolean
ddim_pass_is_real (const DdimPass *pass)
{
  return ! pass->dry && ! pass->error;
}

/* In a dry pass: packs a linear layer's weight. */
void          ddim_pass_plan_linear  (DdimPass *pass, DdimLinear *linear);

/* Notes the scratch that an operation needs (in a dry pass). */
void          ddim_pass_need_scratch (DdimPass *pass, gsize floats);

/* Takes an operation's result: FALSE means that it was cancelled. */
void          ddim_pass_check        (DdimPass *pass, gboolean finished);

G_END_DECLS
