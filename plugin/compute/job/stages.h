/* stages.h: the sizes at which a result is computed, the small ones first
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A painter should see something at once, so a dialog computes in stages: small
 * and in few steps first, then larger, at last the result itself.  A run without
 * a dialog is the last stage alone.
 */

#pragma once

#include "ddim.h"

#define DDIM_STAGES_MAX 3

typedef struct
{
  gint reduction;  /* how many of the last stage's pixels, along a side, make
                      one of its                                             */
  gint steps;      /* at most; 0: as many as are asked for                   */
  gint h, w;       /* of its canvas                                          */
  DdimPrecision precision; /* of the network's products                      */
} DdimStage;

typedef struct
{
  gint      n;
  DdimStage stages[DDIM_STAGES_MAX];
} DdimStages;

typedef enum
{
  DDIM_STAGES_ALL,       /* previews, and the result                         */
  DDIM_STAGES_RESULT,    /* the result alone                                 */
  DDIM_STAGES_PREVIEWS   /* all but the result, where that is not small itself */
} DdimStagesKind;

/* The stages of a result of h x w pixels.  What bfloat16s do to a preview is not seen.
 * The first stage, which the others may follow, and the result are of float32: between
 * patches that fit about as well small errors decide, and a picture would depend on the
 * processor.                                                                 */
void ddim_stages_init      (DdimStages       *stages,
                            DdimStagesKind    kind,
                            gint              h,
                            gint              w);

/* Whether a stage is the result itself, not a preview of it. */
gboolean ddim_stage_is_result (const DdimStage *stage);

/* How many steps a stage takes where `steps` are asked for. */
gint ddim_stage_get_steps  (const DdimStage  *stage,
                            gint              steps);

/* What these steps cost, in pixels of evaluations of a field. */
gdouble ddim_stage_get_cost (const DdimStage *stage,
                             gint             steps);
