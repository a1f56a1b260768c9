/* variations-bench.c: variations of fixed regions, made and measured
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Each region of regions.txt is varied as a user would: a hard-edged
 * rectangular selection in a whole picture.  A column is a way to make them.  What
 * is in the folder already is made again only where its settings have changed.
 */

#include <stdio.h>
#include <stdlib.h>

#include "page.h"
#include "results.h"
#include "../picture.h"

#define GAP 6 /* pixels between the pictures of a sheet */

static gchar  *weights     = "weights/photo";
static gchar  *shared      = "../shared";
static gchar  *list        = "tests/variations/regions.txt";
static gchar  *folder      = "build/variations";
static gchar **names       = NULL;
static gchar **specs       = NULL;
static gchar **pairs       = NULL;
static gint    first_seed  = 1;
static gint    n_seeds     = 3;
static gboolean again      = FALSE;
static gboolean only_made  = FALSE;
static gboolean frames     = FALSE;
static gboolean page       = FALSE;
static gboolean strengths  = FALSE;
static gchar  *sheet       = NULL;

static const GOptionEntry entries[] = {
  { "region", 'r', 0, G_OPTION_ARG_STRING_ARRAY, &names,
    "only this region, and others named so", "NAME" },
  { "column", 'c', 0, G_OPTION_ARG_STRING_ARRAY, &specs,
    "only this column, with settings of its own, and others named so", "NAME[,KEY=VALUE...]" },
  { "set", 's', 0, G_OPTION_ARG_STRING_ARRAY, &pairs,
    "a setting of all columns", "KEY=VALUE" },
  { "seed", 0, 0, G_OPTION_ARG_INT, &first_seed, "the first seed (1)", "N" },
  { "seeds", 'n', 0, G_OPTION_ARG_INT, &n_seeds, "how many seeds (3)", "N" },
  { "again", 'a', 0, G_OPTION_ARG_NONE, &again, "make what is there already, too", NULL },
  { "only-made", 0, 0, G_OPTION_ARG_NONE, &only_made, "make nothing: show what is there", NULL },
  { "sheet", 0, 0, G_OPTION_ARG_FILENAME, &sheet,
    "a PNG of what was made, a row for each region: the original, then the columns", "FILE" },
  { "page", 0, 0, G_OPTION_ARG_NONE, &page, "print what the page says of them", NULL },
  { "strengths", 0, 0, G_OPTION_ARG_NONE, &strengths,
    "print the page's table of columns that differ in strength", NULL },
  { "frames", 0, 0, G_OPTION_ARG_NONE, &frames,
    "write the originals, and print where they lie: NAME PICTURE, then X Y W H of the "
    "selection and of what is seen around it", NULL },
  { "weights", 0, 0, G_OPTION_ARG_FILENAME, &weights, "the network (weights/photo)", "FOLDER" },
  { "shared", 0, 0, G_OPTION_ARG_FILENAME, &shared, "the pictures (../shared)", "FOLDER" },
  { "regions", 0, 0, G_OPTION_ARG_FILENAME, &list,
    "the regions (tests/variations/regions.txt)", "FILE" },
  { "folder", 0, 0, G_OPTION_ARG_FILENAME, &folder,
    "where the results lie (build/variations)", "FOLDER" },
  { NULL }
};

/* A pointer to the error, which the call may not have set yet when it is passed. */
static void
check (gboolean       success,
       GError *const *error)
{
  if (! success)
    {
      g_printerr ("variations-bench: %s\n", (*error)->message);
      exit (1);
    }
}

/* Output ------------------------------------------------------------------------- */

static void
paste (DdimCanvas       *sheet,
       const DdimCanvas *picture,
       gint              left,
       gint              top)
{
  for (gint y = 0; y < picture->h; y++)
    for (gint i = 0; i < picture->w * picture->c; i++)
      sheet->data[((gsize) (top + y) * sheet->w + left) * sheet->c + i] =
        picture->data[(gsize) y * picture->w * picture->c + i];
}

/* The first seed's pictures. */
static void
write_sheet (const VariationsTable *table,
             const Results         *results)
{
  gint                   cell    = 0; /* its width */
  gint                   height  = 0;
  gint                   top     = 0;
  GError                *error   = NULL;
  g_autoptr (DdimCanvas) canvas  = NULL;

  for (guint r = 0; r < table->regions->len; r++)
    {
      g_autoptr (DdimCanvas) frame = variations_region_frame (table->regions->pdata[r]);

      cell    = MAX (cell, frame->w + GAP);
      height += frame->h + GAP;
    }
  canvas = ddim_canvas_new (1, height, (table->columns->len + 1) * cell, 3);
  for (gsize i = 0; i < ddim_canvas_size (canvas); i++)
    canvas->data[i] = 1;

  for (guint r = 0; r < table->regions->len; r++)
    {
      const VariationsRegion *region = table->regions->pdata[r];
      g_autoptr (DdimCanvas)  frame  = variations_region_frame (region);

      paste (canvas, frame, 0, top);
      for (guint c = 0; c < table->columns->len; c++)
        {
          g_autofree gchar      *path    = results_path (results, region,
                                                         table->columns->pdata[c],
                                                         results->first_seed);
          g_autoptr (DdimCanvas) picture = picture_load (path, NULL);

          if (picture)
            paste (canvas, picture, (c + 1) * cell, top);
        }
      top += frame->h + GAP;
    }
  check (picture_save (canvas, sheet, &error), &error);
}

/* The originals as PNG, and a line for each: for what is made elsewhere. */
static void
write_frames (GPtrArray *regions)
{
  for (guint r = 0; r < regions->len; r++)
    {
      VariationsRegion      *region = regions->pdata[r];
      GError                *error  = NULL;
      g_autoptr (DdimCanvas) frame  = NULL;
      g_autofree gchar      *name   = g_strdup_printf ("%s.png", region->name);
      g_autofree gchar      *path   = g_build_filename (folder, name, NULL);

      check (variations_region_load (region, &error), &error);
      frame = variations_region_frame (region);
      check (picture_save (frame, path, &error), &error);
      printf ("%s %s %d %d %d %d %d %d %d %d\n", region->name, region->path, region->x, region->y,
              region->w, region->h, frame->x, frame->y, frame->w, frame->h);
    }
}

/* What was asked for ------------------------------------------------------------- */

static GPtrArray *
choose_regions (void)
{
  GError               *error  = NULL;
  g_autoptr (GPtrArray) all    = variations_regions_read (list, shared, &error);
  GPtrArray            *chosen = g_ptr_array_new ();

  check (all != NULL, &error);
  for (guint i = 0; i < all->len; i++)
    {
      VariationsRegion *region = all->pdata[i];

      if (! names || g_strv_contains ((const gchar *const *) names, region->name))
        g_ptr_array_add (chosen, region);
    }
  if (names && chosen->len < g_strv_length (names))
    {
      g_printerr ("variations-bench: a region is named that %s does not have\n", list);
      exit (2);
    }

  return chosen;
}

static GPtrArray *
choose_columns (void)
{
  GPtrArray            *columns = g_ptr_array_new ();
  gsize                 n;
  const VariationsKind *kinds = variations_kinds (&n);
  gsize                 wanted = specs ? g_strv_length (specs) : n;
  GError               *error = NULL;

  for (gsize i = 0; i < wanted; i++)
    {
      VariationsColumn *column = variations_column_new (specs ? specs[i] : kinds[i].name,
                                                        (const gchar *const *) pairs, &error);

      check (column != NULL, &error);
      g_ptr_array_add (columns, column);
    }

  return columns;
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("- variations, made and measured");
  VariationsTable            table;
  VariationsMaker           *maker;
  Results                    results;
  GError                    *error = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  check (g_option_context_parse (context, &argc, &argv, &error), &error);
  g_mkdir_with_parents (folder, 0777);

  table.regions = choose_regions ();
  table.columns = choose_columns ();
  if (frames)
    {
      write_frames (table.regions);
      return 0;
    }

  results = (Results) { folder, weights, first_seed, n_seeds, again, only_made };
  maker   = variations_maker_new (weights, &error);
  check (maker != NULL, &error);

  table.originals = g_new0 (VariationsOriginal, table.regions->len);
  table.rows      = g_new0 (VariationsRow *, table.regions->len);
  for (guint r = 0; r < table.regions->len; r++)
    {
      VariationsRegion *region = table.regions->pdata[r];

      check (variations_region_load (region, &error), &error);
      results_measure_original (region, variations_maker_get_pool (maker), &table.originals[r]);
      table.rows[r] = g_new0 (VariationsRow, table.columns->len);
      for (guint c = 0; c < table.columns->len; c++)
        check (results_get (&results, maker, region, table.columns->pdata[c], &table.rows[r][c],
                            &error), &error);
    }

  if (page)
    {
      variations_page_write (&table);
    }
  else if (strengths)
    {
      variations_page_write_strengths (&table);
    }
  else
    {
      variations_table_print (&table);
      printf ("\n");
      variations_table_print_totals (&table);
    }
  if (sheet)
    write_sheet (&table, &results);
  variations_maker_free (maker);

  return 0;
}
