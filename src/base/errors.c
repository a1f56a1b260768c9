/* errors.c: the library's error domain
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "errors.h"

G_DEFINE_QUARK (ddim-error-quark, ddim_error)
