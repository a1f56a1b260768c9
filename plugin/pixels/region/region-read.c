/* region-read.c: drawable -> canvas
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pixels are seen as non-linear doubles in the drawable's own colour space,
 * whatever its precision; a network sees them clamped to the gamut.
 */

#include "config.h"

#include <math.h>
#include <string.h>

#include <libgimp/gimp.h>

#include "fill.h"
#include "lookup.h"
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
    return babl_format ("R'G'B'A double");

  return babl_format_with_space ("R'G'B'A double", region->format);
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
                         babl_format_get_n_components (format) * sizeof (gfloat));
      return;
    }

  buffer = gimp_drawable_get_buffer (region->drawable);
  ddim_get_floats (buffer, scaled, scale, format, GEGL_ABYSS_CLAMP, pixels);
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

gboolean
ddim_region_get_weights (const DdimRegion     *region,
                         const GeglRectangle  *strip,
                         gfloat               *weights,
                         GError              **error)
{
  gint                colors = region->colors;
  gint                stride = colors + 1;
  gsize               n      = (gsize) strip->width * strip->height;
  g_autofree gdouble *pixels = NULL;

  ddim_region_get_selection (region, strip, weights);
  if (! ddim_region_may_have_holes (region))
    return TRUE;

  pixels = ddim_try_new (gdouble, n * stride, error);
  if (! pixels)
    return FALSE;
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

  return TRUE;
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

/* The same of pixels of 8 bits whose colours are the network's channels: what each number
 * is seen as.                                                               */
typedef struct
{
  gint   components;        /* of a pixel: with alpha, or without            */
  gint   colors;
  gfloat seen[4][256];
} Sight;

/* Beyond the drawable what is read is transparent, and a format without alpha cannot
 * say so.                                                                   */
static gboolean
has_alpha_or_is_within (const DdimRegion *region)
{
  GeglRectangle whole = { 0, 0, region->bounds.width, region->bounds.height };

  return babl_format_has_alpha (region->format) ||
         gegl_rectangle_contains (&whole, &region->frame);
}

/* FALSE where pixels are to be seen one by one. */
static gboolean
sight_init (Sight            *sight,
            const DdimRegion *region,
            gint              channels)
{
  gint       colors = region->colors;
  DdimLookup lookup;

  if (channels != colors || ! has_alpha_or_is_within (region) ||
      ! ddim_lookup_init (&lookup, region->format, ddim_region_get_format (region)))
    return FALSE;

  sight->components = lookup.components;
  sight->colors     = colors;
  for (gint i = 0; i < 256; i++)
    {
      gdouble pixel[4];
      gfloat  seen[4];

      for (gint c = 0; c < colors; c++)
        pixel[c] = lookup.values[c][i];
      pixel[colors] = 1.0;
      see_pixel (pixel, colors, region->unclamped, channels, seen);
      for (gint c = 0; c < colors; c++)
        sight->seen[c][i] = seen[c];
      sight->seen[colors][i] = lookup.components > colors ? lookup.values[colors][i] : 1.0;
    }

  return TRUE;
}

static void
see_bytes (const Sight  *sight,
           const guint8 *bytes,
           gint          n,
           gfloat       *row)
{
  gint     colors = sight->colors;
  gboolean alpha  = sight->components > colors;

  for (gint x = 0; x < n; x++, bytes += sight->components, row += colors + 1)
    {
      gfloat cover = alpha ? sight->seen[colors][bytes[colors]] : 1.0f;

      for (gint c = 0; c < colors; c++)
        row[c] = cover > 0.0f ? sight->seen[c][bytes[c]] : 0.0f;
      row[colors] = cover;
    }
}

static void
pause_reading (const DdimRegion *region)
{
  if (region->pause)
    region->pause (region->pause_data);
}

/* Calls row_seen with each row y of the frame as a network sees it: `channels`
 * values a pixel and how much of it is there.  Ends where that fails.      */
static gboolean
see_frame (DdimRegion  *region,
           gint         channels,
           gboolean   (*row_seen) (gint      y,
                                   gfloat   *row,
                                   gpointer  user_data,
                                   GError  **error),
           gpointer     user_data,
           GError     **error)
{
  const GeglRectangle *frame  = &region->frame;
  const Babl          *format = ddim_region_get_format (region);
  gint                 stride = region->colors + 1;
  gsize                width  = frame->width;
  gsize                n      = width * DDIM_STRIP;
  Sight                sight    = { 0 };
  gboolean             by_sight = sight_init (&sight, region, channels);
  g_autofree gfloat   *row    = ddim_try_new (gfloat, width * (channels + 1), error);
  g_autofree guint8   *bytes  = NULL;
  g_autofree gdouble  *pixels = NULL;
  GeglRectangle        strip  = { 0 };

  if (! row ||
      (by_sight ? ! (bytes = ddim_try_malloc (n, sight.components, error))
                : ! (pixels = ddim_try_new (gdouble, n * stride, error))))
    return FALSE;

  ddim_region_capture (region);
  while (ddim_strip_next (&strip, frame))
    {
      const gdouble *pixel = pixels;

      if (by_sight)
        ddim_region_get_pixels (region, &strip, region->format, bytes);
      else
        ddim_region_get_pixels (region, &strip, format, pixels);
      for (gint y = 0; y < strip.height; y++)
        {
          if (by_sight)
            see_bytes (&sight, bytes + y * width * sight.components, frame->width, row);
          else
            for (gint x = 0; x < frame->width; x++, pixel += stride)
              see_pixel (pixel, region->colors, region->unclamped, channels,
                         row + (gsize) x * (channels + 1));

          if (! row_seen (strip.y - frame->y + y, row, user_data, error))
            return FALSE;
        }
      pause_reading (region);
    }

  return TRUE;
}

/* A canvas in the making. */
typedef struct
{
  DdimCanvas *canvas;
  DdimCanvas *known;    /* 1 or 0 for each pixel; NULL while all are        */
  DdimScale  *rows;     /* from the frame, where it is larger ...           */
  DdimScale  *columns;
  gfloat     *scaled;   /* ... a row of channels and cover,                 */
  gfloat     *sums;     /* and the whole canvas with its cover              */
} Reading;

static void
reading_clear (Reading *reading)
{
  g_clear_pointer (&reading->canvas, ddim_canvas_free);
  g_clear_pointer (&reading->known, ddim_canvas_free);
  g_clear_pointer (&reading->rows, ddim_scale_free);
  g_clear_pointer (&reading->columns, ddim_scale_free);
  g_clear_pointer (&reading->scaled, g_free);
  g_clear_pointer (&reading->sums, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Reading, reading_clear)

static gboolean
set_pixel (Reading       *reading,
           gsize          at,
           const gfloat  *values,
           gfloat         cover,
           GError       **error)
{
  DdimCanvas *canvas = reading->canvas;

  for (gint c = 0; c < canvas->c; c++)
    canvas->data[at * canvas->c + c] = values[c];

  if (! reading->known && cover == 0.0f)
    {
      reading->known = ddim_canvas_try_new (1, canvas->h, canvas->w, 1, error);
      if (! reading->known)
        return FALSE;
      for (gsize i = 0; i < ddim_canvas_size (reading->known); i++)
        reading->known->data[i] = 1.0f;
    }
  if (reading->known)
    reading->known->data[at] = cover > 0.0f;

  return TRUE;
}

static gboolean
take_row (gint      y,
          gfloat   *row,
          gpointer  user_data,
          GError  **error)
{
  Reading *reading  = user_data;
  gint     channels = reading->canvas->c;
  gint     w        = reading->canvas->w;

  for (gint x = 0; x < w; x++)
    if (! set_pixel (reading, (gsize) y * w + x, row + (gsize) x * (channels + 1),
                     row[(gsize) x * (channels + 1) + channels], error))
      return FALSE;

  return TRUE;
}

/* A mean counts each colour as far as it is there. */
static gboolean
sum_row (gint      y,
         gfloat   *row,
         gpointer  user_data,
         GError  **error)
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

  return TRUE;
}

static gboolean
take_sums (Reading  *reading,
           GError  **error)
{
  gint  channels = reading->canvas->c;
  gsize n        = (gsize) reading->canvas->h * reading->canvas->w;

  for (gsize i = 0; i < n; i++)
    {
      gfloat *sum = reading->sums + i * (channels + 1);

      if (sum[channels] > 0.0f)
        for (gint c = 0; c < channels; c++)
          sum[c] /= sum[channels];
      if (! set_pixel (reading, i, sum, sum[channels], error))
        return FALSE;
    }

  return TRUE;
}

/* The frame at the canvas's size, which is smaller. */
static gboolean
read_scaled (DdimRegion  *region,
             Reading     *reading,
             GError     **error)
{
  gint  h = reading->canvas->h, w = reading->canvas->w, channels = reading->canvas->c;
  gsize n = (gsize) w * (channels + 1);

  return (reading->rows = ddim_scale_new (region->frame.height, h, error)) &&
         (reading->columns = ddim_scale_new (region->frame.width, w, error)) &&
         (reading->scaled = ddim_try_new (gfloat, n, error)) &&
         (reading->sums = ddim_try_new0 (gfloat, h * n, error)) &&
         see_frame (region, channels, sum_row, reading, error) &&
         take_sums (reading, error);
}

/* The frame at h x w, at most its own size, without its holes. */
static DdimCanvas *
read_reduced (DdimRegion  *region,
              gint         channels,
              gint         h,
              gint         w,
              GError     **error)
{
  g_auto (Reading) reading = { .canvas = ddim_canvas_try_new (1, h, w, channels, error) };
  gboolean         same    = h == region->frame.height && w == region->frame.width;

  if (! reading.canvas ||
      ! (same ? see_frame (region, channels, take_row, &reading, error)
              : read_scaled (region, &reading, error)) ||
      (reading.known && ! ddim_fill_unknown (reading.canvas, reading.known, error)))
    return NULL;

  return g_steal_pointer (&reading.canvas);
}

/* A canvas of one item at h x w, which is larger. */
static DdimCanvas *
enlarge (const DdimCanvas  *canvas,
         gint               h,
         gint               w,
         GError           **error)
{
  gsize                   size   = (gsize) w * canvas->c;
  g_autoptr (DdimCanvas)  result = ddim_canvas_try_new (1, h, w, canvas->c, error);
  g_auto (DdimScaledRows) rows   = { 0 };

  if (! result || ! ddim_scaled_rows_init (&rows, canvas->data, NULL, canvas->h, canvas->w,
                                           canvas->c, h, w, error))
    return NULL;
  for (gint y = 0; y < h; y++)
    memcpy (result->data + y * size, ddim_scaled_rows_make (&rows, y), size * sizeof (gfloat));

  return g_steal_pointer (&result);
}

DdimCanvas *
ddim_region_read_canvas (DdimRegion  *region,
                         gint         channels,
                         gint         h,
                         gint         w,
                         GError     **error)
{
  const GeglRectangle *frame  = &region->frame;
  DdimCanvas          *canvas = read_reduced (region, channels,
                                              MIN (h, frame->height),
                                              MIN (w, frame->width), error);

  if (canvas && (canvas->h != h || canvas->w != w))
    {
      DdimCanvas *larger = enlarge (canvas, h, w, error);

      ddim_canvas_free (canvas);
      canvas = larger;
    }
  if (! canvas)
    return NULL;

  canvas->x = floor ((gdouble) (frame->x + region->bounds.x) * w / frame->width);
  canvas->y = floor ((gdouble) (frame->y + region->bounds.y) * h / frame->height);

  return canvas;
}

gboolean
ddim_region_read_weights (DdimRegion  *region,
                          gint         h,
                          gint         w,
                          gfloat     **weights,
                          GError     **error)
{
  const GeglRectangle  *frame   = &region->frame;
  g_autoptr (DdimScale) rows    = ddim_scale_new (frame->height, h, error);
  g_autoptr (DdimScale) columns = NULL;
  g_autofree gfloat    *read    = NULL;
  g_autofree gfloat    *scaled  = NULL;
  g_autofree gfloat    *sums    = NULL;
  GeglRectangle         strip   = { 0 };
  gboolean              all     = TRUE;

  *weights = NULL;
  if ((! region->selection || ! region->selection->mask) &&
      ! ddim_region_may_have_holes (region))
    return TRUE;

  if (! rows || ! (columns = ddim_scale_new (frame->width, w, error)) ||
      ! (read = ddim_try_new (gfloat, (gsize) frame->width * DDIM_STRIP, error)) ||
      ! (scaled = ddim_try_new (gfloat, w, error)) ||
      ! (sums = ddim_try_new0 (gfloat, (gsize) h * w, error)))
    return FALSE;

  ddim_region_capture (region);
  while (ddim_strip_next (&strip, frame))
    {
      if (! ddim_region_get_weights (region, &strip, read, error))
        return FALSE;

      for (gsize i = 0; i < (gsize) strip.width * strip.height; i++)
        all &= read[i] == 1.0f;

      for (gint y = 0; y < strip.height; y++)
        {
          ddim_scale_row (columns, read + (gsize) y * frame->width, 1, scaled);
          ddim_scale_add_row (rows, strip.y - frame->y + y, scaled, w, sums);
        }
      pause_reading (region);
    }

  for (gsize i = 0; i < (gsize) h * w; i++)
    sums[i] = CLAMP (sums[i], 0.0f, 1.0f);   /* cubics overshoot */

  *weights = all ? NULL : g_steal_pointer (&sums);

  return TRUE;
}
