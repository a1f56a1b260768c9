/* levels.h: the noise levels of a sampling
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "../canvas/field.h"
#include "schedule.h"

G_BEGIN_DECLS

typedef enum
{
  DDIM_SPACING_LEADING,   /* diffusers: i (T / S) + steps_offset            */
  DDIM_SPACING_LINSPACE,  /* diffusers: linspace (0, T - 1, S)              */
  DDIM_SPACING_TRAILING,  /* diffusers: round (T, T - T / S, ...) - 1       */
  DDIM_SPACING_LINEAR,    /* the paper: floor (c i)                         */
  DDIM_SPACING_QUADRATIC  /* the paper: floor (c i^2)                       */
} DdimSpacing;

/* The ONE array of noise levels that encoder and decoder share: S + 1 of
 * them, from the cleanest, levels[0], to the noisiest, levels[S].          */
typedef struct
{
  gint      S;
  DdimLevel levels[];
} DdimLevels;

typedef struct
{
  gint     steps_offset;     /* of leading                                  */
  gboolean final_alpha_one;  /* levels[0] is clean (a = 1) where TRUE, else
                                at alphas_cumprod[0]                        */
} DdimLevelsOptions;

/* depth: how far up the noise the levels reach, as a fraction of T, above 0
 * and at most 1.  Timesteps that fall together are kept once, so S may come
 * out smaller than n_steps.  options may be NULL: no offset, and levels[0] at
 * alphas_cumprod[0], where inversion converges.  Free with g_free ().      */
DdimLevels * ddim_levels_new (const DdimSchedule      *schedule,
                              DdimSpacing              spacing,
                              gint                     n_steps,
                              gdouble                  depth,
                              const DdimLevelsOptions *options,
                              GError                 **error);

static inline void ddim_levels_free (DdimLevels *levels) { g_free (levels); }
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdimLevels, ddim_levels_free)

G_END_DECLS
