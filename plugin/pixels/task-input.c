/* task-input.c: pixels of GIMP's as what a task computes with
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <math.h>

#include <libgimp/gimp.h>
#include <glib/gi18n-lib.h>

#include "patch-source.h"
#include "task-input.h"

/* A region --------------------------------------------------------------- */

DdimVariationInput *
ddim_region_plan_input (DdimRegion          *region,
                        const DdimPlacement *placement,
                        DdimStagesKind       kind)
{
  gint h, w;

  ddim_region_set_frame (region, placement->context, placement->least);
  ddim_placement_get_canvas_size (placement, region->frame.height, region->frame.width, &h, &w);

  return ddim_variation_input_new (placement, kind, h, w);
}

static gboolean
check_tile (const DdimRegion  *region,
            const gfloat      *weights,
            GError           **error)
{
  if (! weights)
    return TRUE;

  g_set_error (error, GIMP_PLUG_IN_ERROR, 0,
               _("A tile has to be a full rectangle, but part of “%s” is feathered, "
                 "transparent or not selected. Select an opaque rectangle without "
                 "feathering, or turn “Tileable” off."), region->name);
  return FALSE;
}

/* A stage at its own size. */
static gboolean
read_whole (DdimRegion          *region,
            DdimVariationInput  *input,
            gint                 stage,
            gint                 channels,
            GError             **error)
{
  const DdimStage *s = &input->stages.stages[stage];

  return (input->pictures[stage] = ddim_region_read_canvas (region, channels, s->h, s->w,
                                                            error)) &&
         ddim_region_read_weights (region, s->h, s->w, &input->weights[stage], error);
}

/* A coarse stage in cells of the last one's pixels, which are read with the first and
 * then are there.                                                            */
static gboolean
read_cells (DdimRegion          *region,
            DdimVariationInput  *input,
            gint                 stage,
            gint                 channels,
            GError             **error)
{
  gint                   k     = input->stages.stages[stage].reduction;
  gint                   last  = input->stages.n - 1;
  const DdimStage       *s     = &input->stages.stages[last];
  g_autoptr (DdimCanvas) cover = NULL;

  if ((! input->pictures[last] && ! read_whole (region, input, last, channels, error)) ||
      ! (input->pictures[stage] = ddim_canvas_reduce (input->pictures[last], k, FALSE, error)))
    return FALSE;

  if (input->weights[last])
    {
      DdimCanvas mask = { .n = 1, .h = s->h, .w = s->w, .c = 1, .data = input->weights[last] };

      cover = ddim_canvas_reduce (&mask, k, FALSE, error);
      input->weights[stage] = cover ? ddim_try_memdup (cover->data, (gsize) cover->h * cover->w,
                                                       sizeof (gfloat), error) : NULL;
    }
  return ! input->weights[last] || input->weights[stage];
}

gboolean
ddim_region_read_input (DdimRegion          *region,
                        DdimVariationInput  *input,
                        gint                 stage,
                        gint                 channels,
                        GError             **error)
{
  const DdimStage *last  = &input->stages.stages[input->stages.n - 1];
  gboolean         cells = stage < input->stages.n - 1 && ddim_variation_input_has_cells (input);
  DdimCanvas      *picture;

  if (! input->pictures[stage] &&
      ! (cells ? read_cells (region, input, stage, channels, error)
               : read_whole (region, input, stage, channels, error)))
    return FALSE;
  picture = input->pictures[stage];

  /* the last stage's origin, by which a reduced one gets its noise */
  picture->x = floor ((gdouble) (region->frame.x + region->bounds.x) * last->w /
                      region->frame.width);
  picture->y = floor ((gdouble) (region->frame.y + region->bounds.y) * last->h /
                      region->frame.height);

  return ! input->placement.tiling.tileable ||
         check_tile (region, input->weights[stage], error);
}

gboolean
ddim_region_read_source (const DdimRegion            *region,
                         DdimVariationInput          *input,
                         GimpDrawable                *other,
                         const DdimVariationSettings *settings,
                         gint                         channels,
                         GError                     **error)
{
  DdimPatchesOptions options = { .apart = DDIM_VARIATION_OWN,
                                 .wrap  = settings->model.tileable };

  ddim_symmetry_set_options (settings->symmetry, &options);
  input->source = ddim_patch_source_read (region->drawable, other, &options, FALSE,
                                          &region->target, channels,
                                          region->pause, region->pause_data, error);
  if (! input->source)
    return FALSE;

  /* Own patches are held back, not forbidden. */
  input->source->own           = input->source->options.apart;
  input->source->options.apart = 0;

  return TRUE;
}

/* Several layers --------------------------------------------------------- */

DdimInterpolationInput *
ddim_layer_set_plan_input (DdimLayerSet        *layer_set,
                           const DdimPlacement *placement,
                           DdimStagesKind       kind)
{
  gint h, w;

  ddim_layer_set_set_frame (layer_set, placement->context, placement->least);
  ddim_placement_get_canvas_size (placement, layer_set->frame.height, layer_set->frame.width,
                                  &h, &w);

  return ddim_interpolation_input_new (placement, kind, layer_set->regions->len, h, w);
}

gboolean
ddim_layer_set_read_input (const DdimLayerSet      *layer_set,
                           DdimInterpolationInput  *input,
                           gint                     stage,
                           gint                     channels,
                           GError                 **error)
{
  const DdimStage *s = &input->stages.stages[stage];

  for (gint k = 0; k < input->n_keys; k++)
    {
      input->keys[stage][k] = ddim_layer_set_read_canvas (layer_set, k, channels, s->h, s->w,
                                                          error);
      if (! input->keys[stage][k])
        return FALSE;
    }

  return TRUE;
}

/* A sample --------------------------------------------------------------- */

gboolean
ddim_texture_read_source (DdimTextureInput          *input,
                          GimpDrawable              *drawable,
                          GimpDrawable              *other,
                          const DdimTextureSettings *settings,
                          void                     (*pause) (gpointer pause_data),
                          gpointer                   pause_data,
                          GError                   **error)
{
  GimpImage          *image   = gimp_item_get_image (GIMP_ITEM (drawable));
  gboolean            gray    = gimp_image_get_base_type (image) == GIMP_GRAY;
  DdimPatchesOptions  options = { .wrap = settings->tileable };

  ddim_symmetry_set_options (settings->symmetry, &options);
  input->source = ddim_patch_source_read (drawable, other, &options, TRUE, NULL, gray ? 1 : 3,
                                          pause, pause_data, error);

  return input->source != NULL;
}
