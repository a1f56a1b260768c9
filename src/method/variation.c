/* variation.c: a picture's latent changed, and back
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The latent at level t is z = k x_0 + m e: the picture's own share,
 * k = a_t / a_0, and the noise that the encoder found for it.  Only e is
 * turned toward fresh noise, along the sphere, by `strength`.  So a variation
 * keeps the contrast and the layout that the depth leaves in the latent: at
 * strength 1 it starts from a true draw of q (x_t | x_0) (Meng et al., SDEdit,
 * arXiv 2108.01073), at depth 1, where k is next to nothing, from pure noise.
 *
 * The picture's own way is walked beside it, either as the direct encoder kept
 * it or by decoding the picture's latent again.  It gives the surroundings their
 * place at every noise level: where nothing may change, the variation is set to
 * it after each step, so that what changes always sees what is beside it (Lugmayr
 * et al., RePaint, arXiv 2201.09865, of a picture that is known at every level).
 * Near there the variation is led back to it a little at every step: what changes
 * farther inside would else end in a step, which a sky shows.  That is within a few
 * pixels, and on smooth grounds farther where there is more noise (surroundings.h).
 *
 * A variation can follow a coarse one, which a painter has seen: the means of its
 * cells are those, and the field fills in what is finer.
 *
 * It also tells what encoder or step lost, and that is given back in the
 * proportion in which the old picture still is there: cos (strength pi / 2), the
 * share in which e stays in the latent, times T^2 / (T^2 + D^2), D being the RMS
 * change of x_0 in the pixels about.  Elsewhere it would be a ghost of the old
 * picture over the new.
 */

#include <math.h>
#include <string.h>

#include "interpolation.h"
#include "local-mean.h"
#include "noise.h"
#include "reduce.h"
#include "sampling-step.h"
#include "surroundings.h"
#include "trajectory.h"
#include "try-alloc.h"
#include "variation.h"

#define SEEN   0.05 /* T: 6 of 255, a change that can be seen                */
#define RADIUS 3    /* pixels about, each way                                */
#define LED    0.3  /* below this weight a variation is led back             */
#define PASSES 2    /* in which coarse cells come to what they are to be     */

/* Replaces `variations` by perturbed latents. */
static gboolean
perturb (const DdimInversion  *inversion,
         const DdimVariation  *options,
         DdimCanvas           *variations,
         GError              **error)
{
  const DdimCanvas *image  = inversion->image;
  const DdimCanvas *latent = inversion->latent;
  const DdimLevel  *clean  = &inversion->levels->levels[0];
  const DdimLevel  *top    = &inversion->levels->levels[inversion->levels->S];
  gdouble           k      = top->a / clean->a;
  gdouble           m      = sqrt (top->s * top->s - k * k * clean->s * clean->s);
  gsize             size   = ddim_canvas_size (image);

  g_autoptr (DdimCanvas) e = ddim_canvas_try_like (latent, 1, error);

  if (! e)
    return FALSE;
  for (gsize i = 0; i < size; i++)
    e->data[i] = (latent->data[i] - k * image->data[i]) / m;

  ddim_noise_fill_reduced (variations, options->seeds, 0, MAX (options->reduction, 1));

  for (gint n = 0; n < variations->n; n++)
    {
      DdimCanvas item = *variations;

      item.n    = 1;
      item.data = variations->data + n * size;
      ddim_latent_slerp (e, &item, options->strength, options->weights, &item);

      /* z + m (e' - e): where e' is e, the latent itself, to the bit. */
      for (gsize i = 0; i < size; i++)
        item.data[i] = latent->data[i] + m * (item.data[i] - e->data[i]);
    }
  return TRUE;
}

/* The picture's own way down ----------------------------------------------- */

typedef struct
{
  const DdimInversion *inversion;
  DdimCanvas          *at;      /* the picture at levels[i] ...               */
  DdimCanvas          *step;    /* ... what a step of the decoder makes of it */
  DdimCanvas          *next;    /* ... and the picture at levels[i - 1]       */
  DdimCanvas          *out;     /* scratch, for what the field says of it     */
} Original;

/* Views of what the direct encoder kept, or canvases of its own. */
static gboolean
original_begin (Original             *original,
                const DdimInversion  *inversion,
                GError              **error)
{
  original->inversion = inversion;
  if (inversion->trajectory)
    return TRUE;

  if (! (original->at = ddim_canvas_try_copy (inversion->latent, error)) ||
      ! (original->step = ddim_canvas_try_like (inversion->latent, 1, error)) ||
      ! (original->out = ddim_canvas_try_like (inversion->latent, 1, error)))
    return FALSE;
  original->next = original->step;
  return TRUE;
}

static gboolean
original_step (Original           *original,
               gint                i,
               const DdimMonitor  *monitor,
               GError            **error)
{
  static const DdimSampling deterministic = { 0 };

  const DdimInversion  *inversion  = original->inversion;
  const DdimTrajectory *trajectory = inversion->trajectory;
  const DdimLevels     *levels     = inversion->levels;
  DdimStep              step;

  if (trajectory)
    {
      original->at   = trajectory->states[i];
      original->step = trajectory->steps[i];
      original->next = trajectory->states[i - 1];
      return TRUE;
    }

  if (i < levels->S)
    {
      DdimCanvas *last = original->at;

      original->at   = original->next;
      original->step = original->next = last;
    }
  if (! ddim_step_init (&step, inversion->field->prediction, levels, i, &deterministic, error) ||
      ! ddim_field_evaluate (inversion->field, original->at, &levels->levels[i], original->out,
                             monitor, error))
    return FALSE;

  memcpy (original->step->data, original->at->data,
          ddim_canvas_size (original->at) * sizeof (gfloat));
  ddim_step_canvas (&step, &deterministic, i, original->out, NULL, original->step);
  return TRUE;
}

static void
original_clear (Original *original)
{
  if (original->inversion && ! original->inversion->trajectory)
    {
      ddim_canvas_free (original->at);
      ddim_canvas_free (original->step);
      ddim_canvas_free (original->out);
    }
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Original, original_clear)

/* A step --------------------------------------------------------------------- */

/* How much of what was lost a pixel gets back.  change: the mean square of what
 * x_0 changed by, about it.                                                  */
static gdouble
share_kept (const DdimVariation *options,
            gdouble              weight,
            gdouble              change)
{
  return cos (options->strength * weight * G_PI / 2)
         * SEEN * SEEN / (SEEN * SEEN + weight * change);
}

/* changes = H x W: the mean square of the difference of x and y over the channels
 * of the pixels about.                                                       */
static gboolean
mean_change (gfloat    *changes,
             gint       h,
             gint       w,
             gint       c,
             gboolean   tileable,
             GError   **error)
{
  for (gsize pixel = 0; pixel < (gsize) h * w; pixel++)
    changes[pixel] /= c;
  return ddim_local_mean (changes, h, w, RADIUS, tileable, error);
}

/* changes, by what the field says of a variation's item (x, out) and by where a
 * step takes the picture.                                                    */
static gboolean
measure_changes (const DdimStep       *step,
                 const DdimVariation  *options,
                 const Original       *original,
                 const gfloat         *x,
                 const gfloat         *out,
                 gfloat               *changes,
                 GError              **error)
{
  const DdimCanvas *image = original->at;
  const gfloat     *from  = original->at->data;
  const gfloat     *to    = original->step->data;
  /* From x = a x_0 + s e and x' = a' x_0 + s' e. */
  gdouble           scale = 1 / (step->s * step->a_next - step->s_next * step->a);

  memset (changes, 0, (gsize) image->h * image->w * sizeof (gfloat));
  for (gsize k = 0; k < ddim_canvas_size (image); k++)
    {
      gdouble own = scale * (step->s * to[k] - step->s_next * from[k]);
      gdouble x0  = step->x0_of_x * x[k] + step->x0_of_out * out[k];

      changes[k / image->c] += (x0 - own) * (x0 - own);
    }
  return mean_change (changes, image->h, image->w, image->c, options->tileable, error);
}

/* The picture in the cells of `coarse`. */
static DdimCanvas *
reduce_picture (const DdimCanvas     *image,
                const DdimVariation  *options,
                gint                  n,
                GError              **error)
{
  const DdimCanvas      *coarse = options->coarse;
  g_autoptr (DdimCanvas) own    = ddim_canvas_reduce (image, options->cell, options->tileable,
                                                      error);

  if (own && (coarse->n != n || coarse->h != own->h || coarse->w != own->w ||
              coarse->c != own->c))
    {
      g_set_error (error, DDIM_ERROR, DDIM_ERROR_ARGUMENT,
                   "%d variations in cells of %d x %d x %d values cannot follow %d of "
                   "%d x %d x %d", n, own->h, own->w, own->c, coarse->n, coarse->h, coarse->w,
                   coarse->c);
      return NULL;
    }
  return g_steal_pointer (&own);
}

/* Corrects what the field says, so that each cell of x_0 changes by what `coarse` has:
 * x_0 becomes x_0 + up (coarse - down (x_0 - image)) (Choi et al., "ILVR", arXiv
 * 2108.02938, which does it to x_t).  down (up ()) smooths, so that one pass leaves of
 * an edge between two cells a half, two a quarter.
 * own: from reduce_picture ().                                              */
static gboolean
follow_coarse (const DdimStep       *step,
               const DdimVariation  *options,
               const DdimCanvas     *own,
               const DdimCanvas     *x,
               DdimCanvas           *out,
               GError              **error)
{
  gint                   k     = options->cell;
  gsize                  size  = ddim_canvas_size (own);
  g_autoptr (DdimCanvas) cells = ddim_canvas_reduce (x, k, options->tileable, error);

  if (! cells)
    return FALSE;

  for (gint pass = 0; pass < PASSES; pass++)
    {
      g_autoptr (DdimCanvas) says = ddim_canvas_reduce (out, k, options->tileable, error);

      if (! says)
        return FALSE;
      for (gsize i = 0; i < ddim_canvas_size (says); i++)
        {
          gdouble x0 = step->x0_of_x * cells->data[i] + step->x0_of_out * says->data[i];

          says->data[i] = (options->coarse->data[i] - (x0 - own->data[i % size]))
                          / step->x0_of_out;
        }
      if (! ddim_canvas_add_enlarged (out, says, k, options->tileable, error))
        return FALSE;
    }
  return TRUE;
}

/* To x, at the level that was reached, what the picture's own step missed, and
 * where little or nothing may change the picture itself.
 * inside: from ddim_surroundings_measure (), or NULL.                        */
static void
hold (const Original      *original,
      const DdimVariation *options,
      const DdimLevel     *reached,
      const gfloat        *inside,
      const gfloat        *changes,
      gfloat              *x)
{
  const DdimCanvas *image = original->at;
  gdouble           ratio = reached->s / MAX (reached->a, 1e-6);

  for (gsize pixel = 0, k = 0; pixel < (gsize) image->h * image->w; pixel++)
    {
      gdouble weight = options->weights ? options->weights[pixel] : 1;
      gdouble kept   = share_kept (options, weight, changes[pixel]);
      gdouble differ = ddim_ease (DDIM_EASING_IN_OUT, MIN (weight / LED, 1));

      if (inside)
        differ = MIN (differ, ddim_surroundings_keep (inside[pixel], ratio,
                                                      MAX (options->reduction, 1)));
      for (gint c = 0; c < image->c; c++, k++)
        {
          gdouble own = original->next->data[k];

          x[k] += kept * (own - original->step->data[k]);
          if (differ < 1)
            x[k] = differ > 0 ? own + differ * (x[k] - own) : own;
        }
    }
}

/* Decoded items to results: image + (decoded - r) - lost (image - r), r being
 * where the picture's own way ends: at the reconstruction, or the image.     */
static gboolean
give_back (const Original       *original,
           const DdimVariation  *options,
           DdimCanvas           *variations,
           gfloat               *changes,
           GError              **error)
{
  const DdimInversion *inversion = original->inversion;
  const DdimCanvas    *image     = inversion->image;
  gsize                size      = ddim_canvas_size (image);

  for (gint n = 0; n < variations->n; n++)
    {
      const gfloat *x = image->data;
      const gfloat *r = inversion->trajectory ? image->data : inversion->reconstruction->data;
      gfloat       *d = variations->data + n * size;

      memset (changes, 0, (gsize) image->h * image->w * sizeof (gfloat));
      for (gsize k = 0; k < size; k++)
        changes[k / image->c] += (d[k] - r[k]) * (d[k] - r[k]);
      if (! mean_change (changes, image->h, image->w, image->c, options->tileable, error))
        return FALSE;

      for (gsize k = 0; k < size; k++)
        {
          gsize   pixel  = k / image->c;
          gdouble weight = options->weights ? options->weights[pixel] : 1;
          gdouble lost   = 1 - share_kept (options, weight, changes[pixel]);

          d[k] = x[k] + ((gdouble) d[k] - r[k]) - lost * ((gdouble) x[k] - r[k]);
        }
    }
  return TRUE;
}

static gboolean
decode_beside (const DdimInversion  *inversion,
               const DdimVariation  *options,
               DdimCanvas           *variations,
               const DdimMonitor    *monitor,
               GError              **error)
{
  const DdimLevels *levels   = inversion->levels;
  DdimField        *field    = options->field ? options->field : inversion->field;
  DdimSampling      sampling = { .eta     = options->eta * options->strength,
                                 .seeds   = options->seeds,
                                 .weights = options->weights };
  gsize             size     = ddim_canvas_item_size (variations);
  gint              n        = variations->n;
  /* How much of a step the picture's own way takes. */
  gdouble           beside   = inversion->trajectory ? 0 : 1.0 / (n + 1);
  g_autoptr (DdimCanvas) out = NULL;
  g_autoptr (DdimCanvas) own = NULL;
  g_autofree gfloat *changes = NULL;
  g_autofree gfloat *inside  = NULL;
  g_auto (Original)  original = { NULL };

  if (options->weights &&
      ! (inside = ddim_surroundings_measure (inversion->image, options->weights,
                                             options->tileable, MAX (options->reduction, 1),
                                             error)))
    return FALSE;
  if (options->coarse &&
      ! (own = reduce_picture (inversion->image, options, n, error)))
    return FALSE;
  if (! (out = ddim_canvas_try_like (variations, n, error)) ||
      ! (changes = ddim_try_new (gfloat, (gsize) n * variations->h * variations->w, error)) ||
      ! original_begin (&original, inversion, error))
    return FALSE;

  for (gint i = levels->S; i > 0; i--)
    {
      gdouble     done = levels->S - i;
      DdimMonitor part = ddim_monitor_part (monitor, done / levels->S,
                                            (done + beside) / levels->S);
      DdimStep    step;

      if (! original_step (&original, i, &part, error) ||
          ! ddim_step_init (&step, field->prediction, levels, i, &sampling, error))
        return FALSE;
      part = ddim_monitor_part (monitor, (done + beside) / levels->S, (done + 1) / levels->S);
      if (! ddim_field_evaluate (field, variations, &levels->levels[i], out, &part, error))
        return FALSE;
      if (own && ! follow_coarse (&step, options, own, variations, out, error))
        return FALSE;

      for (gint item = 0; item < n; item++)
        if (! measure_changes (&step, options, &original, variations->data + item * size,
                               out->data + item * size,
                               changes + (gsize) item * variations->h * variations->w, error))
          return FALSE;
      ddim_step_canvas (&step, &sampling, i, out, NULL, variations);
      for (gint item = 0; item < n; item++)
        hold (&original, options, &levels->levels[i - 1], inside,
              changes + (gsize) item * variations->h * variations->w,
              variations->data + item * size);

      if (! ddim_monitor_update (&part, 1, error))
        return FALSE;
    }

  return give_back (&original, options, variations, changes, error);
}

gboolean
ddim_vary (const DdimInversion  *inversion,
           const DdimVariation  *options,
           DdimCanvas           *variations,
           DdimLatentReport     *perturbed,
           const DdimMonitor    *monitor,
           GError              **error)
{
  const DdimCanvas *image = inversion->image;
  gsize             size  = ddim_canvas_size (image);

  if (! (options->strength >= 0 && options->strength <= 1))
    {
      g_set_error (error, DDIM_ERROR, DDIM_ERROR_ARGUMENT,
                   "strength is %g, not between 0 and 1", options->strength);
      return FALSE;
    }
  if (variations->h != image->h || variations->w != image->w || variations->c != image->c)
    {
      g_set_error (error, DDIM_ERROR, DDIM_ERROR_ARGUMENT,
                   "Variations of %d x %d x %d values cannot be made of a picture of "
                   "%d x %d x %d", variations->h, variations->w, variations->c,
                   image->h, image->w, image->c);
      return FALSE;
    }

  variations->x = image->x;
  variations->y = image->y;

  if (options->strength > 0)
    {
      if (! perturb (inversion, options, variations, error))
        return FALSE;
      if (perturbed)
        ddim_latent_measure (variations, 0, inversion->latent, perturbed);
      return decode_beside (inversion, options, variations, monitor, error);
    }

  for (gint n = 0; n < variations->n; n++)
    memcpy (variations->data + n * size, image->data, size * sizeof (gfloat));
  if (perturbed)
    ddim_latent_measure (inversion->latent, 0, inversion->latent, perturbed);
  return ddim_monitor_update (monitor, 1, error);
}
