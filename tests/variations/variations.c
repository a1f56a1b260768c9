/* variations.c: fixed regions of pictures, and the columns that vary them
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <string.h>
#include <time.h>

#include "variation-task.h"

#include "variations.h"
#include "../picture.h"

struct _VariationsMaker
{
  DdimModelCache          cache;
  gchar                  *weights;

  /* What was opened last. */
  const VariationsRegion *region;
  const VariationsKind   *kind;
  DdimVariationInput     *input;
  DdimTask               *task;
  gpointer                opened;
  VariationsCost          cost;    /* of opening it */
};

/* Columns -------------------------------------------------------------------- */

/* The procedure's. */
static const VariationsSettings defaults = {
  .depth = 0.6, .strength = 0.9, .stronger = 1, .leeway = 0.5, .steps = 20,
};

#define REAL(member)  { #member, G_STRUCT_OFFSET (VariationsSettings, member), FALSE }
#define WHOLE(member) { #member, G_STRUCT_OFFSET (VariationsSettings, member), TRUE }

static const struct
{
  const gchar *key;
  gsize        offset;
  gboolean     whole;
} keys[] = {
  REAL (depth), REAL (strength), REAL (stronger), REAL (leeway), WHOLE (steps),
};

static const VariationsKind kinds[] = {
  { "default",  "default",           DDIM_TEXTURE_IMAGE, FALSE, FALSE },
  { "stronger", "stronger",          DDIM_TEXTURE_IMAGE, FALSE, TRUE  },
  { "network",  "network alone",     DDIM_TEXTURE_MODEL, FALSE, FALSE },
  { "patches",  "own patches alone", DDIM_TEXTURE_IMAGE, TRUE,  FALSE },
  { "gmic",     "G'MIC",             NULL,               FALSE, FALSE },
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

static DdimCanvas *
crop_frame (const VariationsRegion *region,
            gint                    context,
            gint                    least)
{
  gint        x = region->x, y = region->y, w = region->w, h = region->h;
  DdimCanvas *frame;

  ddim_placement_widen (context, least, region->picture->w, &x, &w);
  ddim_placement_widen (context, least, region->picture->h, &y, &h);
  frame    = picture_crop (region->picture, x, y, h, w);
  frame->x = x;
  frame->y = y;

  return frame;
}

DdimCanvas *
variations_region_frame (const VariationsRegion *region)
{
  return crop_frame (region, VARIATIONS_CONTEXT, 0);
}

/* Making --------------------------------------------------------------------- */

static void
close_last (VariationsMaker *maker)
{
  if (maker->opened)
    maker->task->klass->close (maker->opened);
  maker->opened = NULL;
  g_clear_pointer (&maker->task, ddim_task_unref);
}

VariationsMaker *
variations_maker_new (const gchar  *weights,
                      GError      **error)
{
  VariationsMaker   *maker    = g_new0 (VariationsMaker, 1);
  DdimModelSettings  settings = { .model = "photo", .folder = (gchar *) weights };

  ddim_model_cache_init (&maker->cache, g_get_num_processors ());
  maker->weights = g_strdup (weights);
  if (! ddim_model_cache_load (&maker->cache, &settings, error))
    {
      variations_maker_free (maker);
      return NULL;
    }

  return maker;
}

void
variations_maker_free (VariationsMaker *maker)
{
  close_last (maker);
  g_clear_pointer (&maker->input, ddim_variation_input_unref);
  ddim_model_cache_clear (&maker->cache);
  g_free (maker->weights);
  g_free (maker);
}

DdimThreadPool *
variations_maker_get_pool (VariationsMaker *maker)
{
  return maker->cache.pool;
}

/* The whole picture, whose patches near a place are its own. */
static DdimPatchSource *
make_source (const VariationsRegion *region)
{
  DdimPatchSource *source = g_new0 (DdimPatchSource, 1);
  gsize            size   = (gsize) region->picture->h * region->picture->w;

  source->picture = ddim_canvas_copy (region->picture);
  source->mask    = g_new (gfloat, size);
  source->own     = DDIM_VARIATION_OWN;
  source->name    = g_strdup (region->name);
  for (gsize i = 0; i < size; i++)
    source->mask[i] = 1;

  return source;
}

/* 1 in the selection; NULL where that is all of the frame. */
static gfloat *
make_weights (const VariationsRegion *region,
              const DdimCanvas       *frame)
{
  gfloat *weights;

  if (frame->h == region->h && frame->w == region->w)
    return NULL;

  weights = g_new0 (gfloat, (gsize) frame->h * frame->w);
  for (gint y = region->y - frame->y; y < region->y - frame->y + region->h; y++)
    for (gint x = region->x - frame->x; x < region->x - frame->x + region->w; x++)
      weights[(gsize) y * frame->w + x] = 1;

  return weights;
}

/* What the plug-in reads of an image for these settings. */
static DdimVariationInput *
make_input (const VariationsRegion       *region,
            const DdimVariationSettings  *settings,
            GError                      **error)
{
  g_autoptr (DdimCanvas)  frame = NULL;
  DdimModelInfo           info;
  DdimPlacement           placement;
  DdimVariationInput     *input;
  gint                    h, w;

  if (! ddim_model_settings_inspect (&settings->model, region->picture->c, &info, error))
    return NULL;

  ddim_variation_settings_place (settings, &info, region->h, region->w, &placement);
  frame = crop_frame (region, placement.context, placement.least);
  ddim_placement_get_canvas_size (&placement, frame->h, frame->w, &h, &w);
  if (h != frame->h || w != frame->w)
    {
      g_set_error (error, DDIM_ERROR, DDIM_ERROR_UNSUPPORTED,
                   "%s would be scaled to %d x %d pixels for the model; this program does not",
                   region->name, w, h);
      return NULL;
    }

  input              = ddim_variation_input_new (&placement, DDIM_STAGES_RESULT, h, w);
  input->weights[0]  = make_weights (region, frame);
  input->pictures[0] = g_steal_pointer (&frame);
  if (ddim_variation_settings_has_patches (settings))
    input->source = make_source (region);

  return input;
}

/* Opens what the column is made of, unless the last one serves it. */
static gboolean
open_column (VariationsMaker         *maker,
             const VariationsColumn  *column,
             const VariationsRegion  *region,
             GError                 **error)
{
  const VariationsKind  *kind     = column->kind;
  DdimVariationSettings  settings = {
    .model = { .model  = kind->of_image ? DDIM_MODEL_IMAGE : "photo",
               .folder = kind->of_image ? NULL : maker->weights, .label = -1,
               .steps  = column->settings.steps, .depth = column->settings.depth },
    .strength = column->settings.strength, .leeway = column->settings.leeway,
    .texture = (gchar *) kind->texture, .symmetry = DDIM_SYMMETRY_NONE,
  };
  g_autoptr (DdimTask)   task     = NULL;
  gboolean               same     = maker->task && maker->region == region &&
                                    maker->kind->of_image == kind->of_image &&
                                    maker->kind->texture == kind->texture;
  DdimTaskReport         report;
  gdouble                evaluated;
  clock_t                start;

  if (! same)
    {
      close_last (maker);
      g_clear_pointer (&maker->input, ddim_variation_input_unref);
      maker->input = make_input (region, &settings, error);
      if (! maker->input)
        return FALSE;
    }
  maker->region = region;
  maker->kind   = kind;

  task = ddim_variation_task_new (maker->input, &settings);
  same = same && task->klass->same_opening (maker->task, task);
  if (! same)
    {
      close_last (maker);
      start         = clock ();
      maker->opened = task->klass->open (task, 0, &maker->cache, NULL, &evaluated, error);
      if (! maker->opened)
        return FALSE;
      ddim_task_report_init (&report);
      task->klass->report (maker->opened, &report);
      maker->cost = (VariationsCost) {
        .seconds         = (clock () - start) / (gdouble) CLOCKS_PER_SEC,
        .evaluations     = evaluated / ((gdouble) maker->input->pictures[0]->h
                                        * maker->input->pictures[0]->w),
        .inversion_error = g_array_index (report.errors, gdouble, 0),
      };
      ddim_task_report_clear (&report);
    }
  g_clear_pointer (&maker->task, ddim_task_unref);
  maker->task = g_steal_pointer (&task);

  return TRUE;
}

/* The selection's pixels, of one item, into a frame of another size. */
static void
copy_selection (const VariationsRegion *region,
                const DdimCanvas       *from,
                gint                    item,
                DdimCanvas             *to)
{
  const gfloat *data = from->data + item * ddim_canvas_item_size (from);
  gfloat       *out  = to->data + item * ddim_canvas_item_size (to);

  for (gint y = region->y; y < region->y + region->h; y++)
    memcpy (out + ((gsize) (y - to->y) * to->w + region->x - to->x) * to->c,
            data + ((gsize) (y - from->y) * from->w + region->x - from->x) * from->c,
            (gsize) region->w * to->c * sizeof (gfloat));
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
  g_autoptr (DdimCanvas)  made  = NULL;
  g_autoptr (DdimCanvas)  frame = NULL;
  DdimCanvas             *shown;
  clock_t                 start;

  if (! open_column (maker, column, region, error))
    return NULL;

  start = clock ();
  made  = maker->task->klass->make (maker->task, 0, maker->opened, seeds, n_seeds, NULL, NULL,
                                   error);
  if (! made)
    return NULL;
  *cost          = maker->cost;
  cost->seconds += (clock () - start) / (gdouble) CLOCKS_PER_SEC / n_seeds;

  frame    = variations_region_frame (region);
  shown    = ddim_canvas_new (n_seeds, frame->h, frame->w, frame->c);
  shown->x = frame->x;
  shown->y = frame->y;
  for (gint i = 0; i < n_seeds; i++)
    {
      memcpy (shown->data + i * ddim_canvas_item_size (frame), frame->data,
              ddim_canvas_item_size (frame) * sizeof (gfloat));
      copy_selection (region, made, i, shown);
    }

  return shown;
}
