/* local-contrast.h: a picture with the contrast that another has at the same places
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "../base/monitor.h"
#include "canvas.h"

G_BEGIN_DECLS

/* Gives each item of `canvas` the local contrast of `like` (one item of the same
 * size), octave by octave of detail, by a factor of at most 1.5 either way: what
 * averaging several patches has taken from grain and texture comes back, and what
 * their seams have added goes.  An item that equals `like` stays as it is.
 * weights (H x W; NULL: 1): how much of it each pixel takes; those of 0 do not count.
 * tileable: the canvas is a torus.
 * Fails where memory is out or the monitor is cancelled; then some items may have
 * been changed.  The idea of matching bands of a pyramid is Heeger and Bergen's
 * (SIGGRAPH 1995), who match histograms of whole bands.                     */
gboolean ddim_match_local_contrast (DdimCanvas         *canvas,
                                    const DdimCanvas   *like,
                                    const gfloat       *weights,
                                    gboolean            tileable,
                                    const DdimMonitor  *monitor,
                                    GError            **error);

G_END_DECLS
