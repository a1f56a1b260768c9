/* vary.c: a picture into its latent, the latent changed, and back
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
 * No encoder is exact for every network and picture, so the latent is also
 * decoded unchanged, to r.  What the encoder lost, image - r, is given back
 * in the proportion in which e stays in the latent, cos (strength pi / 2):
 * all of it at strength 0, where the result is the picture, none at strength
 * 1, where it would be a ghost of the old picture over the new.
 */

#include <math.h>
#include <string.h>

#include "ddim.h"

/* Replaces `variations` by perturbed latents. */
static void
perturb (const DdimLevels    *levels,
         const DdimVariation *options,
         const DdimCanvas    *image,
         const DdimCanvas    *latent,
         DdimCanvas          *variations)
{
  const DdimLevel *clean = &levels->levels[0];
  const DdimLevel *top   = &levels->levels[levels->S];
  gdouble          k     = top->a / clean->a;
  gdouble          m     = sqrt (top->s * top->s - k * k * clean->s * clean->s);
  gsize            size  = ddim_canvas_size (image);

  g_autoptr (DdimCanvas) e = ddim_canvas_copy (latent);

  for (gsize i = 0; i < size; i++)
    e->data[i] = (latent->data[i] - k * image->data[i]) / m;

  ddim_noise_fill (variations, options->seeds, 0);

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

/* Decoded latents to results: image + (decoded - r) - lost (image - r). */
static void
give_back (const DdimVariation *options,
           const DdimCanvas    *image,
           const DdimCanvas    *reconstruction,
           DdimCanvas          *variations)
{
  gsize n_pixels = (gsize) image->h * image->w;

  for (gint n = 0; n < variations->n; n++)
    {
      const gfloat *x = image->data;
      const gfloat *r = reconstruction->data;
      gfloat       *d = variations->data + n * ddim_canvas_item_size (image);

      for (gsize pixel = 0; pixel < n_pixels; pixel++)
        {
          gdouble weight = options->weights ? options->weights[pixel] : 1;
          gdouble lost   = 1 - cos (options->strength * weight * G_PI / 2);

          for (gint c = 0; c < image->c; c++, x++, r++, d++)
            {
              gdouble change = (gdouble) *d - *r;

              *d = *x + change - lost * ((gdouble) *x - *r);
            }
        }
    }
}

static gdouble
rms_error (const DdimCanvas *x,
           const DdimCanvas *y)
{
  gsize   size = ddim_canvas_size (x);
  gdouble sum  = 0;

  for (gsize i = 0; i < size; i++)
    {
      gdouble difference = (gdouble) x->data[i] - y->data[i];

      sum += difference * difference;
    }

  return sqrt (sum / MAX (size, 1));
}

static gboolean
decode_variations (DdimField            *field,
                   const DdimLevels     *levels,
                   const DdimVariation  *options,
                   DdimCanvas           *variations,
                   const DdimMonitor    *monitor,
                   GError              **error)
{
  DdimSampling sampling = { .eta     = options->eta * options->strength,
                            .seeds   = options->seeds,
                            .weights = options->weights };

  return ddim_decode (field, levels, &sampling, variations, monitor, error);
}

gboolean
ddim_vary (DdimField            *field,
           const DdimLevels     *levels,
           const DdimVariation  *options,
           const DdimCanvas     *image,
           DdimCanvas           *variations,
           DdimReport           *report,
           const DdimMonitor    *monitor,
           GError              **error)
{
  g_autoptr (DdimCanvas) latent         = NULL;
  g_autoptr (DdimCanvas) reconstruction = NULL;
  /* The shares of the work: the exact encoder takes about two evaluations a
   * step, each decoder one for each item.                                   */
  gdouble      encoding_cost = options->encoder == DDIM_ENCODER_PAPER ? 1 : 2;
  gdouble      whole         = encoding_cost + 1 + variations->n;
  DdimMonitor  part;
  DdimEncoding encoding;
  DdimReport   done;

  if (! (options->strength >= 0 && options->strength <= 1))
    {
      g_set_error (error, DDIM_ERROR, DDIM_ERROR_ARGUMENT,
                   "strength is %g, not between 0 and 1", options->strength);
      return FALSE;
    }
  if (image->n != 1 || variations->h != image->h || variations->w != image->w ||
      variations->c != image->c || image->c != field->channels)
    {
      g_set_error (error, DDIM_ERROR, DDIM_ERROR_ARGUMENT,
                   "Variations of %d x %d x %d values cannot be made of %d pictures "
                   "of %d x %d x %d by a model of %d channels",
                   variations->h, variations->w, variations->c, image->n,
                   image->h, image->w, image->c, field->channels);
      return FALSE;
    }

  variations->x = image->x;
  variations->y = image->y;

  latent = ddim_canvas_copy (image);
  part   = ddim_monitor_part (monitor, 0, encoding_cost / whole);
  if (! ddim_encode (field, levels, options->encoder, latent, &encoding, &part, error))
    return FALSE;

  reconstruction = ddim_canvas_copy (latent);
  part = ddim_monitor_part (monitor, encoding_cost / whole, (encoding_cost + 1) / whole);
  if (! ddim_decode (field, levels, NULL, reconstruction, &part, error))
    return FALSE;

  ddim_latent_measure (latent, 0, NULL, &done.latent);
  done.inversion_error = rms_error (image, reconstruction) / 2;
  done.evaluations     = encoding.evaluations + 2 * levels->S;

  perturb (levels, options, image, latent, variations);
  ddim_latent_measure (variations, 0, latent, &done.perturbed);

  part = ddim_monitor_part (monitor, (encoding_cost + 1) / whole, 1);
  if (! decode_variations (field, levels, options, variations, &part, error))
    return FALSE;

  give_back (options, image, reconstruction, variations);

  if (report)
    *report = done;

  return TRUE;
}
