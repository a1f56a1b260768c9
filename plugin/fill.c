/* fill.c: colours for pixels that have none
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

#include "config.h"

#include "fill.h"

/* pixels: h x w of `colors` colours and, last, how much of the pixel is known
 * (0 to 1).  Fills what is not known.                                      */
static void
fill_level (gfloat *pixels,
            gint    h,
            gint    w,
            gint    colors)
{
  gint               channels = colors + 1;
  gint               half_h   = (h + 1) / 2;
  gint               half_w   = (w + 1) / 2;
  g_autofree gfloat *half     = NULL;

  if (h == 1 && w == 1)
    return;

  half = g_new0 (gfloat, (gsize) half_h * half_w * channels);

  for (gint y = 0; y < h; y++)
    for (gint x = 0; x < w; x++)
      {
        const gfloat *from = pixels + ((gsize) y * w + x) * channels;
        gfloat       *to   = half + ((gsize) (y / 2) * half_w + x / 2) * channels;

        for (gint c = 0; c < colors; c++)
          to[c] += from[colors] * from[c];
        to[colors] += from[colors];
      }

  for (gsize i = 0; i < (gsize) half_h * half_w; i++)
    {
      gfloat *pixel = half + i * channels;

      if (pixel[colors] > 0.0f)
        for (gint c = 0; c < colors; c++)
          pixel[c] /= pixel[colors];
      pixel[colors] = MIN (pixel[colors], 1.0f);
    }

  fill_level (half, half_h, half_w, colors);

  for (gint y = 0; y < h; y++)
    for (gint x = 0; x < w; x++)
      {
        gfloat  *pixel = pixels + ((gsize) y * w + x) * channels;
        gfloat   known = pixel[colors];
        /* bilinear: 3/4 from the pixel's own half, 1/4 from the next one */
        gint     y0    = y / 2;
        gint     x0    = x / 2;
        gint     y1    = CLAMP (y & 1 ? y0 + 1 : y0 - 1, 0, half_h - 1);
        gint     x1    = CLAMP (x & 1 ? x0 + 1 : x0 - 1, 0, half_w - 1);
        gfloat  *p00   = half + ((gsize) y0 * half_w + x0) * channels;
        gfloat  *p01   = half + ((gsize) y0 * half_w + x1) * channels;
        gfloat  *p10   = half + ((gsize) y1 * half_w + x0) * channels;
        gfloat  *p11   = half + ((gsize) y1 * half_w + x1) * channels;

        if (known >= 1.0f)
          continue;

        for (gint c = 0; c < colors; c++)
          {
            gfloat guess = 0.75f * (0.75f * p00[c] + 0.25f * p01[c]) +
                           0.25f * (0.75f * p10[c] + 0.25f * p11[c]);

            pixel[c] = known * pixel[c] + (1.0f - known) * guess;
          }
        pixel[colors] = 1.0f;
      }
}

gboolean
ddim_fill_transparent (gfloat *pixels,
                       gint    h,
                       gint    w,
                       gint    colors)
{
  gint               channels = colors + 1;
  gsize              n        = (gsize) h * w;
  gsize              n_seen   = 0;
  g_autofree gfloat *alpha    = NULL;

  for (gsize i = 0; i < n; i++)
    n_seen += pixels[i * channels + colors] > 0.0f;

  if (n_seen == n || n_seen == 0)
    return n_seen > 0;

  alpha = g_new (gfloat, n);
  for (gsize i = 0; i < n; i++)
    {
      alpha[i] = pixels[i * channels + colors];
      pixels[i * channels + colors] = alpha[i] > 0.0f ? 1.0f : 0.0f;
    }

  fill_level (pixels, h, w, colors);

  for (gsize i = 0; i < n; i++)
    pixels[i * channels + colors] = alpha[i];

  return TRUE;
}
