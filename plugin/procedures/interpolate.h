/* interpolate.h: the procedure plug-in-ddim-interpolate
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <libgimp/gimp.h>

#define DDIM_INTERPOLATE_PROC "plug-in-ddim-interpolate"

GimpProcedure * ddim_interpolate_create (GimpPlugIn *plug_in);
