/* texture-dialog.h: the dialog of a texture
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <libgimp/gimp.h>

#include "ddim.h"
#include "settings.h"

/* From arguments to settings, which are cleared first. */
typedef void (* DdimTextureReader) (GimpProcedureConfig *config,
                                    DdimTextureSettings *settings);

/* Lets the user set the arguments and pick a texture like the drawable; NULL
 * where they would rather not.  The seed in the config is the picked one's. */
DdimCanvas * ddim_texture_dialog_run (GimpProcedure       *procedure,
                                      GimpProcedureConfig *config,
                                      GimpDrawable        *drawable,
                                      DdimTextureReader    read_settings);
