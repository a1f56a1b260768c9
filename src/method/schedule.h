/* schedule.h: noise schedules
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "../base/errors.h"

G_BEGIN_DECLS

typedef enum
{
  DDIM_BETAS_LINEAR,
  DDIM_BETAS_SCALED_LINEAR,     /* linspace (sqrt b0, sqrt b1) squared      */
  DDIM_BETAS_SQUAREDCOS_CAP_V2, /* Nichol and Dhariwal's cosine             */
  DDIM_BETAS_SIGMOID
} DdimBetas;

/* alphas_cumprod over T training timesteps. */
typedef struct _DdimSchedule DdimSchedule;

/* zero_snr: rescale the betas so that alphas_cumprod[T - 1] is 0
 * (Lin et al., arXiv 2305.08891).                                          */
DdimSchedule  * ddim_schedule_new           (DdimBetas            betas,
                                             gint                 T,
                                             gdouble              beta_start,
                                             gdouble              beta_end,
                                             gboolean             zero_snr,
                                             GError             **error);
DdimSchedule  * ddim_schedule_new_for_betas (const gdouble       *betas,
                                             gint                 T,
                                             gboolean             zero_snr,
                                             GError             **error);
void            ddim_schedule_free          (DdimSchedule        *schedule);
gint            ddim_schedule_get_length    (const DdimSchedule  *schedule);
const gdouble * ddim_schedule_get_alphas_cumprod
                                            (const DdimSchedule  *schedule);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdimSchedule, ddim_schedule_free)

G_END_DECLS
