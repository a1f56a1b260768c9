/* variation-dialog.h: the dialog of a variation
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <libgimp/gimp.h>

#include "region.h"

/* What was picked: `changes` has an item for each of the n seeds, to be added
 * to the frame of the region; the arguments in the config are those it was
 * made with, the first seed among them.                                     */
typedef struct
{
  gint        n;
  guint64    *seeds;
  DdimCanvas *changes;
} DdimPicks;

/* Whether the arguments can work; the error is a sentence for the user. */
typedef gboolean (* DdimVariationCheck) (GimpProcedureConfig  *config,
                                         gpointer              data,
                                         GError              **error);

/* Lets the user set the arguments, look at variations of the region and pick
 * some; FALSE where they would rather not.  The region's frame is set, and
 * nothing is written.  n_regions: how many there are, of which this is the one
 * to look at.  check: asked whenever an argument has changed.  Clear
 * picks with ddim_picks_clear ().                                           */
gboolean ddim_variation_dialog_run (GimpProcedure       *procedure,
                                    GimpProcedureConfig *config,
                                    DdimRegion          *region,
                                    gint                 n_regions,
                                    DdimVariationCheck   check,
                                    gpointer             check_data,
                                    DdimPicks           *picks);

void     ddim_picks_clear          (DdimPicks *picks);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DdimPicks, ddim_picks_clear)
