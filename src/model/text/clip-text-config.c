/* clip-text-config.c: a CLIPTextModel's config.json
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "clip-text-config.h"

#include "json.h"

gboolean
ddim_clip_text_config_load (const gchar         *path,
                            DdimClipTextConfig  *config,
                            GError             **error)
{
  static const gchar * const types[] = { "clip_text_model", "clip", NULL };
  static const gchar * const acts[]  = { "quick_gelu", "gelu", "relu", "silu", "swish", NULL };
  static const DdimActivation activations[] =
    { DDIM_ACTIVATION_QUICK_GELU, DDIM_ACTIVATION_GELU, DDIM_ACTIVATION_RELU,
      DDIM_ACTIVATION_SILU, DDIM_ACTIVATION_SILU };
  DdimJson           json;
  DdimClipTextConfig c = { 0 };

  if (! ddim_json_open (&json, path, error))
    return FALSE;

  ddim_json_choice (&json, "model_type", types, 0);
  c.vocab_size              = ddim_json_positive (&json, "vocab_size", 49408, 1 << 24);
  c.hidden_size             = ddim_json_positive (&json, "hidden_size", 512, 65536);
  c.intermediate_size       = ddim_json_positive (&json, "intermediate_size", 2048, 1 << 20);
  c.num_hidden_layers       = ddim_json_positive (&json, "num_hidden_layers", 12, 1024);
  c.num_attention_heads     = ddim_json_positive (&json, "num_attention_heads", 8, 65536);
  c.max_position_embeddings = ddim_json_positive (&json, "max_position_embeddings", 77, 65536);
  c.hidden_act              = activations[ddim_json_choice (&json, "hidden_act", acts, 0)];
  c.layer_norm_eps          = ddim_json_double (&json, "layer_norm_eps", 1e-5);

  if (c.hidden_size % c.num_attention_heads)
    ddim_json_refuse (&json, DDIM_ERROR_INVALID, "hidden_size",
                      "is %d, which the %d heads of num_attention_heads do not divide",
                      c.hidden_size, c.num_attention_heads);
  if (! (c.layer_norm_eps >= 0))
    ddim_json_refuse (&json, DDIM_ERROR_INVALID, "layer_norm_eps", "is negative");
  if (! ddim_json_close (&json, error))
    return FALSE;

  *config = c;
  return TRUE;
}
