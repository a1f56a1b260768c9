/* activation.h: the activation functions that networks use
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "tensor.h"

G_BEGIN_DECLS

/* x[i] = activation (x[i]) for i in 0 .. n - 1, in place, on this thread.
 * Meant for vectors (the time embedding); tensors are activated where they are
 * read, through a DdimAffine, and there SiLU is a kernel's.                 */
void ddim_activation_apply (DdimActivation  activation,
                            gfloat         *x,
                            gsize           n);

/* The same for a tensor, by all threads.  Returns FALSE where cancelled.    */
gboolean ddim_activation_run (DdimActivation  activation,
                              gfloat         *x,
                              gsize           n,
                              const DdimRun  *run);

/* One value, in double precision: the reference. */
gdouble ddim_activation_naive (DdimActivation activation,
                               gdouble        x);

G_END_DECLS
