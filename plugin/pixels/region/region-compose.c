/* region-compose.c: canvas -> pixels of a result
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Only the CHANGE that was made to what a network saw comes back, added to
 * the unclamped pixels in double precision, so gamut, high dynamic range and
 * fine detail stay.  What did not change keeps its bytes, unconverted.
 */

#include "config.h"

#include <math.h>
#include <string.h>

#include <libgimp/gimp.h>

#include "finite.h"
#include "region.h"
#include "scale.h"
#include "strips.h"

/* Adds `factor` of a model's change to a drawable's pixel of `colors` colours
 * and an alpha.  Returns whether that is another pixel.                    */
static inline gboolean
add_change (gdouble      *pixel,
            gint          colors,
            const gfloat *change,
            gint          channels,
            gdouble       factor)
{
  gdouble  sum = 0.0;
  gboolean any = FALSE;

  for (gint c = 0; c <= colors; c++)
    if (! isfinite (pixel[c]))
      return FALSE;
  if (! (pixel[colors] > 0.0))
    return FALSE;

  for (gint c = 0; c < channels; c++)
    {
      sum += change[c];
      any |= change[c] != 0.0f;
    }

  /* half of it: a model's white is 1, its black -1 */
  for (gint c = 0; c < colors; c++)
    pixel[c] += 0.5 * factor * (colors == channels ? change[c] : sum / channels);

  return any && factor != 0.0;
}

/* A strip of the target.  Buffers are as large as the largest. */
typedef struct
{
  const Babl *own;         /* the drawable's format                         */
  const Babl *work;        /* R'G'B'A or Y'A double                         */
  const Babl *out;         /* of what comes of it                           */
  guint8     *bytes;       /* own                                           */
  gdouble    *pixels;      /* work                                          */
  gfloat     *selected;    /* one a pixel                                   */
  guint8     *changed;     /* one a pixel: whether it is another one        */
  guint8     *result;      /* out                                           */
  guint8     *straight;    /* out, of `bytes`; NULL in place                */
} Strip;

static gboolean
strip_init (Strip             *strip,
            const DdimRegion  *region,
            const Babl        *out,
            gboolean           in_place,
            GError           **error)
{
  gsize n = (gsize) region->target.width * DDIM_STRIP;

  strip->own      = region->format;
  strip->work     = ddim_region_get_format (region);
  strip->out      = out;

  return (strip->bytes = ddim_try_malloc (n, babl_format_get_bytes_per_pixel (strip->own),
                                          error)) &&
         (strip->pixels = ddim_try_new (gdouble, n * (region->colors + 1), error)) &&
         (strip->selected = ddim_try_new (gfloat, n, error)) &&
         (strip->changed = ddim_try_new (guint8, n, error)) &&
         (strip->result = ddim_try_malloc (n, babl_format_get_bytes_per_pixel (out), error)) &&
         (in_place ||
          (strip->straight = ddim_try_malloc (n, babl_format_get_bytes_per_pixel (out), error)));
}

static void
strip_clear (Strip *strip)
{
  g_clear_pointer (&strip->bytes, g_free);
  g_clear_pointer (&strip->pixels, g_free);
  g_clear_pointer (&strip->selected, g_free);
  g_clear_pointer (&strip->changed, g_free);
  g_clear_pointer (&strip->result, g_free);
  g_clear_pointer (&strip->straight, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Strip, strip_clear)

/* Reads `area` and adds the change: in_place as far as each pixel is selected,
 * otherwise all of it.                                                      */
static void
strip_compose (Strip               *strip,
               const DdimRegion    *region,
               DdimScaledRows      *change,
               const GeglRectangle *area,
               gboolean             in_place)
{
  const GeglRectangle *frame  = &region->frame;
  gint                 stride = region->colors + 1;
  gsize                n      = (gsize) area->width * area->height;

  ddim_region_get_pixels (region, area, strip->own, strip->bytes);
  ddim_region_get_selection (region, area, strip->selected);
  babl_process (babl_fish (strip->own, strip->work), strip->bytes, strip->pixels, n);

  for (gint y = 0; y < area->height; y++)
    {
      const gfloat *row = ddim_scaled_rows_make (change, area->y + y - frame->y) +
                          (gsize) (area->x - frame->x) * change->channels;

      for (gint x = 0; x < area->width; x++)
        {
          gsize at = (gsize) y * area->width + x;

          strip->changed[at] = add_change (strip->pixels + at * stride, region->colors,
                                           row + (gsize) x * change->channels,
                                           change->channels,
                                           in_place ? strip->selected[at] : 1.0);
        }
    }
}

/* In the drawable's own format, and in its own bytes what did not change. */
static void
strip_convert_in_place (Strip *strip,
                        gint   colors,
                        gsize  n)
{
  gint bpp = babl_format_get_bytes_per_pixel (strip->own);

  babl_process (babl_fish (strip->work, strip->own), strip->pixels, strip->result, n);
  ddim_keep_finite (strip->own, strip->result, strip->pixels, colors + 1, n);
  for (gsize i = 0; i < n; i++)
    if (! strip->changed[i])
      memcpy (strip->result + i * bpp, strip->bytes + i * bpp, bpp);
}

/* Whether a format is another one with alpha. */
static gboolean
is_same_but_alpha (const Babl *format,
                   const Babl *with_alpha)
{
  g_auto (GStrv)    words = g_strsplit (babl_format_get_encoding (format), " ", 2);
  g_autofree gchar *named = words[1] ? g_strdup_printf ("%sA %s", words[0], words[1]) : NULL;

  return ! g_strcmp0 (named, babl_format_get_encoding (with_alpha)) &&
         babl_format_get_space (format) == babl_format_get_space (with_alpha);
}

/* The drawable's pixels in `out`.  Where that adds an alpha and nothing else, they are
 * copied: of 8 bits babl would first make itself a table of 256 MiB.        */
static void
strip_convert_straight (Strip *strip,
                        gsize  n)
{
  gint    from    = babl_format_get_bytes_per_pixel (strip->own);
  gint    to      = babl_format_get_bytes_per_pixel (strip->out);
  gdouble black[] = { 0.0, 0.0, 0.0, 1.0 };
  guint8  opaque[4 * sizeof (gdouble)];

  if (! is_same_but_alpha (strip->own, strip->out))
    {
      babl_process (babl_fish (strip->own, strip->out), strip->bytes, strip->straight, n);
      return;
    }

  babl_process (babl_fish (strip->work, strip->out),
                black + 4 - babl_format_get_n_components (strip->work), opaque, 1);
  for (gsize i = 0; i < n; i++)
    {
      memcpy (strip->straight + i * to, strip->bytes + i * from, from);
      memcpy (strip->straight + i * to + from, opaque + from, to - from);
    }
}

/* As opaque as it is selected; what is as it was, and wholly selected, straight
 * from its own bytes.                                                       */
static void
strip_convert_to_layer (Strip *strip,
                        gint   colors,
                        gsize  n)
{
  gint bpp = babl_format_get_bytes_per_pixel (strip->out);

  for (gsize i = 0; i < n; i++)
    strip->pixels[i * (colors + 1) + colors] *= strip->selected[i];

  babl_process (babl_fish (strip->work, strip->out), strip->pixels, strip->result, n);
  ddim_keep_finite (strip->out, strip->result, strip->pixels, colors + 1, n);

  strip_convert_straight (strip, n);
  for (gsize i = 0; i < n; i++)
    if (! strip->changed[i] && strip->selected[i] == 1.0f)
      memcpy (strip->result + i * bpp, strip->straight + i * bpp, bpp);
}

static GeglBuffer *
compose (DdimRegion       *region,
         const DdimCanvas *before,
         const DdimCanvas *after,
         gint              item,
         const Babl       *format,
         gboolean          in_place,
         GError          **error)
{
  const GeglRectangle    *target = &region->target;
  GeglRectangle           at     = { 0 };
  GeglRectangle           extent = *target;
  GeglBuffer             *result;
  g_auto (Strip)          strip  = { 0 };
  g_auto (DdimScaledRows) change = { 0 };

  if (! in_place)
    extent.x = extent.y = 0;

  if (! strip_init (&strip, region, format, in_place, error) ||
      ! ddim_scaled_rows_init (&change, after->data + item * ddim_canvas_item_size (after),
                               before ? before->data : NULL, after->h, after->w, after->c,
                               region->frame.height, region->frame.width, error))
    return NULL;

  ddim_region_capture (region);
  result = gegl_buffer_new (&extent, format);
  while (ddim_strip_next (&at, target))
    {
      GeglRectangle there = at;
      gsize         n     = (gsize) at.width * at.height;

      strip_compose (&strip, region, &change, &at, in_place);
      if (in_place)
        strip_convert_in_place (&strip, region->colors, n);
      else
        strip_convert_to_layer (&strip, region->colors, n);

      there.x += extent.x - target->x;
      there.y += extent.y - target->y;
      gegl_buffer_set (result, &there, 0, format, strip.result, GEGL_AUTO_ROWSTRIDE);
      if (region->pause)
        region->pause (region->pause_data);
    }

  return result;
}

GeglBuffer *
ddim_region_compose (DdimRegion        *region,
                     const DdimCanvas  *before,
                     const DdimCanvas  *after,
                     gint               item,
                     GError           **error)
{
  return compose (region, before, after, item, region->format, TRUE, error);
}

DdimNewLayer *
ddim_region_compose_layer (DdimRegion        *region,
                           const DdimCanvas  *before,
                           const DdimCanvas  *after,
                           gint               item,
                           const gchar       *name,
                           GError           **error)
{
  gboolean       gray   = gimp_image_get_base_type (region->image) == GIMP_GRAY;
  GimpImageType  type   = gray ? GIMP_GRAYA_IMAGE : GIMP_RGBA_IMAGE;
  GeglBuffer    *pixels = compose (region, before, after, item,
                                   ddim_new_layer_get_format (region->image, type), FALSE,
                                   error);
  DdimNewLayer  *layer;

  if (! pixels)
    return NULL;

  layer       = ddim_new_layer_new (name, type, pixels);
  layer->x    = region->bounds.x + region->target.x;
  layer->y    = region->bounds.y + region->target.y;
  layer->mode = gimp_image_get_default_new_layer_mode (region->image);

  if (! gimp_item_is_valid (GIMP_ITEM (region->drawable)))
    return layer;

  if (GIMP_IS_LAYER_MASK (region->drawable))
    {
      layer->above = gimp_layer_from_mask (GIMP_LAYER_MASK (region->drawable));
    }
  else if (GIMP_IS_LAYER (region->drawable))
    {
      layer->above   = GIMP_LAYER (region->drawable);
      layer->mode    = gimp_layer_get_mode (layer->above);
      layer->opacity = gimp_layer_get_opacity (layer->above);
    }

  return layer;
}
