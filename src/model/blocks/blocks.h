/* blocks.h: the blocks that networks are made of
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Each is made of a file's tensors (NULL where one is missing: the weights
 * then hold the error), run by a pass, and freed.
 */

#pragma once

#include "block-style.h"
#include "pass.h"
#include "weights.h"

G_BEGIN_DECLS

typedef enum
{
  DDIM_RESNET_PLAIN,
  DDIM_RESNET_UP,   /* doubles the map on both branches */
  DDIM_RESNET_DOWN  /* halves it                        */
} DdimResnetKind;

/* Residual block: norm, act, convolution, time, norm, act, convolution.  time_dim: 0
 * for one that knows no time.                                               */
typedef struct _DdimResnet DdimResnet;

DdimResnet * ddim_resnet_new  (DdimWeights          *weights,
                               const gchar          *name,
                               const DdimBlockStyle *style,
                               gint                  c_in,
                               gint                  c_out,
                               gint                  time_dim,
                               DdimResnetKind        kind,
                               gdouble               scale_factor);
void         ddim_resnet_free (DdimResnet       *resnet); /* or NULL */

/* x and skip (or NULL) side by side; returns a new map. */
DdimMap    * ddim_resnet_run  (DdimResnet       *resnet,
                               DdimPass         *pass,
                               DdimMap          *x,
                               DdimMap          *skip);

/* Self-attention over all pixels, with its norm and residual. */
typedef struct _DdimSelfAttention DdimSelfAttention;

/* groups: of its norm, 0 for none.  head_dim: 0 for one head. */
DdimSelfAttention * ddim_self_attention_new  (DdimWeights          *weights,
                                              const gchar          *name,
                                              const DdimBlockStyle *style,
                                              gint                  c,
                                              gint                  groups,
                                              gdouble               scale_factor);
void                ddim_self_attention_free (DdimSelfAttention *attention);
DdimMap           * ddim_self_attention_run  (DdimSelfAttention *attention,
                                              DdimPass          *pass,
                                              DdimMap           *x);

/* Layers of self-attention, attention to a text and feed-forward, with the norm,
 * the projections and the residual around them.                             */
typedef struct _DdimTransformer DdimTransformer;

DdimTransformer * ddim_transformer_new  (DdimWeights                *weights,
                                         const gchar                *name,
                                         gint                        c,
                                         gint                        groups,
                                         const DdimTransformerShape *shape);
void              ddim_transformer_free (DdimTransformer *transformer); /* or NULL */

/* The pass has a text. */
DdimMap         * ddim_transformer_run  (DdimTransformer *transformer,
                                         DdimPass        *pass,
                                         DdimMap         *x);

/* A convolution and its spec. */
typedef struct
{
  DdimConv     *conv;
  DdimConvSpec  spec;
} DdimLayer;

DdimLayer ddim_layer_new (DdimWeights  *weights,
                          const gchar  *name,
                          DdimConvSpec  spec);
DdimMap * ddim_layer_run (DdimLayer        *layer,
                          DdimPass         *pass,
                          const DdimSource *source,
                          const DdimWith   *with);
/* Of a map, plus another one where that is not NULL. */
DdimMap * ddim_layer_run_linear (DdimLayer     *layer,
                                 DdimPass      *pass,
                                 const DdimMap *x,
                                 const DdimMap *residual);

static inline DdimConvSpec
ddim_conv_spec (gint c_in,
                gint c_out,
                gint kernel)
{
  DdimConvSpec spec = { c_in, c_out, kernel, 1, kernel / 2, kernel / 2, FALSE };
  return spec;
}

G_END_DECLS
