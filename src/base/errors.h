/* errors.h: what can be wrong
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define DDIM_ERROR (ddim_error_quark ())

typedef enum
{
  DDIM_ERROR_MISSING,     /* a file, a field or a tensor that is not there   */
  DDIM_ERROR_INVALID,     /* there, but broken: truncated, of a wrong shape  */
  DDIM_ERROR_UNSUPPORTED, /* sound, but not something this library computes  */
  DDIM_ERROR_ARGUMENT,    /* a value chosen by the caller that cannot work   */
  DDIM_ERROR_MEMORY,      /* it would need more memory than there is         */
  DDIM_ERROR_NOT_FINITE   /* a NaN or an infinity, in weights or in a result */
} DdimError;

GQuark ddim_error_quark (void);

G_END_DECLS
