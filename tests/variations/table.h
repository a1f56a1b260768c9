/* table.h: what was measured of the variations, in rows and totals
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
  gdouble        rms;      /* the change at full size, as a share of the range from
                              black to white                                  */
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

/* The goals. */
#define VARIATIONS_SPECTRUM 1.0  /* dB                                        */
#define VARIATIONS_COPIES   0.05 /* no more                                   */
#define VARIATIONS_CHANGE   0.5  /* of the network's own, at least            */
#define VARIATIONS_BORDER   0.05 /* the border's ratio, away from the original's */

enum
{
  VARIATIONS_MISS_PATCHES  = 1 << 0, /* farther than the window's own halves  */
  VARIATIONS_MISS_SPECTRUM = 1 << 1,
  VARIATIONS_MISS_CHANGE   = 1 << 2,
  VARIATIONS_MISS_COPIES   = 1 << 3,
  VARIATIONS_MISS_BORDER   = 1 << 4
};

/* A column's figures over all regions that it was made for. */
typedef struct
{
  gint    n;
  gint    patches;     /* regions that keep the patch distances, both ways    */
  gint    spectrum;    /* ... that keep the spectrum                          */
  gint    like_halves; /* ... no farther from it than its halves are apart    */
  gint    copied;      /* ... with too many copies                            */
  gdouble seconds;     /* the mean                                            */

  gint    compared;    /* regions with a change of the network's to compare with */
  gint    changed;     /* ... that change enough                              */
  gdouble share;       /* ... the mean                                        */

  gint    bordered;    /* regions with borders                                */
  gint    held;        /* ... that hold them                                  */
  gdouble before;      /* ... the mean ratio of the originals                 */
  gdouble after;       /* ... of what was made                                */
  gdouble worst;       /* ... the greatest after / before                     */
} VariationsTotals;

/* A border's gradient as a share of its neighbourhood's. */
gdouble          variations_border_ratio    (const MeasuresBorder  *border);

/* The change of a row as a share of the network's own at the same depth and
 * strength; NaN where there is none to compare with.                         */
gdouble          variations_table_get_share (const VariationsTable *table,
                                             gint                   r,
                                             gint                   c);
/* The goals that a row misses. */
guint            variations_table_judge     (const VariationsTable *table,
                                             gint                   r,
                                             gint                   c);
VariationsTotals variations_table_sum       (const VariationsTable *table,
                                             gint                   c);

/* A line for each region and column. */
void             variations_table_print     (const VariationsTable *table);
/* A line for each column: how many regions reach each goal. */
void             variations_table_print_totals (const VariationsTable *table);

G_END_DECLS
