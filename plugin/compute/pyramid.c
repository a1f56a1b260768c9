/* pyramid.c: what a job works on: a region at several sizes
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A painter should see something at once, so the region is worked on in
 * stages: small and in few steps first, then larger, at last as it is.  All
 * that asks GIMP for pixels happens in the main thread, a stage at a time, so
 * that none of it takes long; all that only computes may be done by any.
 *
 * Pictures for the screen are made the same way as the result: the change is
 * added to the picture's own pixels, as far as they are selected.
 */

#include "config.h"

#include <math.h>

#include "region-strip.h"
#include "pyramid.h"

/* The number of pixels of the coarse stage, and its steps: 15 evaluations,
 * which two cores do in about a second with the model that ships.           */
#define COARSE_PIXELS (128 * 128)
#define COARSE_STEPS  5
#define MIDDLE_STEPS  10

#define CHEQUER 8

gint
ddim_stages_plan (DdimStage *stages,
                  gint       h,
                  gint       w)
{
  gint coarse = MAX (1, (gint) ceil (sqrt ((gdouble) h * w / COARSE_PIXELS)));
  gint n      = 0;

  stages[n++] = (DdimStage) { coarse, COARSE_STEPS };
  if (coarse > 2)
    stages[n++] = (DdimStage) { (coarse + 1) / 2, MIDDLE_STEPS };
  stages[n++] = (DdimStage) { 1, 0 };

  for (gint i = 0; i < n; i++)
    {
      gint k = stages[i].reduction;

      stages[i].h = (h + k - 1) / k;
      stages[i].w = (w + k - 1) / k;
    }

  return n;
}

/* The target and a rim of an eighth of it, within the frame. */
static void
plan_view (DdimPyramid      *pyramid,
           const DdimRegion *region)
{
  const GeglRectangle *target = &region->target;
  gint                 rim    = MAX (target->width, target->height) / 8;
  GeglRectangle        wide   = { target->x - rim, target->y - rim,
                                  target->width + 2 * rim, target->height + 2 * rim };

  gegl_rectangle_intersect (&pyramid->view, &wide, &pyramid->frame);
}

static void
read_view (DdimPyramid      *pyramid,
           const DdimRegion *region,
           gint              side)
{
  GeglBuffer    *buffer = gimp_drawable_get_buffer (region->drawable);
  gdouble        scale  = MIN (1.0, side / (gdouble) MAX (pyramid->view.width,
                                                          pyramid->view.height));
  GeglRectangle  scaled;

  pyramid->view_w = MAX (1, (gint) (pyramid->view.width * scale));
  pyramid->view_h = MAX (1, (gint) (pyramid->view.height * scale));
  pyramid->format = ddim_region_get_view_format (region);
  pyramid->pixels = g_new (gfloat, (gsize) pyramid->view_w * pyramid->view_h * 4);

  scaled = (GeglRectangle) { (gint) floor (pyramid->view.x * scale),
                             (gint) floor (pyramid->view.y * scale),
                             pyramid->view_w, pyramid->view_h };
  gegl_buffer_get (buffer, &scaled, scale, pyramid->format, pyramid->pixels,
                   GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_CLAMP);
  g_object_unref (buffer);
}

DdimPyramid *
ddim_pyramid_new (DdimRegion          *region,
                  const DdimPlacement *placement,
                  gint                 side)
{
  DdimPyramid *pyramid = g_new0 (DdimPyramid, 1);
  gint         h, w;

  ddim_region_set_frame (region, placement->context, placement->least);
  pyramid->ref_count = 1;
  pyramid->placement = *placement;
  pyramid->frame     = region->frame;
  ddim_placement_get_canvas_size (placement, pyramid->frame.height, pyramid->frame.width, &h, &w);
  pyramid->n_stages = ddim_stages_plan (pyramid->stages, h, w);
  plan_view (pyramid, region);
  read_view (pyramid, region, side);

  return pyramid;
}

DdimPyramid *
ddim_pyramid_ref (DdimPyramid *pyramid)
{
  g_atomic_int_inc (&pyramid->ref_count);

  return pyramid;
}

void
ddim_pyramid_unref (DdimPyramid *pyramid)
{
  if (! pyramid || ! g_atomic_int_dec_and_test (&pyramid->ref_count))
    return;

  for (gint i = 0; i < pyramid->n_stages; i++)
    {
      ddim_canvas_free (pyramid->stages[i].canvas);
      g_free (pyramid->stages[i].weights);
    }
  ddim_patch_source_free (pyramid->source);
  g_free (pyramid->pixels);
  g_free (pyramid);
}

void
ddim_pyramid_read_stage (DdimPyramid      *pyramid,
                         const DdimRegion *region,
                         gint              stage,
                         gint              channels)
{
  DdimStage *s    = &pyramid->stages[stage];
  DdimStage *last = &pyramid->stages[pyramid->n_stages - 1];
  gint       off_x, off_y;

  ddim_canvas_free (s->canvas);
  g_free (s->weights);
  s->canvas  = ddim_region_read_canvas (region, channels, s->h, s->w);
  s->weights = ddim_region_read_weights (region, s->h, s->w);

  /* the last stage's origin, by which a reduced one gets its noise */
  gimp_drawable_get_offsets (region->drawable, &off_x, &off_y);
  s->canvas->x = floor ((gdouble) (pyramid->frame.x + off_x) * last->w / pyramid->frame.width);
  s->canvas->y = floor ((gdouble) (pyramid->frame.y + off_y) * last->h / pyramid->frame.height);
}

/* Rendering ------------------------------------------------------------ */

/* Between which two of n samples, `from` and `from` + 1, a position of 0 to 1
 * along them lies, and how far.                                             */
typedef struct
{
  gint   from, to;
  gfloat position;
} Between;

static Between
between (gdouble place,
         gint    n)
{
  gdouble at   = CLAMP (place * n - 0.5, 0, n - 1);
  gint    from = (gint) at;

  return (Between) { from, MIN (from + 1, n - 1), at - from };
}

static inline gfloat
mix (gfloat a,
     gfloat b,
     gfloat position)
{
  return a + position * (b - a);
}

/* Adds to a row of the view the change that belongs there: bilinear where the
 * stage is coarser than the view, the nearest of its pixels where it is finer. */
static void
add_row (const DdimPyramid *pyramid,
         const DdimStage   *stage,
         const DdimCanvas  *after,
         gint               row,
         gfloat            *pixels)
{
  const DdimCanvas *before = stage->canvas;
  gdouble           scale  = pyramid->view.height / (gdouble) pyramid->view_h;
  Between           y      = between ((pyramid->view.y - pyramid->frame.y + (row + 0.5) * scale) /
                                      pyramid->frame.height, before->h);
  gint              c      = before->c;

  scale = pyramid->view.width / (gdouble) pyramid->view_w;
  for (gint column = 0; column < pyramid->view_w; column++, pixels += 4)
    {
      Between x          = between ((pyramid->view.x - pyramid->frame.x + (column + 0.5) * scale) /
                                    pyramid->frame.width, before->w);
      gsize   corners[4] = { (gsize) y.from * before->w + x.from,
                             (gsize) y.from * before->w + x.to,
                             (gsize) y.to * before->w + x.from,
                             (gsize) y.to * before->w + x.to };

      for (gint i = 0; i < 3; i++)
        {
          gint   channel = MIN (i, c - 1);
          gfloat change[4];

          for (gint k = 0; k < 4; k++)
            {
              gsize  at     = corners[k] * c + channel;
              gfloat weight = stage->weights ? stage->weights[corners[k]] : 1.0f;

              change[k] = 0.5f * weight * (after->data[at] - before->data[at]);
            }
          pixels[i] += mix (mix (change[0], change[1], x.position),
                            mix (change[2], change[3], x.position), y.position);
        }
    }
}

/* Puts a row of sRGB with alpha over a chequerboard, as cairo wants it. */
static void
put_row (const gfloat *pixels,
         gint          w,
         gint          row,
         guint32      *out)
{
  for (gint column = 0; column < w; column++, pixels += 4)
    {
      gboolean dark  = ((column / CHEQUER) ^ (row / CHEQUER)) & 1;
      gfloat   board = dark ? 0.4f : 0.6f;
      guint32  value = 0;

      for (gint i = 0; i < 3; i++)
        {
          gfloat v = mix (board, pixels[i], CLAMP (pixels[3], 0.0f, 1.0f));

          value = value << 8 | (guint32) (CLAMP (v, 0.0f, 1.0f) * 255.0f + 0.5f);
        }
      out[column] = value;
    }
}

cairo_surface_t *
ddim_pyramid_render (const DdimPyramid *pyramid,
                     gint               stage,
                     const DdimCanvas  *after)
{
  cairo_surface_t   *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24,
                                                           pyramid->view_w, pyramid->view_h);
  guchar            *data    = cairo_image_surface_get_data (surface);
  gint               stride  = cairo_image_surface_get_stride (surface);
  const Babl        *fish    = babl_fish (pyramid->format, babl_format ("R'G'B'A float"));
  gsize              n       = (gsize) pyramid->view_w * 4;
  g_autofree gfloat *own     = g_new (gfloat, n);
  g_autofree gfloat *srgb    = g_new (gfloat, n);

  for (gint row = 0; row < pyramid->view_h; row++)
    {
      memcpy (own, pyramid->pixels + row * n, n * sizeof (gfloat));
      if (after)
        add_row (pyramid, &pyramid->stages[stage], after, row, own);
      babl_process (fish, own, srgb, pyramid->view_w);
      put_row (srgb, pyramid->view_w, row, (guint32 *) (data + (gsize) row * stride));
    }
  cairo_surface_mark_dirty (surface);

  return surface;
}

/* The mean of the pixels from (x, y) on, as R'G'B'. */
static void
mean (const DdimCanvas *canvas,
      gint              x,
      gint              y,
      gint              k,
      gfloat           *rgb)
{
  gint h = MIN (k, canvas->h - y);
  gint w = MIN (k, canvas->w - x);

  for (gint c = 0; c < 3; c++)
    {
      gint   channel = MIN (c, canvas->c - 1);
      gfloat sum     = 0.0f;

      for (gint i = 0; i < h; i++)
        for (gint j = 0; j < w; j++)
          sum += canvas->data[((gsize) (y + i) * canvas->w + x + j) * canvas->c + channel];
      rgb[c] = CLAMP (0.5f + 0.5f * sum / (h * w), 0.0f, 1.0f);
    }
}

cairo_surface_t *
ddim_canvas_render (const DdimCanvas *canvas,
                    const Babl       *format,
                    gint              side)
{
  gint               k       = (MAX (canvas->h, canvas->w) + side - 1) / side;
  gint               h       = (canvas->h + k - 1) / k;
  gint               w       = (canvas->w + k - 1) / k;
  cairo_surface_t   *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, w, h);
  guchar            *data    = cairo_image_surface_get_data (surface);
  gint               stride  = cairo_image_surface_get_stride (surface);
  const Babl        *own     = babl_format_with_space ("R'G'B'A float",
                                                       canvas->c == 1 ? NULL : format);
  const Babl        *fish    = babl_fish (own, babl_format ("R'G'B'A float"));
  g_autofree gfloat *row     = g_new (gfloat, (gsize) w * 4);
  g_autofree gfloat *srgb    = g_new (gfloat, (gsize) w * 4);

  for (gint y = 0; y < h; y++)
    {
      for (gint x = 0; x < w; x++)
        {
          mean (canvas, x * k, y * k, k, row + 4 * x);
          row[4 * x + 3] = 1.0f;
        }
      babl_process (fish, row, srgb, w);
      put_row (srgb, w, y, (guint32 *) (data + (gsize) y * stride));
    }
  cairo_surface_mark_dirty (surface);

  return surface;
}
