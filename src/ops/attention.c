/* attention.c: exact self-attention over the pixels of a map
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "ops/attention.h"

gsize
ddim_attention_plan (gint      n,
                     gint      tokens,
                     gint      heads,
                     gint      d,
                     DdimTeam *team)
{
  return 0;
}

gboolean
ddim_attention_run (const DdimAttentionArgs *args,
                    const DdimRun           *run)
{
  ddim_attention_naive (args);
  return TRUE;
}
