/* patch-source.h: a drawable as the picture whose patches make a model
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <libgimp/gimp.h>

#include "patch-model.h"

/* More of a picture is not looked at, either way. */
#define DDIM_PATCH_SOURCE_SIDE 2048

/* Reads what a model of `channels` (1 or 3) is made of.
 *   other: another drawable to take patches from; or a channel, which marks
 *     where in `drawable` they are; or NULL for all of `drawable`
 *   options: apart counts as 0 where the patches are another drawable's
 *   selected: as the sample of a texture: only what of that is selected, where
 *     something is, and with values beyond white and black, see range.h
 *   around: where `drawable` is larger than DDIM_PATCH_SOURCE_SIDE, the part to
 *     stay near to, in its own pixels; or NULL for its middle
 *   pause: called now and then meanwhile, or NULL
 * Errors are sentences for the user.  Main thread only.                     */
DdimPatchSource * ddim_patch_source_read (GimpDrawable              *drawable,
                                          GimpDrawable              *other,
                                          const DdimPatchesOptions  *options,
                                          gboolean                   selected,
                                          const GeglRectangle       *around,
                                          gint                       channels,
                                          void                     (*pause) (gpointer pause_data),
                                          gpointer                   pause_data,
                                          GError                   **error);
