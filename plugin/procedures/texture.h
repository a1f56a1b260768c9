/* texture.h: the procedure plug-in-ddim-texture
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <libgimp/gimp.h>

#define DDIM_TEXTURE_PROC "plug-in-ddim-texture"

GimpProcedure * ddim_texture_create (GimpPlugIn *plug_in);
