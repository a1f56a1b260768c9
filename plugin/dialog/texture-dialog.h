/* texture-dialog.h: the dialog of a texture
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <libgimp/gimp.h>

#include "ddim.h"
#include "settings.h"
#include "texture-task.h"

/* From arguments to settings, which are cleared first. */
typedef void (* DdimTextureReader) (GimpProcedureConfig *config,
                                    DdimTextureSettings *settings);

/* A texture, and what it was made of. */
typedef struct
{
  DdimCanvas       *texture;
  DdimTextureInput *input;
} DdimTexturePick;

void     ddim_texture_pick_clear (DdimTexturePick     *pick);

/* Lets the user set the arguments and pick a texture like the drawable; FALSE
 * where they would rather not.  The arguments in the config are the picked one's,
 * the seed among them.                                                      */
gboolean ddim_texture_dialog_run (GimpProcedure       *procedure,
                                  GimpProcedureConfig *config,
                                  GimpDrawable        *drawable,
                                  DdimTextureReader    read_settings,
                                  DdimTexturePick     *pick);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DdimTexturePick, ddim_texture_pick_clear)
