/* fill.h: what a network sees where there is nothing to see
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "ddim.h"

/* canvas: one item.  known: as large, of one channel, 1 or 0 where a pixel's values
 * mean nothing.  Gives those smooth values from their surroundings, or zeros where
 * nothing is known.  Fails only where memory is out.  Memory: 1.7 times the pixels'
 * own.                                                                      */
gboolean ddim_fill_unknown (DdimCanvas        *canvas,
                            const DdimCanvas  *known,
                            GError           **error);
