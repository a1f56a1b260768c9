/* random.h: a counter-based random generator
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

/* Philox 4x32 with 10 rounds (Salmon et al., "Parallel Random Numbers: As Easy
 * as 1, 2, 3", SC 2011): four independent words for every counter and key. */
void ddim_philox (const guint32 counter[4],
                  const guint32 key[2],
                  guint32       out[4]);
