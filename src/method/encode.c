/* encode.c: the decoder's steps undone, from the cleanest level up
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A deterministic decoder step takes z at level t to level s:
 *
 *   x_s = (z - B epsilon (z, t)) / A,  A = a_t / a_s,  B = s_t - A s_s.
 *
 * Undoing it asks for the z with z = A x_s + B epsilon (z, t).  The paper's
 * encoder, equation (13) upwards, puts x_s for z on the right: one
 * evaluation, and an error that adds up.  The exact encoder solves for z:
 *
 *   - it starts from the epsilon that solved the step before, which is
 *     already a second-order guess;
 *   - it iterates z <- A x_s + B epsilon (z, t), with Anderson acceleration
 *     over the last two iterates (Walker and Ni, SIAM J. Numer. Anal. 49,
 *     2011);
 *   - it stops where what is left is too small to see, or where it grows:
 *     outside of what a network knows the iteration need not contract, and
 *     the better iterate is kept.
 *
 * Its memory is four canvases of one item besides x, whatever S is.
 */

#include <string.h>

#include "encode.h"

/* What all steps together may leave undone, seen at the clean end on a scale
 * from -1 to 1, as a root mean square: a quarter of a step of 8 bits.  Steps
 * err in the same direction, so each has its share of the sum.              */
#define TOLERANCE 2e-3

#define MAX_ROUNDS 8

/* The exact encoder's allowance, in evaluations a step. */
#define ALLOWANCE 3

static void
swap (DdimCanvas **one,
      DdimCanvas **other)
{
  DdimCanvas *kept = *one;

  *one   = *other;
  *other = kept;
}

/* out = of_x x + of_y y; out may be x or y. */
static void
combine (gdouble           of_x,
         const DdimCanvas *x,
         gdouble           of_y,
         const DdimCanvas *y,
         DdimCanvas       *out)
{
  gsize size = ddim_canvas_size (x);

  for (gsize i = 0; i < size; i++)
    out->data[i] = of_x * x->data[i] + of_y * y->data[i];
}

static void
step_coefficients (const DdimLevels *levels,
                   gint              i,
                   gdouble          *A,
                   gdouble          *B)
{
  const DdimLevel *from = &levels->levels[i - 1];
  const DdimLevel *to   = &levels->levels[i];

  *A = to->a / from->a;
  *B = to->s - *A * from->s;
}

/* The paper's encoder ------------------------------------------------ */

static gboolean
encode_paper (DdimField          *field,
              const DdimLevels   *levels,
              DdimCanvas         *x,
              DdimEncoding       *encoding,
              const DdimMonitor  *monitor,
              GError            **error)
{
  g_autoptr (DdimCanvas) epsilon = ddim_canvas_try_like (x, x->n, error);

  if (! epsilon)
    return FALSE;
  for (gint i = 1; i <= levels->S; i++)
    {
      DdimMonitor part = ddim_monitor_part (monitor,
                                            (i - 1) / (gdouble) levels->S,
                                            i / (gdouble) levels->S);
      gdouble     A, B;

      if (! ddim_field_epsilon (field, x, &levels->levels[i], epsilon, &part, error))
        return FALSE;
      encoding->evaluations++;

      step_coefficients (levels, i, &A, &B);
      combine (A, x, B, epsilon, x);

      if (! ddim_monitor_update (&part, 1, error))
        return FALSE;
    }

  return TRUE;
}

/* The exact encoder -------------------------------------------------- */

typedef struct
{
  DdimCanvas *x;      /* at the level that is left                          */
  DdimCanvas *z;      /* the iterate                                        */
  DdimCanvas *g;      /* A x + B epsilon (z)                                */
  DdimCanvas *last_z; /* the iterate before, and what it gave               */
  DdimCanvas *last_g;
} Solver;

/* The five canvases; x's memory is one of them, in whichever place it is at the time. */
static gboolean
solver_begin (Solver      *solver,
              DdimCanvas  *x,
              GError     **error)
{
  solver->x = g_memdup2 (x, sizeof *x);
  return (solver->z = ddim_canvas_try_copy (x, error)) &&
         (solver->g = ddim_canvas_try_like (x, 1, error)) &&
         (solver->last_z = ddim_canvas_try_like (x, 1, error)) &&
         (solver->last_g = ddim_canvas_try_like (x, 1, error));
}

/* Frees all but the memory that is x's own. */
static void
solver_end (Solver           *solver,
            const DdimCanvas *x)
{
  DdimCanvas *all[] = { solver->x, solver->z, solver->g, solver->last_z, solver->last_g };

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    if (all[i] && all[i]->data == x->data)
      g_free (all[i]);
    else
      ddim_canvas_free (all[i]);
}

/* z <- g - gamma (g - last_g), gamma chosen so that f = g - z, combined in
 * the same way, is smallest.                                                */
static void
solver_mix (Solver *solver)
{
  gsize   size   = ddim_canvas_size (solver->x);
  gdouble along  = 0;
  gdouble square = 0;
  gdouble gamma;

  for (gsize i = 0; i < size; i++)
    {
      gdouble f      = (gdouble) solver->g->data[i] - solver->z->data[i];
      gdouble last_f = (gdouble) solver->last_g->data[i] - solver->last_z->data[i];

      along  += f * (f - last_f);
      square += (f - last_f) * (f - last_f);
    }

  gamma = square > 0 ? along / square : 0;

  /* The pair becomes the last one; the new iterate goes where the old last
   * iterate was, and g's memory is free for the next evaluation.            */
  combine (1 - gamma, solver->g, gamma, solver->last_g, solver->last_z);
  swap (&solver->z, &solver->last_z);
  swap (&solver->g, &solver->last_g);
}

/* Solves one step; solver->z holds the first guess and then the solution.
 * Returns what is left of the defect through *defect.                       */
static gboolean
solver_step (Solver             *solver,
             DdimField          *field,
             const DdimLevels   *levels,
             gint                i,
             gint                max_rounds,
             gint               *evaluations,
             gdouble            *defect,
             const DdimMonitor  *monitor,
             GError            **error)
{
  const DdimLevel *level = &levels->levels[i];
  gdouble          last  = 0;
  gdouble          A, B, rate;

  step_coefficients (levels, i, &A, &B);

  /* epsilon's slope in z is at most 1 / s where the picture has no variance,
   * so a round should leave no more than B / s of the defect.               */
  rate = MIN (B / level->s, 1);

  for (gint round = 0; ; round++)
    {
      DdimMonitor part = ddim_monitor_part (monitor, round / (gdouble) max_rounds,
                                            (round + 1) / (gdouble) max_rounds);
      gdouble     now;

      if (! ddim_field_epsilon (field, solver->z, level, solver->g, &part, error))
        return FALSE;
      (*evaluations)++;
      combine (A, solver->x, B, solver->g, solver->g);

      /* At a level where nothing is left of the picture, any z will do. */
      now = level->a > 0 ? ddim_canvas_rms_difference (solver->g, solver->z) / level->a : 0;

      if (round > 0)
        {
          if (! (now < last))
            {
              swap (&solver->z, &solver->last_z);
              *defect = last;
              return TRUE;
            }
          rate = MAX (rate, now / last);
          solver_mix (solver);
        }
      else
        {
          /* The first iterate moves to g, a plain fixed-point round. */
          swap (&solver->last_z, &solver->z);
          swap (&solver->last_g, &solver->g);
          combine (1, solver->last_g, 0, solver->last_g, solver->z);
        }

      *defect = now * rate;
      if (*defect <= TOLERANCE / levels->S || round + 1 >= max_rounds)
        return TRUE;
      last = now;
    }
}

static gboolean
encode_exact (DdimField          *field,
              const DdimLevels   *levels,
              DdimCanvas         *x,
              DdimEncoding       *encoding,
              const DdimMonitor  *monitor,
              GError            **error)
{
  Solver   solver      = { NULL };
  gint     evaluations = 0;
  gboolean success     = solver_begin (&solver, x, error);

  for (gint i = 1; success && i <= levels->S; i++)
    {
      DdimMonitor part = ddim_monitor_part (monitor,
                                            (i - 1) / (gdouble) levels->S,
                                            i / (gdouble) levels->S);
      gint        left = ALLOWANCE * levels->S - evaluations - (levels->S - i);
      gdouble     defect;

      success = solver_step (&solver, field, levels, i, CLAMP (left, 1, MAX_ROUNDS),
                             &evaluations, &defect, &part, error)
                && ddim_monitor_update (&part, 1, error);

      if (success && i < levels->S)
        {
          gdouble A, B, A_next, B_next;

          /* The next guess: the epsilon that solves this step, once more. */
          step_coefficients (levels, i, &A, &B);
          step_coefficients (levels, i + 1, &A_next, &B_next);
          combine (A_next + B_next / B, solver.z, - B_next * A / B, solver.x, solver.x);
          swap (&solver.x, &solver.z);
        }
      if (success)
        encoding->residual = MAX (encoding->residual, defect);
    }

  if (success && solver.z->data != x->data)
    memcpy (x->data, solver.z->data, ddim_canvas_size (x) * sizeof (gfloat));
  encoding->evaluations += evaluations;

  solver_end (&solver, x);
  return success;
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
  DdimEncoding done = { 0, };
  gsize        item_size = ddim_canvas_item_size (x);

  if (encoder == DDIM_ENCODER_PAPER)
    {
      if (! encode_paper (field, levels, x, &done, monitor, error))
        return FALSE;
    }
  else
    {
      /* Item by item: how many rounds one needs is no other one's matter. */
      for (gint n = 0; n < x->n; n++)
        {
          DdimMonitor part = ddim_monitor_part (monitor, n / (gdouble) x->n,
                                                (n + 1) / (gdouble) x->n);
          DdimCanvas  item = *x;

          item.n    = 1;
          item.data = x->data + n * item_size;
          if (! encode_exact (field, levels, &item, &done, &part, error))
            return FALSE;
        }
    }

  if (encoding)
    *encoding = done;

  return TRUE;
}
