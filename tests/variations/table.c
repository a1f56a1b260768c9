/* table.c: what was measured of the variations, in rows and totals
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <math.h>
#include <stdio.h>

#include "table.h"

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

gdouble
variations_table_get_share (const VariationsTable *table,
                            gint                   r,
                            gint                   c)
{
  const VariationsSettings *settings = &get_column (table, c)->settings;

  for (guint i = 0; i < table->columns->len; i++)
    {
      const VariationsColumn *other = get_column (table, i);

      if (g_str_equal (other->kind->name, "network") && table->rows[r][i].n &&
          other->settings.depth == settings->depth &&
          other->settings.strength == settings->strength)
        return table->rows[r][c].change / table->rows[r][i].change;
    }

  return NAN;
}

gdouble
variations_border_ratio (const MeasuresBorder *border)
{
  return border->border / border->neighbourhood;
}

guint
variations_table_judge (const VariationsTable *table,
                        gint                   r,
                        gint                   c)
{
  const VariationsOriginal *original = &table->originals[r];
  const VariationsRow      *row      = &table->rows[r][c];
  guint                     misses   = 0;

  if (MAX (row->to, row->from) > original->halves.greatest)
    misses |= VARIATIONS_MISS_PATCHES;
  if (row->spectrum > VARIATIONS_SPECTRUM)
    misses |= VARIATIONS_MISS_SPECTRUM;
  if (row->copies > VARIATIONS_COPIES)
    misses |= VARIATIONS_MISS_COPIES;
  if (variations_table_get_share (table, r, c) < VARIATIONS_CHANGE)
    misses |= VARIATIONS_MISS_CHANGE;
  if (original->bordered &&
      fabs (variations_border_ratio (&row->border)
            / variations_border_ratio (&original->border) - 1) > VARIATIONS_BORDER)
    misses |= VARIATIONS_MISS_BORDER;

  return misses;
}

VariationsTotals
variations_table_sum (const VariationsTable *table,
                      gint                   c)
{
  VariationsTotals totals = { 0 };

  for (guint r = 0; r < table->regions->len; r++)
    {
      const VariationsOriginal *original = &table->originals[r];
      const VariationsRow      *row      = &table->rows[r][c];
      gdouble                   share    = variations_table_get_share (table, r, c);
      guint                     misses;

      if (! row->n)
        continue;
      misses = variations_table_judge (table, r, c);
      totals.n++;
      totals.patches     += ! (misses & VARIATIONS_MISS_PATCHES);
      totals.spectrum    += ! (misses & VARIATIONS_MISS_SPECTRUM);
      totals.like_halves += row->spectrum <= original->halves.spectrum;
      totals.copied      += !! (misses & VARIATIONS_MISS_COPIES);
      totals.seconds     += row->cost.seconds;
      if (! isnan (share))
        {
          totals.compared++;
          totals.changed += ! (misses & VARIATIONS_MISS_CHANGE);
          totals.share   += share;
        }
      if (original->bordered)
        {
          gdouble before = variations_border_ratio (&original->border);
          gdouble after  = variations_border_ratio (&row->border);

          totals.bordered++;
          totals.held   += ! (misses & VARIATIONS_MISS_BORDER);
          totals.before += before;
          totals.after  += after;
          totals.worst   = MAX (totals.worst, after / before);
        }
    }
  totals.seconds /= totals.n;
  totals.share    = totals.compared ? totals.share / totals.compared : NAN;
  totals.before  /= totals.bordered;
  totals.after   /= totals.bordered;

  return totals;
}

void
variations_table_print (const VariationsTable *table)
{
  printf ("%-15s %-40s %5s %5s %9s %5s %5s %4s %6s %5s %6s %6s %5s %4s %6s\n", "region", "column",
          "to", "from", "halves", "dB", "(its)", "cop%", "change", "share", "before", "after",
          "s", "ev", "error");
  for (guint r = 0; r < table->regions->len; r++)
    for (guint c = 0; c < table->columns->len; c++)
      {
        const VariationsOriginal *original = &table->originals[r];
        const VariationsRow      *row      = &table->rows[r][c];

        if (! row->n)
          continue;
        printf ("%-15s %-40s %5.1f %5.1f %4.1f-%4.1f %5.2f %5.2f %4.0f %6.2f %5.2f ",
                get_region (table, r)->name, get_column (table, c)->spec, row->to, row->from,
                original->halves.least, original->halves.greatest, row->spectrum,
                original->halves.spectrum, 100 * row->copies, row->change,
                variations_table_get_share (table, r, c));
        if (original->bordered)
          printf ("%6.2f %6.2f ", variations_border_ratio (&original->border), variations_border_ratio (&row->border));
        else
          printf ("%6s %6s ", "-", "-");
        printf ("%5.1f %4.0f %6.4f\n", row->cost.seconds, row->cost.evaluations,
                row->cost.inversion_error);
      }
}

void
variations_table_print_totals (const VariationsTable *table)
{
  printf ("%-40s %7s %7s %7s %13s %6s %28s %6s\n", "regions that keep", "patches", "1 dB",
          "halves", "change (mean)", "copied", "border (worst)", "s");
  for (guint c = 0; c < table->columns->len; c++)
    {
      VariationsTotals totals = variations_table_sum (table, c);

      if (! totals.n)
        continue;
      printf ("%-40s %4d/%-2d %4d/%-2d %4d/%-2d %4d/%-2d (%4.2f) %6d", get_column (table, c)->spec,
              totals.patches, totals.n, totals.spectrum, totals.n, totals.like_halves, totals.n,
              totals.changed, totals.compared, totals.share, totals.copied);
      printf (" %4d/%-2d %5.2f > %4.2f (x %4.2f) %6.1f\n", totals.held, totals.bordered,
              totals.before, totals.after, totals.worst, totals.seconds);
    }
}
