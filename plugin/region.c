/* region.c: drawable <-> canvas
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pixels are read as non-linear floats in the drawable's own colour space,
 * whatever its precision; a network sees them clamped to the gamut.  Only the
 * CHANGE it makes comes back, added to the unclamped pixels, so gamut, high
 * dynamic range and fine detail stay.  What did not change keeps its
 * bytes, unconverted.  The result goes through the shadow buffer: GIMP
 * itself blends it by the selection and makes the undo step.
 */

#include "config.h"

#include <math.h>
#include <string.h>

#include <libgimp/gimp.h>
#include <glib/gi18n-lib.h>

#include "fill.h"
#include "region.h"

/* Rows that are converted at a time. */
#define STRIP 64

/* Nobody can write to an item whose group is locked, either. */
static gboolean
is_locked (GimpItem *item)
{
  for (; item; item = gimp_item_get_parent (item))
    if (gimp_item_get_lock_content (item))
      return TRUE;

  return FALSE;
}

static gboolean
check_drawable (GimpImage     *image,
                GimpDrawable  *drawable,
                GError       **error)
{
  GimpItem         *item = GIMP_ITEM (drawable);
  g_autofree gchar *name = gimp_item_get_name (item);

  if (gimp_item_get_image (item) != image)
    g_set_error (error, GIMP_PLUG_IN_ERROR, 0,
                 _("“%s” belongs to another image. Choose a layer of this "
                   "image."), name);
  else if (gimp_drawable_is_indexed (drawable))
    g_set_error (error, GIMP_PLUG_IN_ERROR, 0,
                 _("“%s” has indexed colours, which cannot be varied. Convert "
                   "the image with Image ▸ Mode ▸ RGB first."), name);
  else if (gimp_item_is_group (item))
    g_set_error (error, GIMP_PLUG_IN_ERROR, 0,
                 _("“%s” is a layer group and has no pixels of its own. Choose "
                   "one of its layers, or merge the group first."), name);
  else if (is_locked (item))
    g_set_error (error, GIMP_PLUG_IN_ERROR, 0,
                 _("The pixels of “%s” are locked. Unlock them in the Layers "
                   "dialog first."), name);
  else
    return TRUE;

  return FALSE;
}

DdimRegion *
ddim_region_new (GimpImage     *image,
                 GimpDrawable  *drawable,
                 GError       **error)
{
  DdimRegion    *region;
  GeglRectangle  target;

  if (! check_drawable (image, drawable, error))
    return NULL;

  if (! gimp_drawable_mask_intersect (drawable, &target.x, &target.y,
                                      &target.width, &target.height))
    {
      g_autofree gchar *name = gimp_item_get_name (GIMP_ITEM (drawable));

      g_set_error (error, GIMP_PLUG_IN_ERROR, 0,
                   _("The selection lies outside of “%s”. Select a part of it, "
                     "or nothing to change all of it."), name);
      return NULL;
    }

  region = g_new0 (DdimRegion, 1);
  region->drawable = drawable;
  region->target   = target;
  region->frame    = target;
  region->colors   = gimp_drawable_is_gray (drawable) ? 1 : 3;

  return region;
}

void
ddim_region_free (DdimRegion *region)
{
  if (! region)
    return;

  g_free (region->pixels);
  g_free (region->weights);
  g_free (region);
}

/* Widens [start, start + length) by `context` on both sides and to `least`,
 * within [0, limit).                                                       */
static void
widen (gint *start,
       gint *length,
       gint  context,
       gint  least,
       gint  limit)
{
  gint from, to;

  context = MAX (context, (least - *length + 1) / 2);
  from    = MAX (*start - context, 0);
  to      = MIN (*start + *length + context, limit);

  /* what one border took away, the other side may give */
  from = MAX (MIN (from, to - least), 0);
  to   = MIN (MAX (to, from + least), limit);

  *start  = from;
  *length = to - from;
}

/* R'G'B'A or Y'A float in the drawable's space. */
static const Babl *
region_format (const DdimRegion *region)
{
  return babl_format_with_space (region->colors == 1 ? "Y'A float"
                                                     : "R'G'B'A float",
                                 gimp_drawable_get_format (region->drawable));
}

/* Fills weights from the selection, which is as large as the image. */
static void
read_selection (DdimRegion *region)
{
  gsize      n     = (gsize) region->frame.width * region->frame.height;
  GimpImage *image = gimp_item_get_image (GIMP_ITEM (region->drawable));
  gint       off_x, off_y;

  gimp_drawable_get_offsets (region->drawable, &off_x, &off_y);

  if (gimp_selection_is_empty (image))
    {
      for (gsize i = 0; i < n; i++)
        region->weights[i] = 1.0f;
    }
  else
    {
      GimpDrawable  *selection = GIMP_DRAWABLE (gimp_image_get_selection (image));
      GeglBuffer    *buffer    = gimp_drawable_get_buffer (selection);
      GeglRectangle  in_image  = region->frame;

      in_image.x += off_x;
      in_image.y += off_y;
      gegl_buffer_get (buffer, &in_image, 1.0, babl_format ("Y float"),
                       region->weights, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
      g_object_unref (buffer);
    }
}

gboolean
ddim_region_read (DdimRegion  *region,
                  gint         context,
                  gint         least,
                  GError     **error)
{
  GimpDrawable  *drawable = region->drawable;
  GeglRectangle *frame    = &region->frame;
  GeglBuffer    *buffer;
  gint           channels = region->colors + 1;
  gdouble        sum      = 0.0;
  gsize          n;

  *frame = region->target;
  widen (&frame->x, &frame->width, context, least,
         gimp_drawable_get_width (drawable));
  widen (&frame->y, &frame->height, context, least,
         gimp_drawable_get_height (drawable));

  n = (gsize) frame->width * frame->height;
  region->pixels  = g_renew (gfloat, region->pixels, n * channels);
  region->weights = g_renew (gfloat, region->weights, n);

  buffer = gimp_drawable_get_buffer (drawable);
  gegl_buffer_get (buffer, frame, 1.0, region_format (region), region->pixels,
                   GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  g_object_unref (buffer);

  read_selection (region);

  for (gsize i = 0; i < n; i++)
    {
      if (region->pixels[i * channels + region->colors] <= 0.0f)
        region->weights[i] = 0.0f;
      sum += region->weights[i];
    }

  if (sum == 0.0)
    {
      g_autofree gchar *name = gimp_item_get_name (GIMP_ITEM (drawable));

      g_set_error (error, GIMP_PLUG_IN_ERROR, 0,
                   _("All that is selected of “%s” is transparent. Select a "
                     "part that can be seen."), name);
      return FALSE;
    }

  return TRUE;
}

/* What a network with `channels` gets for a pixel of `colors` colours. */
static inline void
pixel_to_model (const gfloat *pixel,
                gint          colors,
                gfloat       *value,
                gint          channels)
{
  if (colors == channels)
    memcpy (value, pixel, channels * sizeof (gfloat));
  else if (channels == 1)
    value[0] = (pixel[0] + pixel[1] + pixel[2]) / 3.0f;
  else
    value[0] = value[1] = value[2] = pixel[0];
}

DdimCanvas *
ddim_region_canvas (const DdimRegion *region,
                    gint              channels)
{
  gint               colors = region->colors;
  gint               stride = colors + 1;
  gint               h      = region->frame.height;
  gint               w      = region->frame.width;
  gsize              n      = (gsize) h * w;
  g_autofree gfloat *seen   = g_memdup2 (region->pixels,
                                         n * stride * sizeof (gfloat));
  DdimCanvas        *canvas = ddim_canvas_new (1, h, w, channels);
  gint               off_x, off_y;

  gimp_drawable_get_offsets (region->drawable, &off_x, &off_y);
  canvas->x = region->frame.x + off_x;
  canvas->y = region->frame.y + off_y;

  for (gsize i = 0; i < n * stride; i++)
    seen[i] = isfinite (seen[i]) ? CLAMP (seen[i], 0.0f, 1.0f) : 0.0f;

  ddim_fill_transparent (seen, h, w, colors);

  for (gsize i = 0; i < n; i++)
    {
      gfloat *value = canvas->data + i * channels;

      pixel_to_model (seen + i * stride, colors, value, channels);
      for (gint c = 0; c < channels; c++)
        value[c] = 2.0f * value[c] - 1.0f;
    }

  return canvas;
}

/* Adds the change from `before` to `after`, a model's pixels, to a drawable's
 * pixel.  Returns whether there was any.                                   */
static inline gboolean
add_change (gfloat       *pixel,
            gint          colors,
            const gfloat *before,
            const gfloat *after,
            gint          channels)
{
  gfloat   change[3];
  gboolean any = FALSE;

  for (gint c = 0; c < channels; c++)
    {
      change[c] = 0.5f * (after[c] - before[c]);
      any |= change[c] != 0.0f;
    }

  if (channels == 1)
    change[1] = change[2] = change[0];
  else if (colors == 1)
    change[0] = (change[0] + change[1] + change[2]) / 3.0f;

  for (gint c = 0; c < colors; c++)
    pixel[c] += change[c];

  return any;
}

/* The target in the drawable's own bytes, and which of its pixels change. */
typedef struct
{
  const Babl *format;
  gint        bpp;      /* bytes a pixel                                    */
  guint8     *kept;     /* the bytes as they were                           */
  guint8     *changes;  /* one a pixel: 1 where it changes                  */
} Native;

static void
native_clear (Native *native)
{
  g_clear_pointer (&native->kept, g_free);
  g_clear_pointer (&native->changes, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Native, native_clear)

static void
native_read (Native              *native,
             GeglBuffer          *buffer,
             const GeglRectangle *target)
{
  gsize n = (gsize) target->width * target->height;

  native->format  = gegl_buffer_get_format (buffer);
  native->bpp     = babl_format_get_bytes_per_pixel (native->format);
  native->kept    = g_malloc (n * native->bpp);
  native->changes = g_new0 (guint8, n);

  gegl_buffer_get (buffer, target, 1.0, native->format, native->kept,
                   GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
}

/* Puts the kept bytes over those of `bytes`, a strip of the target's that
 * starts at its pixel `first`, wherever nothing changes.  Returns whether
 * that changed any byte.                                                   */
static gboolean
native_restore (const Native *native,
                guint8       *bytes,
                gsize         first,
                gsize         n)
{
  gint     bpp = native->bpp;
  gboolean any = FALSE;

  for (gsize i = 0; i < n; i++)
    {
      const guint8 *kept = native->kept + (first + i) * bpp;

      if (! native->changes[first + i] && memcmp (bytes + i * bpp, kept, bpp))
        {
          memcpy (bytes + i * bpp, kept, bpp);
          any = TRUE;
        }
    }

  return any;
}

/* Writes a strip of the target to the shadow buffer, and notes what changes. */
static void
write_strip (const DdimRegion    *region,
             const gfloat        *before,
             const gfloat        *after,
             gint                 channels,
             Native              *native,
             GeglBuffer          *shadow,
             const GeglRectangle *strip)
{
  const GeglRectangle *frame  = &region->frame;
  gint                 stride = region->colors + 1;
  gsize                n      = (gsize) strip->width * strip->height;
  gsize                first  = (gsize) (strip->y - region->target.y) * strip->width;
  g_autofree gfloat   *pixels = g_new (gfloat, n * stride);
  g_autofree guint8   *bytes  = g_malloc (n * native->bpp);

  for (gsize i = 0; i < n; i++)
    {
      gsize   y     = strip->y - frame->y + i / strip->width;
      gsize   x     = strip->x - frame->x + i % strip->width;
      gsize   at    = y * frame->width + x;
      gfloat *pixel = pixels + i * stride;

      memcpy (pixel, region->pixels + at * stride, stride * sizeof (gfloat));
      if (region->weights[at] > 0.0f)
        native->changes[first + i] = add_change (pixel, region->colors,
                                                 before + at * channels,
                                                 after + at * channels, channels);
    }

  babl_process (babl_fish (region_format (region), native->format),
                pixels, bytes, n);
  native_restore (native, bytes, first, n);

  gegl_buffer_set (shadow, strip, 0, native->format, bytes, GEGL_AUTO_ROWSTRIDE);
}

/* GIMP composes in float RGB, which at some precisions moves the last bit of
 * a pixel that was put over itself: puts back what shall not have changed.
 * The undo step is there already, and does not see this.                   */
static void
restore_strip (const DdimRegion    *region,
               const Native        *native,
               GeglBuffer          *buffer,
               const GeglRectangle *strip)
{
  gsize              n     = (gsize) strip->width * strip->height;
  gsize              first = (gsize) (strip->y - region->target.y) * strip->width;
  g_autofree guint8 *bytes = g_malloc (n * native->bpp);

  gegl_buffer_get (buffer, strip, 1.0, native->format, bytes,
                   GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  if (native_restore (native, bytes, first, n))
    gegl_buffer_set (buffer, strip, 0, native->format, bytes, GEGL_AUTO_ROWSTRIDE);
}

gboolean
ddim_region_commit (const DdimRegion  *region,
                    const DdimCanvas  *before,
                    const DdimCanvas  *after,
                    gint               item,
                    GError           **error)
{
  GimpDrawable   *drawable = region->drawable;
  GimpImage      *image    = gimp_item_get_image (GIMP_ITEM (drawable));
  GeglRectangle   target   = region->target;
  GeglRectangle   strip    = target;
  const gfloat   *changed  = after->data + item * ddim_canvas_item_size (after);
  gint            bottom   = target.y + target.height;
  g_auto (Native) native   = { 0 };
  GeglBuffer     *buffer;
  GeglBuffer     *shadow;
  gboolean        merged;

  buffer = gimp_drawable_get_buffer (drawable);
  shadow = gimp_drawable_get_shadow_buffer (drawable);
  native_read (&native, buffer, &target);
  for (strip.y = target.y; strip.y < bottom; strip.y += STRIP)
    {
      strip.height = MIN (STRIP, bottom - strip.y);
      write_strip (region, before->data, changed, after->c, &native, shadow, &strip);
    }
  g_object_unref (buffer);
  g_object_unref (shadow);   /* sends the pixels to GIMP */

  gimp_image_undo_group_start (image);
  merged = gimp_drawable_merge_shadow (drawable, TRUE);
  gimp_image_undo_group_end (image);

  if (! merged)
    {
      g_autofree gchar *name = gimp_item_get_name (GIMP_ITEM (drawable));

      gimp_drawable_free_shadow (drawable);
      g_set_error (error, GIMP_PLUG_IN_ERROR, 0,
                   _("GIMP would not write to “%s”: it may be locked, or not "
                     "made of pixels. Nothing was changed. Unlock or rasterize "
                     "it, or work on a copy."), name);
      return FALSE;
    }

  buffer = gimp_drawable_get_buffer (drawable);
  for (strip.y = target.y; strip.y < bottom; strip.y += STRIP)
    {
      strip.height = MIN (STRIP, bottom - strip.y);
      restore_strip (region, &native, buffer, &strip);
    }
  g_object_unref (buffer);
  gimp_drawable_update (drawable, target.x, target.y, target.width, target.height);

  return TRUE;
}
