/* analytic-field.h: fields whose score is known in closed form
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every value of x_0 is drawn independently from a mixture of Gaussians
 * sum_k weight_k N (mean_k, variance_k).  Then x_t = a x_0 + s epsilon is a
 * mixture too, and E [epsilon | x_t] = - s (d / dx) log p_t (x_t) is exact.
 */

#pragma once

#include "ddim.h"

G_BEGIN_DECLS

typedef struct
{
  gdouble weight, mean, variance;
} AnalyticGaussian;

/* `gaussians` is kept, not copied. */
DdimField * analytic_field_new        (const AnalyticGaussian *gaussians,
                                       gint                    n_gaussians,
                                       gint                    channels,
                                       DdimPrediction          prediction);

/* A field that knows nothing and swings widely between neighbouring values:
 * epsilon = sin (40 x), plus a term of the pixel to the left.  No fixed-point
 * iteration contracts on it.                                               */
DdimField * analytic_field_new_rough  (gint                    channels);

/* How often a field of this file was evaluated, in items. */
gint        analytic_field_get_count  (DdimField              *field);

/* E [epsilon | x] at a level, for one value. */
gdouble     analytic_epsilon          (const AnalyticGaussian *gaussians,
                                       gint                    n_gaussians,
                                       const DdimLevel        *level,
                                       gdouble                 x);

/* Where the probability-flow ODE takes x from a level to another: on a line it
 * keeps the quantile of the mixture.                                        */
gdouble     analytic_flow             (const AnalyticGaussian *gaussians,
                                       gint                    n_gaussians,
                                       const DdimLevel        *from,
                                       const DdimLevel        *to,
                                       gdouble                 x);

G_END_DECLS
