/* interpolation.c: pictures on the way from one picture to another
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Two latents at level t, k x_0 + m e each as vary.c has it, meet in their
 * parts.  The noise e goes along the great circle, equation (67), so that in
 * the middle it is as strong as at the ends.  The pictures' own share cannot:
 * noises are at right angles, pictures are not.  Where two pictures agree, a
 * white ground say, the circle would make the white one and a half times as
 * white; where they have nothing in common, their plain mean is weaker than
 * either, and decodes to a blur.  So it is the mean of the two, its contrast
 * brought back to what it has at the ends, place by place: by nothing where
 * they agree, by up to sqrt (2) where they do not.  doc/interpolation.md has
 * the figures, and what else was tried.
 *
 * At the ends the latent is a picture's own, and the result is the picture, to the
 * bit.  On the way what the encoders lost is given back in proportion: of what the
 * direct encoder kept, after every step what the step misses; of a latent that was
 * decoded unchanged, at the end what its reconstruction lacks.
 */

#include <math.h>
#include <string.h>

#include "decode.h"
#include "interpolation.h"
#include "local-mean.h"
#include "memory-budget.h"
#include "noise.h"
#include "sampling-step.h"
#include "trajectory.h"
#include "try-alloc.h"

/* Pixels decoded at a time, at most, if the caller does not say; and the canvases
 * that a decoder has for each frame meanwhile.                              */
#define BATCH_PIXELS (1 << 20)
#define CANVASES     4

/* Contrast is measured in squares of 2 RADIUS + 1 pixels. */
#define RADIUS 8

/* The way between two neighbouring pictures: what does not depend on where
 * on it a frame lies.                                                       */
typedef struct
{
  const DdimInversion *from;
  const DdimInversion *to;
  gdouble              k, m;
  DdimCanvas          *noise_from;
  DdimCanvas          *noise_to;
  DdimCanvas          *fresh;     /* or NULL: noise to mix in                */
  gdouble             *middle;    /* C: the mean colour of both pictures     */
  gfloat              *xx;        /* H x W: mean square of the first picture */
  gfloat              *yy;        /* of the second, both about the middle,   */
  gfloat              *xy;        /* and of their product, around each pixel */
} Stretch;

static void
stretch_clear (Stretch *stretch)
{
  g_clear_pointer (&stretch->noise_from, ddim_canvas_free);
  g_clear_pointer (&stretch->noise_to, ddim_canvas_free);
  g_clear_pointer (&stretch->fresh, ddim_canvas_free);
  g_clear_pointer (&stretch->middle, g_free);
  g_clear_pointer (&stretch->xx, g_free);
  g_clear_pointer (&stretch->yy, g_free);
  g_clear_pointer (&stretch->xy, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Stretch, stretch_clear)

/* sum_c (x - middle) (y - middle) at each pixel, averaged around it. */
static gfloat *
local_products (const DdimCanvas  *x,
                const DdimCanvas  *y,
                const gdouble     *middle,
                GError           **error)
{
  gsize              n   = (gsize) x->h * x->w;
  g_autofree gfloat *out = ddim_try_new0 (gfloat, n, error);

  if (! out)
    return NULL;
  for (gsize pixel = 0; pixel < n; pixel++)
    for (gint c = 0; c < x->c; c++)
      out[pixel] += (x->data[pixel * x->c + c] - middle[c]) *
                    (y->data[pixel * x->c + c] - middle[c]);

  return ddim_local_mean (out, x->h, x->w, RADIUS, FALSE, error) ? g_steal_pointer (&out) : NULL;
}

static DdimCanvas *
noise_of (const DdimInversion  *inversion,
          gdouble               k,
          gdouble               m,
          GError              **error)
{
  DdimCanvas *noise = ddim_canvas_try_copy (inversion->latent, error);
  gsize       size  = noise ? ddim_canvas_size (noise) : 0;

  for (gsize i = 0; i < size; i++)
    noise->data[i] = (noise->data[i] - k * inversion->image->data[i]) / m;

  return noise;
}

static gboolean
stretch_begin (Stretch                  *stretch,
               const DdimInversion      *from,
               const DdimInversion      *to,
               const DdimInterpolation  *options,
               GError                  **error)
{
  const DdimCanvas *x     = from->image;
  const DdimCanvas *y     = to->image;
  const DdimLevel  *clean = &from->levels->levels[0];
  const DdimLevel  *top   = &from->levels->levels[from->levels->S];
  gsize             size  = ddim_canvas_size (x);

  stretch_clear (stretch);
  stretch->from = from;
  stretch->to   = to;
  stretch->k    = top->a / clean->a;
  stretch->m    = sqrt (top->s * top->s - stretch->k * stretch->k * clean->s * clean->s);

  if (! (stretch->noise_from = noise_of (from, stretch->k, stretch->m, error)) ||
      ! (stretch->noise_to = noise_of (to, stretch->k, stretch->m, error)))
    return FALSE;

  if (options->mix > 0)
    {
      if (! (stretch->fresh = ddim_canvas_try_like (x, 1, error)))
        return FALSE;
      ddim_noise_fill (stretch->fresh, &options->seed, 0);
    }

  if (! (stretch->middle = ddim_try_new0 (gdouble, x->c, error)))
    return FALSE;
  for (gsize i = 0; i < size; i++)
    stretch->middle[i % x->c] += ((gdouble) x->data[i] + y->data[i]) / (2 * size / x->c);

  return (stretch->xx = local_products (x, x, stretch->middle, error)) &&
         (stretch->yy = local_products (y, y, stretch->middle, error)) &&
         (stretch->xy = local_products (x, y, stretch->middle, error));
}

/* How much stronger the contrast at a pixel should be than that of
 * (1 - share) x + share y: from 1 to sqrt (2).                              */
static gdouble
contrast_gain (const Stretch *stretch,
               gsize          pixel,
               gdouble        share)
{
  gdouble xx     = MAX (stretch->xx[pixel], 0) * (1 - share) * (1 - share);
  gdouble yy     = MAX (stretch->yy[pixel], 0) * share * share;
  gdouble xy     = MAX (stretch->xy[pixel], 0) * (1 - share) * share;
  gdouble square = xx + yy + 2 * MIN (xy, sqrt (xx * yy));

  return square > 0 ? (sqrt (xx) + sqrt (yy)) / sqrt (square) : 1;
}

/* Writes the latent at `share` of the way to `latent`, of one item: the
 * straight way between the latents, and by how much the noise and the
 * contrast depart from it.  Both depart by 0 at the ends.                   */
static void
stretch_latent (const Stretch *stretch,
                gdouble        share,
                gdouble        mix,
                DdimCanvas    *latent)
{
  const DdimInversion *from = stretch->from;
  const DdimInversion *to   = stretch->to;
  gsize                size = ddim_canvas_item_size (latent);
  gdouble              gain = 1;

  ddim_latent_slerp (stretch->noise_from, stretch->noise_to, share, NULL, latent);
  if (stretch->fresh)
    ddim_latent_slerp (latent, stretch->fresh, mix * 4 * share * (1 - share), NULL, latent);

  for (gsize i = 0; i < size; i++)
    {
      gdouble x = (1 - share) * from->image->data[i] + share * to->image->data[i];
      gdouble z = (1 - share) * from->latent->data[i] + share * to->latent->data[i];
      gdouble e = (1 - share) * stretch->noise_from->data[i] +
                  share * stretch->noise_to->data[i];

      if (i % latent->c == 0)
        gain = contrast_gain (stretch, i / latent->c, share);

      latent->data[i] = z + stretch->m * (latent->data[i] - e) +
                        stretch->k * (gain - 1) * (x - stretch->middle[i % latent->c]);
    }
}

/* Where a picture's own way ends. */
static const gfloat *
end_of (const DdimInversion *inversion)
{
  return inversion->trajectory ? inversion->image->data : inversion->reconstruction->data;
}

/* A decoded frame to a result: the pictures' mean, plus what the frame
 * differs by from the mean of where their own ways end.                     */
static void
stretch_give_back (const DdimInversion *from,
                   const DdimInversion *to,
                   gdouble              share,
                   DdimCanvas          *frame)
{
  gsize size = ddim_canvas_item_size (frame);

  if (share <= 0 || share >= 1)
    {
      memcpy (frame->data, (share <= 0 ? from : to)->image->data, size * sizeof (gfloat));
      return;
    }

  for (gsize i = 0; i < size; i++)
    {
      gdouble x = (1 - share) * from->image->data[i] + share * to->image->data[i];
      gdouble r = (1 - share) * end_of (from)[i] + share * end_of (to)[i];

      frame->data[i] = x + (frame->data[i] - r);
    }
}

/* To a frame at levels[i], a share of what a picture's own step there misses. */
static void
add_missed (const DdimInversion *inversion,
            gint                 i,
            gdouble              share,
            DdimCanvas          *frame)
{
  const DdimTrajectory *trajectory = inversion->trajectory;
  gsize                 size       = ddim_canvas_item_size (frame);

  if (! trajectory || share <= 0)
    return;
  for (gsize k = 0; k < size; k++)
    frame->data[k] += share * ((gdouble) trajectory->states[i]->data[k]
                               - trajectory->steps[i + 1]->data[k]);
}

/* The stretch that a position lies on, and where on it. */
static gint
locate (gdouble  position,
        gint     n_stretches,
        gdouble *share)
{
  gint stretch = MIN ((gint) position, n_stretches - 1);

  *share = position - stretch;

  return stretch;
}

/* A batch of frames. */
typedef struct
{
  const DdimInversion *const *keys;
  gint                        n_keys;
  gint                        n_stretches;
  const gdouble              *positions;
} Frames;

/* A frame's place: between these two pictures, at `share`. */
static void
find_stretch (const Frames         *frames,
              gint                  frame,
              const DdimInversion **from,
              const DdimInversion **to,
              gdouble              *share)
{
  gint at = locate (frames->positions[frame], frames->n_stretches, share);

  *from = frames->keys[at];
  *to   = frames->keys[(at + 1) % frames->n_keys];
}

static void
correct (gint        i,
         DdimCanvas *x,
         gpointer    data)
{
  for (gint n = 0; n < x->n; n++)
    {
      DdimCanvas           frame = ddim_canvas_items (x, n, 1);
      const DdimInversion *from, *to;
      gdouble              share;

      find_stretch (data, n, &from, &to, &share);
      add_missed (from, i, 1 - share, &frame);
      add_missed (to, i, share, &frame);
    }
}

static gboolean
same_levels (const DdimLevels *x,
             const DdimLevels *y)
{
  if (x->S != y->S)
    return FALSE;

  for (gint i = 0; i <= x->S; i++)
    if (x->levels[i].timestep != y->levels[i].timestep || x->levels[i].a != y->levels[i].a)
      return FALSE;

  return TRUE;
}

static gboolean
check (const DdimInversion *const  *keys,
       gint                         n_keys,
       const DdimInterpolation     *options,
       const DdimCanvas            *frames,
       GError                     **error)
{
  gint n_stretches = options->loop ? n_keys : n_keys - 1;

  if (n_keys < 2)
    {
      g_set_error_literal (error, DDIM_ERROR, DDIM_ERROR_ARGUMENT,
                           "An interpolation needs two pictures or more");
      return FALSE;
    }

  for (gint i = 0; i < n_keys; i++)
    {
      const DdimCanvas *image = keys[i]->image;

      if (keys[i]->field != keys[0]->field || ! same_levels (keys[i]->levels, keys[0]->levels))
        {
          g_set_error (error, DDIM_ERROR, DDIM_ERROR_ARGUMENT,
                       "Picture %d was inverted with another model, or to other noise "
                       "levels, than the first", i + 1);
          return FALSE;
        }
      if (image->h != frames->h || image->w != frames->w || image->c != frames->c)
        {
          g_set_error (error, DDIM_ERROR, DDIM_ERROR_ARGUMENT,
                       "Frames of %d x %d x %d values cannot be made of a picture of "
                       "%d x %d x %d", frames->h, frames->w, frames->c,
                       image->h, image->w, image->c);
          return FALSE;
        }
    }

  for (gint i = 0; i < frames->n; i++)
    if (! (options->positions[i] >= 0 && options->positions[i] <= n_stretches))
      {
        g_set_error (error, DDIM_ERROR, DDIM_ERROR_ARGUMENT,
                     "Position %g is not between 0 and %d", options->positions[i], n_stretches);
        return FALSE;
      }

  if (! (options->mix >= 0 && options->mix <= 1))
    {
      g_set_error (error, DDIM_ERROR, DDIM_ERROR_ARGUMENT,
                   "mix is %g, not between 0 and 1", options->mix);
      return FALSE;
    }

  return TRUE;
}

gboolean
ddim_interpolate (const DdimInversion *const  *keys,
                  gint                         n_keys,
                  const DdimInterpolation     *options,
                  DdimCanvas                  *frames,
                  const DdimMonitor           *monitor,
                  GError                     **error)
{
  g_auto (Stretch) stretch = { 0 };
  gint             n_stretches = options->loop ? n_keys : n_keys - 1;
  gint             batch       = options->batch;

  if (! check (keys, n_keys, options, frames, error))
    return FALSE;
  if (batch <= 0)
    batch = ddim_memory_fit ((gdouble) CANVASES * ddim_canvas_item_size (frames) * sizeof (gfloat),
                             MAX (BATCH_PIXELS / ((gsize) frames->h * frames->w), 1));

  frames->x = keys[0]->image->x;
  frames->y = keys[0]->image->y;

  for (gint first = 0; first < frames->n; first += batch)
    {
      gint        n    = MIN (batch, frames->n - first);
      DdimCanvas  part = ddim_canvas_items (frames, first, n);
      DdimMonitor time = ddim_monitor_part (monitor, (gdouble) first / frames->n,
                                            (gdouble) (first + n) / frames->n);
      Frames      places = { keys, n_keys, n_stretches, options->positions + first };
      gdouble     share;
      const DdimInversion *from, *to;

      for (gint i = 0; i < n; i++)
        {
          DdimCanvas frame = ddim_canvas_items (&part, i, 1);

          find_stretch (&places, i, &from, &to, &share);
          if ((stretch.from != from || stretch.to != to) &&
              ! stretch_begin (&stretch, from, to, options, error))
            return FALSE;
          stretch_latent (&stretch, share, options->mix, &frame);
        }
      if (! ddim_decode_corrected (keys[0]->field, keys[0]->levels, NULL, correct,
                                   &places, &part, &time, error))
        return FALSE;
      for (gint i = 0; i < n; i++)
        {
          DdimCanvas frame = ddim_canvas_items (&part, i, 1);

          find_stretch (&places, i, &from, &to, &share);
          stretch_give_back (from, to, share, &frame);
        }
    }

  return TRUE;
}

gdouble
ddim_ease (DdimEasing easing,
           gdouble    x)
{
  switch (easing)
    {
    case DDIM_EASING_IN:
      return x * x;
    case DDIM_EASING_OUT:
      return x * (2 - x);
    case DDIM_EASING_IN_OUT:
      return x * x * (3 - 2 * x);
    case DDIM_EASING_LINEAR:
    default:
      return x;
    }
}

/* A position, its share of the stretch eased. */
static gdouble
ease_position (gdouble    position,
               gint       n_stretches,
               DdimEasing easing)
{
  gdouble share;
  gint    stretch = locate (position, n_stretches, &share);

  return stretch + ddim_ease (easing, share);
}

gdouble
ddim_path_position (gint       n_keys,
                    gboolean   loop,
                    DdimEasing easing,
                    gdouble    fraction)
{
  gint n_stretches = loop ? n_keys : n_keys - 1;

  return ease_position (fraction * n_stretches, n_stretches, easing);
}

void
ddim_path_positions (gint        n_keys,
                     gboolean    loop,
                     DdimEasing  easing,
                     gint        n_frames,
                     gdouble    *positions)
{
  gint n_stretches = loop ? n_keys : n_keys - 1;
  gint n_steps     = loop ? n_frames : n_frames - 1;

  for (gint i = 0; i < n_frames; i++)
    {
      gdouble position = n_steps > 0 ? (gdouble) i * n_stretches / n_steps : n_stretches / 2.;

      positions[i] = ease_position (position, n_stretches, easing);
    }
}
