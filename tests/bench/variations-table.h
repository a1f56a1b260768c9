/* variations-table.h: what was measured of the variations, in rows and totals
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "measures.h"
#include "variations.h"

G_BEGIN_DECLS

/* Of one region's original. */
typedef struct
{
  MeasuresHalves halves;
  MeasuresBorder border;
  gboolean       bordered; /* whether the selection has borders in the picture */
} VariationsOriginal;

/* Of one region in one column: means over the seeds. */
typedef struct
{
  gint           n;        /* seeds; 0: it was not made                       */
  gdouble        to;       /* patch distance of what was made in the window   */
  gdouble        from;     /* ... and of the window in what was made          */
  gdouble        spectrum; /* difference from the window's, in dB             */
  gdouble        copies;   /* 0 to 1                                          */
  gdouble        change;   /* reduced eight times, in steps of 255            */
  MeasuresBorder border;
  VariationsCost cost;
} VariationsRow;

/* rows[region][column]. */
typedef struct
{
  GPtrArray           *regions;   /* of VariationsRegion                      */
  GPtrArray           *columns;   /* of VariationsColumn                      */
  VariationsOriginal  *originals;
  VariationsRow      **rows;
} VariationsTable;

/* A line for each region and column. */
void variations_table_print        (const VariationsTable *table);
/* A line for each column: how many regions reach each goal. */
void variations_table_print_totals (const VariationsTable *table);

/* Both in Markdown, for the page. */
void variations_table_write        (const VariationsTable *table);
void variations_table_write_totals (const VariationsTable *table);

G_END_DECLS
