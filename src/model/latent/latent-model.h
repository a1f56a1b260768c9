/* latent-model.h: the loader of latent models
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "loader.h"

G_BEGIN_DECLS

extern const DdimLoader ddim_latent_loader;

/* The part that holds the folder's autoencoder, or should, where the folder says that
 * it is a latent model; static, NULL for none.                              */
const gchar * ddim_latent_find_autoencoder (const DdimFolder *folder);

G_END_DECLS
