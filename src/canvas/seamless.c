/* seamless.c: a picture without the jump between its opposite borders
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A picture laid side by side with itself shows its borders: left and right,
 * top and bottom were never neighbours.  Moisan ("Periodic plus smooth image
 * decomposition", J. Math. Imaging Vis. 39, 2011) takes from it the smoothest
 * picture with the same jumps.  His border comes out smoother than the rest
 * (its gradient was a third lower on photographs), so here only as much of the
 * jump is taken out, at each octave of frequencies along the border, as makes
 * it as strong as the steps between neighbouring lines near the border are.
 * What is left of it is detail like any other.
 *
 * Half of the jump comes from either side, and falls off harmonically: for a
 * frequency theta along the border as lambda^x across it, where lambda + 1 /
 * lambda = 4 - 2 cos (theta).  So inside the picture keeps all its detail, no
 * Fourier transform of the plane is needed, and a frequency is added only as
 * far from the border as it reaches.
 */

#include <math.h>

#include "seamless.h"
#include "try-alloc.h"

/* What is left out of what is taken out, as a share of a frequency's jump. */
#define NEGLIGIBLE 1e-5

/* Octaves of frequencies along a border; steps between lines, from each end,
 * that tell how strong one is.                                              */
#define N_OCTAVES 32
#define N_STEPS   8

/* One direction: the jumps along a border of `length` pixels, between the two
 * ends of lines of `depth` pixels.                                          */
typedef struct
{
  gint     length, depth;
  gsize    along, across;  /* strides in floats                             */
  gint     n_frequencies;
  gdouble *cosines;        /* cos (2 pi i / length)                         */
  gdouble *sines;
  gdouble *of_cosine;      /* the transform of what is taken out of the jump */
  gdouble *of_sine;
  gdouble *sums;           /* what is taken out at one distance             */
  gdouble *step_of_cosine; /* the transform of a step between two lines     */
  gdouble *step_of_sine;
} Border;

static gboolean
border_init (Border  *border,
             gint     length,
             gint     depth,
             gsize    along,
             gsize    across,
             GError **error)
{
  gint      n       = length / 2 + 1;
  gdouble **parts[] = { &border->cosines, &border->sines, &border->sums, &border->of_cosine,
                        &border->of_sine, &border->step_of_cosine, &border->step_of_sine };

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    if (! (*parts[i] = ddim_try_new (gdouble, i < 3 ? length : n, error)))
      return FALSE;

  border->length        = length;
  border->depth         = depth;
  border->along         = along;
  border->across        = across;
  border->n_frequencies = n;

  for (gint i = 0; i < length; i++)
    {
      border->cosines[i] = cos (2 * G_PI * i / length);
      border->sines[i]   = sin (2 * G_PI * i / length);
    }
  return TRUE;
}

static void
border_clear (Border *border)
{
  g_free (border->cosines);
  g_free (border->sines);
  g_free (border->of_cosine);
  g_free (border->of_sine);
  g_free (border->sums);
  g_free (border->step_of_cosine);
  g_free (border->step_of_sine);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Border, border_clear)

static gdouble
border_lambda (const Border *border,
               gint          frequency)
{
  gdouble half = 2 - border->cosines[frequency];

  return half - sqrt (half * half - 1);
}

/* Transforms the steps from pixel `from` of the lines of one channel to pixel
 * `to`: step (y) = sum over r of of_cosine[r] cos (2 pi r y / length) +
 * of_sine[r] sin (...).                                                     */
static void
border_transform (const Border *border,
                  const gfloat *channel,
                  gint          from,
                  gint          to,
                  gdouble      *of_cosine,
                  gdouble      *of_sine)
{
  gint length = border->length;

  for (gint r = 0; r < border->n_frequencies; r++)
    {
      gboolean alone = r == 0 || 2 * r == length;

      of_cosine[r] = of_sine[r] = 0;
      for (gint y = 0, at = 0; y < length; y++)
        {
          const gfloat *line = channel + y * border->along;
          gdouble       step = (gdouble) line[to * border->across] - line[from * border->across];

          of_cosine[r] += step * border->cosines[at];
          of_sine[r]   += step * border->sines[at];
          at += r;
          if (at >= length)
            at -= length;
        }

      of_cosine[r] *= (alone ? 1. : 2.) / length;
      of_sine[r]   *= (alone ? 1. : 2.) / length;
    }
}

/* The octave that a frequency lies in, 0 for the mean. */
static gint
octave (gint frequency)
{
  return g_bit_storage (frequency) - (frequency == 0);
}

/* Adds the power of a transform to that of each octave. */
static void
add_power (const Border  *border,
           const gdouble *of_cosine,
           const gdouble *of_sine,
           gdouble        weight,
           gdouble        power[N_OCTAVES])
{
  for (gint r = 0; r < border->n_frequencies; r++)
    power[octave (r)] += weight * (of_cosine[r] * of_cosine[r] + of_sine[r] * of_sine[r]);
}

/* Leaves what is to be taken out of one channel's jump in of_cosine and
 * of_sine.                                                                   */
static void
border_measure (Border       *border,
                const gfloat *channel)
{
  gint     n_steps   = MIN (N_STEPS, border->depth - 1);
  gdouble  jump[N_OCTAVES] = { 0, };
  gdouble  step[N_OCTAVES] = { 0, };
  gdouble *of_cosine = border->step_of_cosine, *of_sine = border->step_of_sine;

  for (gint i = 0; i < n_steps; i++)
    for (gint end = 0; end <= 1; end++)
      {
        gint from = end ? border->depth - 2 - i : i;

        border_transform (border, channel, from, from + 1, of_cosine, of_sine);
        add_power (border, of_cosine, of_sine, 0.5 / n_steps, step);
      }

  border_transform (border, channel, 0, border->depth - 1,
                    border->of_cosine, border->of_sine);
  add_power (border, border->of_cosine, border->of_sine, 1, jump);

  for (gint r = 0; r < border->n_frequencies; r++)
    {
      gint    band = octave (r);
      gdouble out  = jump[band] > step[band] ? 1 - sqrt (step[band] / jump[band]) : 0;

      border->of_cosine[r] *= out;
      border->of_sine[r]   *= out;
    }
}

/* What is taken out at distance x of the first pixel, for 1: from -1/2 at one end of
 * the line to 1/2 at the other.                                             */
static gdouble
border_profile (const Border *border,
                gint          frequency,
                gint          x)
{
  gint    n = border->depth;
  gdouble lambda;

  if (frequency == 0)
    return x / (n - 1.) - 0.5;

  lambda = border_lambda (border, frequency);
  return (pow (lambda, n - 1 - x) - pow (lambda, x)) / (1 - pow (lambda, n - 1)) / 2;
}

/* Fills sums with what is taken out at distance x. */
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

/* Takes it out of one channel. */
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

gboolean
ddim_canvas_make_seamless (DdimCanvas  *canvas,
                           GError     **error)
{
  gsize           row     = (gsize) canvas->w * canvas->c;
  g_auto (Border) columns = { 0, };
  g_auto (Border) rows    = { 0, };

  if (! border_init (&columns, canvas->h, canvas->w, row, canvas->c, error) ||
      ! border_init (&rows, canvas->w, canvas->h, canvas->c, row, error))
    return FALSE;

  for (gint i = 0; i < canvas->n; i++)
    for (gint c = 0; c < canvas->c; c++)
      {
        gfloat *channel = canvas->data + i * ddim_canvas_item_size (canvas) + c;

        /* both directions' jumps are the original's */
        if (canvas->w > 1)
          border_measure (&columns, channel);
        if (canvas->h > 1)
          border_measure (&rows, channel);
        if (canvas->w > 1)
          border_subtract (&columns, channel);
        if (canvas->h > 1)
          border_subtract (&rows, channel);
      }
  return TRUE;
}
