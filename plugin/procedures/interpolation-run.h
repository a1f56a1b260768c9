/* interpolation-run.h: the frames between layers, from reading to writing
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "frames.h"
#include "interpolation-task.h"
#include "layer-set.h"
#include "runner.h"
#include "transaction.h"

/* The caller sets the first of these; the rest comes of reading and computing. */
typedef struct
{
  DdimInterpolationSettings  settings;
  DdimFramesOptions          options;
  gint                       n_frames;
  gdouble                   *positions;  /* n_frames, as ddim_interpolate () takes them */
  DdimLayerSet              *layer_set;
  gint                       n_keys;     /* layers of the set                */

  DdimInterpolationInput    *input;
  DdimTransaction           *transaction; /* of the frames that are made     */
  DdimTaskReport             report;      /* of them: initialised by the caller */
} DdimInterpolationRun;

/* Reads the layers. */
gboolean ddim_interpolation_run_read    (DdimInterpolationRun  *self,
                                         GError               **error);

/* Makes all frames by the runner and puts them, with their recipes, into the
 * transaction.                                                              */
gboolean ddim_interpolation_run_compute (DdimInterpolationRun  *self,
                                         DdimRunner            *runner,
                                         GError               **error);

void     ddim_interpolation_run_clear   (DdimInterpolationRun  *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DdimInterpolationRun, ddim_interpolation_run_clear)
