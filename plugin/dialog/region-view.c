/* region-view.c: a region on the screen, as it is and with a change
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pictures for the screen are made the same way as the result: the change is
 * added to the picture's own pixels, as far as they are selected.
 */

#include "config.h"

#include <math.h>
#include <string.h>

#include "outline.h"
#include "region-view.h"

#define CHEQUER 8
#define STRIP   48 /* rows that are read at a time                             */

/* The target and a rim of an eighth of it, within the frame. */
static void
place_view (DdimRegionView   *view,
            const DdimRegion *region)
{
  const GeglRectangle *target = &region->target;
  gint                 rim    = MAX (target->width, target->height) / 8;
  GeglRectangle        wide   = { target->x - rim, target->y - rim,
                                  target->width + 2 * rim, target->height + 2 * rim };

  gegl_rectangle_intersect (&view->view, &wide, &view->frame);
  gegl_rectangle_intersect (&view->target, target, &view->view);
}

static void
read_view (DdimRegionView   *view,
           const DdimRegion *region,
           gint              side)
{
  gdouble        scale  = MIN (1.0, side / (gdouble) MAX (view->view.width,
                                                          view->view.height));
  GeglRectangle  scaled;

  view->w      = MAX (1, (gint) (view->view.width * scale));
  view->h      = MAX (1, (gint) (view->view.height * scale));
  view->format = ddim_region_get_view_format (region);
  view->pixels = g_new (gfloat, (gsize) view->w * view->h * 4);

  /* in strips: of a large region each takes a while */
  for (gint row = 0; row < view->h; row += STRIP)
    {
      scaled = (GeglRectangle) { (gint) floor (view->view.x * scale),
                                 (gint) floor (view->view.y * scale) + row,
                                 view->w, MIN (STRIP, view->h - row) };
      ddim_region_read_view (region, &scaled, scale, view->format,
                             view->pixels + (gsize) row * view->w * 4);
      if (region->pause)
        region->pause (region->pause_data);
    }
}

DdimRegionView *
ddim_region_view_new (const DdimRegion   *region,
                      DdimVariationInput *input,
                      gint                side)
{
  DdimRegionView *view = g_new0 (DdimRegionView, 1);

  view->ref_count = 1;
  view->input     = ddim_variation_input_ref (input);
  view->frame     = region->frame;
  place_view (view, region);
  read_view (view, region, side);

  return view;
}

DdimRegionView *
ddim_region_view_ref (DdimRegionView *view)
{
  g_atomic_int_inc (&view->ref_count);

  return view;
}

void
ddim_region_view_unref (DdimRegionView *view)
{
  if (! view || ! g_atomic_int_dec_and_test (&view->ref_count))
    return;

  ddim_variation_input_unref (view->input);
  g_free (view->pixels);
  g_free (view);
}

/* How many of a stage's pixels the frame's height and width are. */
static void
count_samples (const DdimRegionView *view,
               gint                  stage,
               gdouble              *h,
               gdouble              *w)
{
  const DdimStages *stages = &view->input->stages;
  const DdimStage  *s      = &stages->stages[stage];
  const DdimStage  *last   = &stages->stages[stages->n - 1];
  gboolean          cells  = ddim_variation_input_has_cells (view->input);

  *h = cells ? last->h / (gdouble) s->reduction : s->h;
  *w = cells ? last->w / (gdouble) s->reduction : s->w;
}

/* What may change -------------------------------------------------------- */

void
ddim_region_view_get_part (const DdimRegionView *view,
                           cairo_rectangle_t    *part)
{
  *part = (cairo_rectangle_t) {
    .x      = (view->target.x - view->view.x) / (gdouble) view->view.width,
    .y      = (view->target.y - view->view.y) / (gdouble) view->view.height,
    .width  = view->target.width / (gdouble) view->view.width,
    .height = view->target.height / (gdouble) view->view.height };
}

GArray *
ddim_region_view_get_outline (const DdimRegionView *view)
{
  const DdimStage *stage   = &view->input->stages.stages[0];
  const gfloat    *weights = view->input->weights[0];
  GArray          *outline;
  gdouble          h, w;

  if (! weights)
    return NULL;

  /* from fractions of the frame to fractions of the view */
  outline = ddim_outline_new (weights, stage->h, stage->w);
  count_samples (view, 0, &h, &w);
  for (guint i = 0; i < outline->len; i += 2)
    {
      gfloat *point = &g_array_index (outline, gfloat, i);

      point[0] = (view->frame.x - view->view.x + point[0] * stage->w / w * view->frame.width)
                 / view->view.width;
      point[1] = (view->frame.y - view->view.y + point[1] * stage->h / h * view->frame.height)
                 / view->view.height;
    }

  return outline;
}

/* Rendering ------------------------------------------------------------ */

/* Between which two of n samples, `from` and `from` + 1, a place lies, which is counted
 * in samples from the first one's border on, and how far.                    */
typedef struct
{
  gint   from, to;
  gfloat position;
} Between;

static Between
between (gdouble place,
         gint    n)
{
  gdouble at   = CLAMP (place - 0.5, 0, n - 1);
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
add_row (const DdimRegionView *view,
         gint                  stage,
         const DdimCanvas     *made,
         gint                  row,
         gfloat               *pixels)
{
  const DdimCanvas *before  = view->input->pictures[stage];
  const gfloat     *weights = view->input->weights[stage];
  gdouble           scale   = view->view.height / (gdouble) view->h;
  gint              c       = before->c;
  gdouble           h, w;
  Between           y;

  count_samples (view, stage, &h, &w);
  y = between ((view->view.y - view->frame.y + (row + 0.5) * scale) * h / view->frame.height,
               before->h);

  scale = view->view.width / (gdouble) view->w;
  for (gint column = 0; column < view->w; column++, pixels += 4)
    {
      Between x = between ((view->view.x - view->frame.x + (column + 0.5) * scale) * w /
                           view->frame.width, before->w);
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
              gfloat weight = weights ? weights[corners[k]] : 1.0f;

              change[k] = 0.5f * weight * (made->data[at] - before->data[at]);
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
ddim_region_view_render (const DdimRegionView *view,
                         gint                  stage,
                         const DdimCanvas     *made)
{
  cairo_surface_t   *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, view->w, view->h);
  guchar            *data    = cairo_image_surface_get_data (surface);
  gint               stride  = cairo_image_surface_get_stride (surface);
  const Babl        *fish    = babl_fish (babl_format_with_space ("R'G'B'A float", view->format),
                                          babl_format ("R'G'B'A float"));
  gsize              n       = (gsize) view->w * 4;
  g_autofree gfloat *own     = g_new (gfloat, n);
  g_autofree gfloat *srgb    = g_new (gfloat, n);

  for (gint row = 0; row < view->h; row++)
    {
      memcpy (own, view->pixels + row * n, n * sizeof (gfloat));
      if (made)
        add_row (view, stage, made, row, own);
      babl_process (fish, own, srgb, view->w);
      put_row (srgb, view->w, row, (guint32 *) (data + (gsize) row * stride));
    }
  cairo_surface_mark_dirty (surface);

  return surface;
}

cairo_surface_t *
ddim_canvas_render (const DdimCanvas *canvas,
                    const Babl       *format,
                    gint              side)
{
  gint                   k       = (MAX (canvas->h, canvas->w) + side - 1) / side;
  g_autoptr (DdimCanvas) reduced = ddim_canvas_reduce (canvas, k, FALSE, NULL);
  gint                   h       = reduced ? reduced->h : 1;
  gint                   w       = reduced ? reduced->w : 1;
  const gfloat          *pixel   = reduced ? reduced->data : NULL;
  cairo_surface_t       *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, w, h);
  guchar                *data    = cairo_image_surface_get_data (surface);
  gint                   stride  = cairo_image_surface_get_stride (surface);
  const Babl            *own     = babl_format_with_space ("R'G'B'A float",
                                                           canvas->c == 1 ? NULL : format);
  const Babl            *fish    = babl_fish (own, babl_format ("R'G'B'A float"));
  g_autofree gfloat     *row     = g_new (gfloat, (gsize) w * 4);
  g_autofree gfloat     *srgb    = g_new (gfloat, (gsize) w * 4);

  for (gint y = 0; pixel && y < h; y++)
    {
      for (gint x = 0; x < w; x++, pixel += canvas->c)
        {
          for (gint c = 0; c < 3; c++)
            row[4 * x + c] = CLAMP (0.5f + 0.5f * pixel[MIN (c, canvas->c - 1)], 0.0f, 1.0f);
          row[4 * x + 3] = 1.0f;
        }
      babl_process (fish, row, srgb, w);
      put_row (srgb, w, y, (guint32 *) (data + (gsize) y * stride));
    }
  cairo_surface_mark_dirty (surface);

  return surface;
}
