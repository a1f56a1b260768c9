/* variation-dialog.h: the dialog of a variation
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <libgimp/gimp.h>

#include "region.h"
#include "variation-task.h"

/* What was picked: what was varied, and a picture for each seed.  The arguments
 * in the config are those it was made with, the first seed among them.      */
typedef struct
{
  DdimVariationInput *input;
  guint64            *seeds;
  GPtrArray          *made;   /* of DdimCanvas                               */
  DdimTaskReport      report;
} DdimPicks;

/* From arguments to settings; the error is a sentence for the user. */
typedef gboolean (* DdimVariationReader) (GimpProcedureConfig    *config,
                                          DdimVariationSettings  *settings,
                                          GError                **error);

/* Whether the arguments can work; the error is a sentence for the user. */
typedef gboolean (* DdimVariationCheck)  (GimpProcedureConfig    *config,
                                          gpointer                data,
                                          GError                **error);

/* Lets the user set the arguments, look at variations of the region and pick
 * some; FALSE where they would rather not.  The region's frame is set, and
 * nothing is written.  n_regions: how many there are, of which this is the one
 * to look at.  check: asked whenever what is read has to be read anew.  Clear
 * picks with ddim_picks_clear ().                                           */
gboolean ddim_variation_dialog_run (GimpProcedure       *procedure,
                                    GimpProcedureConfig *config,
                                    DdimRegion          *region,
                                    gint                 n_regions,
                                    DdimVariationReader  read_settings,
                                    DdimVariationCheck   check,
                                    gpointer             check_data,
                                    DdimPicks           *picks);

void     ddim_picks_clear          (DdimPicks *picks);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DdimPicks, ddim_picks_clear)
