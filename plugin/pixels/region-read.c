/* region-read.c: drawable -> canvas
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pixels are seen as non-linear doubles in the drawable's own colour space,
 * whatever its precision; a network sees them clamped to the gamut.  From u8
 * to floats babl would make itself a table first, of 256 MiB.
 */

#include "config.h"

#include <math.h>
#include <string.h>

#include <libgimp/gimp.h>

#include "fill.h"
#include "region.h"
#include "scale.h"
#include "strips.h"

const Babl *
ddim_region_get_format (const DdimRegion *region)
{
  return babl_format_with_space (region->colors == 1 ? "Y'A double"
                                                     : "R'G'B'A double", region->format);
}

const Babl *
ddim_region_get_view_format (const DdimRegion *region)
{
  if (region->colors == 1)
    return babl_format ("R'G'B'A float");

  return babl_format_with_space ("R'G'B'A float", region->format);
}

gboolean
ddim_region_may_have_holes (const DdimRegion *region)
{
  const Babl *type = babl_format_get_type (region->format, 0);

  return babl_format_has_alpha (region->format) ||
         type == babl_type ("half") || type == babl_type ("float") ||
         type == babl_type ("double");
}

/* Of a drawable that is gone nothing is left to read: what it was is checked
 * before anything is written.                                               */
void
ddim_region_capture (DdimRegion *region)
{
  GeglRectangle whole = { 0, 0, region->bounds.width, region->bounds.height };
  GeglRectangle area;

  if (region->pixels)
    return;

  gegl_rectangle_intersect (&area, &region->frame, &whole);
  region->pixels = gegl_buffer_new (&area, region->format);
  if (gimp_item_is_valid (GIMP_ITEM (region->drawable)))
    ddim_strips_read (region->drawable, region->pixels, &area, region->pause,
                      region->pause_data);
}

void
ddim_region_get_pixels (const DdimRegion    *region,
                        const GeglRectangle *strip,
                        const Babl          *format,
                        gpointer             pixels)
{
  GeglBuffer *buffer = region->pixels ? g_object_ref (region->pixels)
                                      : gimp_drawable_get_buffer (region->drawable);

  gegl_buffer_get (buffer, strip, 1.0, format, pixels, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  g_object_unref (buffer);
}

void
ddim_region_read_view (const DdimRegion    *region,
                       const GeglRectangle *scaled,
                       gdouble              scale,
                       const Babl          *format,
                       gfloat              *pixels)
{
  GeglBuffer *buffer;

  if (! gimp_item_is_valid (GIMP_ITEM (region->drawable)))
    {
      memset (pixels, 0, (gsize) scaled->width * scaled->height *
                         babl_format_get_bytes_per_pixel (format));
      return;
    }

  buffer = gimp_drawable_get_buffer (region->drawable);
  gegl_buffer_get (buffer, scaled, scale, format, pixels, GEGL_AUTO_ROWSTRIDE,
                   GEGL_ABYSS_CLAMP);
  g_object_unref (buffer);
}

void
ddim_region_get_selection (const DdimRegion    *region,
                           const GeglRectangle *strip,
                           gfloat              *selected)
{
  gsize n = (gsize) strip->width * strip->height;

  if (region->selection)
    {
      GeglRectangle in_image = *strip;

      in_image.x += region->bounds.x;
      in_image.y += region->bounds.y;
      ddim_selection_read (region->selection, &in_image, selected);
    }
  else
    {
      for (gsize i = 0; i < n; i++)
        selected[i] = 1.0f;
    }
}

void
ddim_region_get_weights (const DdimRegion    *region,
                         const GeglRectangle *strip,
                         gfloat              *weights)
{
  gint                colors = region->colors;
  gint                stride = colors + 1;
  gsize               n      = (gsize) strip->width * strip->height;
  g_autofree gdouble *pixels = NULL;

  ddim_region_get_selection (region, strip, weights);
  if (! ddim_region_may_have_holes (region))
    return;

  pixels = g_new (gdouble, n * stride);
  ddim_region_get_pixels (region, strip, ddim_region_get_format (region), pixels);

  for (gsize i = 0; i < n; i++)
    {
      const gdouble *pixel  = pixels + i * stride;
      gboolean       counts = pixel[colors] > 0.0;

      for (gint c = 0; c < stride; c++)
        counts &= isfinite (pixel[c]) != 0;
      if (! counts)
        weights[i] = 0.0f;
    }
}

/* A double may be farther from black than a canvas's floats go. */
#define FARTHEST 1e37

/* One pixel as a network with `channels` sees it: these, then how much of it
 * is there.                                                                */
static inline void
see_pixel (const gdouble *pixel,
           gint           colors,
           gboolean       unclamped,
           gint           channels,
           gfloat        *seen)
{
  gdouble  value[3] = { 0.0 };
  gboolean known    = pixel[colors] > 0.0;   /* not where it is not a number */

  for (gint c = 0; c < colors; c++)
    {
      known   &= unclamped ? isfinite (pixel[c]) != 0 : ! isnan (pixel[c]);
      value[c] = 2.0 * (unclamped ? CLAMP (pixel[c], -FARTHEST, FARTHEST)
                                  : CLAMP (pixel[c], 0.0, 1.0)) - 1.0;
    }

  if (colors == 1)
    value[1] = value[2] = value[0];
  else if (channels == 1)
    value[0] = (value[0] + value[1] + value[2]) / 3.0;

  for (gint c = 0; c < channels; c++)
    seen[c] = known ? value[c] : 0.0;
  seen[channels] = known ? MIN (pixel[colors], 1.0) : 0.0;
}

static void
pause_reading (const DdimRegion *region)
{
  if (region->pause)
    region->pause (region->pause_data);
}

/* Calls row_seen with each row y of the frame as a network sees it: `channels`
 * values a pixel and how much of it is there.                              */
static void
see_frame (DdimRegion *region,
           gint        channels,
           void      (*row_seen) (gint y, gfloat *row, gpointer user_data),
           gpointer    user_data)
{
  const GeglRectangle *frame  = &region->frame;
  const Babl          *format = ddim_region_get_format (region);
  gint                 stride = region->colors + 1;
  g_autofree gdouble  *pixels = g_new (gdouble, (gsize) frame->width * DDIM_STRIP * stride);
  g_autofree gfloat   *row    = g_new (gfloat, (gsize) frame->width * (channels + 1));
  GeglRectangle        strip  = { 0 };

  ddim_region_capture (region);
  while (ddim_strip_next (&strip, frame))
    {
      const gdouble *pixel = pixels;

      ddim_region_get_pixels (region, &strip, format, pixels);
      for (gint y = 0; y < strip.height; y++)
        {
          for (gint x = 0; x < frame->width; x++, pixel += stride)
            see_pixel (pixel, region->colors, region->unclamped, channels,
                       row + (gsize) x * (channels + 1));

          row_seen (strip.y - frame->y + y, row, user_data);
        }
      pause_reading (region);
    }
}

/* A canvas in the making. */
typedef struct
{
  DdimCanvas *canvas;
  guint8     *known;    /* one a pixel; NULL while all are                  */
  DdimScale  *rows;     /* from the frame, where it is larger ...           */
  DdimScale  *columns;
  gfloat     *scaled;   /* ... a row of channels and cover,                 */
  gfloat     *sums;     /* and the whole canvas with its cover              */
} Reading;

static void
set_pixel (Reading      *reading,
           gsize         at,
           const gfloat *values,
           gfloat        cover)
{
  DdimCanvas *canvas = reading->canvas;
  gsize       n      = (gsize) canvas->h * canvas->w;

  for (gint c = 0; c < canvas->c; c++)
    canvas->data[at * canvas->c + c] = values[c];

  if (! reading->known && cover == 0.0f)
    {
      reading->known = g_malloc (n);
      memset (reading->known, 1, n);
    }
  if (reading->known)
    reading->known[at] = cover > 0.0f;
}

static void
take_row (gint     y,
          gfloat  *row,
          gpointer user_data)
{
  Reading *reading  = user_data;
  gint     channels = reading->canvas->c;
  gint     w        = reading->canvas->w;

  for (gint x = 0; x < w; x++)
    set_pixel (reading, (gsize) y * w + x, row + (gsize) x * (channels + 1),
               row[(gsize) x * (channels + 1) + channels]);
}

/* A mean counts each colour as far as it is there. */
static void
sum_row (gint     y,
         gfloat  *row,
         gpointer user_data)
{
  Reading *reading  = user_data;
  gint     channels = reading->canvas->c;
  gint     stride   = channels + 1;

  for (gint x = 0; x < reading->columns->from; x++)
    for (gint c = 0; c < channels; c++)
      row[(gsize) x * stride + c] *= row[(gsize) x * stride + channels];

  ddim_scale_row (reading->columns, row, stride, reading->scaled);
  ddim_scale_add_row (reading->rows, y, reading->scaled,
                      reading->canvas->w * stride, reading->sums);
}

static void
take_sums (Reading *reading)
{
  gint  channels = reading->canvas->c;
  gsize n        = (gsize) reading->canvas->h * reading->canvas->w;

  for (gsize i = 0; i < n; i++)
    {
      gfloat *sum = reading->sums + i * (channels + 1);

      if (sum[channels] > 0.0f)
        for (gint c = 0; c < channels; c++)
          sum[c] /= sum[channels];
      set_pixel (reading, i, sum, sum[channels]);
    }
}

/* The frame at h x w, at most its own size, without its holes. */
static DdimCanvas *
read_reduced (DdimRegion *region,
              gint        channels,
              gint        h,
              gint        w)
{
  Reading reading = { .canvas = ddim_canvas_new (1, h, w, channels) };

  if (h == region->frame.height && w == region->frame.width)
    {
      see_frame (region, channels, take_row, &reading);
    }
  else
    {
      reading.rows    = ddim_scale_new (region->frame.height, h);
      reading.columns = ddim_scale_new (region->frame.width, w);
      reading.scaled  = g_new (gfloat, (gsize) w * (channels + 1));
      reading.sums    = g_new0 (gfloat, (gsize) h * w * (channels + 1));

      see_frame (region, channels, sum_row, &reading);
      take_sums (&reading);

      ddim_scale_free (reading.rows);
      ddim_scale_free (reading.columns);
      g_free (reading.scaled);
      g_free (reading.sums);
    }

  if (reading.known)
    ddim_fill_unknown (reading.canvas->data, reading.known, h, w, channels);
  g_free (reading.known);

  return reading.canvas;
}

/* h x w pixels of `channels` to to_h x to_w; free with g_free (). */
static gfloat *
scale_pixels (const gfloat *pixels,
              gint          h,
              gint          w,
              gint          channels,
              gint          to_h,
              gint          to_w)
{
  gsize                  size   = (gsize) to_w * channels;
  gfloat                *result = g_new (gfloat, to_h * size);
  g_auto (DdimScaledRows) rows  = { 0 };

  ddim_scaled_rows_init (&rows, pixels, NULL, h, w, channels, to_h, to_w);
  for (gint y = 0; y < to_h; y++)
    memcpy (result + y * size, ddim_scaled_rows_make (&rows, y), size * sizeof (gfloat));

  return result;
}

DdimCanvas *
ddim_region_read_canvas (DdimRegion *region,
                         gint        channels,
                         gint        h,
                         gint        w)
{
  const GeglRectangle *frame  = &region->frame;
  DdimCanvas          *canvas = read_reduced (region, channels,
                                              MIN (h, frame->height),
                                              MIN (w, frame->width));

  if (canvas->h != h || canvas->w != w)
    {
      gfloat *scaled = scale_pixels (canvas->data, canvas->h, canvas->w,
                                     channels, h, w);

      g_free (canvas->data);
      canvas->data = scaled;
      canvas->h    = h;
      canvas->w    = w;
    }

  canvas->x = floor ((gdouble) (frame->x + region->bounds.x) * w / frame->width);
  canvas->y = floor ((gdouble) (frame->y + region->bounds.y) * h / frame->height);

  return canvas;
}

gfloat *
ddim_region_read_weights (DdimRegion *region,
                          gint        h,
                          gint        w)
{
  const GeglRectangle  *frame   = &region->frame;
  g_autoptr (DdimScale) rows    = ddim_scale_new (frame->height, h);
  g_autoptr (DdimScale) columns = ddim_scale_new (frame->width, w);
  g_autofree gfloat    *read    = g_new (gfloat, (gsize) frame->width * DDIM_STRIP);
  g_autofree gfloat    *scaled  = g_new (gfloat, w);
  gfloat               *weights = g_new0 (gfloat, (gsize) h * w);
  GeglRectangle         strip   = { 0 };
  gboolean              all     = TRUE;

  ddim_region_capture (region);
  while (ddim_strip_next (&strip, frame))
    {
      ddim_region_get_weights (region, &strip, read);

      for (gsize i = 0; i < (gsize) strip.width * strip.height; i++)
        all &= read[i] == 1.0f;

      for (gint y = 0; y < strip.height; y++)
        {
          ddim_scale_row (columns, read + (gsize) y * frame->width, 1, scaled);
          ddim_scale_add_row (rows, strip.y - frame->y + y, scaled, w, weights);
        }
      pause_reading (region);
    }

  for (gsize i = 0; i < (gsize) h * w; i++)
    weights[i] = CLAMP (weights[i], 0.0f, 1.0f);   /* cubics overshoot */

  if (all)
    g_clear_pointer (&weights, g_free);

  return weights;
}
