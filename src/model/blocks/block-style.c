/* block-style.c: what all blocks of a network have in common
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "block-style.h"

DdimActivation
ddim_block_style_read_activation (DdimJson       *json,
                                  const gchar    *field,
                                  DdimActivation  fallback)
{
  static const gchar * const names[] = { "silu", "swish", "mish", "gelu", "relu", NULL };
  static const DdimActivation activations[] =
    { DDIM_ACTIVATION_SILU, DDIM_ACTIVATION_SILU, DDIM_ACTIVATION_MISH,
      DDIM_ACTIVATION_GELU, DDIM_ACTIVATION_RELU };
  gint choice = ddim_json_choice (json, field, names, -1);

  return choice < 0 ? fallback : activations[choice];
}
