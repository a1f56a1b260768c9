/* page.h: what was measured of the variations, in Markdown
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "table.h"

G_BEGIN_DECLS

/* The goals and who reaches them, what misses them, and a table for each measure.
 * The first column is the one that is judged.                                */
void variations_page_write           (const VariationsTable *table);

/* How a field's change and border go with its strength: a row for each column,
 * over the regions with borders.                                             */
void variations_page_write_strengths (const VariationsTable *table);

G_END_DECLS
