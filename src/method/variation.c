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
 * What the encoder lost, image - r where r is the latent decoded unchanged,
 * is given back in the proportion in which e stays in the latent,
 * cos (strength pi / 2): all of it at strength 0, where the result is the
 * picture, none at strength 1, where it would be a ghost of the old picture
 * over the new.  For the same reason it is given back only where the old
 * picture still is: in proportion to T^2 / (T^2 + D^2), D being the RMS change of
 * the pixels about.  A network loses next to nothing; a picture that is its own
 * model cannot hold everything of a region whose patches it may not use.
 */

#include <math.h>
#include <string.h>

#include "decode.h"
#include "local-mean.h"
#include "noise.h"
#include "variation.h"

#define SEEN   0.05 /* T: 6 of 255, a change that can be seen                */
#define RADIUS 3    /* pixels about, each way                                */

/* Replaces `variations` by perturbed latents. */
static void
perturb (const DdimInversion *inversion,
         const DdimVariation *options,
         DdimCanvas          *variations)
{
  const DdimCanvas *image  = inversion->image;
  const DdimCanvas *latent = inversion->latent;
  const DdimLevel  *clean  = &inversion->levels->levels[0];
  const DdimLevel  *top    = &inversion->levels->levels[inversion->levels->S];
  gdouble           k      = top->a / clean->a;
  gdouble           m      = sqrt (top->s * top->s - k * k * clean->s * clean->s);
  gsize             size   = ddim_canvas_size (image);

  g_autoptr (DdimCanvas) e = ddim_canvas_copy (latent);

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
}

/* changes = H x W: the mean square of x - y over the channels of the pixels
 * about.                                                                    */
static void
measure_changes (const gfloat *x,
                 const gfloat *y,
                 gint          h,
                 gint          w,
                 gint          c,
                 gfloat       *changes)
{
  for (gsize pixel = 0; pixel < (gsize) h * w; pixel++)
    {
      gfloat sum = 0;

      for (gsize i = pixel * c; i < (pixel + 1) * c; i++)
        sum += (x[i] - y[i]) * (x[i] - y[i]);
      changes[pixel] = sum / c;
    }
  ddim_local_mean (changes, h, w, RADIUS);
}

/* Decoded latents to results: image + (decoded - r) - lost (image - r). */
static void
give_back (const DdimInversion *inversion,
           const DdimVariation *options,
           DdimCanvas          *variations)
{
  const DdimCanvas *image    = inversion->image;
  gsize             n_pixels = (gsize) image->h * image->w;
  g_autofree gfloat *changes = g_new (gfloat, n_pixels);

  for (gint n = 0; n < variations->n; n++)
    {
      const gfloat *x = image->data;
      const gfloat *r = inversion->reconstruction->data;
      gfloat       *d = variations->data + n * ddim_canvas_item_size (image);

      measure_changes (d, r, image->h, image->w, image->c, changes);
      for (gsize pixel = 0; pixel < n_pixels; pixel++)
        {
          gdouble weight = options->weights ? options->weights[pixel] : 1;
          gdouble kept   = cos (options->strength * weight * G_PI / 2);

          /* Outside of the weights nothing is new, whatever is beside it. */
          kept *= SEEN * SEEN / (SEEN * SEEN + weight * changes[pixel]);

          for (gint c = 0; c < image->c; c++, x++, r++, d++)
            {
              gdouble change = (gdouble) *d - *r;

              *d = *x + change - (1 - kept) * ((gdouble) *x - *r);
            }
        }
    }
}

gboolean
ddim_vary (const DdimInversion  *inversion,
           const DdimVariation  *options,
           DdimCanvas           *variations,
           DdimLatentReport     *perturbed,
           const DdimMonitor    *monitor,
           GError              **error)
{
  const DdimCanvas *image    = inversion->image;
  DdimSampling      sampling = { .eta     = options->eta * options->strength,
                                 .seeds   = options->seeds,
                                 .weights = options->weights };

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

  perturb (inversion, options, variations);
  if (perturbed)
    ddim_latent_measure (variations, 0, inversion->latent, perturbed);

  if (! ddim_decode (inversion->field, inversion->levels, &sampling, variations, monitor, error))
    return FALSE;

  give_back (inversion, options, variations);

  return TRUE;
}
