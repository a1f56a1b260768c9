/* results.c: variations in a folder, made and measured where they are not there
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "results.h"
#include "../picture.h"

#define REDUCTION 8

static const struct
{
  const gchar *key;
  gsize        offset;
} figures[] = {
  { "seconds",         G_STRUCT_OFFSET (VariationsRow, cost.seconds)         },
  { "evaluations",     G_STRUCT_OFFSET (VariationsRow, cost.evaluations)     },
  { "inversion-error", G_STRUCT_OFFSET (VariationsRow, cost.inversion_error) },
  { "to",              G_STRUCT_OFFSET (VariationsRow, to)                   },
  { "from",            G_STRUCT_OFFSET (VariationsRow, from)                 },
  { "spectrum",        G_STRUCT_OFFSET (VariationsRow, spectrum)             },
  { "copies",          G_STRUCT_OFFSET (VariationsRow, copies)               },
  { "change",          G_STRUCT_OFFSET (VariationsRow, change)               },
  { "rms",             G_STRUCT_OFFSET (VariationsRow, rms)                  },
  { "border",          G_STRUCT_OFFSET (VariationsRow, border.border)        },
  { "neighbourhood",   G_STRUCT_OFFSET (VariationsRow, border.neighbourhood) },
};

gchar *
results_path (const Results          *results,
              const VariationsRegion *region,
              const VariationsColumn *column,
              gint                    seed)
{
  g_autofree gchar *name = g_strdup_printf ("%s-%s-%d.png", region->name, column->spec, seed);

  return g_build_filename (results->folder, name, NULL);
}

/* Making ------------------------------------------------------------------------ */

/* What a picture depends on, but for the program itself. */
static gchar *
describe (const Results          *results,
          const VariationsRegion *region,
          const VariationsColumn *column)
{
  g_autofree gchar *settings = variations_settings_describe (&column->settings);

  return g_strdup_printf ("%s %d %d %d %d %s %s", region->path, region->x, region->y, region->w,
                          region->h, results->weights, settings);
}

static gboolean
is_made (const Results          *results,
         const VariationsRegion *region,
         const VariationsColumn *column,
         GKeyFile               *file,
         const gchar            *settings)
{
  for (gint seed = results->first_seed; seed < results->first_seed + results->n_seeds; seed++)
    {
      g_autofree gchar *path  = results_path (results, region, column, seed);
      g_autofree gchar *group = g_strdup_printf ("%d", seed);
      g_autofree gchar *found = g_key_file_get_string (file, group, "settings", NULL);

      if (g_strcmp0 (found, settings) || ! g_file_test (path, G_FILE_TEST_EXISTS))
        return FALSE;
    }

  return TRUE;
}

/* All seeds' pictures, and groups of theirs without measures. */
static gboolean
make (const Results           *results,
      VariationsMaker         *maker,
      const VariationsRegion  *region,
      const VariationsColumn  *column,
      GKeyFile                *file,
      const gchar             *settings,
      GError                 **error)
{
  g_autofree guint64     *seeds = g_new (guint64, results->n_seeds);
  g_autoptr (DdimCanvas)  made  = NULL;
  VariationsCost          cost;

  g_printerr ("%s, %s\n", region->name, column->spec);
  for (gint i = 0; i < results->n_seeds; i++)
    seeds[i] = results->first_seed + i;
  made = variations_make (maker, column, region, results->n_seeds, seeds, &cost, error);
  if (! made)
    return FALSE;

  for (gint i = 0; i < results->n_seeds; i++)
    {
      g_autofree gchar *path  = results_path (results, region, column, seeds[i]);
      g_autofree gchar *group = g_strdup_printf ("%d", (gint) seeds[i]);
      DdimCanvas        item  = *made;

      item.n    = 1;
      item.data = made->data + i * ddim_canvas_item_size (made);
      if (! picture_save (&item, path, error))
        return FALSE;
      g_key_file_remove_group (file, group, NULL);
      g_key_file_set_string (file, group, "settings", settings);
      g_key_file_set_double (file, group, "seconds", cost.seconds);
      g_key_file_set_double (file, group, "evaluations", cost.evaluations);
      g_key_file_set_double (file, group, "inversion-error", cost.inversion_error);
    }

  return TRUE;
}

/* Measuring --------------------------------------------------------------------- */

void
results_measure_original (const VariationsRegion *region,
                          DdimThreadPool         *pool,
                          VariationsOriginal     *original)
{
  g_autoptr (DdimCanvas) window = picture_crop (region->picture, region->x, region->y, region->h,
                                                region->w);

  measures_halves (window, pool, &original->halves);
  original->bordered = measures_border (region->picture, region->x, region->y, region->w,
                                        region->h, &original->border);
}

/* `frame` is what is shown of it. */
static void
measure (const VariationsRegion *region,
         const DdimCanvas       *frame,
         DdimThreadPool         *pool,
         VariationsRow          *row)
{
  gint                   x      = MIN (region->x, VARIATIONS_CONTEXT);
  gint                   y      = MIN (region->y, VARIATIONS_CONTEXT);
  g_autoptr (DdimCanvas) before = picture_crop (region->picture, region->x, region->y, region->h,
                                                region->w);
  g_autoptr (DdimCanvas) after  = picture_crop (frame, x, y, region->h, region->w);
  MeasuresPatches        to, from;
  gdouble                of_before[MEASURES_RINGS], of_after[MEASURES_RINGS];

  measures_patches (after, before, pool, &to);
  measures_patches (before, after, pool, &from);
  measures_spectrum (before, of_before);
  measures_spectrum (after, of_after);
  measures_border (frame, x, y, region->w, region->h, &row->border);

  row->to       = to.distance;
  row->from     = from.distance;
  row->copies   = to.copies;
  row->spectrum = measures_spectral_difference (of_before, of_after);
  row->change   = measures_reduced_change (before, after, REDUCTION);
  row->rms      = ddim_canvas_rms_difference (before, after) / 2;
}

/* Adds one seed's figures to the row, measured now or before. */
static gboolean
add_seed (const Results           *results,
          const VariationsRegion  *region,
          const VariationsColumn  *column,
          gint                     seed,
          DdimThreadPool          *pool,
          GKeyFile                *file,
          VariationsRow           *row,
          GError                 **error)
{
  g_autofree gchar      *path  = results_path (results, region, column, seed);
  g_autofree gchar      *group = g_strdup_printf ("%d", seed);
  g_autoptr (DdimCanvas) frame = NULL;
  VariationsRow          one   = { 0 };

  if (! g_file_test (path, G_FILE_TEST_EXISTS))
    return TRUE; /* fewer seeds are made elsewhere */

  if (results->again || ! g_key_file_has_key (file, group, "to", NULL))
    {
      frame = picture_load (path, error);
      if (! frame)
        return FALSE;
      measure (region, frame, pool, &one);
      one.cost.seconds         = g_key_file_get_double (file, group, "seconds", NULL);
      one.cost.evaluations     = g_key_file_get_double (file, group, "evaluations", NULL);
      one.cost.inversion_error = g_key_file_get_double (file, group, "inversion-error", NULL);
      for (gsize i = 0; i < G_N_ELEMENTS (figures); i++)
        g_key_file_set_double (file, group, figures[i].key,
                               G_STRUCT_MEMBER (gdouble, &one, figures[i].offset));
    }

  row->n++;
  for (gsize i = 0; i < G_N_ELEMENTS (figures); i++)
    G_STRUCT_MEMBER (gdouble, row, figures[i].offset) +=
      g_key_file_get_double (file, group, figures[i].key, NULL);

  return TRUE;
}

gboolean
results_get (const Results           *results,
             VariationsMaker         *maker,
             const VariationsRegion  *region,
             const VariationsColumn  *column,
             VariationsRow           *row,
             GError                 **error)
{
  g_autoptr (GKeyFile) file     = g_key_file_new ();
  g_autofree gchar    *name     = g_strdup_printf ("%s-%s.ini", region->name, column->spec);
  g_autofree gchar    *path     = g_build_filename (results->folder, name, NULL);
  g_autofree gchar    *settings = describe (results, region, column);

  g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, NULL); /* or it is empty */
  if (column->kind->texture &&
      (results->again || ! is_made (results, region, column, file, settings)))
    {
      if (results->only_made)
        return TRUE;
      if (! make (results, maker, region, column, file, settings, error))
        return FALSE;
    }

  for (gint seed = results->first_seed; seed < results->first_seed + results->n_seeds; seed++)
    if (! add_seed (results, region, column, seed, variations_maker_get_pool (maker), file, row,
                    error))
      return FALSE;
  for (gsize i = 0; row->n && i < G_N_ELEMENTS (figures); i++)
    G_STRUCT_MEMBER (gdouble, row, figures[i].offset) /= row->n;

  return row->n == 0 || g_key_file_save_to_file (file, path, error);
}
