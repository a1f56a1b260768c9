/* page.c: what was measured of the variations, in Markdown
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <math.h>
#include <stdio.h>

#include "page.h"

static const VariationsRegion *
get_region (const VariationsTable *table,
            gint                   r)
{
  return table->regions->pdata[r];
}

static const VariationsColumn *
get_column (const VariationsTable *table,
            gint                   c)
{
  return table->columns->pdata[c];
}

/* Goals ------------------------------------------------------------------------ */

static void
write_goals (const VariationsTable *table)
{
  printf ("| | patch distances kept | spectrum within %.0f dB (its halves') | half the network's change | "
          "more than %.0f %% copies | borders held | border ratio | processor seconds |\n"
          "|---|---|---|---|---|---|---|---|\n", VARIATIONS_SPECTRUM, 100 * VARIATIONS_COPIES);
  for (guint c = 0; c < table->columns->len; c++)
    {
      VariationsTotals totals = variations_table_sum (table, c);

      if (! totals.n)
        continue;
      printf ("| %s | %d of %d | %d of %d (%d) |", get_column (table, c)->kind->title,
              totals.patches, totals.n, totals.spectrum, totals.n, totals.like_halves);
      if (totals.compared)
        printf (" %d of %d, mean %.2f |", totals.changed, totals.compared, totals.share);
      else
        printf (" – |");
      printf (" %d of %d | %d of %d | %.2f, was %.2f | %.1f |\n", totals.copied, totals.n,
              totals.held, totals.bordered, totals.after, totals.before, totals.seconds);
    }
  printf ("\n");
}

/* What of the first column misses which goals. */
static void
write_misses (const VariationsTable *table)
{
  gint n = 0;

  for (guint r = 0; r < table->regions->len; r++)
    {
      const VariationsOriginal *original = &table->originals[r];
      const VariationsRow      *row      = &table->rows[r][0];
      guint                     misses   = row->n ? variations_table_judge (table, r, 0) : 0;
      const gchar              *before   = "";

      if (! misses)
        continue;
      printf ("- **%s**: ", get_region (table, r)->name);
      if (misses & VARIATIONS_MISS_PATCHES)
        {
          printf ("patch distances %.1f and %.1f, its halves' %.1f", row->to, row->from,
                  original->halves.greatest);
          before = "; ";
        }
      if (misses & VARIATIONS_MISS_SPECTRUM)
        {
          printf ("%sspectrum %.1f dB (its halves' %.1f dB)", before, row->spectrum,
                  original->halves.spectrum);
          before = "; ";
        }
      if (misses & VARIATIONS_MISS_CHANGE)
        {
          printf ("%s%.2f of the network's change", before,
                  variations_table_get_share (table, r, 0));
          before = "; ";
        }
      if (misses & VARIATIONS_MISS_COPIES)
        {
          printf ("%s%.0f %% copies", before, 100 * row->copies);
          before = "; ";
        }
      if (misses & VARIATIONS_MISS_BORDER)
        printf ("%sborder ratio %.2f, was %.2f", before, variations_border_ratio (&row->border),
                variations_border_ratio (&original->border));
      printf (".\n");
      n++;
    }
  if (n == 0)
    printf ("None.\n");
  printf ("\n");
}

/* Measures --------------------------------------------------------------------- */

static void
write_patches (const VariationsTable *table,
               gint                   r,
               gint                   c)
{
  const VariationsRow *row = &table->rows[r][c];

  printf ("%.1f, %.1f", row->to, row->from);
}

static void
write_patches_of_original (const VariationsOriginal *original)
{
  printf ("%.1f–%.1f", original->halves.least, original->halves.greatest);
}

static void
write_spectrum (const VariationsTable *table,
                gint                   r,
                gint                   c)
{
  printf ("%.1f", table->rows[r][c].spectrum);
}

static void
write_spectrum_of_original (const VariationsOriginal *original)
{
  printf ("%.1f", original->halves.spectrum);
}

static void
write_change (const VariationsTable *table,
              gint                   r,
              gint                   c)
{
  printf ("%.1f", table->rows[r][c].change);
}

static void
write_copies (const VariationsTable *table,
              gint                   r,
              gint                   c)
{
  printf ("%.0f %%", 100 * table->rows[r][c].copies);
}

static void
write_border (const VariationsTable *table,
              gint                   r,
              gint                   c)
{
  printf ("%.2f", variations_border_ratio (&table->rows[r][c].border));
}

static void
write_border_of_original (const VariationsOriginal *original)
{
  printf ("%.2f", variations_border_ratio (&original->border));
}

static void
write_seconds (const VariationsTable *table,
               gint                   r,
               gint                   c)
{
  printf ("%.1f", table->rows[r][c].cost.seconds);
}

static const struct
{
  const gchar *title;
  const gchar *of_original; /* the heading of its column */
  void       (*write)          (const VariationsTable *table, gint r, gint c);
  void       (*write_original) (const VariationsOriginal *original);
  guint        miss;
  gboolean     bordered;    /* regions with borders only */
} sections[] = {
  { "Patch distance, to and from", "its halves", write_patches, write_patches_of_original,
    VARIATIONS_MISS_PATCHES, FALSE },
  { "Spectrum, dB", "its halves", write_spectrum, write_spectrum_of_original,
    VARIATIONS_MISS_SPECTRUM, FALSE },
  { "Change of the picture reduced eight times", NULL, write_change, NULL,
    VARIATIONS_MISS_CHANGE, FALSE },
  { "Copies", NULL, write_copies, NULL, VARIATIONS_MISS_COPIES, FALSE },
  { "Border ratio", "original", write_border, write_border_of_original,
    VARIATIONS_MISS_BORDER, TRUE },
  { "Processor seconds", NULL, write_seconds, NULL, 0, FALSE },
};

/* A table for each measure; what misses a goal is bold. */
static void
write_measures (const VariationsTable *table)
{
  for (gsize i = 0; i < G_N_ELEMENTS (sections); i++)
    {
      printf ("### %s\n\n| |", sections[i].title);
      if (sections[i].of_original)
        printf (" %s |", sections[i].of_original);
      for (guint c = 0; c < table->columns->len; c++)
        printf (" %s |", get_column (table, c)->kind->title);
      printf ("\n|---|%s", sections[i].of_original ? "---|" : "");
      for (guint c = 0; c < table->columns->len; c++)
        printf ("---|");
      printf ("\n");

      for (guint r = 0; r < table->regions->len; r++)
        {
          if (sections[i].bordered && ! table->originals[r].bordered)
            continue;
          printf ("| %s |", get_region (table, r)->name);
          if (sections[i].of_original)
            {
              printf (" ");
              sections[i].write_original (&table->originals[r]);
              printf (" |");
            }
          for (guint c = 0; c < table->columns->len; c++)
            if (table->rows[r][c].n)
              {
                const gchar *mark = variations_table_judge (table, r, c) & sections[i].miss
                                      ? "**" : "";

                printf (" %s", mark);
                sections[i].write (table, r, c);
                printf ("%s |", mark);
              }
            else
              {
                printf (" – |");
              }
          printf ("\n");
        }
      printf ("\n");
    }
}

void
variations_page_write (const VariationsTable *table)
{
  const VariationsSettings *settings = &get_column (table, 0)->settings;

  printf ("## Goals\n\nAt the defaults: depth %g, strength %g, leeway %g, %d steps; stronger: "
          "strength %g.\n\n", settings->depth, settings->strength, settings->leeway,
          settings->steps, settings->stronger);
  write_goals (table);
  printf ("What misses them, of %s:\n\n", get_column (table, 0)->kind->title);
  write_misses (table);
  printf ("## Measures\n\nWhat misses a goal is bold.\n\n");
  write_measures (table);
}

/* Strengths ---------------------------------------------------------------------- */

void
variations_page_write_strengths (const VariationsTable *table)
{
  gint last = table->columns->len - 1;

  printf ("| strength | change (RMS), least to greatest | as a share of that at %g | reduced "
          "eight times | border ratio | borders held |\n|---|---|---|---|---|---|\n",
          get_column (table, last)->settings.strength);
  for (guint c = 0; c < table->columns->len; c++)
    {
      VariationsTotals totals = variations_table_sum (table, c);
      gdouble          least = G_MAXDOUBLE, greatest = 0, change = 0;
      gdouble          least_share = G_MAXDOUBLE, greatest_share = 0;

      for (guint r = 0; r < table->regions->len; r++)
        if (table->originals[r].bordered)
          {
            gdouble rms = table->rows[r][c].rms;

            least           = MIN (least, rms);
            greatest        = MAX (greatest, rms);
            change         += table->rows[r][c].change / totals.bordered;
            least_share     = MIN (least_share, rms / table->rows[r][last].rms);
            greatest_share  = MAX (greatest_share, rms / table->rows[r][last].rms);
          }
      printf ("| %g | %.3f to %.3f | %.2f to %.2f | %.1f | %.2f, was %.2f | %d of %d |\n",
              get_column (table, c)->settings.strength, least, greatest, least_share,
              greatest_share, change, totals.after, totals.before, totals.held, totals.bordered);
    }
}
