/* new-layer.h: a layer to be
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * All of a layer but the layer: it lies in this process, where GIMP may end it
 * at any time, until a transaction puts it into an image.
 */

#pragma once

#include <libgimp/gimp.h>

#include "ddim.h"

typedef struct
{
  gchar         *name;
  GeglBuffer    *pixels;    /* from (0, 0), in the format of such a layer    */
  GimpImageType  type;
  gint           x, y;      /* in the image                                  */
  GimpLayerMode  mode;
  gdouble        opacity;   /* 0 to 100                                      */
  GimpLayer     *above;     /* which it is put above; NULL: on top           */
  gchar         *recipe;    /* how it was made, to be kept with it, and      */
  const gchar   *procedure; /* the parasite's name; or NULL                  */
} DdimNewLayer;

/* Takes the pixels; of normal mode, opaque, at the origin, on top.  Free with
 * ddim_new_layer_free ().                                                   */
DdimNewLayer * ddim_new_layer_new        (const gchar        *name,
                                          GimpImageType       type,
                                          GeglBuffer         *pixels);
/* The same of a canvas's pixels, opaque, for an image.  Fails only where memory is
 * out.                                                                      */
DdimNewLayer * ddim_new_layer_new_of_canvas (const gchar        *name,
                                             GimpImage          *image,
                                             const DdimCanvas   *canvas,
                                             GError            **error);
void           ddim_new_layer_free       (DdimNewLayer       *self);

/* The format of the pixels of such layers in an image. */
const Babl   * ddim_new_layer_get_format (GimpImage          *image,
                                          GimpImageType       type);

/* Makes a layer, which is not in the image yet; NULL where GIMP makes none, or does
 * not keep its pixels.                                                      */
GimpLayer    * ddim_new_layer_make       (const DdimNewLayer  *self,
                                          GimpImage           *image,
                                          GError             **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdimNewLayer, ddim_new_layer_free)
