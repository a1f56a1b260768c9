/* variations.c: fixed regions of pictures, and the columns that vary them
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <string.h>
#include <time.h>

#include "taper.h"

#include "variations.h"
#include "../picture.h"

struct _VariationsMaker
{
  DdimThreadPool *pool;
  DdimModel      *model;
  DdimSchedule   *schedule_of_patches;

  /* The last region's own patches. */
  DdimField              *patches;
  const VariationsRegion *region_of_patches;

  /* The last inversion, and what it was made with. */
  DdimInversion          *inversion;
  gdouble                 seconds;
  const VariationsRegion *region;
  const VariationsKind   *kind;
  gchar                  *settings;
};

/* Columns -------------------------------------------------------------------- */

static const VariationsSettings defaults = {
  .depth = 0.6, .strength = 0.6, .stronger = 1, .even = 1, .steps = 20,
  .encoder = DDIM_ENCODER_DIRECT, .context = 32, .apart = 32, .handicap = 0.2, .taper = 24,
};

#define REAL(member)  { #member, G_STRUCT_OFFSET (VariationsSettings, member), FALSE }
#define WHOLE(member) { #member, G_STRUCT_OFFSET (VariationsSettings, member), TRUE }

static const struct
{
  const gchar *key;
  gsize        offset;
  gboolean     whole;
} keys[] = {
  REAL (depth), REAL (strength), REAL (stronger), WHOLE (even), WHOLE (steps),
  WHOLE (encoder), WHOLE (context), WHOLE (cell), REAL (ratio), WHOLE (apart),
  REAL (handicap), REAL (taper),
};

/* What ddim_vary () is given. */
static gdouble
get_strength (const VariationsSettings *settings)
{
  return settings->even ? settings->strength * (2 - settings->strength) : settings->strength;
}

static void
variations_fields_clear (VariationsFields *fields)
{
  g_clear_pointer (&fields->encoding, ddim_field_unref);
  g_clear_pointer (&fields->decoding, ddim_field_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (VariationsFields, variations_fields_clear)

/* 1 in the selection, for a frame. */
static gfloat *
make_weights (const VariationsRegion *region,
              const DdimCanvas       *frame)
{
  gfloat *weights = g_new0 (gfloat, (gsize) frame->h * frame->w);

  for (gint y = region->y - frame->y; y < region->y - frame->y + region->h; y++)
    for (gint x = region->x - frame->x; x < region->x - frame->x + region->w; x++)
      weights[(gsize) y * frame->w + x] = 1;

  return weights;
}

static gboolean
make_network (VariationsMaker           *maker,
              const VariationsRegion    *region,
              const VariationsSettings  *settings,
              VariationsFields          *fields,
              GError                   **error)
{
  const DdimModelInfo  *info  = ddim_model_get_info (maker->model);
  g_autoptr (DdimField) inner = ddim_model_new_field (maker->model, NULL, error);
  DdimPlacement         placement;

  if (! inner)
    return FALSE;
  ddim_placement_init (&placement, DDIM_PLACEMENT_WHOLE, FALSE,
                       info->sample_size, info->fixed_size, region->h, region->w);
  fields->schedule = ddim_model_get_schedule (maker->model);
  fields->encoding = ddim_tiling_new (inner, &placement.tiling, error);
  if (! fields->encoding)
    return FALSE;
  fields->decoding = ddim_field_ref (fields->encoding);

  return TRUE;
}

static gboolean
make_patches (VariationsMaker           *maker,
              const VariationsRegion    *region,
              const VariationsSettings  *settings,
              VariationsFields          *fields,
              GError                   **error)
{
  g_autoptr (DdimCanvas) frame   = variations_region_frame (region, settings->context);
  g_autofree gfloat     *weights = make_weights (region, frame);
  DdimPatchesHandicap    held    = {
    .apart = settings->apart, .handicap = settings->handicap * get_strength (settings),
    .weights = weights, .y = frame->y, .x = frame->x, .h = frame->h, .w = frame->w,
  };

  if (maker->region_of_patches != region)
    {
      g_clear_pointer (&maker->patches, ddim_field_unref);
      maker->patches           = ddim_patches_new (region->picture, NULL, NULL, maker->pool, error);
      maker->region_of_patches = region;
    }
  if (! maker->patches)
    return FALSE;

  ddim_taper (weights, frame->h, frame->w, settings->taper);
  fields->schedule = maker->schedule_of_patches;
  fields->encoding = ddim_field_ref (maker->patches);
  fields->decoding = ddim_patches_new_handicapped (maker->patches, &held);

  return TRUE;
}

static gboolean
make_both (VariationsMaker           *maker,
           const VariationsRegion    *region,
           const VariationsSettings  *settings,
           VariationsFields          *fields,
           GError                   **error)
{
  DdimStructureTexture    options = { .cell = settings->cell, .ratio = settings->ratio };
  VariationsFields        network = { 0 }, patches = { 0 };

  if (make_network (maker, region, settings, &network, error) &&
      make_patches (maker, region, settings, &patches, error))
    {
      fields->schedule = network.schedule;
      fields->encoding = ddim_structure_texture_new (network.encoding, network.schedule,
                                                     patches.encoding, &options, error);
      if (fields->encoding)
        fields->decoding = ddim_structure_texture_new (network.encoding, network.schedule,
                                                       patches.decoding, &options, error);
    }
  variations_fields_clear (&network);
  variations_fields_clear (&patches);

  return fields->decoding != NULL;
}

static const VariationsKind kinds[] = {
  { "default",  "default",           make_both,    FALSE },
  { "stronger", "stronger",          make_both,    TRUE  },
  { "network",  "network alone",     make_network, FALSE },
  { "patches",  "own patches alone", make_patches, FALSE },
  { "gmic",     "G'MIC",             NULL,         FALSE },
};

const VariationsKind *
variations_kinds (gsize *n)
{
  *n = G_N_ELEMENTS (kinds);

  return kinds;
}

static gboolean
set (VariationsSettings  *settings,
     const gchar         *pair,
     GError             **error)
{
  const gchar *value = strchr (pair, '=');
  gchar       *end   = NULL;

  for (gsize i = 0; value && i < G_N_ELEMENTS (keys); i++)
    if (strlen (keys[i].key) == (gsize) (value - pair) &&
        ! strncmp (pair, keys[i].key, value - pair))
      {
        gdouble number = g_ascii_strtod (value + 1, &end);

        if (end == value + 1 || *end)
          break;
        if (keys[i].whole)
          G_STRUCT_MEMBER (gint, settings, keys[i].offset) = number;
        else
          G_STRUCT_MEMBER (gdouble, settings, keys[i].offset) = number;
        return TRUE;
      }

  g_set_error (error, DDIM_ERROR, DDIM_ERROR_ARGUMENT, "%s is no KEY=NUMBER of this program's",
               pair);
  return FALSE;
}

VariationsColumn *
variations_column_new (const gchar        *spec,
                       const gchar *const *shared,
                       GError            **error)
{
  g_auto (GStrv)    parts  = g_strsplit (spec, ",", -1);
  VariationsColumn *column = g_new0 (VariationsColumn, 1);
  GString          *full   = g_string_new (parts[0]);

  column->settings = defaults;
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (! g_strcmp0 (parts[0], kinds[i].name))
      column->kind = &kinds[i];
  if (! column->kind)
    {
      g_set_error (error, DDIM_ERROR, DDIM_ERROR_ARGUMENT, "There is no column `%s'", parts[0]);
      return NULL;
    }
  for (gsize i = 0; shared && shared[i]; i++)
    {
      if (! set (&column->settings, shared[i], error))
        return NULL;
      g_string_append_printf (full, ",%s", shared[i]);
    }
  for (gsize i = 1; parts[i]; i++)
    {
      if (! set (&column->settings, parts[i], error))
        return NULL;
      g_string_append_printf (full, ",%s", parts[i]);
    }
  if (column->kind->stronger)
    column->settings.strength = column->settings.stronger;
  column->spec = g_string_free (full, FALSE);

  return column;
}

gchar *
variations_settings_describe (const VariationsSettings *settings)
{
  GString *text = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    g_string_append_printf (text, "%s%s=%g", i ? " " : "", keys[i].key,
                            keys[i].whole
                              ? G_STRUCT_MEMBER (gint, settings, keys[i].offset)
                              : G_STRUCT_MEMBER (gdouble, settings, keys[i].offset));

  return g_string_free (text, FALSE);
}

/* Regions -------------------------------------------------------------------- */

GPtrArray *
variations_regions_read (const gchar  *file,
                         const gchar  *folder,
                         GError      **error)
{
  g_autofree gchar *text    = NULL;
  g_auto (GStrv)    lines   = NULL;
  GPtrArray        *regions = g_ptr_array_new ();

  if (! g_file_get_contents (file, &text, NULL, error))
    return NULL;

  lines = g_strsplit (g_strstrip (text), "\n", -1);
  for (gsize i = 0; lines[i]; i++)
    {
      g_auto (GStrv)    parts  = g_strsplit (lines[i], " ", -1);
      VariationsRegion *region = g_new0 (VariationsRegion, 1);

      if (g_strv_length (parts) != 6)
        {
          g_set_error (error, DDIM_ERROR, DDIM_ERROR_INVALID,
                       "%s, line %d is not NAME PICTURE X Y W H", file, (gint) i + 1);
          return NULL;
        }
      region->name = g_strdup (parts[0]);
      region->path = g_build_filename (folder, parts[1], NULL);
      region->x    = atoi (parts[2]);
      region->y    = atoi (parts[3]);
      region->w    = atoi (parts[4]);
      region->h    = atoi (parts[5]);
      g_ptr_array_add (regions, region);
    }

  return regions;
}

gboolean
variations_region_load (VariationsRegion  *region,
                        GError           **error)
{
  if (! region->picture)
    region->picture = picture_load (region->path, error);
  if (! region->picture)
    return FALSE;

  if (region->x < 0 || region->y < 0 || region->x + region->w > region->picture->w ||
      region->y + region->h > region->picture->h)
    {
      g_set_error (error, DDIM_ERROR, DDIM_ERROR_ARGUMENT,
                   "The region %s does not lie in %s, which has %d x %d pixels", region->name,
                   region->path, region->picture->w, region->picture->h);
      return FALSE;
    }

  return TRUE;
}

DdimCanvas *
variations_region_frame (const VariationsRegion *region,
                         gint                    context)
{
  gint        x0    = MAX (region->x - context, 0);
  gint        y0    = MAX (region->y - context, 0);
  gint        x1    = MIN (region->x + region->w + context, region->picture->w);
  gint        y1    = MIN (region->y + region->h + context, region->picture->h);
  DdimCanvas *frame = picture_crop (region->picture, x0, y0, y1 - y0, x1 - x0);

  frame->x = x0;
  frame->y = y0;

  return frame;
}

/* Making --------------------------------------------------------------------- */

VariationsMaker *
variations_maker_new (const gchar  *weights,
                      GError      **error)
{
  VariationsMaker *maker = g_new0 (VariationsMaker, 1);

  maker->pool                = ddim_thread_pool_new (0);
  maker->schedule_of_patches = ddim_patches_schedule ();
  maker->model               = ddim_model_load (weights, maker->pool, error);
  if (! maker->model)
    {
      variations_maker_free (maker);
      return NULL;
    }

  return maker;
}

void
variations_maker_free (VariationsMaker *maker)
{
  g_clear_pointer (&maker->inversion, ddim_inversion_free);
  g_clear_pointer (&maker->patches, ddim_field_unref);
  g_clear_pointer (&maker->model, ddim_model_unref);
  g_clear_pointer (&maker->schedule_of_patches, ddim_schedule_free);
  g_clear_pointer (&maker->pool, ddim_thread_pool_unref);
  g_free (maker->settings);
  g_free (maker);
}

DdimThreadPool *
variations_maker_get_pool (VariationsMaker *maker)
{
  return maker->pool;
}

/* Leaves the inversion in the maker, made with the fields where it is not the last. */
static gboolean
invert (VariationsMaker           *maker,
        const VariationsColumn    *column,
        const VariationsRegion    *region,
        const VariationsFields    *fields,
        GError                   **error)
{
  const VariationsSettings *settings = &column->settings;
  VariationsSettings        encoded  = *settings; /* what encoding depends on */
  g_autoptr (DdimLevels)    levels   = NULL;
  g_autofree gchar         *text     = NULL;
  clock_t                   start    = clock ();

  encoded.strength = encoded.stronger = encoded.handicap = encoded.taper = 0;
  encoded.even = encoded.apart = 0;
  text = variations_settings_describe (&encoded);
  if (maker->inversion && maker->region == region &&
      maker->kind->make_fields == column->kind->make_fields && ! strcmp (maker->settings, text))
    return TRUE;

  g_clear_pointer (&maker->inversion, ddim_inversion_free);
  g_free (maker->settings);
  maker->region   = region;
  maker->kind     = column->kind;
  maker->settings = g_steal_pointer (&text);

  levels = ddim_levels_new (fields->schedule, DDIM_SPACING_QUADRATIC, settings->steps,
                            settings->depth, NULL, error);
  if (! levels)
    return FALSE;
  maker->inversion = ddim_inversion_new (fields->encoding, levels, settings->encoder,
                                         variations_region_frame (region, settings->context),
                                         NULL, error);
  maker->seconds   = (clock () - start) / (gdouble) CLOCKS_PER_SEC;

  return maker->inversion != NULL;
}

/* Nothing outside of the selection is written. */
static void
restore_surroundings (const DdimCanvas *image,
                      const gfloat     *weights,
                      DdimCanvas       *made)
{
  for (gint n = 0; n < made->n; n++)
    for (gsize pixel = 0; pixel < (gsize) image->h * image->w; pixel++)
      if (weights[pixel] == 0)
        memcpy (made->data + n * ddim_canvas_item_size (image) + pixel * image->c,
                image->data + pixel * image->c, image->c * sizeof (gfloat));
}

DdimCanvas *
variations_make (VariationsMaker         *maker,
                 const VariationsColumn  *column,
                 const VariationsRegion  *region,
                 gint                     n_seeds,
                 const guint64           *seeds,
                 VariationsCost          *cost,
                 GError                 **error)
{
  g_auto (VariationsFields) fields  = { 0 };
  g_autofree gfloat        *weights = NULL;
  g_autoptr (DdimCanvas)    made    = NULL;
  const DdimCanvas         *image;
  DdimVariation             options = { 0 };
  clock_t                   start;

  if (! column->kind->make_fields (maker, region, &column->settings, &fields, error) ||
      ! invert (maker, column, region, &fields, error))
    return NULL;

  image   = maker->inversion->image;
  made    = ddim_canvas_new (n_seeds, image->h, image->w, image->c);
  weights = make_weights (region, image);
  options = (DdimVariation) {
    .strength = get_strength (&column->settings),
    .seeds    = seeds,
    .weights  = weights,
    .field    = fields.decoding,
  };

  start = clock ();
  if (! ddim_vary (maker->inversion, &options, made, NULL, NULL, error))
    return NULL;
  *cost = (VariationsCost) {
    .seconds         = maker->seconds + (clock () - start) / (gdouble) CLOCKS_PER_SEC / n_seeds,
    .evaluations     = maker->inversion->evaluations,
    .inversion_error = maker->inversion->inversion_error,
  };
  restore_surroundings (image, weights, made);

  return g_steal_pointer (&made);
}
