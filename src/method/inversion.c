/* inversion.c: a picture's latent, once for all that is made of it
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Encoding costs more than decoding, and every variation and interpolation of
 * a picture begins with the same latent.  No encoder is exact for every
 * network and picture, so the latent is also decoded unchanged: what is lost
 * on that way is known, and whoever decodes something near it can give it
 * back.
 */

#include "decode.h"
#include "inversion.h"
#include "trajectory.h"
#include "try-alloc.h"

static DdimLevels *
levels_copy (const DdimLevels  *levels,
             GError           **error)
{
  return ddim_try_memdup (levels, 1, sizeof *levels + (levels->S + 1) * sizeof (DdimLevel), error);
}

/* The latent, and the latent decoded. */
static gboolean
invert (DdimInversion      *inversion,
        DdimEncoder         encoder,
        const DdimMonitor  *monitor,
        GError            **error)
{
  /* The exact encoder takes about two evaluations a step, the decoder one. */
  gdouble      encoding_cost = encoder == DDIM_ENCODER_PAPER ? 1 : 2;
  gdouble      encoded       = encoding_cost / (encoding_cost + 1);
  DdimMonitor  part          = ddim_monitor_part (monitor, 0, encoded);
  DdimEncoding encoding;

  if (! (inversion->latent = ddim_canvas_try_copy (inversion->image, error)) ||
      ! ddim_encode (inversion->field, inversion->levels, encoder, inversion->latent,
                     &encoding, &part, error))
    return FALSE;

  part = ddim_monitor_part (monitor, encoded, 1);
  if (! (inversion->reconstruction = ddim_canvas_try_copy (inversion->latent, error)) ||
      ! ddim_decode (inversion->field, inversion->levels, NULL, inversion->reconstruction,
                     &part, error))
    return FALSE;

  inversion->evaluations     = encoding.evaluations + inversion->levels->S;
  inversion->inversion_error =
    ddim_canvas_rms_difference (inversion->image, inversion->reconstruction) / 2;
  return TRUE;
}

static gboolean
invert_directly (DdimInversion      *inversion,
                 const DdimMonitor  *monitor,
                 GError            **error)
{
  DdimTrajectory *trajectory = ddim_trajectory_new (inversion->field, inversion->levels,
                                                    inversion->image, monitor, error);

  if (! trajectory)
    return FALSE;

  inversion->trajectory = trajectory;
  inversion->latent     = ddim_canvas_try_copy (trajectory->states[trajectory->S], error);
  if (! inversion->latent)
    return FALSE;
  inversion->evaluations = trajectory->S + 1;
  for (gint i = 1; i <= trajectory->S; i++)
    {
      gdouble missed = ddim_canvas_rms_difference (trajectory->states[i - 1],
                                                   trajectory->steps[i])
                       / inversion->levels->levels[i - 1].a / 2;

      inversion->inversion_error = MAX (inversion->inversion_error, missed);
    }
  return TRUE;
}

DdimInversion *
ddim_inversion_new (DdimField          *field,
                    const DdimLevels   *levels,
                    DdimEncoder         encoder,
                    DdimCanvas         *image,
                    const DdimMonitor  *monitor,
                    GError            **error)
{
  g_autoptr (DdimInversion) inversion = g_new0 (DdimInversion, 1);

  inversion->field = ddim_field_ref (field);
  inversion->image = image;

  if (! (inversion->levels = levels_copy (levels, error)))
    return NULL;
  if (image->n != 1 || image->c != field->channels)
    {
      g_set_error (error, DDIM_ERROR, DDIM_ERROR_ARGUMENT,
                   "%d pictures of %d channels cannot be inverted with a model of %d "
                   "channels, one picture at a time", image->n, image->c, field->channels);
      return NULL;
    }

  if (encoder == DDIM_ENCODER_DIRECT ? ! invert_directly (inversion, monitor, error)
                                     : ! invert (inversion, encoder, monitor, error))
    return NULL;
  ddim_latent_measure (inversion->latent, 0, NULL, &inversion->report);

  return g_steal_pointer (&inversion);
}

void
ddim_inversion_free (DdimInversion *inversion)
{
  if (! inversion)
    return;

  ddim_field_unref (inversion->field);
  ddim_levels_free (inversion->levels);
  ddim_canvas_free (inversion->image);
  ddim_canvas_free (inversion->latent);
  ddim_canvas_free (inversion->reconstruction);
  ddim_trajectory_free (inversion->trajectory);
  g_free (inversion);
}
