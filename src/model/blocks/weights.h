/* weights.h: layers made of a file's tensors
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every function takes the name that diffusers gives the layer, without
 * “.weight”.  The first error, which names the tensor, stays in the reader;
 * from then on every function returns NULL.
 */

#pragma once

#include "safetensors.h"
#include "conv.h"
#include "layer-norm.h"
#include "linear.h"
#include "norm.h"

G_BEGIN_DECLS

typedef struct
{
  const DdimSafetensors *file;
  GError                *error;
  guint64                hash;  /* of all numbers that were asked for, in order */
} DdimWeights;

/* Bytes that the layers of a network take in memory, packed. */
gdouble      ddim_weights_get_packed (const DdimSafetensors *file);

/* The tensor of exactly this name, whose shape must be that of the rank
 * numbers; ones at its end may be more or fewer (a C x C x 1 x 1 convolution
 * is a C x C matrix).  Returns whether it is there and sound: all its numbers
 * are finite, too.                                                          */
gboolean     ddim_weights_get    (DdimWeights        *weights,
                                  const gchar        *tensor,
                                  gint                rank,
                                  const gint64       *shape,
                                  DdimConstant       *constant);
gboolean     ddim_weights_has    (const DdimWeights  *weights,
                                  const gchar        *tensor);

/* A layer's weight, of that shape, and its bias, of the shape's first number. */
gboolean     ddim_weights_get_layer (DdimWeights    *weights,
                                     const gchar    *layer,
                                     gint            rank,
                                     const gint64   *shape,
                                     DdimConstant   *weight,
                                     DdimConstant   *bias);

/* All numbers of a constant; free with ddim_memory_free (). */
gfloat     * ddim_weights_copy   (DdimWeights        *weights,
                                  const DdimConstant *constant);
/* Returns `made`; where that is NULL, there was no memory for it: sets the error. */
gpointer     ddim_weights_made   (DdimWeights        *weights,
                                  gpointer            made);

DdimConv   * ddim_weights_conv   (DdimWeights        *weights,
                                  const gchar        *layer,
                                  const DdimConvSpec *spec);
/* The same without a bias, as to_q, to_k and to_v of a transformer are. */
DdimConv   * ddim_weights_conv_plain (DdimWeights        *weights,
                                      const gchar        *layer,
                                      const DdimConvSpec *spec);
DdimLinear * ddim_weights_linear (DdimWeights        *weights,
                                  const gchar        *layer,
                                  gint                c_in,
                                  gint                c_out);
DdimNorm   * ddim_weights_norm   (DdimWeights        *weights,
                                  const gchar        *layer,
                                  gint                c,
                                  gint                groups,
                                  gdouble             eps);
DdimLayerNorm * ddim_weights_layer_norm (DdimWeights *weights,
                                         const gchar *layer,
                                         gint         c,
                                         gdouble      eps);

G_END_DECLS
