/* lookup.c: pixels of few bits to doubles, by a table
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * babl converts to doubles pixel by pixel, in several passes.  Where each component
 * is converted by itself, 256 pixels tell all.
 */

#include "lookup.h"

gboolean
ddim_lookup_init (DdimLookup *lookup,
                  const Babl *from,
                  const Babl *to)
{
  gint    components = babl_format_get_n_components (from);
  gint    stride     = babl_format_get_n_components (to);
  guint8  bytes[256 * 4];
  gdouble pixels[256 * 4];

  if (babl_format_get_type (from, 0) != babl_type ("u8") || babl_format_is_palette (from) ||
      babl_get_model_flags (from) & BABL_MODEL_FLAG_ASSOCIATED ||
      components < stride - 1 || components > stride)
    return FALSE;

  lookup->components = components;
  lookup->colors     = stride - 1;

  /* Opaque pixels for the colours; the alphas of all, which have none of babl's own. */
  for (gint alpha = 0; alpha <= components - lookup->colors; alpha++)
    {
      for (gint i = 0; i < 256; i++)
        for (gint c = 0; c < components; c++)
          bytes[i * components + c] = (c == lookup->colors) == alpha ? i : 255;
      babl_process (babl_fish (from, to), bytes, pixels, 256);
      for (gint i = 0; i < 256; i++)
        for (gint c = alpha ? lookup->colors : 0; c < (alpha ? stride : lookup->colors); c++)
          lookup->values[c][i] = pixels[i * stride + c];
    }

  return TRUE;
}
