/* variation-target.h: a drawable that is varied, from reading to writing
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <libgimp/gimp.h>

#include "region.h"
#include "runner.h"
#include "transaction.h"
#include "variation-task.h"

/* What becomes of all that is made. */
typedef struct
{
  const DdimVariationSettings *settings;
  const guint64               *seeds;       /* n, a result each              */
  gint                         n;
  gboolean                     in_place;    /* n is 1; else new layers       */
  DdimTransaction             *transaction; /* which receives the results    */
} DdimVariationOutput;

typedef struct
{
  DdimRegion                *region;
  DdimVariationInput        *input;  /* NULL until it is read                */
  const DdimVariationOutput *output; /* NULL until something is made         */
  DdimTaskReport             report; /* of what is made                      */
} DdimVariationTarget;

/* One for each drawable; fails if any of them cannot be worked on.  Free with
 * g_ptr_array_unref ().                                                     */
GPtrArray * ddim_variation_targets_new       (GimpImage                    *image,
                                              GimpDrawable                **drawables,
                                              GError                      **error);

/* Whether n results of each can be kept, and put where they are wanted. */
gboolean    ddim_variation_targets_check     (GPtrArray                    *targets,
                                              gboolean                      in_place,
                                              gint                          n,
                                              GError                      **error);

/* What of the whole work this target is: the pixels that are looked at. */
gdouble     ddim_variation_target_get_work   (const DdimVariationTarget    *target);

/* Reads what is to be varied, and `source` (or NULL) for a model of the image,
 * where nothing has been read yet.                                          */
gboolean    ddim_variation_target_read       (DdimVariationTarget          *target,
                                              GimpDrawable                 *source,
                                              const DdimVariationSettings  *settings,
                                              GError                      **error);

/* Puts results into the output's transaction, the first on top: what a dialog has
 * made (one a seed) of the input that it has read; or what the runner makes now, from
 * `from` to `to` of all.  The output stays the caller's, as long as the target. */
gboolean    ddim_variation_target_take       (DdimVariationTarget          *target,
                                              DdimVariationInput           *input,
                                              const DdimCanvas            **made,
                                              const DdimTaskReport         *report,
                                              const DdimVariationOutput    *output,
                                              GError                      **error);
gboolean    ddim_variation_target_compute    (DdimVariationTarget          *target,
                                              const DdimVariationOutput    *output,
                                              DdimRunner                   *runner,
                                              gdouble                       from,
                                              gdouble                       to,
                                              GError                      **error);

/* Forgets what was read and made. */
void        ddim_variation_target_reset      (DdimVariationTarget          *target);
