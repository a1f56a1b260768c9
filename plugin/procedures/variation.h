/* variation.h: the procedure plug-in-ddim-variation
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <libgimp/gimp.h>

#define DDIM_VARIATION_PROC "plug-in-ddim-variation"

GimpProcedure * ddim_variation_create (GimpPlugIn *plug_in);
