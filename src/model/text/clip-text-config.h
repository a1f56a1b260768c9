/* clip-text-config.h: a CLIPTextModel's config.json
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The names are transformers' own.
 */

#pragma once

#include "errors.h"
#include "tensor.h"

G_BEGIN_DECLS

typedef struct
{
  gint           vocab_size;
  gint           hidden_size;
  gint           intermediate_size;
  gint           num_hidden_layers;
  gint           num_attention_heads;
  gint           max_position_embeddings;
  DdimActivation hidden_act;
  gdouble        layer_norm_eps;
} DdimClipTextConfig;

/* Reads the file.  Errors name the file and the field. */
gboolean ddim_clip_text_config_load (const gchar         *path,
                                     DdimClipTextConfig  *config,
                                     GError             **error);

G_END_DECLS
