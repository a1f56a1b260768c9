/* ddim.h: the public header of libddim, written as its manual
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * libddim turns a picture into a DDIM latent, changes the latent, and
 * decodes it back (Song, Meng and Ermon, "Denoising Diffusion Implicit
 * Models", ICLR 2021, arXiv 2010.02502; equation numbers are that paper's).
 * It knows nothing of GIMP.
 *
 * Everything hangs on one idea, the FIELD: a deterministic function
 * epsilon(x, t) over a whole canvas at a noise level.  A U-Net is a field;
 * windows over a larger canvas are a field made of a field.  The encoder and
 * the decoder know only the field, the noise levels and the canvas.
 *
 * The shortest useful program:
 *
 *   g_autoptr (DdimThreadPool) pool = ddim_thread_pool_new (0);
 *   g_autoptr (DdimModel)  model  = ddim_model_load ("weights/photo", pool, &error);
 *   g_autoptr (DdimField)  field  = ddim_model_new_field (model, NULL, &error);
 *   g_autoptr (DdimLevels) levels = ddim_levels_new (ddim_model_get_schedule (model),
 *                                                    DDIM_SPACING_QUADRATIC, 20, 0.5,
 *                                                    NULL, &error);
 *   g_autoptr (DdimInversion) inversion =
 *     ddim_inversion_new (field, levels, DDIM_ENCODER_EXACT, image, NULL, &error);
 *   DdimVariation options = { .strength = 0.3, .seeds = &seed };
 *   g_autoptr (DdimCanvas) result = ddim_canvas_try_like (image, 1, &error);
 *   ddim_vary (inversion, &options, result, NULL, NULL, &error);
 *
 * Glossary
 *   N, H, W, C   items of a batch, rows, columns, channels
 *   T, S         number of training timesteps, number of sampling steps
 *   alphas_cumprod[t]  the cumulative product, the paper's alpha_t
 *   a, s         sqrt (alpha_cumprod) and sqrt (1 - alpha_cumprod)
 *   latent       a canvas that has been encoded to a noise level; of a latent
 *                model also a picture in its autoencoder's space, which is what
 *                is encoded then
 *
 * Conventions
 *   Functions that can fail take a GError ** last and return FALSE or NULL;
 *   the domain is DDIM_ERROR, or G_IO_ERROR_CANCELLED after a cancellation.
 *   Outputs are written on success only, unless a comment says otherwise.
 *   There is no global state.  Objects are used by one thread at a time.
 */

#pragma once

/* What everything stands on: errors, memory, threads, progress. */
#include "base/errors.h"
#include "base/memory-budget.h"
#include "base/monitor.h"
#include "base/precision.h"
#include "base/thread-pool.h"
#include "base/try-alloc.h"

/* Canvases, and fields over them: tiles, regions of any size, tori. */
#include "canvas/canvas.h"
#include "canvas/field.h"
#include "canvas/local-contrast.h"
#include "canvas/placement.h"
#include "canvas/reduce.h"
#include "canvas/seamless.h"
#include "canvas/taper.h"
#include "canvas/value-noise.h"
#include "canvas/tiling.h"

/* The method: noise levels, encoding and decoding, and what is made of them. */
#include "method/schedule.h"
#include "method/levels.h"
#include "method/noise.h"
#include "method/latent.h"
#include "method/encode.h"
#include "method/decode.h"
#include "method/inversion.h"
#include "method/variation.h"
#include "method/interpolation.h"

/* Models, which are fields: networks in a folder, a picture's own patches, or both. */
#include "model/model.h"
#include "model/structure-texture.h"
#include "model/latent/latent-picture.h"
#include "model/patches/patches.h"
