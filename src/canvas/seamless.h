/* seamless.h: a picture whose opposite borders meet
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "canvas.h"

G_BEGIN_DECLS

/* Takes from every item a harmonic picture that jumps as it does between its
 * opposite borders, so that what is left wraps and keeps its detail.  Values
 * may leave the gamut a little.  Fails, and changes nothing, only where memory is
 * out.                                                                      */
gboolean ddim_canvas_make_seamless (DdimCanvas  *canvas,
                                    GError     **error);

G_END_DECLS
