/* stages.c: the sizes at which a result is computed, the small ones first
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "stages.h"

#include <math.h>

/* The number of pixels of the coarse stage, at most, and its steps: 14 evaluations,
 * which two cores do in half a second with the model that ships.            */
#define COARSE_PIXELS (128 * 128)
#define COARSE_STEPS  7
#define MIDDLE_STEPS  10

void
ddim_stages_init (DdimStages     *stages,
                  DdimStagesKind  kind,
                  gint            h,
                  gint            w)
{
  gint coarse = MAX (1, (gint) ceil (sqrt ((gdouble) h * w / COARSE_PIXELS)));
  gint middle = (coarse + 1) / 2;

  *stages = (DdimStages) { 0 };

  /* A coarse pixel is a whole number of middle ones. */
  if (coarse > 2)
    coarse = 2 * middle;

  if (kind != DDIM_STAGES_RESULT)
    {
      stages->stages[stages->n++] = (DdimStage) { coarse, COARSE_STEPS };
      if (coarse > 2)
        stages->stages[stages->n++] = (DdimStage) { middle, MIDDLE_STEPS };
    }
  if (kind != DDIM_STAGES_PREVIEWS)
    stages->stages[stages->n++] = (DdimStage) { 1, 0 };

  for (gint i = 0; i < stages->n; i++)
    {
      DdimStage *stage = &stages->stages[i];

      stage->h = (h + stage->reduction - 1) / stage->reduction;
      stage->w = (w + stage->reduction - 1) / stage->reduction;
      stage->precision = i == 0 || ddim_stage_is_result (stage) ? DDIM_PRECISION_FLOAT32
                                                                : DDIM_PRECISION_BFLOAT16;
    }
}

gboolean
ddim_stage_is_result (const DdimStage *stage)
{
  return stage->steps == 0;
}

gint
ddim_stage_get_steps (const DdimStage *stage,
                      gint             steps)
{
  return stage->steps ? MIN (stage->steps, steps) : steps;
}

gdouble
ddim_stage_get_cost (const DdimStage *stage,
                     gint             steps)
{
  return (gdouble) stage->w * stage->h * ddim_stage_get_steps (stage, steps);
}
