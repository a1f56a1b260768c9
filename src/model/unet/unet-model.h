/* unet-model.h: the loader of UNet2DModel
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "loader.h"

G_BEGIN_DECLS

extern const DdimLoader ddim_unet_loader;

G_END_DECLS
