/* scale.h: rows of samples to more or fewer of them
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "ddim.h"

/* How each of `to` samples is made of `from` samples along one axis: sample o
 * is the sum over i < n_taps of weights[o n_taps + i] times sample
 * first[o] + i, all of which exist.  The weights of each sum to 1.         */
typedef struct
{
  gint    from;
  gint    to;
  gint    n_taps;
  gint   *first;    /* to                                                   */
  gfloat *weights;  /* to x n_taps                                          */
} DdimScale;

/* Fails only where memory is out. */
DdimScale * ddim_scale_new     (gint             from,
                                gint             to,
                                GError         **error);
void        ddim_scale_free    (DdimScale       *scale);

/* row: from x channels; scaled: to x channels, other memory. */
void        ddim_scale_row     (const DdimScale *scale,
                                const gfloat    *row,
                                gint             channels,
                                gfloat          *scaled);

/* The other axis, where a row is one sample.  Adds row `y` of the `from`, of
 * `size` floats, to each of the `to` rows of `sums` that it is a part of:
 * after all of them these are the scaled picture.                          */
void        ddim_scale_add_row (const DdimScale *scale,
                                gint             y,
                                const gfloat    *row,
                                gint             size,
                                gfloat          *sums);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdimScale, ddim_scale_free)

/* A picture, or the difference of two, at another size, row by row. */
typedef struct
{
  const gfloat *data;
  const gfloat *minus;     /* what is taken from it, or NULL                */
  gint          channels;
  DdimScale    *rows;
  DdimScale    *columns;
  gfloat       *narrow;    /* a row of its own width                        */
  gfloat       *row;       /* the row that was made last                    */
} DdimScaledRows;

/* data, minus: h x w x channels, which stay the caller's.  Fails only where memory
 * is out.  Clear with ddim_scaled_rows_clear (), then too.                 */
gboolean       ddim_scaled_rows_init  (DdimScaledRows  *self,
                                       const gfloat    *data,
                                       const gfloat    *minus,
                                       gint             h,
                                       gint             w,
                                       gint             channels,
                                       gint             to_h,
                                       gint             to_w,
                                       GError         **error);
void           ddim_scaled_rows_clear (DdimScaledRows *self);

/* Row y, of to_w x channels; valid until the next one is made. */
const gfloat * ddim_scaled_rows_make  (DdimScaledRows *self,
                                       gint            y);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DdimScaledRows, ddim_scaled_rows_clear)
