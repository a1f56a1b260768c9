/* unet-model.h: the loaders of UNet2DModel and UNet2DConditionModel
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "loader.h"

G_BEGIN_DECLS

extern const DdimLoader ddim_unet_loader;
extern const DdimLoader ddim_conditional_loader;

G_END_DECLS
