/* periodic.c: a picture without the jump between its opposite borders
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A picture laid side by side with itself shows its borders: left and right,
 * top and bottom were never neighbours.  Moisan ("Periodic plus smooth image
 * decomposition", J. Math. Imaging Vis. 39, 2011) splits u = p + s, where s is
 * the smoothest picture with the same jumps: on the torus
 *
 *   laplacian (s) = v,  v (0, y) = u (W - 1, y) - u (0, y) = -v (W - 1, y)
 *
 * and the same for rows.  p keeps the picture's detail, and wraps.
 *
 * v lies on the borders only, so no Fourier transform of the plane is needed:
 * for a jump of frequency theta along a border, s falls off across it as
 * lambda^x, where lambda + 1 / lambda = 4 - 2 cos (theta).  A frequency is
 * added only as far from the border as it reaches.
 */

#include <math.h>

#include "ddim.h"

/* What is left out of s, as a share of a frequency's jump. */
#define NEGLIGIBLE 1e-5

/* One direction: the jumps along a border of `length` pixels, between the two
 * ends of lines of `depth` pixels.                                          */
typedef struct
{
  gint     length, depth;
  gsize    along, across;  /* strides in floats                             */
  gint     n_frequencies;
  gdouble *cosines;        /* cos (2 pi i / length)                         */
  gdouble *sines;
  gdouble *of_cosine;      /* the jumps' transform, for each frequency      */
  gdouble *of_sine;
  gdouble *sums;           /* s along the line at one distance              */
} Border;

static void
border_init (Border *border,
             gint    length,
             gint    depth,
             gsize   along,
             gsize   across)
{
  border->length        = length;
  border->depth         = depth;
  border->along         = along;
  border->across        = across;
  border->n_frequencies = length / 2 + 1;
  border->cosines       = g_new (gdouble, length);
  border->sines         = g_new (gdouble, length);
  border->of_cosine     = g_new (gdouble, border->n_frequencies);
  border->of_sine       = g_new (gdouble, border->n_frequencies);
  border->sums          = g_new (gdouble, length);

  for (gint i = 0; i < length; i++)
    {
      border->cosines[i] = cos (2 * G_PI * i / length);
      border->sines[i]   = sin (2 * G_PI * i / length);
    }
}

static void
border_clear (Border *border)
{
  g_free (border->cosines);
  g_free (border->sines);
  g_free (border->of_cosine);
  g_free (border->of_sine);
  g_free (border->sums);
}

static gdouble
border_lambda (const Border *border,
               gint          frequency)
{
  gdouble half = 2 - border->cosines[frequency];

  return half - sqrt (half * half - 1);
}

/* Transforms the jumps of one channel: jump (y) = sum over r of
 * of_cosine[r] cos (2 pi r y / length) + of_sine[r] sin (...).              */
static void
border_transform (Border       *border,
                  const gfloat *channel)
{
  gint length = border->length;

  for (gint r = 0; r < border->n_frequencies; r++)
    {
      gboolean alone = r == 0 || 2 * r == length;
      gdouble  of_cosine = 0, of_sine = 0;

      for (gint y = 0, at = 0; y < length; y++)
        {
          const gfloat *line = channel + y * border->along;
          gdouble       jump = (gdouble) line[(border->depth - 1) * border->across] - line[0];

          of_cosine += jump * border->cosines[at];
          of_sine   += jump * border->sines[at];
          at += r;
          if (at >= length)
            at -= length;
        }

      border->of_cosine[r] = of_cosine * (alone ? 1 : 2) / length;
      border->of_sine[r]   = of_sine * (alone ? 1 : 2) / length;
    }
}

/* s at distance x of the first pixel for a jump of 1.  With Green's function
 * of the line's circle, g (x) = - (lambda^x + lambda^(depth - x)) /
 * ((1 - lambda^depth) (1 / lambda - lambda)), it is g (x) - g (x + 1).       */
static gdouble
border_profile (const Border *border,
                gint          frequency,
                gint          x)
{
  gint    n = border->depth;
  gdouble lambda;

  if (frequency == 0)
    return (x - (n - 1) / 2.) / n;

  lambda = border_lambda (border, frequency);
  return (pow (lambda, x + 1) + pow (lambda, n - x - 1) - pow (lambda, x) - pow (lambda, n - x))
         / ((1 - pow (lambda, n)) * (1 / lambda - lambda));
}

/* Fills sums with s along the line at distance x. */
static void
border_sum (Border *border,
            gint    x)
{
  gint length = border->length;
  gint near   = MIN (x, border->depth - 1 - x);

  for (gint y = 0; y < length; y++)
    border->sums[y] = 0;

  for (gint r = 0; r < border->n_frequencies; r++)
    {
      gdouble height, of_cosine, of_sine;

      if (r > 0 && pow (border_lambda (border, r), near) < NEGLIGIBLE)
        break;

      height    = border_profile (border, r, x);
      of_cosine = height * border->of_cosine[r];
      of_sine   = height * border->of_sine[r];

      for (gint y = 0, at = 0; y < length; y++)
        {
          border->sums[y] += of_cosine * border->cosines[at] + of_sine * border->sines[at];
          at += r;
          if (at >= length)
            at -= length;
        }
    }
}

/* Takes s of this direction's jumps from one channel. */
static void
border_subtract (Border *border,
                 gfloat *channel)
{
  for (gint x = 0; x < border->depth; x++)
    {
      border_sum (border, x);
      for (gint y = 0; y < border->length; y++)
        channel[x * border->across + y * border->along] -= border->sums[y];
    }
}

void
ddim_canvas_make_periodic (DdimCanvas *canvas)
{
  gsize  row     = (gsize) canvas->w * canvas->c;
  Border columns = { 0, };
  Border rows    = { 0, };

  border_init (&columns, canvas->h, canvas->w, row, canvas->c);
  border_init (&rows, canvas->w, canvas->h, canvas->c, row);

  for (gint i = 0; i < canvas->n; i++)
    for (gint c = 0; c < canvas->c; c++)
      {
        gfloat *channel = canvas->data + i * ddim_canvas_item_size (canvas) + c;

        /* both directions' jumps are the original's */
        border_transform (&columns, channel);
        border_transform (&rows, channel);
        border_subtract (&columns, channel);
        border_subtract (&rows, channel);
      }

  border_clear (&columns);
  border_clear (&rows);
}
