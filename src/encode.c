/* encode.c: the encoder, from picture to latent
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A deterministic decoder step from level t down to s is
 *   x_s = (a_s / a_t) x_t + (s_s - (a_s / a_t) s_t) epsilon (x_t, t),
 * so its inverse is implicit:
 *   x_t = g (x_t),  g (z) = A x_s + B epsilon (z, t),  A = a_t / a_s,
 *   B = s_t - A s_s.
 * The paper's encoder, equation (13) the other way, is g (x_s): one step of a
 * fixed-point iteration.  The exact encoder goes on with it, sped up by
 * Anderson's mixing of the last two iterates (J. ACM 12, 1965), until decoder
 * and encoder agree.
 */

#include "ddim.h"

#include <math.h>

/* Where the encoder may stop: RMS of g (z) - z.  A step of 8 bits is 2 / 255;
 * this is a fortieth of it, and what remains is carried by ddim_vary.      */
#define TOLERANCE 2e-4

/* Evaluations the exact encoder may spend: this many for one of the paper's,
 * of which one step may take at most so many.                              */
#define MAX_COST   3
#define MAX_ROUNDS 12

typedef struct
{
  DdimField  *field;
  DdimCanvas *x;                /* at level s                               */
  DdimCanvas *z, *g;            /* iterate and its image                    */
  DdimCanvas *old_z, *old_g;    /* the ones before                          */
  DdimCanvas *best;             /* the iterate of the smallest residual     */
  gint        evaluations;
} Encoder;

/* g <- A x + B epsilon (z, t) */
static gboolean
evaluate (Encoder            *encoder,
          const DdimLevel    *from,
          const DdimLevel    *to,
          const DdimMonitor  *monitor,
          GError            **error)
{
  gfloat a = to->a / from->a;
  gfloat b = to->s - to->a / from->a * from->s;
  gsize  size = ddim_canvas_size (encoder->x);

  if (! ddim_field_epsilon (encoder->field, encoder->z, to, encoder->g, monitor, error))
    return FALSE;

  for (gsize i = 0; i < size; i++)
    encoder->g->data[i] = a * encoder->x->data[i] + b * encoder->g->data[i];
  encoder->evaluations++;
  return TRUE;
}

/* RMS of g - z, of the item where it is largest. */
static gdouble
residual (const Encoder *encoder)
{
  gsize   size = ddim_canvas_item_size (encoder->x);
  gdouble largest = 0;

  for (gint item = 0; item < encoder->x->n; item++)
    {
      gdouble sum = 0;

      for (gsize i = item * size; i < (item + 1) * size; i++)
        {
          gdouble f = (gdouble) encoder->g->data[i] - encoder->z->data[i];

          sum += f * f;
        }
      largest = MAX (largest, sqrt (sum / size));
    }
  return largest;
}

/* Anderson's mixing over two iterates, for each item by itself:
 *   z <- g - theta (g - old_g),  theta = <f, f - old_f> / |f - old_f|^2.
 * The first round, which has no older iterate, is plain: z <- g.           */
static void
mix (Encoder  *encoder,
     gboolean  first)
{
  gsize size = ddim_canvas_item_size (encoder->x);

  for (gint item = 0; item < encoder->x->n; item++)
    {
      gfloat *z = encoder->z->data + item * size, *old_z = encoder->old_z->data + item * size;
      gfloat *g = encoder->g->data + item * size, *old_g = encoder->old_g->data + item * size;
      gdouble product = 0, square = 0, theta = 0;

      for (gsize i = 0; i < size && ! first; i++)
        {
          gdouble f = (gdouble) g[i] - z[i];
          gdouble d = f - ((gdouble) old_g[i] - old_z[i]);

          product += f * d;
          square  += d * d;
        }
      if (square > 0)
        theta = CLAMP (product / square, -1, 1);
      for (gsize i = 0; i < size; i++)
        {
          gfloat mixed = g[i] - theta * (g[i] - old_g[i]);

          old_z[i] = z[i];
          old_g[i] = g[i];
          z[i]     = mixed;
        }
    }
}

static void
copy (DdimCanvas       *to,
      const DdimCanvas *from)
{
  memcpy (to->data, from->data, ddim_canvas_size (from) * sizeof (gfloat));
}

/* One step up; x becomes the higher level.  rounds: evaluations it may take.
 * Returns the residual through `left`.                                     */
static gboolean
climb (Encoder            *encoder,
       const DdimLevel    *from,
       const DdimLevel    *to,
       gint                rounds,
       gdouble            *left,
       const DdimMonitor  *monitor,
       GError            **error)
{
  gdouble smallest = G_MAXDOUBLE, last = G_MAXDOUBLE;

  copy (encoder->z, encoder->x);
  for (gint round = 0; round < rounds; round++)
    {
      DdimMonitor part = ddim_monitor_part (monitor, (gdouble) round / rounds,
                                            (round + 1.0) / rounds);

      if (! evaluate (encoder, from, to, &part, error))
        return FALSE;
      last = residual (encoder);
      if (round > 0 && last < smallest)
        {
          smallest = last;
          copy (encoder->best, encoder->z);
        }
      mix (encoder, round == 0);
      if (round > 0 && last < TOLERANCE)
        break;
    }

  /* The mixed iterate has not been tried; it follows the best one only. */
  copy (encoder->x, rounds > 1 && last > smallest ? encoder->best : encoder->z);
  *left = MIN (last, smallest);
  return TRUE;
}

gboolean
ddim_encode (DdimField          *field,
             const DdimLevels   *levels,
             DdimEncoder         encoder,
             DdimCanvas         *x,
             DdimEncoding       *encoding,
             const DdimMonitor  *monitor,
             GError            **error)
{
  g_autoptr (DdimCanvas) z = ddim_canvas_copy (x);
  g_autoptr (DdimCanvas) g = ddim_canvas_copy (x);
  g_autoptr (DdimCanvas) old_z = ddim_canvas_copy (x);
  g_autoptr (DdimCanvas) old_g = ddim_canvas_copy (x);
  g_autoptr (DdimCanvas) best = ddim_canvas_copy (x);
  Encoder self = { field, x, z, g, old_z, old_g, best, 0 };
  gdouble worst = 0;

  for (gint i = 0; i < levels->S; i++)
    {
      DdimMonitor part = ddim_monitor_part (monitor, (gdouble) i / levels->S,
                                            (i + 1.0) / levels->S);
      /* What earlier steps saved, later ones may spend. */
      gint    spare  = MAX_COST * levels->S - self.evaluations - (levels->S - 1 - i);
      gint    rounds = encoder == DDIM_ENCODER_PAPER ? 1 : CLAMP (spare, 1, MAX_ROUNDS);
      gdouble left;

      if (! ddim_monitor_update (&part, 0, error) ||
          ! climb (&self, &levels->levels[i], &levels->levels[i + 1], rounds,
                   &left, &part, error))
        return FALSE;
      worst = MAX (worst, left);
    }

  if (encoding)
    {
      encoding->evaluations = self.evaluations;
      encoding->residual    = worst;
    }
  return ddim_monitor_update (monitor, 1, error);
}
