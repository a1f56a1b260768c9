/* field.h: a deterministic function of a canvas and a noise level
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "../base/errors.h"
#include "../base/monitor.h"
#include "canvas.h"

G_BEGIN_DECLS

/* A noise level: x_t = a x_0 + s epsilon. */
typedef struct
{
  gdouble timestep; /* what the network is told; -1 at the final level 1    */
  gdouble a;        /* sqrt (alpha_cumprod)                                 */
  gdouble s;        /* sqrt (1 - alpha_cumprod)                             */
} DdimLevel;


/* What a field predicts of x = a x_0 + s epsilon. */
typedef enum
{
  DDIM_PREDICTION_EPSILON,
  DDIM_PREDICTION_V,      /* a epsilon - s x_0                              */
  DDIM_PREDICTION_SAMPLE  /* x_0                                            */
} DdimPrediction;

/* A deterministic function of a canvas and a noise level.  To make one,
 * embed DdimField as the first member, fill a class, call ddim_field_init. */
typedef struct _DdimField DdimField;

typedef struct
{
  /* Writes the prediction for x (not changed, never the same memory as out)
   * at `level`.  Both have the same shape and origin; any N, H and W of 1 or
   * more must work, and no item of the batch may influence another.        */
  gboolean (*evaluate) (DdimField         *field,
                        const DdimCanvas  *x,
                        const DdimLevel   *level,
                        DdimCanvas        *out,
                        const DdimMonitor *monitor,
                        GError           **error);
  void     (*finalize) (DdimField *field); /* frees the embedding struct    */
} DdimFieldClass;

struct _DdimField
{
  const DdimFieldClass *klass;
  gint                  ref_count;
  gint                  channels;    /* C of its canvases */
  DdimPrediction        prediction;
};

void        ddim_field_init     (DdimField            *field,
                                 const DdimFieldClass *klass,
                                 gint                  channels,
                                 DdimPrediction        prediction);
DdimField * ddim_field_ref      (DdimField            *field);
void        ddim_field_unref    (DdimField            *field);

/* Fails with DDIM_ERROR_NOT_FINITE, naming the noise level, where what comes out
 * holds a NaN or an infinity: no step goes on from there.                   */
gboolean    ddim_field_evaluate (DdimField            *field,
                                 const DdimCanvas     *x,
                                 const DdimLevel      *level,
                                 DdimCanvas           *out,
                                 const DdimMonitor    *monitor,
                                 GError              **error);

/* Sets that error: for a field made of others, where the answer of one is finite but
 * absurdly large.                                                           */
void        ddim_field_set_not_finite (const DdimLevel *level,
                                       GError         **error);

/* The same as ddim_field_evaluate (), whatever the field predicts, as epsilon. */
gboolean    ddim_field_epsilon  (DdimField            *field,
                                 const DdimCanvas     *x,
                                 const DdimLevel      *level,
                                 DdimCanvas           *epsilon,
                                 const DdimMonitor    *monitor,
                                 GError              **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdimField, ddim_field_unref)

G_END_DECLS
