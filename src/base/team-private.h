/* team-private.h: what a team knows of the processor it runs on
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/kernels.h"
#include "base/team.h"

G_BEGIN_DECLS

/* The kernels chosen when the team was made. */
const DdimKernels * ddim_team_get_kernels (const DdimTeam *team);

G_END_DECLS
