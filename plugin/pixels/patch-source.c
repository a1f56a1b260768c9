/* patch-source.c: a drawable as the picture whose patches make a model
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is transparent is no part of the picture; nor is what a channel does
 * not mark or, where only the selection counts, what is not selected: a pixel
 * is used where it is more in than out.
 */

#include "config.h"

#include <math.h>

#include <libgimp/gimp.h>
#include <glib/gi18n-lib.h>

#include "region.h"
#include "patch-source.h"

/* Rows of a mask between two pauses. */
#define PAUSE_EVERY 128

void
ddim_patch_source_add_arguments (GimpProcedure *procedure,
                                 const gchar   *source_help)
{
  gimp_procedure_add_drawable_argument (
    procedure, "source", _("Sour_ce"), source_help, TRUE, G_PARAM_READWRITE);

  gimp_procedure_add_choice_argument (
    procedure, "symmetry", _("S_ymmetry"),
    _("How pieces of the source may be turned before they are used"),
    gimp_choice_new_with_values (DDIM_SYMMETRY_NONE, 0, _("As they are"), NULL,
                                 DDIM_SYMMETRY_MIRRORED, 1, _("Mirrored left to right"), NULL,
                                 DDIM_SYMMETRY_TURNED, 2, _("Turned by quarters"), NULL,
                                 DDIM_SYMMETRY_BOTH, 3, _("Mirrored and turned"), NULL,
                                 NULL),
    DDIM_SYMMETRY_NONE, G_PARAM_READWRITE);
}

/* The part of a drawable to look at, at most DDIM_PATCH_SOURCE_SIDE either keyframes, with
 * its middle as near to that of `around` as can be.                         */
static GeglRectangle
choose_window (const GeglRectangle *bounds,
               const GeglRectangle *around)
{
  GeglRectangle window;

  window.width  = MIN (bounds->width, DDIM_PATCH_SOURCE_SIDE);
  window.height = MIN (bounds->height, DDIM_PATCH_SOURCE_SIDE);
  window.x = CLAMP (around->x + around->width / 2 - window.width / 2,
                    bounds->x, bounds->x + bounds->width - window.width);
  window.y = CLAMP (around->y + around->height / 2 - window.height / 2,
                    bounds->y, bounds->y + bounds->height - window.height);
  return window;
}

/* Takes out of the mask where what `format` reads of the drawable is below a half.
 * area: the mask's, in the drawable's own pixels; region: whose pause is called. */
static void
mask_by (DdimPatchSource     *source,
         const GeglRectangle *area,
         GimpDrawable        *drawable,
         const Babl          *format,
         const DdimRegion    *region)
{
  GeglBuffer        *buffer = gimp_drawable_get_buffer (drawable);
  g_autofree gfloat *row    = g_new (gfloat, area->width);

  for (gint i = 0; i < area->height; i++)
    {
      gegl_buffer_get (buffer, GEGL_RECTANGLE (area->x, area->y + i, area->width, 1), 1.0,
                       format, row, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
      for (gint j = 0; j < area->width; j++)
        if (! (row[j] >= 0.5f))
          source->mask[(gsize) i * area->width + j] = 0.0f;

      if (region->pause && i % PAUSE_EVERY == PAUSE_EVERY - 1)
        region->pause (region->pause_data);
    }
  g_object_unref (buffer);
}

static DdimPatchesOptions
read_options (GimpProcedureConfig *config,
              gint                 apart,
              gboolean             wrap)
{
  gint symmetry = gimp_procedure_config_get_choice_id (config, "symmetry");

  return (DdimPatchesOptions) { .mirrored = symmetry & 1, .turned = symmetry & 2,
                                .apart = apart, .wrap = wrap };
}

DdimPatchSource *
ddim_patch_source_read (GimpProcedureConfig  *config,
                        GimpDrawable         *drawable,
                        gboolean              selected,
                        const GeglRectangle  *around,
                        gint                  channels,
                        gint                  apart,
                        gboolean              wrap,
                        void                (*pause) (gpointer pause_data),
                        gpointer              pause_data,
                        GError              **error)
{
  g_autoptr (DdimPatchSource)  source = NULL;
  g_autoptr (GimpDrawable)     other  = NULL;
  g_autofree gchar            *name   = NULL;
  GimpDrawable                *marks  = NULL;
  GimpImage                   *image;
  DdimRegion                   region = { .pause = pause, .pause_data = pause_data };
  GeglRectangle            bounds, area;
  gint                     off_x, off_y;

  g_object_get (config, "source", &other, NULL);
  if (other && GIMP_IS_CHANNEL (other) && ! GIMP_IS_CHANNEL (drawable))
    {
      marks = other;
    }
  else if (other && other != drawable)
    {
      drawable = other;
      apart    = 0;
      around   = NULL;
    }

  image = gimp_item_get_image (GIMP_ITEM (drawable));
  name  = gimp_item_get_name (GIMP_ITEM (drawable));
  if (gimp_drawable_is_indexed (drawable))
    {
      g_set_error (error, GIMP_PLUG_IN_ERROR, 0,
                   _("“%s” has indexed colours, which cannot be a source. Convert "
                     "its image with Image ▸ Mode ▸ RGB first."), name);
      return NULL;
    }

  bounds = *GEGL_RECTANGLE (0, 0, gimp_drawable_get_width (drawable),
                            gimp_drawable_get_height (drawable));
  if (selected && ! gimp_drawable_mask_intersect (drawable, &bounds.x, &bounds.y,
                                                  &bounds.width, &bounds.height))
    {
      g_set_error (error, GIMP_PLUG_IN_ERROR, 0,
                   _("The selection lies outside of “%s”. Select the part of it to "
                     "make a texture like, or nothing to take all of it."), name);
      return NULL;
    }

  region.drawable = drawable;
  region.colors   = gimp_drawable_is_gray (drawable) ? 1 : 3;
  region.frame    = choose_window (&bounds, around ? around : &bounds);
  region.target   = region.frame;

  source          = g_new0 (DdimPatchSource, 1);
  source->name    = g_steal_pointer (&name);
  source->options = read_options (config, apart, wrap);
  source->picture = ddim_region_read_canvas (&region, channels, region.frame.height,
                                             region.frame.width);
  source->mask    = g_new (gfloat, ddim_canvas_item_size (source->picture) / channels);
  for (gsize i = 0; i < (gsize) source->picture->h * source->picture->w; i++)
    source->mask[i] = 1.0f;

  gimp_drawable_get_offsets (drawable, &off_x, &off_y);
  if (gimp_drawable_has_alpha (drawable))
    mask_by (source, &region.frame, drawable, babl_format ("A float"), &region);

  area    = region.frame;
  area.x += off_x;
  area.y += off_y;
  if (selected && ! gimp_selection_is_empty (image))
    mask_by (source, &area, GIMP_DRAWABLE (gimp_image_get_selection (image)),
             babl_format ("Y float"), &region);
  if (marks)
    {
      gimp_drawable_get_offsets (marks, &off_x, &off_y);
      area.x -= off_x;
      area.y -= off_y;
      mask_by (source, &area, marks, babl_format ("Y float"), &region);
    }

  return g_steal_pointer (&source);
}

void
ddim_patch_source_free (DdimPatchSource *source)
{
  if (! source)
    return;

  g_clear_pointer (&source->picture, ddim_canvas_free);
  g_free (source->mask);
  g_free (source->name);
  g_free (source);
}

/* The means of k x k pixels, as far as these may be used; `mask` receives
 * whether half of them may.                                                 */
static DdimCanvas *
reduce (const DdimPatchSource *source,
        gint                   k,
        gfloat                *mask)
{
  const DdimCanvas *picture = source->picture;
  gint              c       = picture->c;
  DdimCanvas       *reduced = ddim_canvas_new (1, (picture->h + k - 1) / k,
                                               (picture->w + k - 1) / k, c);

  for (gint y = 0; y < reduced->h; y++)
    for (gint x = 0; x < reduced->w; x++)
      {
        gsize   at    = (gsize) y * reduced->w + x;
        gfloat *mean  = reduced->data + at * c;
        gint    h     = MIN (k, picture->h - y * k);
        gint    w     = MIN (k, picture->w - x * k);
        gfloat  cover = 0.0f;

        for (gint i = 0; i < h; i++)
          for (gint j = 0; j < w; j++)
            {
              gsize from = (gsize) (y * k + i) * picture->w + x * k + j;

              cover += source->mask[from];
              for (gint n = 0; n < c; n++)
                mean[n] += source->mask[from] * picture->data[from * c + n];
            }
        for (gint n = 0; n < c && cover > 0.0f; n++)
          mean[n] /= cover;
        mask[at] = cover >= 0.5f * h * w;
      }

  return reduced;
}

DdimModel *
ddim_patch_source_make_model (const DdimPatchSource  *source,
                              const DdimCanvas       *canvas,
                              gint                    k,
                              DdimThreadPool         *pool,
                              GError                **error)
{
  DdimPatchesOptions  options = source->options;
  g_autoptr (GError)  cause   = NULL;
  DdimModel          *model;

  for (; k > 1; k = (k + 1) / 2)
    {
      g_autofree gfloat      *mask    = g_new0 (gfloat, (gsize) source->picture->h *
                                                        source->picture->w);
      g_autoptr (DdimCanvas)  reduced = reduce (source, k, mask);

      /* where the places of the two are the same at full size, they are here */
      if (canvas)
        {
          reduced->x = canvas->x + (gint) floor ((source->picture->x - canvas->x) / (gdouble) k);
          reduced->y = canvas->y + (gint) floor ((source->picture->y - canvas->y) / (gdouble) k);
        }
      options.apart = (source->options.apart + k - 1) / k;

      model = ddim_model_new_for_picture (reduced, mask, &options, pool, NULL);
      if (model)
        return model;
    }

  model = ddim_model_new_for_picture (source->picture, source->mask, &source->options, pool,
                                      &cause);
  if (! model)
    g_set_error (error, GIMP_PLUG_IN_ERROR, 0,
                 /* Translators: %s is the name of a layer or channel. */
                 _("“%s” has nothing to learn from: nowhere can a square of 7 × 7 "
                   "pixels be taken from it. Give a larger source, or select or mark "
                   "more of it."), source->name);
  return model;
}

DdimModel *
ddim_patch_source_model (GimpProcedureConfig  *config,
                         GimpDrawable         *drawable,
                         gboolean              selected,
                         const GeglRectangle  *around,
                         gint                  channels,
                         gint                  apart,
                         gboolean              wrap,
                         DdimThreadPool       *pool,
                         GError              **error)
{
  g_autoptr (DdimPatchSource) source = ddim_patch_source_read (config, drawable, selected, around,
                                                               channels, apart, wrap, NULL, NULL, error);

  return source ? ddim_patch_source_make_model (source, NULL, 1, pool, error) : NULL;
}
