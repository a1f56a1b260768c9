/* precision.h: how exactly a network's products are computed
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  DDIM_PRECISION_FLOAT32,
  DDIM_PRECISION_BFLOAT16  /* the numbers multiplied have 8 bits, sums are floats;
                              a processor without such products stays at float32 */
} DdimPrecision;

G_END_DECLS
