/* guided-field.h: a field led toward one text and away from another
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "field.h"

G_BEGIN_DECLS

/* away + guidance (toward - away), of what two fields of one kind predict: guidance
 * without a classifier (Ho and Salimans, arXiv 2207.12598, as diffusers counts it:
 * 1 is `toward` alone).  Two evaluations each.  Takes over both references.   */
DdimField * ddim_guided_field_new (DdimField *toward,
                                   DdimField *away,
                                   gdouble    guidance);

G_END_DECLS
