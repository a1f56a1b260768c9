/* vary.c: variations of a picture
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * At level t the picture's latent is z = a image + s epsilon, which says what
 * noise the picture stands for.  Turning that epsilon toward fresh noise keeps
 * the marginal that the network was trained on (the paper's Lemma 1) at any
 * depth, which turning z itself would not.
 *
 * The unchanged latent is decoded too, and what the variation's decoding
 * differs from it is added to the picture: what the encoder or the network
 * could not keep is then in neither, and strength 0 changes nothing.
 */

#include "ddim.h"

#include <math.h>

/* The evaluations expected of each part, for progress. */
#define ENCODE_SHARE 2.0

/* variations <- a image + s slerp (epsilon, noise), item by item */
static void
perturb (const DdimVariation *options,
         const DdimLevel     *level,
         const DdimCanvas    *image,
         const DdimCanvas    *latent,
         DdimCanvas          *variations)
{
  gsize size = ddim_canvas_item_size (image);
  g_autoptr (DdimCanvas) epsilon = ddim_canvas_copy (latent);

  for (gsize i = 0; i < size; i++)
    epsilon->data[i] = (latent->data[i] - level->a * image->data[i]) / level->s;

  for (gint item = 0; item < variations->n; item++)
    {
      DdimCanvas view = *image;

      view.data = variations->data + item * size;
      ddim_noise_fill (&view, &options->seeds[item], 0);
      ddim_latent_slerp (epsilon, &view, options->strength, options->weights, &view);
      for (gsize i = 0; i < size; i++)
        {
          gfloat weight = options->weights ? options->weights[i / image->c] : 1;

          /* Where nothing is to change, the latent's own bits. */
          if (options->strength * weight == 0)
            view.data[i] = latent->data[i];
          else
            view.data[i] = level->a * image->data[i] + level->s * view.data[i];
        }
    }
}

/* RMS of reconstructed - image, black to white being 2 apart. */
static gdouble
inversion_error (const DdimCanvas *image,
                 const DdimCanvas *reconstructed)
{
  gsize   size = ddim_canvas_item_size (image);
  gdouble sum  = 0;

  for (gsize i = 0; i < size; i++)
    {
      gdouble difference = ((gdouble) reconstructed->data[i] - image->data[i]) / 2;

      sum += difference * difference;
    }
  return sqrt (sum / size);
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
  gsize        size  = ddim_canvas_item_size (image);
  gdouble      whole = ENCODE_SHARE + 1 + variations->n;
  DdimMonitor  encoding_part = ddim_monitor_part (monitor, 0, ENCODE_SHARE / whole);
  DdimMonitor  reference_part = ddim_monitor_part (monitor, ENCODE_SHARE / whole,
                                                   (ENCODE_SHARE + 1) / whole);
  DdimMonitor  variation_part = ddim_monitor_part (monitor, (ENCODE_SHARE + 1) / whole, 1);
  DdimSampling sampling = { .eta = options->eta * options->strength,
                            .seeds = options->seeds, .weights = options->weights };
  DdimEncoding encoding = { 0 };
  g_autoptr (DdimCanvas) latent = ddim_canvas_copy (image);

  g_return_val_if_fail (image->n == 1 && size == ddim_canvas_item_size (variations), FALSE);
  g_return_val_if_fail (image->c == field->channels && variations->n > 0, FALSE);

  variations->x = image->x;
  variations->y = image->y;
  if (! ddim_encode (field, levels, options->encoder, latent, &encoding,
                     &encoding_part, error))
    return FALSE;
  if (report)
    ddim_latent_measure (latent, 0, NULL, &report->latent);

  if (levels->S > 0)
    perturb (options, &levels->levels[levels->S], image, latent, variations);
  else
    for (gint item = 0; item < variations->n; item++)
      memcpy (variations->data + item * size, image->data, size * sizeof (gfloat));

  /* From here on `latent` is the reference. */
  if (! ddim_decode (field, levels, NULL, latent, &reference_part, error) ||
      ! ddim_decode (field, levels, &sampling, variations, &variation_part, error))
    return FALSE;

  if (report)
    {
      report->evaluations     = encoding.evaluations + 2 * levels->S;
      report->inversion_error = inversion_error (image, latent);
    }
  for (gint item = 0; item < variations->n; item++)
    for (gsize i = 0; i < size; i++)
      variations->data[item * size + i] = image->data[i]
        + (variations->data[item * size + i] - latent->data[i]);
  return TRUE;
}
