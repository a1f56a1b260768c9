/* constant.h: constant numbers of any type, read as float
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "tensor.h"

G_BEGIN_DECLS

/* Writes elements first .. first + count - 1 of the constant to out. */
void     ddim_constant_read       (const DdimConstant *constant,
                                   gsize               first,
                                   gsize               count,
                                   gfloat             *out);

/* Writes `size` of its bytes, from `start` on, both of whole elements, in this
 * machine's order; zeros where its file has ended, which then has `failed` set. */
void     ddim_constant_read_bytes (const DdimConstant *constant,
                                   gsize               start,
                                   gsize               size,
                                   guint8             *out);

/* All elements in new memory; free with ddim_memory_free ().  NULL for NULL, and
 * where memory is out.                                                      */
gfloat * ddim_constant_copy       (const DdimConstant *constant);

G_END_DECLS
