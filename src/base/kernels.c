/* kernels.c: which instruction set to use
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "base/kernels.h"

static const DdimKernels baseline = { "baseline" };

const DdimKernels *
ddim_kernels_choose (void)
{
  return &baseline;
}
