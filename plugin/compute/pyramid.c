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
plan_view (DdimScene        *scene,
           const DdimRegion *region)
{
  const GeglRectangle *target = &region->target;
  gint                 rim    = MAX (target->width, target->height) / 8;
  GeglRectangle        wide   = { target->x - rim, target->y - rim,
                                  target->width + 2 * rim, target->height + 2 * rim };

  gegl_rectangle_intersect (&scene->view, &wide, &scene->frame);
}

static void
read_view (DdimScene        *scene,
           const DdimRegion *region,
           gint              side)
{
  GeglBuffer    *buffer = gimp_drawable_get_buffer (region->drawable);
  gdouble        scale  = MIN (1.0, side / (gdouble) MAX (scene->view.width,
                                                          scene->view.height));
  GeglRectangle  scaled;

  scene->view_w = MAX (1, (gint) (scene->view.width * scale));
  scene->view_h = MAX (1, (gint) (scene->view.height * scale));
  scene->format = ddim_region_get_view_format (region);
  scene->pixels = g_new (gfloat, (gsize) scene->view_w * scene->view_h * 4);

  scaled = (GeglRectangle) { (gint) floor (scene->view.x * scale),
                             (gint) floor (scene->view.y * scale),
                             scene->view_w, scene->view_h };
  gegl_buffer_get (buffer, &scaled, scale, scene->format, scene->pixels,
                   GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_CLAMP);
  g_object_unref (buffer);
}

DdimScene *
ddim_scene_new (DdimRegion     *region,
                const DdimPlan *plan,
                gint            side)
{
  DdimScene *scene = g_new0 (DdimScene, 1);
  gint       h, w;

  ddim_region_set_frame (region, plan->context, plan->least);
  scene->ref_count = 1;
  scene->plan      = *plan;
  scene->frame     = region->frame;
  ddim_plan_get_canvas (plan, scene->frame.height, scene->frame.width, &h, &w);
  scene->n_stages = ddim_stages_plan (scene->stages, h, w);
  plan_view (scene, region);
  read_view (scene, region, side);

  return scene;
}

DdimScene *
ddim_scene_ref (DdimScene *scene)
{
  g_atomic_int_inc (&scene->ref_count);

  return scene;
}

void
ddim_scene_unref (DdimScene *scene)
{
  if (! scene || ! g_atomic_int_dec_and_test (&scene->ref_count))
    return;

  for (gint i = 0; i < scene->n_stages; i++)
    {
      ddim_canvas_free (scene->stages[i].canvas);
      g_free (scene->stages[i].weights);
    }
  ddim_source_free (scene->source);
  g_free (scene->pixels);
  g_free (scene);
}

void
ddim_scene_read_stage (DdimScene        *scene,
                       const DdimRegion *region,
                       gint              stage,
                       gint              channels)
{
  DdimStage *s    = &scene->stages[stage];
  DdimStage *last = &scene->stages[scene->n_stages - 1];
  gint       off_x, off_y;

  ddim_canvas_free (s->canvas);
  g_free (s->weights);
  s->canvas  = ddim_region_read_canvas (region, channels, s->h, s->w);
  s->weights = ddim_region_read_weights (region, s->h, s->w);

  /* the last stage's origin, by which a reduced one gets its noise */
  gimp_drawable_get_offsets (region->drawable, &off_x, &off_y);
  s->canvas->x = floor ((gdouble) (scene->frame.x + off_x) * last->w / scene->frame.width);
  s->canvas->y = floor ((gdouble) (scene->frame.y + off_y) * last->h / scene->frame.height);
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
add_row (const DdimScene  *scene,
         const DdimStage  *stage,
         const DdimCanvas *after,
         gint              row,
         gfloat           *pixels)
{
  const DdimCanvas *before = stage->canvas;
  gdouble           scale  = scene->view.height / (gdouble) scene->view_h;
  Between           y      = between ((scene->view.y - scene->frame.y + (row + 0.5) * scale) /
                                      scene->frame.height, before->h);
  gint              c      = before->c;

  scale = scene->view.width / (gdouble) scene->view_w;
  for (gint column = 0; column < scene->view_w; column++, pixels += 4)
    {
      Between x = between ((scene->view.x - scene->frame.x + (column + 0.5) * scale) /
                           scene->frame.width, before->w);
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
ddim_scene_render (const DdimScene  *scene,
                   gint              stage,
                   const DdimCanvas *after)
{
  cairo_surface_t   *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24,
                                                           scene->view_w, scene->view_h);
  guchar            *data    = cairo_image_surface_get_data (surface);
  gint               stride  = cairo_image_surface_get_stride (surface);
  const Babl        *fish    = babl_fish (scene->format, babl_format ("R'G'B'A float"));
  gsize              n       = (gsize) scene->view_w * 4;
  g_autofree gfloat *own     = g_new (gfloat, n);
  g_autofree gfloat *srgb    = g_new (gfloat, n);

  for (gint row = 0; row < scene->view_h; row++)
    {
      memcpy (own, scene->pixels + row * n, n * sizeof (gfloat));
      if (after)
        add_row (scene, &scene->stages[stage], after, row, own);
      babl_process (fish, own, srgb, scene->view_w);
      put_row (srgb, scene->view_w, row, (guint32 *) (data + (gsize) row * stride));
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
