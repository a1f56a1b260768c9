/* variations-table.c: what was measured of the variations, in rows and totals
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <math.h>
#include <stdio.h>

#include "variations-table.h"

#define COPIES   0.05 /* more are too many                                   */
#define SPECTRUM 1.0  /* dB                                                  */
#define CHANGE   0.5  /* of the network's own                                */

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

static gboolean
keeps_patches (const VariationsTable *table,
               gint                   r,
               gint                   c)
{
  const VariationsRow *row = &table->rows[r][c];

  return MAX (row->to, row->from) <= table->originals[r].halves.greatest;
}

/* The change as a share of the network's own at the same depth and strength; NaN
 * where there is none to compare with.                                       */
static gdouble
get_share (const VariationsTable *table,
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

static gdouble
get_border (const MeasuresBorder *border)
{
  return border->border / border->neighbourhood;
}

/* A column's figures over all regions that it was made for. */
typedef struct
{
  gint    n;
  gint    patches;   /* regions that keep the patch distances, both ways      */
  gint    spectrum;  /* ... the window's spectrum                             */
  gint    like_halves; /* ... no farther from it than its halves are apart, and
                          SPECTRUM                                            */
  gint    compared;  /* regions with a change of the network's to compare with */
  gint    changed;   /* ... that change half as much at least                 */
  gdouble share;     /* ... the mean                                          */
  gint    copied;    /* regions with too many copies                          */
  gint    bordered;  /* regions with borders                                  */
  gdouble before;    /* ... the mean of the border's gradient as a share of its
                        neighbourhood's: of the originals                     */
  gdouble after;     /* ... of what was made                                  */
  gdouble worst;     /* ... the greatest after / before                       */
  gdouble seconds;
} Totals;

static Totals
sum_up (const VariationsTable *table,
        gint                   c)
{
  Totals totals = { 0 };

  for (guint r = 0; r < table->regions->len; r++)
    {
      const VariationsOriginal *original = &table->originals[r];
      const VariationsRow      *row      = &table->rows[r][c];
      gdouble                   share    = get_share (table, r, c);

      if (! row->n)
        continue;
      totals.n++;
      totals.patches     += keeps_patches (table, r, c);
      totals.spectrum    += row->spectrum <= SPECTRUM;
      totals.like_halves += row->spectrum <= original->halves.spectrum + SPECTRUM;
      totals.copied      += row->copies > COPIES;
      totals.seconds     += row->cost.seconds;
      if (! isnan (share))
        {
          totals.compared++;
          totals.changed += share >= CHANGE;
          totals.share   += share;
        }
      if (original->bordered)
        {
          gdouble before = get_border (&original->border);
          gdouble after  = get_border (&row->border);

          totals.bordered++;
          totals.before += before;
          totals.after  += after;
          totals.worst   = MAX (totals.worst, after / before);
        }
    }
  totals.seconds /= totals.n;
  totals.share   /= totals.compared;
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
                get_share (table, r, c));
        if (original->bordered)
          printf ("%6.2f %6.2f ", get_border (&original->border), get_border (&row->border));
        else
          printf ("%6s %6s ", "-", "-");
        printf ("%5.1f %4d %6.4f\n", row->cost.seconds, row->cost.evaluations,
                row->cost.inversion_error);
      }
}

void
variations_table_print_totals (const VariationsTable *table)
{
  printf ("%-40s %7s %7s %7s %13s %6s %21s %6s\n", "regions that keep", "patches", "1 dB",
          "halves", "change (mean)", "copied", "border (worst)", "s");
  for (guint c = 0; c < table->columns->len; c++)
    {
      Totals totals = sum_up (table, c);

      if (totals.n)
        printf ("%-40s %4d/%-2d %4d/%-2d %4d/%-2d %4d/%-2d (%4.2f) %6d %5.2f > %4.2f (x %4.2f) %6.1f\n",
                get_column (table, c)->spec, totals.patches, totals.n, totals.spectrum, totals.n,
                totals.like_halves, totals.n, totals.changed, totals.compared, totals.share,
                totals.copied, totals.before, totals.after, totals.worst, totals.seconds);
    }
}

/* Markdown ------------------------------------------------------------------- */

void
variations_table_write (const VariationsTable *table)
{
  printf ("| | its halves |");
  for (guint c = 0; c < table->columns->len; c++)
    printf (" %s |", get_column (table, c)->kind->title);
  printf ("\n|---|---|");
  for (guint c = 0; c < table->columns->len; c++)
    printf ("---|");
  printf ("\n");

  for (guint r = 0; r < table->regions->len; r++)
    {
      const VariationsOriginal *original = &table->originals[r];

      printf ("| %s | %.1f–%.1f, %.1f dB", get_region (table, r)->name, original->halves.least,
              original->halves.greatest, original->halves.spectrum);
      if (original->bordered)
        printf (", %.2f", get_border (&original->border));
      printf (" |");
      for (guint c = 0; c < table->columns->len; c++)
        {
          const VariationsRow *row = &table->rows[r][c];

          if (! row->n)
            {
              printf (" – |");
              continue;
            }
          printf (" %.1f, %.1f, %.1f dB, %.1f, %.0f %%", row->to, row->from, row->spectrum,
                  row->change, 100 * row->copies);
          if (original->bordered)
            printf (", %.2f", get_border (&row->border));
          printf (" |");
        }
      printf ("\n");
    }
}

void
variations_table_write_totals (const VariationsTable *table)
{
  printf ("| | patch distances kept | spectrum within 1 dB | ... or of its halves' | half of the "
          "network's change | more than 5 %% copies | border, before and after | seconds |\n"
          "|---|---|---|---|---|---|---|---|\n");
  for (guint c = 0; c < table->columns->len; c++)
    {
      Totals totals = sum_up (table, c);

      if (! totals.n)
        continue;
      printf ("| %s | %d of %d | %d of %d | %d of %d |", get_column (table, c)->kind->title,
              totals.patches, totals.n, totals.spectrum, totals.n, totals.like_halves, totals.n);
      if (totals.compared)
        printf (" %d of %d, %.0f %% in the mean |", totals.changed, totals.compared,
                100 * totals.share);
      else
        printf (" – |");
      printf (" %d | %.2f, %.2f |", totals.copied, totals.before, totals.after);
      if (totals.seconds > 0)
        printf (" %.1f |\n", totals.seconds);
      else
        printf (" – |\n");
    }
}
