/* block-style.h: what all blocks of a network have in common
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "json.h"
#include "tensor.h"

G_BEGIN_DECLS

/* The names are diffusers' own. */
typedef struct
{
  DdimActivation act_fn;
  gint           norm_num_groups;
  gdouble        norm_eps;
  gboolean       scale_shift;        /* resnet_time_scale_shift */
  gint           attention_head_dim; /* 0: null, one head       */
} DdimBlockStyle;

/* A field that names an activation function as diffusers does. */
DdimActivation ddim_block_style_read_activation (DdimJson       *json,
                                                 const gchar    *field,
                                                 DdimActivation  fallback);

/* What a block's transformers are like. */
typedef struct
{
  gint     heads;
  gint     layers;     /* of attention and feed-forward, one after the other */
  gint     text_width; /* numbers of a text state                           */
  gboolean only_cross; /* the first attention of a layer reads the text, too */
} DdimTransformerShape;

G_END_DECLS
