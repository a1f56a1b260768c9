/* variation-dialog.h: the dialog of a variation
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <libgimp/gimp.h>

#include "region.h"
#include "runner.h"
#include "variation-task.h"

/* What was picked: what was varied, and a picture for each of n seeds; the dialog's. */
typedef struct
{
  DdimVariationInput   *input;
  gint                  n;
  const guint64        *seeds;
  const DdimCanvas    **made;
  const DdimTaskReport *report;
} DdimPicks;

/* From arguments to settings; the error is a sentence for the user. */
typedef gboolean (* DdimVariationReader) (GimpProcedureConfig    *config,
                                          DdimVariationSettings  *settings,
                                          GError                **error);

/* Whether the arguments can work; the error is a sentence for the user. */
typedef gboolean (* DdimVariationCheck)  (GimpProcedureConfig    *config,
                                          gpointer                data,
                                          GError                **error);

/* Makes, and keeps, all that is to be written: of what was picked, and of what else was
 * selected; see DdimPreviewDialogClass.                                     */
typedef gboolean (* DdimVariationMaker)  (GimpProcedureConfig    *config,
                                          const DdimPicks        *picks,
                                          gpointer                data,
                                          DdimRunner             *runner,
                                          GError                **error);

/* Lets the user set the arguments, look at variations of the region and pick
 * some, and makes the rest; FALSE where they would rather not.  The region's frame is
 * set, and nothing is written.  n_regions: how many there are, of which this is the one
 * to look at.  check: asked whenever what is read has to be read anew.  data: what it
 * and make () are called with.                                              */
gboolean ddim_variation_dialog_run (GimpProcedure       *procedure,
                                    GimpProcedureConfig *config,
                                    DdimRegion          *region,
                                    gint                 n_regions,
                                    DdimVariationReader  read_settings,
                                    DdimVariationCheck   check,
                                    DdimVariationMaker   make,
                                    gpointer             data);
