/* bench-model.h: a network, or a part of a latent model, that is measured
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "ddim.h"

#define BENCH_TIMESTEP 500

/* What of a folder is measured is what its config.json says it is:
 *
 *   UNet2DModel, UNet2DConditionModel   an evaluation at BENCH_TIMESTEP; a text is
 *                                       77 states of sines, see peers.py
 *   AutoencoderKL and its kin           decoding
 *   a text encoder of transformers      the states of a row of ids, as numbers
 */
typedef struct _BenchModel BenchModel;

/* Plans for `batch` items of h x w.  The model keeps a reference to the pool.  Only a
 * U-Net takes another precision than float32.                               */
BenchModel * bench_model_new  (const gchar        *folder,
                               gint                batch,
                               gint                h,
                               gint                w,
                               DdimPrecision       precision,
                               DdimThreadPool     *pool,
                               GError            **error);
void         bench_model_free (BenchModel         *model);

/* Shapes of an item, NHWC, that goes in and that comes out. */
void         bench_model_get_shapes (const BenchModel *model,
                                     gint              in[3],
                                     gint              out[3]);

gboolean     bench_model_run  (BenchModel         *model,
                               const gfloat       *in,
                               gfloat             *out,
                               const DdimMonitor  *monitor,
                               GError            **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BenchModel, bench_model_free)
