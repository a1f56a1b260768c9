/* fill.c: what a network sees where there is nothing to see
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The colour stored under alpha 0 is whatever was left there, often black: a
 * network would see an edge that nobody sees.  So it is shown a smooth
 * continuation instead: a pyramid of halved pictures, each the mean of what
 * is visible below it, from which the holes are filled on the way back down
 * (push-pull; Gortler et al., "The Lumigraph", SIGGRAPH 1996, section 3.4).
 */

#include "fill.h"

/* half, half_known: a quarter of the pixels, zeros.  Fills them with the means
 * of what is known, and returns whether all of it is.                      */
static gboolean
halve (const gfloat *pixels,
       const guint8 *known,
       gint          h,
       gint          w,
       gint          channels,
       gfloat       *half,
       guint8       *half_known)
{
  gint     half_h = (h + 1) / 2;
  gint     half_w = (w + 1) / 2;
  gboolean all    = TRUE;

  for (gint y = 0; y < h; y++)
    for (gint x = 0; x < w; x++)
      {
        gsize from = (gsize) y * w + x;
        gsize to   = (gsize) (y / 2) * half_w + x / 2;

        if (! known[from])
          continue;

        half_known[to]++;
        for (gint c = 0; c < channels; c++)
          half[to * channels + c] += pixels[from * channels + c];
      }

  for (gsize i = 0; i < (gsize) half_h * half_w; i++)
    if (half_known[i] == 0)
      all = FALSE;
    else
      for (gint c = 0; c < channels; c++)
        half[i * channels + c] /= half_known[i];

  return all;
}

void
ddim_fill_unknown (gfloat       *pixels,
                   const guint8 *known,
                   gint          h,
                   gint          w,
                   gint          channels)
{
  gint               half_h     = (h + 1) / 2;
  gint               half_w     = (w + 1) / 2;
  gsize              n          = (gsize) half_h * half_w;
  g_autofree gfloat *half       = NULL;
  g_autofree guint8 *half_known = NULL;

  if (h == 1 && w == 1)
    return;

  half       = g_new0 (gfloat, n * channels);
  half_known = g_new0 (guint8, n);
  if (! halve (pixels, known, h, w, channels, half, half_known))
    ddim_fill_unknown (half, half_known, half_h, half_w, channels);

  for (gint y = 0; y < h; y++)
    for (gint x = 0; x < w; x++)
      {
        gfloat *pixel = pixels + ((gsize) y * w + x) * channels;
        /* bilinear: 3/4 from the pixel's own half, 1/4 from the next one */
        gint    y0    = y / 2;
        gint    x0    = x / 2;
        gint    y1    = CLAMP (y & 1 ? y0 + 1 : y0 - 1, 0, half_h - 1);
        gint    x1    = CLAMP (x & 1 ? x0 + 1 : x0 - 1, 0, half_w - 1);
        gfloat *p00   = half + ((gsize) y0 * half_w + x0) * channels;
        gfloat *p01   = half + ((gsize) y0 * half_w + x1) * channels;
        gfloat *p10   = half + ((gsize) y1 * half_w + x0) * channels;
        gfloat *p11   = half + ((gsize) y1 * half_w + x1) * channels;

        if (known[(gsize) y * w + x])
          continue;

        for (gint c = 0; c < channels; c++)
          pixel[c] = 0.75f * (0.75f * p00[c] + 0.25f * p01[c]) +
                     0.25f * (0.75f * p10[c] + 0.25f * p11[c]);
      }
}
