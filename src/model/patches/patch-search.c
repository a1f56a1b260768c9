/* patch-search.c: near patches, found from coarse to fine
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where a picture has too many patches to compare with all of them, those are
 * compared that the coarser scale's nearest ones point to: around a patch of
 * the canvas lie four patches of the coarser grid, each with some matches; each
 * match says where in the picture this patch would lie, give or take a cell.
 * Then each patch tries what its neighbours found, moved on as far as they lie
 * apart (coarse-to-fine and neighbours' offsets, as in Barnes et al.,
 * "PatchMatch", ACM Trans. Graph. 28, 2009, but without its random guesses).
 * Keys are compared together with what surrounds them, in coarser cells, as
 * evidence of its own: log w_j = - |y - p_j|^2 / 2 v - |y' - p'_j|^2 / 2 v'.  So
 * larger structures stay whole, and patches that overlap agree.
 */

#include <math.h>

#include "aligned-memory.h"
#include "thread-pool-private.h"
#include "try-alloc.h"
#include "patch.h"

#define ROW    32  /* floats of a line of a patch, padded                     */
#define PASSED 1   /* matches that a patch passes on to each neighbour       */
#define TRIED  (8 * DDIM_PATCH_MAX_KEEP)

typedef struct
{
  const DdimPatchScale   *scale;
  const DdimPatchMatches *coarse;
  const DdimPatchScale   *coarse_scale;
  DdimPatchMatches       *matches;
  const DdimPatchWork    *work;
  const DdimKernels      *kernels;
  const gint32           *places;  /* what all had found before any passes on */
  const guint8           *turns;
} Job;

/* Refining ------------------------------------------------------------------- */

/* Keys about a place, `reach` cells each way, in a turn. */
typedef struct
{
  gint y, x, turn, reach;
} Square;

/* One patch of the canvas, in every turn, and what it has been compared with. */
typedef struct
{
  gfloat lines[DDIM_TURNS][DDIM_PATCH * ROW];
  gfloat context[DDIM_TURNS][DDIM_PATCH * ROW];
  gint   y, x;         /* its own place                                        */
  gsize  at;           /* of its matches                                       */
  gint   n_tried;
  Square tried[TRIED];
} Query;

static void
query_read (Query     *query,
            const Job *job,
            gint       row,
            gint       column)
{
  const DdimPlane        *plane   = &job->matches->plane;
  const DdimPatchContext *context = &job->matches->context;
  const DdimPatchGrid    *grid    = &job->matches->grid;
  gint                    c       = plane->c;

  query->y  = ddim_patch_grid_y (grid, row);
  query->x  = ddim_patch_grid_x (grid, column);
  query->at = ((gsize) row * grid->w + column) * job->matches->keep;
  query->n_tried = 0;

  for (gint i = 0; i < job->work->n_turns; i++)
    {
      gint          turn  = job->work->turns[i];
      const guint8 *cells = job->work->cells[turn];

      ddim_patch_read (query->lines[turn], ROW,
                       plane->cells + ((gsize) query->y * plane->columns + query->x) * c,
                       (gsize) plane->columns * c, c, cells);
      ddim_patch_read (query->context[turn], ROW,
                       ddim_patch_context_of (context, query->y, query->x, turn),
                       (gsize) context->columns * c, c, cells);
    }
}

/* Whether this comparison is one of a square's. */
static inline gboolean
square_holds (const Square *square,
              gint          y,
              gint          x,
              gint          turn)
{
  return ABS (y - square->y) <= square->reach && ABS (x - square->x) <= square->reach &&
         square->turn == turn;
}

static void
insert (DdimPatchMatches *matches,
        gsize             at,
        gfloat            distance,
        gint32            place,
        gint              turn)
{
  gfloat *distances = matches->distances + at;
  gint    k         = matches->keep - 1;

  if (! (distance < distances[k]))
    return;
  for (; k > 0 && distance < distances[k - 1]; k--)
    {
      distances[k] = distances[k - 1];
      matches->places[at + k] = matches->places[at + k - 1];
      matches->turns[at + k]  = matches->turns[at + k - 1];
    }
  distances[k] = distance;
  matches->places[at + k] = place;
  matches->turns[at + k]  = turn;
}

/* Compares with the key at the picture's place (y, x), if there is one. */
static inline void
compare (const Job   *job,
         const Query *query,
         gint         y,
         gint         x,
         gint         turn)
{
  const DdimPlane        *plane   = &job->scale->plane;
  const DdimPatchContext *context = &job->scale->context;
  gint32                  place   = y * plane->w + x;
  gfloat                  distance, handicap;

  if (y < 0 || x < 0 || y >= plane->h || x >= plane->w || ! job->scale->allowed[place])
    return;
  handicap = ddim_patch_scale_handicap_at (job->scale, &job->matches->plane, query->y, query->x,
                                           y, x);
  if (handicap >= G_MAXFLOAT)
    return;

  distance = handicap + job->kernels->distance (query->lines[turn], ROW,
                                     plane->cells + (gsize) place * plane->c,
                                     (gsize) plane->columns * plane->c, DDIM_PATCH,
                                     DDIM_PATCH * plane->c);
  if (! (distance < job->matches->distances[query->at + job->matches->keep - 1]))
    return;
  distance += job->matches->share
              * job->kernels->distance (query->context[turn], ROW,
                                        ddim_patch_context_of (context, y, x, 0),
                                        (gsize) context->columns * plane->c, DDIM_PATCH,
                                        DDIM_PATCH * plane->c);
  insert (job->matches, query->at, distance, place, turn);
}

/* Compares with those keys of a square that no earlier one held. */
static void
try (const Job    *job,
     Query        *query,
     const Square *square)
{
  gint near[TRIED];
  gint n_near = 0;

  /* The earlier squares that meet this one. */
  for (gint i = 0; i < query->n_tried; i++)
    {
      const Square *tried = &query->tried[i];
      gint          reach = tried->reach + square->reach;

      if (tried->turn != square->turn || ABS (tried->y - square->y) > reach ||
          ABS (tried->x - square->x) > reach)
        continue;
      if (tried->y == square->y && tried->x == square->x && tried->reach == square->reach)
        return;
      near[n_near++] = i;
    }

  for (gint y = square->y - square->reach; y <= square->y + square->reach; y++)
    for (gint x = square->x - square->reach; x <= square->x + square->reach; x++)
      {
        gint i = 0;

        while (i < n_near && ! square_holds (&query->tried[near[i]], y, x, square->turn))
          i++;
        if (i == n_near)
          compare (job, query, y, x, square->turn);
      }
  if (query->n_tried < TRIED)
    query->tried[query->n_tried++] = *square;
}

/* The coarser grid's row (or column) before the place where `centre`, in its
 * cells, is the middle of a patch.                                          */
static gint
row_before (gdouble centre,
            gint    stride)
{
  return floor ((centre - (DDIM_PATCH - 1) / 2.0) / stride);
}

/* The whole number that is nearest, without a call. */
static inline gint
round_place (gdouble place)
{
  return (gint) (place + (1 << 28) + 0.5) - (1 << 28);
}

/* A distance on a circle of `size`, the shorter way. */
static gdouble
nearer (gdouble  distance,
        gint     size,
        gboolean wrap)
{
  return wrap ? distance - size * round (distance / size) : distance;
}

static void
refine_patch (const Job *job,
              Query     *query,
              gint       row,
              gint       column)
{
  DdimPatchMatches       *matches = job->matches;
  const DdimPatchMatches *coarse  = job->coarse;
  const DdimPlane        *plane   = &matches->plane;
  const DdimPlane        *above   = &coarse->plane;
  gboolean                wrap    = plane->wrap;
  gdouble half = (DDIM_PATCH - 1) / 2.0;
  gint    y, x;
  gsize   at;
  gdouble cy, cx; /* the patch's middle, in the coarser plane's cells */
  gint    first_row, first_column;

  query_read (query, job, row, column);
  y  = query->y;
  x  = query->x;
  at = query->at;
  for (gint k = 0; k < matches->keep; k++)
    {
      matches->places[at + k]    = -1;
      matches->distances[at + k] = G_MAXFLOAT;
      matches->turns[at + k]     = 0;
    }

  if (wrap)
    {
      cy = (y + half + 0.5) * above->h / plane->h - 0.5;
      cx = (x + half + 0.5) * above->w / plane->w - 0.5;
    }
  else
    {
      cy = (plane->y + y + half + 0.5) / 2 - 0.5 - above->y;
      cx = (plane->x + x + half + 0.5) / 2 - 0.5 - above->x;
    }
  first_row    = row_before (cy, coarse->grid.stride);
  first_column = row_before (cx, coarse->grid.stride);

  for (gint i = 0; i < 4; i++)
    {
      gint    r = ddim_plane_nearest (first_row + i / 2, coarse->grid.h, wrap);
      gint    s = ddim_plane_nearest (first_column + i % 2, coarse->grid.w, wrap);
      gsize   from = ((gsize) r * coarse->grid.w + s) * coarse->keep;
      /* From the middle of the coarse patch to this one's, in fine cells. */
      gdouble dy = 2 * nearer (cy - half - ddim_patch_grid_y (&coarse->grid, r),
                               above->h, wrap);
      gdouble dx = 2 * nearer (cx - half - ddim_patch_grid_x (&coarse->grid, s),
                               above->w, wrap);

      for (gint k = 0; k < coarse->keep && coarse->places[from + k] >= 0; k++)
        {
          const DdimPlane *source = &job->coarse_scale->plane;
          gint    place = coarse->places[from + k];
          gint    turn  = coarse->turns[from + k];
          gdouble ty    = turn & DDIM_TURN_TRANSPOSE ? dx : dy;
          gdouble tx    = turn & DDIM_TURN_TRANSPOSE ? dy : dx;
          Square  square = { .turn = turn, .reach = 1 };

          if (turn & DDIM_TURN_MIRROR_Y)
            ty = - ty;
          if (turn & DDIM_TURN_MIRROR_X)
            tx = - tx;
          square.y = round_place (2 * (source->y + place / source->w + half + 0.5)
                                  - 0.5 - half + ty) - job->scale->plane.y;
          square.x = round_place (2 * (source->x + place % source->w + half + 0.5)
                                  - 0.5 - half + tx) - job->scale->plane.x;
          try (job, query, &square);
        }
    }

  /* What the coarse matches point to may all be forbidden here: then a key
   * from anywhere, the first that is allowed.                               */
  for (gint k = 0; matches->places[at] < 0 && k < job->scale->n_keys; k++)
    compare (job, query, job->scale->keys[k] / job->scale->plane.w,
             job->scale->keys[k] % job->scale->plane.w, 0);
}

static void
refine_row (gint     row,
            gint     worker,
            gpointer data)
{
  const Job *job   = data;
  Query     *query = g_new0 (Query, 1);

  for (gint column = 0; column < job->matches->grid.w; column++)
    refine_patch (job, query, row, column);
  g_free (query);
}

/* Passing on ----------------------------------------------------------------- */

/* Compares with what lies beside the matches of the patches around. */
static void
ask_neighbours (const Job *job,
                Query     *query,
                gint       row,
                gint       column)
{
  DdimPatchMatches    *matches = job->matches;
  const DdimPatchGrid *grid    = &matches->grid;
  const DdimPlane     *plane   = &matches->plane;
  gint  w  = job->scale->plane.w;
  gint  y, x;
  gsize at;

  query_read (query, job, row, column);
  y  = query->y;
  x  = query->x;
  at = query->at;
  for (gint k = 0; k < matches->keep && matches->places[at + k] >= 0; k++)
    query->tried[query->n_tried++] = (Square) { matches->places[at + k] / w,
                                                matches->places[at + k] % w,
                                                matches->turns[at + k], 0 };

  for (gint i = 0; i < 9; i++)
    {
      gint  r = row + i / 3 - 1;
      gint  s = column + i % 3 - 1;
      gsize from;
      gint  dy, dx;

      if (i == 4 || (! plane->wrap && (r < 0 || s < 0 || r >= grid->h || s >= grid->w)))
        continue;
      r    = ddim_plane_nearest (r, grid->h, plane->wrap);
      s    = ddim_plane_nearest (s, grid->w, plane->wrap);
      from = ((gsize) r * grid->w + s) * matches->keep;
      dy   = nearer (y - ddim_patch_grid_y (grid, r), plane->h, plane->wrap);
      dx   = nearer (x - ddim_patch_grid_x (grid, s), plane->w, plane->wrap);

      for (gint k = 0; k < MIN (PASSED, matches->keep) && job->places[from + k] >= 0; k++)
        {
          gint   turn   = job->turns[from + k];
          gint   ty     = turn & DDIM_TURN_TRANSPOSE ? dx : dy;
          gint   tx     = turn & DDIM_TURN_TRANSPOSE ? dy : dx;
          Square square = { .turn = turn };

          if (turn & DDIM_TURN_MIRROR_Y)
            ty = - ty;
          if (turn & DDIM_TURN_MIRROR_X)
            tx = - tx;
          square.y = job->places[from + k] / w + ty;
          square.x = job->places[from + k] % w + tx;
          try (job, query, &square);
        }
    }
}

static void
ask_row (gint     row,
         gint     worker,
         gpointer data)
{
  const Job *job   = data;
  Query     *query = g_new0 (Query, 1);

  for (gint column = 0; column < job->matches->grid.w; column++)
    ask_neighbours (job, query, row, column);
  g_free (query);
}

gboolean
ddim_patch_refine (const DdimPatchScale   *scale,
                   const DdimPatchMatches *coarse,
                   const DdimPatchScale   *coarse_scale,
                   DdimPatchMatches       *matches,
                   const DdimPatchWork    *work,
                   GError                **error)
{
  Job      job = { scale, coarse, coarse_scale, matches, work,
                   ddim_thread_pool_get_kernels (work->pool) };
  gsize    n   = (gsize) matches->grid.h * matches->grid.w * matches->keep;
  g_autofree gint32 *places = NULL;
  g_autofree guint8 *turns  = NULL;

  if (! ddim_thread_pool_run (work->pool, matches->grid.h, refine_row, &job, work->cancellable) ||
      ! (places = ddim_try_memdup (matches->places, n, sizeof *places, error)) ||
      ! (turns = ddim_try_memdup (matches->turns, n, sizeof *turns, error)))
    return FALSE;

  job.places = places;
  job.turns  = turns;
  return ddim_thread_pool_run (work->pool, matches->grid.h, ask_row, &job, work->cancellable);
}
