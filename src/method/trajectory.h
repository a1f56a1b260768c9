/* trajectory.h: a picture on its way up to a latent, kept (private to src/method)
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "inversion.h"

G_BEGIN_DECLS

/* The picture at every level, and what a step of the decoder makes of it. */
struct _DdimTrajectory
{
  gint         S;
  DdimCanvas **states;  /* S + 1: states[0] is the picture, states[S] the latent */
  DdimCanvas **steps;   /* S + 1: steps[i], of states[i], is near states[i - 1];
                           steps[0] is NULL                                   */
};

/* Takes `image` (one item) up, with S + 1 evaluations.  Memory: 2 S canvases, and
 * four while it works.                                                       */
DdimTrajectory * ddim_trajectory_new  (DdimField          *field,
                                       const DdimLevels   *levels,
                                       const DdimCanvas   *image,
                                       const DdimMonitor  *monitor,
                                       GError            **error);
void             ddim_trajectory_free (DdimTrajectory     *trajectory);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdimTrajectory, ddim_trajectory_free)

G_END_DECLS
