/* variations.h: fixed regions of pictures, and the columns that vary them
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "ddim.h"

G_BEGIN_DECLS

/* Pixels that are shown around a selection, where there are. */
#define VARIATIONS_CONTEXT 32

/* What can be set on the command line, as KEY=VALUE. */
typedef struct
{
  gdouble depth;
  gdouble strength;
  gdouble stronger; /* the strength of the column `stronger`                  */
  gdouble leeway;
  gint    steps;
} VariationsSettings;

/* A rectangular selection, hard-edged, in a picture. */
typedef struct
{
  gchar      *name;
  gchar      *path;
  gint        x, y, w, h;      /* the selection, in the picture               */
  DdimCanvas *picture;         /* all of it; NULL until it is loaded          */
} VariationsRegion;

typedef struct _VariationsMaker VariationsMaker;

/* How a column is made. */
typedef struct
{
  const gchar *name;     /* on the command line                               */
  const gchar *title;    /* on the page                                       */
  const gchar *texture;  /* of DdimVariationSettings; NULL: it is made elsewhere */
  gboolean     of_image; /* by the picture alone, without a network           */
  gboolean     stronger; /* takes the other strength                          */
} VariationsKind;

/* A kind with settings of its own: what is written NAME,KEY=VALUE,... */
typedef struct
{
  const VariationsKind *kind;
  gchar                *spec;
  VariationsSettings    settings;
} VariationsColumn;

/* What was measured while it was made. */
typedef struct
{
  gdouble seconds;         /* of all processors together, for one variation: the
                              inversion and its decoding                      */
  gdouble evaluations;     /* of the inversion                                */
  gdouble inversion_error;
} VariationsCost;

/* All lines of a file, NAME PICTURE X Y W H, the pictures in `folder`. */
GPtrArray        * variations_regions_read  (const gchar               *file,
                                             const gchar               *folder,
                                             GError                   **error);
gboolean           variations_region_load   (VariationsRegion          *region,
                                             GError                   **error);

/* What is shown of the picture, at its place in it. */
DdimCanvas       * variations_region_frame  (const VariationsRegion    *region);

/* Those that are always made, in the order of the page. */
const VariationsKind * variations_kinds     (gsize                     *n);

/* `shared` are KEY=VALUE strings for all columns, or NULL. */
VariationsColumn * variations_column_new    (const gchar               *spec,
                                             const gchar *const        *shared,
                                             GError                   **error);

/* All of them in one line. */
gchar            * variations_settings_describe (const VariationsSettings *settings);

VariationsMaker  * variations_maker_new     (const gchar               *weights,
                                             GError                   **error);
void               variations_maker_free    (VariationsMaker           *maker);
DdimThreadPool   * variations_maker_get_pool (VariationsMaker          *maker);

/* Varies the selection as the filter does, without GIMP: what is shown, one item for
 * each seed.  Columns one after another that differ in no more than what decodes
 * share one inversion.                                                       */
DdimCanvas       * variations_make          (VariationsMaker           *maker,
                                             const VariationsColumn    *column,
                                             const VariationsRegion    *region,
                                             gint                       n_seeds,
                                             const guint64             *seeds,
                                             VariationsCost            *cost,
                                             GError                   **error);

G_END_DECLS
