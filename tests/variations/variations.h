/* variations.h: fixed regions of pictures, and the columns that vary them
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "ddim.h"

G_BEGIN_DECLS

/* What can be set on the command line, as KEY=VALUE. */
typedef struct
{
  gdouble depth;
  gdouble strength;
  gdouble stronger; /* the strength of the column `stronger`                  */
  gint    even;     /* 1: the strength s is taken as s (2 - s), so that what is
                       seen changes more evenly                               */
  gint    steps;
  gint    encoder;  /* a DdimEncoder                                          */
  gint    context;  /* pixels that are seen around the selection              */
  gint    cell;     /* as in DdimStructureTexture                             */
  gdouble ratio;
  gint    apart;    /* as in DdimPatchesHandicap                              */
  gdouble handicap; /* ... at strength 1; in proportion to the strength       */
  gdouble taper;    /* pixels from the selection's border at which it is whole */
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

/* New references, and a schedule that lives as long as the maker. */
typedef struct
{
  DdimField          *encoding;
  DdimField          *decoding;
  const DdimSchedule *schedule;
} VariationsFields;

/* How a column is made. */
typedef struct
{
  const gchar  *name;          /* on the command line                         */
  const gchar  *title;         /* on the page                                 */

  /* Fields of the region's frame; NULL for pictures that are made elsewhere. */
  gboolean   (* make_fields) (VariationsMaker           *maker,
                              const VariationsRegion    *region,
                              const VariationsSettings  *settings,
                              VariationsFields          *fields,
                              GError                   **error);
  gboolean      stronger;      /* takes the other strength                    */
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

/* What is seen of the picture: the selection and `context` pixels around it,
 * where there are, at its place in the picture.                              */
DdimCanvas       * variations_region_frame  (const VariationsRegion    *region,
                                             gint                       context);

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

/* Frames of the region with its selection varied: one item for each seed.
 * Columns one after another that differ in no more than what decodes share one
 * inversion.                                                                 */
DdimCanvas       * variations_make          (VariationsMaker           *maker,
                                             const VariationsColumn    *column,
                                             const VariationsRegion    *region,
                                             gint                       n_seeds,
                                             const guint64             *seeds,
                                             VariationsCost            *cost,
                                             GError                   **error);

G_END_DECLS
