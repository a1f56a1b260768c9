/* variations.c: fixed regions of pictures, and the columns that vary them
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <string.h>
#include <time.h>

#include "variations.h"
#include "../picture.h"

struct _VariationsMaker
{
  DdimThreadPool *pool;
  DdimModel      *model;
  DdimSchedule   *schedule_of_patches;

  /* The last inversion, and what it was made with. */
  DdimInversion          *inversion;
  gdouble                 seconds;
  const VariationsRegion *region;
  const VariationsKind   *kind;
  gchar                  *settings;
};

/* Columns -------------------------------------------------------------------- */

static const VariationsSettings defaults = {
  .depth = 0.4, .strength = 0.3, .stronger = 0.8, .steps = 20, .context = 32, .apart = 32,
};

static const struct
{
  const gchar *key;
  gsize        offset;
  gboolean     integer;
} keys[] = {
  { "depth",    G_STRUCT_OFFSET (VariationsSettings, depth),    FALSE },
  { "strength", G_STRUCT_OFFSET (VariationsSettings, strength), FALSE },
  { "stronger", G_STRUCT_OFFSET (VariationsSettings, stronger), FALSE },
  { "steps",    G_STRUCT_OFFSET (VariationsSettings, steps),    TRUE  },
  { "context",  G_STRUCT_OFFSET (VariationsSettings, context),  TRUE  },
  { "apart",    G_STRUCT_OFFSET (VariationsSettings, apart),    TRUE  },
};

static DdimField *
make_network (VariationsMaker          *maker,
              const VariationsRegion   *region,
              const VariationsSettings *settings,
              const DdimSchedule      **schedule,
              GError                  **error)
{
  const DdimModelInfo  *info  = ddim_model_get_info (maker->model);
  g_autoptr (DdimField) inner = ddim_model_new_field (maker->model, NULL, error);
  DdimPlacement         placement;

  if (! inner)
    return NULL;

  ddim_placement_init (&placement, DDIM_PLACEMENT_AUTO, FALSE,
                       info->sample_size, info->attention, region->h, region->w);
  *schedule = ddim_model_get_schedule (maker->model);

  return ddim_tiling_new (inner, &placement.tiling, error);
}

static DdimField *
make_patches (VariationsMaker          *maker,
              const VariationsRegion   *region,
              const VariationsSettings *settings,
              const DdimSchedule      **schedule,
              GError                  **error)
{
  DdimPatchesOptions options = { .apart = settings->apart };

  *schedule = maker->schedule_of_patches;

  return ddim_patches_new (region->picture, NULL, &options, maker->pool, error);
}

static const VariationsKind kinds[] = {
  { "network", "network alone",     make_network },
  { "patches", "own patches alone", make_patches },
  { "gmic",    "G'MIC",             NULL         },
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
        if (keys[i].integer)
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
                            keys[i].integer
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

/* Leaves the inversion in the maker. */
static gboolean
invert (VariationsMaker         *maker,
        const VariationsColumn  *column,
        const VariationsRegion  *region,
        GError                 **error)
{
  const VariationsSettings *settings = &column->settings;
  const DdimSchedule       *schedule;
  g_autoptr (DdimField)     field    = NULL;
  g_autoptr (DdimLevels)    levels   = NULL;
  VariationsSettings        but      = *settings; /* for the strength */
  clock_t                   start    = clock ();
  g_autofree gchar         *text     = NULL;

  but.strength = but.stronger = 0;
  text = variations_settings_describe (&but);
  if (maker->inversion && maker->region == region &&
      maker->kind->make_field == column->kind->make_field && ! strcmp (maker->settings, text))
    return TRUE;

  g_clear_pointer (&maker->inversion, ddim_inversion_free);
  g_free (maker->settings);
  maker->region   = region;
  maker->kind     = column->kind;
  maker->settings = g_steal_pointer (&text);

  field = column->kind->make_field (maker, region, settings, &schedule, error);
  if (! field)
    return FALSE;
  levels = ddim_levels_new (schedule, DDIM_SPACING_QUADRATIC, settings->steps, settings->depth,
                            NULL, error);
  if (! levels)
    return FALSE;
  maker->inversion = ddim_inversion_new (field, levels, DDIM_ENCODER_EXACT,
                                         variations_region_frame (region, settings->context),
                                         NULL, error);
  maker->seconds   = (clock () - start) / (gdouble) CLOCKS_PER_SEC;

  return maker->inversion != NULL;
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
  g_autofree gfloat      *weights = NULL;
  g_autoptr (DdimCanvas)  made    = NULL;
  const DdimCanvas       *image;
  DdimVariation           options = { .strength = column->settings.strength, .seeds = seeds };
  clock_t                 start;

  if (! invert (maker, column, region, error))
    return NULL;

  image           = maker->inversion->image;
  made            = ddim_canvas_new (n_seeds, image->h, image->w, image->c);
  weights         = g_new0 (gfloat, (gsize) image->h * image->w);
  options.weights = weights;
  for (gint y = region->y - image->y; y < region->y - image->y + region->h; y++)
    for (gint x = region->x - image->x; x < region->x - image->x + region->w; x++)
      weights[(gsize) y * image->w + x] = 1;

  start = clock ();
  if (! ddim_vary (maker->inversion, &options, made, NULL, NULL, error))
    return NULL;
  *cost = (VariationsCost) {
    .seconds         = maker->seconds + (clock () - start) / (gdouble) CLOCKS_PER_SEC / n_seeds,
    .evaluations     = maker->inversion->evaluations,
    .inversion_error = maker->inversion->inversion_error,
  };

  /* Nothing outside of the selection is written. */
  for (gint n = 0; n < n_seeds; n++)
    for (gsize pixel = 0; pixel < (gsize) image->h * image->w; pixel++)
      if (weights[pixel] == 0)
        memcpy (made->data + n * ddim_canvas_item_size (image) + pixel * image->c,
                image->data + pixel * image->c, image->c * sizeof (gfloat));

  return g_steal_pointer (&made);
}
