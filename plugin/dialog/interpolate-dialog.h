/* interpolate-dialog.h: the dialog of an interpolation
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "layer-set.h"
#include "runner.h"
#include "settings.h"

/* The layers that the arguments name, or NULL and a sentence for the user. */
typedef DdimLayerSet * (* DdimMakeLayerSet) (GimpProcedureConfig  *config,
                                             gpointer              data,
                                             GError              **error);

/* From arguments to settings; the error is a sentence for the user. */
typedef gboolean (* DdimInterpolationReader) (GimpProcedureConfig       *config,
                                              DdimInterpolationSettings *settings,
                                              GError                   **error);

/* Makes, and keeps, all that the arguments ask for; see DdimPreviewDialogClass. */
typedef gboolean (* DdimInterpolationMaker) (GimpProcedureConfig  *config,
                                             gpointer              data,
                                             DdimRunner           *runner,
                                             GError              **error);

/* Lets the user set the arguments and look at frames, small, and makes what they asked
 * for; FALSE where they would rather not.  drawable: one of the layers.  data: what
 * make_layer_set () and make () are called with.                            */
gboolean ddim_interpolate_dialog_run (GimpProcedure           *procedure,
                                      GimpProcedureConfig     *config,
                                      GimpDrawable            *drawable,
                                      DdimInterpolationReader  read_settings,
                                      DdimMakeLayerSet         make_layer_set,
                                      DdimInterpolationMaker   make,
                                      gpointer                 data);
