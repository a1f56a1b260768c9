/* unet.h: UNet2DModel and UNet2DConditionModel
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Made from a config and a file, planned for a shape, run: all that can fail,
 * but for a cancellation, fails before a run.
 */

#pragma once

#include "unet-config.h"
#include "monitor.h"
#include "precision.h"
#include "safetensors.h"

G_BEGIN_DECLS

typedef struct _DdimUnet DdimUnet;

/* Keeps a reference to the pool, and reads the file until it is planned for the
 * first time: that must live as long.  Errors name the tensor.             */
DdimUnet * ddim_unet_new   (const DdimUnetConfig   *config,
                            DdimSafetensors        *file,
                            DdimThreadPool         *pool,
                            GError                **error);
void       ddim_unet_free  (DdimUnet              *unet); /* or NULL */

/* Plans for N x H x W, H and W multiples of ddim_unet_config_get_multiple (), and
 * a text of so many tokens (where the config has a text_width), at a precision; the
 * weights are there once, whatever it is.  Does nothing where
 * that is the plan already.  Fails where the activations are not within the memory
 * budget, the pixels not within a gint, or the file was cut off before its weights
 * were packed.  There is no plan then.                                      */
gboolean   ddim_unet_plan  (DdimUnet              *unet,
                            gint                   n,
                            gint                   h,
                            gint                   w,
                            gint                   tokens,
                            DdimPrecision          precision,
                            GError               **error);

typedef struct
{
  const gfloat *x;        /* N x H x W x C of the plan, NHWC                 */
  gdouble       timestep;
  const gfloat *labels;   /* NULL for zeros, or what ddim_unet_get_labels () says
                             for each item                                  */
  const gfloat *text;     /* N x tokens x text_width: of each item the text's
                             states; NULL where the network reads none      */
} DdimUnetIn;

/* out: as large as x.  Fails only when cancelled. */
gboolean   ddim_unet_run   (DdimUnet              *unet,
                            const DdimUnetIn      *in,
                            gfloat                *out,
                            const DdimMonitor     *monitor,
                            GError               **error);

/* Gives back the memory of activations: there is no plan then. */
void       ddim_unet_rest  (DdimUnet              *unet);

/* Numbers of an item's class label: 0 where the network has no classes. */
gint       ddim_unet_get_labels    (const DdimUnet *unet);
/* Of all its weights. */
guint64    ddim_unet_get_hash      (const DdimUnet *unet);
/* Floats of the plan's arena: activations at their most, and scratch. */
gsize      ddim_unet_get_peak      (const DdimUnet *unet);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdimUnet, ddim_unet_free)

G_END_DECLS
