/* sampling-step.h: one step of the sampler (private to src/method)
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "decode.h"

G_BEGIN_DECLS

/* One step's numbers. */
typedef struct
{
  gdouble a, s;                 /* the level that is left                   */
  gdouble a_next, s_next;       /* the level that is reached                */
  gdouble x0_of_x, x0_of_out;   /* x_0 from x and the field's output        */
  gdouble eps_of_x, eps_of_out; /* epsilon, likewise                        */
  gdouble sigma;                /* of (16)                                  */
  gdouble noise;                /* before z: sigma or sigma-hat             */
  gdouble ahead;                /* how far x_0 is extrapolated; 0: not      */
} DdimStep;

/* The step from levels[i] to levels[i - 1].  Fails where a field that predicts
 * epsilon would start from pure noise.                                      */
gboolean ddim_step_init   (DdimStep            *step,
                           DdimPrediction       prediction,
                           const DdimLevels    *levels,
                           gint                 i,
                           const DdimSampling  *sampling,
                           GError             **error);

/* Replaces x (N x H x W x C) at levels[i] by what it is at levels[i - 1].  out:
 * what the field said of x.  last_x0: the last step's x_0, replaced by this
 * one's, or NULL where the step is of first order.                           */
void     ddim_step_canvas (const DdimStep      *step,
                           const DdimSampling  *sampling,
                           gint                 i,
                           const DdimCanvas    *out,
                           DdimCanvas          *last_x0,
                           DdimCanvas          *x);

/* Called after the step to levels[i], which may change x there. */
typedef void (* DdimCorrection) (gint        i,
                                 DdimCanvas *x,
                                 gpointer    data);

/* As ddim_decode (), each step corrected; correction may be NULL. */
gboolean ddim_decode_corrected (DdimField           *field,
                                const DdimLevels    *levels,
                                const DdimSampling  *sampling,
                                DdimCorrection       correction,
                                gpointer             correction_data,
                                DdimCanvas          *x,
                                const DdimMonitor   *monitor,
                                GError             **error);

G_END_DECLS
