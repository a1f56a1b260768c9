/* transaction.h: results put into an image: all of them, or none
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Results are added as they are made, and lie in this process, in GIMP's own
 * formats.  Committing looks first whether all can be written: whether a
 * drawable is still there, unlocked, where and what it was, with the pixels that
 * were read.  What is selected by then does not matter.  All is one step to undo.
 */

#pragma once

#include <libgimp/gimp.h>

#include "ddim.h"
#include "new-layer.h"
#include "region.h"

typedef struct _DdimTransaction DdimTransaction;

/* What is done to an image.  Free with ddim_transaction_free (). */
DdimTransaction * ddim_transaction_new        (GimpImage           *image);

/* A new image of width x height, made when all is committed: with the
 * precision, the colours and the resolution of `like`.                      */
DdimTransaction * ddim_transaction_new_image  (GimpImage           *like,
                                               gint                 width,
                                               gint                 height);

/* Frees what was not committed; the image knows nothing of it. */
void              ddim_transaction_free       (DdimTransaction     *transaction);

/* Layers from here on go into a new group, above this layer where it is in the
 * image (or NULL: on top), each above the one before.                       */
void              ddim_transaction_begin_group (DdimTransaction    *transaction,
                                                const gchar        *name,
                                                GimpLayer          *above);

/* The region's pixels are changed as ddim_region_compose () does; the canvases
 * are no longer needed after this, the region is.  Fails only where memory is out. */
gboolean          ddim_transaction_add_change (DdimTransaction     *transaction,
                                               DdimRegion          *region,
                                               const DdimCanvas    *before,
                                               const DdimCanvas    *after,
                                               gint                 item,
                                               GError             **error);

/* Takes the layer.  Of several above the same one, the first is uppermost. */
void              ddim_transaction_add_layer  (DdimTransaction     *transaction,
                                               DdimNewLayer        *layer);

/* Whether there is memory for n results of width x height in a format: asked before
 * any is computed.                                                          */
gboolean          ddim_transaction_check_memory (gint               n,
                                                 gint               width,
                                                 gint               height,
                                                 const Babl        *format,
                                                 GError           **error);

/* Writes all.  layers: the new ones, which GIMP owns, are appended to it; may be
 * NULL.  On failure the image has the pixels and layers that it had, and the
 * error, a sentence for the user, says what hindered it.                    */
gboolean          ddim_transaction_commit     (DdimTransaction     *transaction,
                                               GPtrArray           *layers,
                                               GError             **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdimTransaction, ddim_transaction_free)
