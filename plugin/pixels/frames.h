/* frames.h: frames put into GIMP
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "layer-set.h"

typedef enum
{
  DDIM_FILM_GROUP,   /* a layer group of frames                              */
  DDIM_FILM_IMAGE,   /* an image of them                                     */
  DDIM_FILM_LAYER    /* one frame, as a layer                                */
} DdimFilmKind;

typedef struct
{
  DdimFilmKind  kind;
  gint          duration;  /* of a frame, in milliseconds: in its name       */
  gdouble       position;  /* of the one layer, 0 to 1: in its name          */
} DdimFilm;

/* Puts frames (of GeglBuffer) above the uppermost of the layers that meet, in
 * one step to undo, or into a new image: all of them, the first lowest, or
 * none.  Appends the new layers, which GIMP owns, to `layers`.              */
gboolean ddim_film_insert      (const DdimFilm     *film,
                                const DdimMeeting  *meeting,
                                GPtrArray          *frames,
                                GPtrArray          *layers,
                                GError            **error);

/* All layers of an image, from the top.  Free with g_list_free (). */
GList  * ddim_film_list_layers (GimpImage          *image);
