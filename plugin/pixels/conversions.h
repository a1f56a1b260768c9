/* conversions.h: how a drawable's pixels are converted, found out beforehand
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <libgimp/gimp.h>

typedef struct _DdimConversions DdimConversions;

/* Finds out in a thread how the drawable's pixels, and the selection's, are
 * converted when a region is read.  Main thread only.                       */
DdimConversions * ddim_conversions_new       (GimpDrawable          *drawable);

/* Waits for the thread. */
void              ddim_conversions_free      (DdimConversions       *conversions);

/* Whether all of them are known: then nothing is held by reading the first
 * pixel.                                                                    */
gboolean          ddim_conversions_are_known (const DdimConversions *conversions);
