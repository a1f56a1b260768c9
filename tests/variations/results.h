/* results.h: variations in a folder, made and measured where they are not there
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * REGION-COLUMN-SEED.png is what was made; REGION-COLUMN.ini has a group for each
 * seed: what it was made with, what that cost, and its measures.
 */

#pragma once

#include "table.h"

G_BEGIN_DECLS

typedef struct
{
  const gchar *folder;
  const gchar *weights;    /* of the maker                                    */
  gint         first_seed;
  gint         n_seeds;
  gboolean     again;      /* make and measure what is there already, too     */
  gboolean     only_made;  /* make nothing                                    */
} Results;

/* The file of one picture. */
gchar    * results_path             (const Results          *results,
                                     const VariationsRegion *region,
                                     const VariationsColumn *column,
                                     gint                    seed);

/* Fills a row that is all zeros. */
gboolean   results_get              (const Results          *results,
                                     VariationsMaker        *maker,
                                     const VariationsRegion *region,
                                     const VariationsColumn *column,
                                     VariationsRow          *row,
                                     GError                **error);

void       results_measure_original (const VariationsRegion *region,
                                     DdimThreadPool         *pool,
                                     VariationsOriginal     *original);

G_END_DECLS
