/* patch-softmax.c: patches against all of a picture's patches
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * For a patch q and keys p_j, - |q - p_j|^2 / 2 is q p_j - |p_j|^2 / 2 and a
 * number that is the same for all j: the scores are one matrix product, the
 * means under their softmax another.  Keys come in blocks; what has been
 * summed is scaled down when a block brings a greater score than any before
 * (Milakov and Gimelshein, arXiv 1805.02867), and a block whose weights would
 * all vanish is passed over.
 *
 * A chunk is a number of rows: some patches of the grid, each in every turn.
 */

#include <math.h>
#include <string.h>

#include "aligned-memory.h"
#include "thread-pool-private.h"
#include "try-alloc.h"
#include "patch.h"

#define KEYS     256
#define ROWS     48
#define NO_SCORE -1e30f
#define VANISHES 40.0f /* exp (-40) is far below a float's last bit */

typedef struct
{
  DdimPatchScale      *scale;
  const DdimPlane     *plane;
  const DdimPatchGrid *grid;
  gint                 begin, end; /* patches of the grid                    */
  const DdimPatchWork *work;
  const DdimKernels   *kernels;
  gint                 d;
  gfloat               steepness; /* 1 / variance                            */
  gfloat              *patches;   /* of the softmax                          */
  gfloat              *nearest;
  DdimPatchMatches    *matches;   /* or of the nearest                       */
  gfloat              *scratch;
  gsize                scratch_size;
} Job;

/* A chunk's memory, cut from the scratch. */
typedef struct
{
  gfloat       *queries; /* ROWS x d                                         */
  const gfloat *rows[ROWS];
  gfloat       *scores;  /* ROWS x (KEYS + 1): the last one for the highest  */
  gfloat       *sums;    /* ROWS x d, in whole panels                        */
} Chunk;

#define SCORES (KEYS + 16)

/* Packing -------------------------------------------------------------------- */

static gsize
values_offset (const DdimKernels *kernels,
               gint               d)
{
  return ddim_memory_round ((gsize) KEYS * d) + KEYS;
}

/* The place of the i-th packed key. */
static gint32
packed_place (const DdimPatchScale *scale,
              gint                  i)
{
  return scale->keys[(gint64) i * scale->n_keys / scale->n_packed];
}

static void
pack_block (gint     block,
            gint     worker,
            gpointer data)
{
  const Job      *job    = data;
  DdimPatchScale *scale  = job->scale;
  gint            d      = job->d;
  gint            c      = scale->plane.c;
  gint            panel  = job->kernels->panel;
  gfloat         *keys   = scale->packed + block * scale->block_size;
  gfloat         *norms  = keys + ddim_memory_round ((gsize) KEYS * d);
  gfloat         *values = keys + values_offset (job->kernels, d);
  gfloat          patch[DDIM_PATCH_CELLS * 4];

  memset (keys, 0, scale->block_size * sizeof (gfloat));
  for (gint j = 0; j < KEYS; j++)
    {
      gint32  place;
      gdouble norm = 0;

      norms[j] = NO_SCORE;
      if (block * KEYS + j >= scale->n_packed)
        continue;
      place = packed_place (scale, block * KEYS + j);

      for (gint dy = 0; dy < DDIM_PATCH; dy++)
        memcpy (patch + dy * DDIM_PATCH * c,
                scale->plane.cells + ((gsize) place + dy * scale->plane.w) * c,
                DDIM_PATCH * c * sizeof (gfloat));
      for (gint k = 0; k < d; k++)
        {
          gint first = k / panel * panel;
          gint width = ddim_kernels_width (job->kernels, d, k / panel);

          norm += (gdouble) patch[k] * patch[k];
          keys[(gsize) (j / panel * d + k) * panel + j % panel] = patch[k];
          values[(gsize) first * KEYS + (gsize) j * width + k - first] = patch[k];
        }
      norms[j] = - norm / 2;
    }
}

static gint
count_blocks (const DdimPatchScale *scale)
{
  return (scale->n_packed + KEYS - 1) / KEYS;
}

static gboolean
prepare (Job                  *job,
         DdimPatchScale       *scale,
         const DdimPlane      *plane,
         const DdimPatchGrid  *grid,
         gint                  first,
         gint                  n_rows,
         const DdimPatchWork  *work,
         GError              **error)
{
  job->scale   = scale;
  job->plane   = plane;
  job->grid    = grid;
  job->begin   = first * grid->w;
  job->end     = (first + n_rows) * grid->w;
  job->work    = work;
  job->kernels = ddim_thread_pool_get_kernels (work->pool);
  job->d       = DDIM_PATCH_CELLS * plane->c;

  if (! scale->packed)
    {
      scale->n_packed   = MIN (scale->n_keys, DDIM_PATCH_MAX_KEYS);
      scale->block_size = ddim_memory_round (values_offset (job->kernels, job->d)
                                             + (gsize) KEYS
                                             * ddim_kernels_padded (job->kernels, job->d));
      scale->packed = ddim_try_floats (count_blocks (scale) * scale->block_size, error);
      if (! scale->packed)
        return FALSE;
      ddim_thread_pool_run (work->pool, count_blocks (scale), pack_block, job, NULL);
    }

  job->scratch_size = ddim_memory_round (ROWS * job->d) + ROWS * SCORES
                      + (gsize) ROWS * ddim_kernels_padded (job->kernels, job->d);
  job->scratch_size = ddim_memory_round (job->scratch_size);
  job->scratch = ddim_try_floats (job->scratch_size
                                  * ddim_thread_pool_get_n_threads (work->pool), error);
  return job->scratch != NULL;
}

/* A chunk -------------------------------------------------------------------- */

static gint
queries_of_chunk (const Job *job)
{
  return ROWS / job->work->n_turns;
}

static Chunk
open_chunk (const Job *job,
            gint       worker,
            gint       first,
            gint       n)
{
  gfloat *scratch = job->scratch + worker * job->scratch_size;
  gint    c       = job->plane->c;
  Chunk   chunk   = { .queries = scratch };

  chunk.scores = scratch + ddim_memory_round (ROWS * job->d);
  chunk.sums   = chunk.scores + ROWS * SCORES;

  for (gint i = 0; i < n; i++)
    {
      gint          y  = ddim_patch_grid_y (job->grid, (first + i) / job->grid->w);
      gint          x  = ddim_patch_grid_x (job->grid, (first + i) % job->grid->w);
      const gfloat *at = job->plane->cells + ((gsize) y * job->plane->columns + x) * c;

      for (gint turn = 0; turn < job->work->n_turns; turn++)
        {
          const guint8 *cells = job->work->cells[job->work->turns[turn]];
          gint          row   = i * job->work->n_turns + turn;
          gfloat       *out   = chunk.queries + (gsize) row * job->d;

          chunk.rows[row] = out;
          ddim_patch_read (out, DDIM_PATCH * c, at, (gsize) job->plane->columns * c, c, cells);
        }
    }
  return chunk;
}

/* The scores of a block's keys for all rows of a chunk. */
static void
score_block (const Job *job,
             Chunk     *chunk,
             gint       block,
             gint       first,
             gint       n)
{
  const DdimPatchScale *scale = job->scale;
  const gfloat         *keys  = scale->packed + block * scale->block_size;
  const gfloat         *norms = keys + ddim_memory_round ((gsize) KEYS * job->d);
  gint                  panel = job->kernels->panel;
  gint                  rows  = n * job->work->n_turns;
  gint                  n_keys = MIN (KEYS, scale->n_packed - block * KEYS);
  DdimProductPart       part  = { chunk->rows, job->d };

  for (gint j = 0; j < KEYS; j += panel)
    job->kernels->product (panel, &(DdimProduct) {
                             .count = 1, .m = rows, .n_parts = 1, .parts = &part,
                             .b = keys + (gsize) j * job->d,
                             .c = chunk->scores + j, .c_stride = SCORES });
  for (gint row = 0; row < rows; row++)
    for (gint j = 0; j < KEYS; j++)
      chunk->scores[row * SCORES + j] += norms[j];

  if (job->plane->apart > 0)
    for (gint i = 0; i < n; i++)
      {
        gint y   = ddim_patch_grid_y (job->grid, (first + i) / job->grid->w);
        gint x   = ddim_patch_grid_x (job->grid, (first + i) % job->grid->w);
        gint own = job->plane->y + y - scale->plane.y;
        gint low = packed_place (scale, block * KEYS) / scale->plane.w;
        gint high = packed_place (scale, block * KEYS + n_keys - 1) / scale->plane.w;

        if (own - job->plane->apart >= high || own + job->plane->apart <= low)
          continue;
        for (gint j = 0; j < n_keys; j++)
          {
            gfloat handicap = ddim_patch_scale_handicap (scale, job->plane, y, x,
                                                         packed_place (scale, block * KEYS + j));

            for (gint turn = 0; turn < job->work->n_turns && handicap > 0; turn++)
              {
                gfloat *score = &chunk->scores[(i * job->work->n_turns + turn) * SCORES + j];

                *score = MAX (*score - handicap / 2, NO_SCORE);
              }
          }
      }
}

/* The greatest of a row's KEYS scores. */
static gfloat
highest (const gfloat *scores)
{
  gfloat lanes[16], most;

  memcpy (lanes, scores, sizeof lanes);
  for (gint j = 16; j < KEYS; j += 16)
    for (gint k = 0; k < 16; k++)
      lanes[k] = scores[j + k] > lanes[k] ? scores[j + k] : lanes[k];
  most = lanes[0];
  for (gint k = 1; k < 16; k++)
    most = MAX (most, lanes[k]);
  return most;
}

/* |q|^2 of a chunk's i-th patch. */
static gdouble
square_of (const Job   *job,
           const Chunk *chunk,
           gint         i)
{
  const gfloat *query = chunk->rows[i * job->work->n_turns];
  gdouble       sum   = 0;

  for (gint k = 0; k < job->d; k++)
    sum += (gdouble) query[k] * query[k];
  return sum;
}

/* The softmax ---------------------------------------------------------------- */

/* Adds a block to what the chunk's queries have gathered: most, the greatest
 * score so far; total, the weights' sum; out, the weighted keys.            */
static void
gather_block (const Job *job,
              Chunk     *chunk,
              gint       block,
              gint       n,
              gfloat    *most,
              gfloat    *total,
              gfloat    *out)
{
  gint          n_turns = job->work->n_turns;
  gint          c       = job->plane->c;
  gint          d       = job->d;
  gint          width   = ddim_kernels_padded (job->kernels, d);
  const gfloat *values  = job->scale->packed + block * job->scale->block_size
                          + values_offset (job->kernels, d);
  const gfloat *rows[ROWS];
  gint          row_of[ROWS];
  gint          n_rows = 0;

  for (gint row = 0; row < n * n_turns; row++)
    {
      gint    i      = row / n_turns;
      gfloat *scores = chunk->scores + row * SCORES;
      gfloat  high   = highest (scores);
      gfloat  shrink, sum;

      if (high <= NO_SCORE / 2 || (high - most[i]) * job->steepness < - VANISHES)
        continue;

      /* With the highest so far among them, the kernel's weights are relative
       * to the new highest, and its own tells what all before shrinks by.   */
      scores[KEYS] = most[i];
      sum     = 1 / job->kernels->softmax (scores, KEYS + 1, job->steepness);
      shrink  = total[i] > 0 ? scores[KEYS] : 0;
      most[i] = MAX (most[i], high);
      total[i] = total[i] * shrink + (sum - scores[KEYS]);
      if (shrink < 1)
        for (gint k = 0; k < d; k++)
          out[(gsize) i * d + k] *= shrink;
      /* Rows of the same query that came earlier in this block. */
      for (gint earlier = n_rows - 1; earlier >= 0 && row_of[earlier] / n_turns == i; earlier--)
        for (gint j = 0; j < KEYS && shrink < 1; j++)
          chunk->scores[row_of[earlier] * SCORES + j] *= shrink;

      rows[n_rows]   = scores;
      row_of[n_rows] = row;
      n_rows++;
    }
  if (n_rows == 0)
    return;

  for (gint first = 0, panel = 0; first < d; first += job->kernels->panel, panel++)
    {
      DdimProductPart part = { rows, KEYS };

      job->kernels->product (ddim_kernels_width (job->kernels, d, panel),
                             &(DdimProduct) {
                               .count = 1, .m = n_rows, .n_parts = 1, .parts = &part,
                               .b = values + (gsize) first * KEYS,
                               .c = chunk->sums + first, .c_stride = width });
    }
  for (gint i = 0; i < n_rows; i++)
    {
      const guint8 *cells = job->work->cells[job->work->turns[row_of[i] % n_turns]];
      const gfloat *sums  = chunk->sums + (gsize) i * width;
      gfloat       *patch = out + (gsize) (row_of[i] / n_turns) * d;

      for (gint cell = 0; cell < DDIM_PATCH_CELLS; cell++)
        for (gint k = 0; k < c; k++)
          patch[cell * c + k] += sums[cells[cell] * c + k];
    }
}

static void
softmax_chunk (gint     index,
               gint     worker,
               gpointer data)
{
  const Job *job   = data;
  gint       first = job->begin + index * queries_of_chunk (job);
  gint       n     = MIN (queries_of_chunk (job), job->end - first);
  Chunk      chunk = open_chunk (job, worker, first, n);
  gfloat    *out   = job->patches + (gsize) (first - job->begin) * job->d;
  gfloat     most[ROWS], total[ROWS];

  memset (out, 0, (gsize) n * job->d * sizeof (gfloat));
  for (gint i = 0; i < n; i++)
    {
      most[i]  = NO_SCORE;
      total[i] = 0;
    }
  for (gint block = 0; block < count_blocks (job->scale); block++)
    {
      score_block (job, &chunk, block, first, n);
      gather_block (job, &chunk, block, n, most, total, out);
    }
  for (gint i = 0; i < n; i++)
    {
      job->nearest[first - job->begin + i] = MAX (square_of (job, &chunk, i) - 2 * most[i], 0);
      for (gint k = 0; k < job->d; k++)
        out[(gsize) i * job->d + k] /= total[i];
    }
}

static gboolean
run (Job           *job,
     DdimChunkFunc  func)
{
  gint     n       = job->end - job->begin;
  gint     each    = queries_of_chunk (job);
  gboolean success = ddim_thread_pool_run (job->work->pool, (n + each - 1) / each, func, job,
                                           job->work->cancellable);

  ddim_memory_free (job->scratch);
  return success;
}

gboolean
ddim_patch_softmax (DdimPatchScale      *scale,
                    const DdimPlane     *plane,
                    const DdimPatchGrid *grid,
                    gint                 first,
                    gint                 n_rows,
                    gdouble              variance,
                    const DdimPatchWork *work,
                    gfloat              *patches,
                    gfloat              *nearest,
                    GError             **error)
{
  Job job = { .steepness = 1 / variance, .patches = patches, .nearest = nearest };

  return prepare (&job, scale, plane, grid, first, n_rows, work, error) &&
         run (&job, softmax_chunk);
}

/* The nearest ---------------------------------------------------------------- */

static void
nearest_chunk (gint     index,
               gint     worker,
               gpointer data)
{
  const Job        *job     = data;
  DdimPatchMatches *matches = job->matches;
  gint              keep    = matches->keep;
  gint              n_turns = job->work->n_turns;
  gint              first   = job->begin + index * queries_of_chunk (job);
  gint              n       = MIN (queries_of_chunk (job), job->end - first);
  Chunk             chunk   = open_chunk (job, worker, first, n);

  for (gint i = 0; i < n * keep; i++)
    {
      matches->places[(gsize) first * keep + i]    = -1;
      matches->distances[(gsize) first * keep + i] = - NO_SCORE;
    }

  for (gint block = 0; block < count_blocks (job->scale); block++)
    {
      score_block (job, &chunk, block, first, n);
      for (gint row = 0; row < n * n_turns; row++)
        {
          gsize         at        = (gsize) (first + row / n_turns) * keep;
          gfloat       *distances = matches->distances + at;
          const gfloat *scores    = chunk.scores + row * SCORES;

          if (! (- highest (scores) < distances[keep - 1]))
            continue;
          for (gint j = 0; j < KEYS; j++)
            if (- scores[j] < distances[keep - 1] && scores[j] > NO_SCORE / 2)
              {
                gint k = keep - 1;

                for (; k > 0 && - scores[j] < distances[k - 1]; k--)
                  {
                    distances[k] = distances[k - 1];
                    matches->places[at + k] = matches->places[at + k - 1];
                    matches->turns[at + k]  = matches->turns[at + k - 1];
                  }
                distances[k] = - scores[j];
                matches->places[at + k] = packed_place (job->scale, block * KEYS + j);
                matches->turns[at + k]  = job->work->turns[row % n_turns];
              }
        }
    }

  /* From q p - |p|^2 / 2 to the distance. */
  for (gint i = 0; i < n; i++)
    {
      gdouble norm = square_of (job, &chunk, i);

      for (gint k = 0; k < keep; k++)
        {
          gfloat *distance = matches->distances + (gsize) (first + i) * keep + k;

          *distance = MAX (2 * *distance + norm, 0);
        }
    }
}

gboolean
ddim_patch_nearest (DdimPatchScale      *scale,
                    DdimPatchMatches    *matches,
                    const DdimPatchWork *work,
                    GError             **error)
{
  Job job = { .matches = matches };

  return prepare (&job, scale, &matches->plane, &matches->grid, 0, matches->grid.h, work, error) &&
         run (&job, nearest_chunk);
}
