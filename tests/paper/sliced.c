/* sliced.c: how far the patches of two sets of pictures are apart
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cblas.h>

#include "sliced.h"

#define SMALLEST   16  /* the pyramid's last level                           */
#define PATCH      7
#define GRID       8   /* a picture's patches of a level, in each direction  */
#define DIRECTIONS 128
#define SIZE       (PATCH * PATCH * 3)

typedef struct
{
  gfloat value;
  gint   item;
} Projection;

struct _Sliced
{
  gint        n_items, n_levels;
  Projection *sorted[SLICED_MAX_LEVELS]; /* DIRECTIONS x (n_items GRID^2) */
};

/* The pyramid ------------------------------------------------------------- */

static gint
mirror (gint i,
        gint n)
{
  return i < 0 ? - i : i >= n ? 2 * (n - 1) - i : i;
}

/* [1 4 6 4 1] / 16 in both directions. */
static void
blur (DdimCanvas *x)
{
  static const gdouble taps[] = { 1 / 16., 4 / 16., 6 / 16., 4 / 16., 1 / 16. };

  g_autoptr (DdimCanvas) rows = ddim_canvas_new (x->n, x->h, x->w, x->c);

  for (gint across = 1; across >= 0; across--)
    {
      const DdimCanvas *from = across ? x : rows;
      gfloat           *to   = across ? rows->data : x->data;

      for (gint n = 0; n < x->n; n++)
        for (gint row = 0; row < x->h; row++)
          for (gint column = 0; column < x->w; column++)
            for (gint c = 0; c < x->c; c++)
              {
                gdouble sum = 0;

                for (gint k = -2; k <= 2; k++)
                  {
                    gint r = across ? row : mirror (row + k, x->h);
                    gint s = across ? mirror (column + k, x->w) : column;

                    sum += taps[k + 2] * from->data[(((gsize) n * x->h + r) * x->w + s) * x->c + c];
                  }
                *to++ = sum;
              }
    }
}

/* Every other pixel of the blurred picture. */
static DdimCanvas *
halve (const DdimCanvas *x)
{
  g_autoptr (DdimCanvas) blurred = ddim_canvas_copy (x);
  DdimCanvas *half  = ddim_canvas_new (x->n, x->h / 2, x->w / 2, x->c);
  gfloat     *value = half->data;

  blur (blurred);
  for (gint row = 0; row < half->n * half->h; row++)
    for (gint column = 0; column < half->w; column++, value += x->c)
      memcpy (value, blurred->data + ((gsize) 2 * row * x->w + 2 * column) * x->c,
              x->c * sizeof (gfloat));

  return half;
}

/* Zeros between the pixels, blurred, four times as bright. */
static DdimCanvas *
twice (const DdimCanvas *half)
{
  DdimCanvas   *x     = ddim_canvas_new (half->n, half->h * 2, half->w * 2, half->c);
  const gfloat *value = half->data;

  for (gint row = 0; row < half->n * half->h; row++)
    for (gint column = 0; column < half->w; column++)
      for (gint c = 0; c < half->c; c++)
        x->data[((gsize) 2 * row * x->w + 2 * column) * x->c + c] = 4 * *value++;
  blur (x);

  return x;
}

/* What the next level does not hold, and that level itself, in *next. */
static DdimCanvas *
split (const DdimCanvas  *x,
       DdimCanvas       **next)
{
  DdimCanvas *detail = ddim_canvas_copy (x);
  g_autoptr (DdimCanvas) coarse = NULL;

  *next  = halve (x);
  coarse = twice (*next);
  for (gsize i = 0; i < ddim_canvas_size (x); i++)
    detail->data[i] -= coarse->data[i];

  return detail;
}

/* Calls `each` with every level, the finest first; returns how many. */
typedef void (*Level) (gint level, const DdimCanvas *x, gpointer data);

static gint
pyramid (const DdimCanvas *pictures,
         Level             each,
         gpointer          data)
{
  g_autoptr (DdimCanvas) x = ddim_canvas_copy (pictures);
  gint level = 0;

  for (; x->h > SMALLEST && level < SLICED_MAX_LEVELS - 1; level++)
    {
      DdimCanvas *next;
      g_autoptr (DdimCanvas) detail = split (x, &next);

      each (level, detail, data);
      ddim_canvas_free (x);
      x = next;
    }
  each (level, x, data);

  return level + 1;
}

/* Sets --------------------------------------------------------------------- */

static void
measure_level (gint              level,
               const DdimCanvas *x,
               gpointer          data)
{
  SlicedScale *scale = data;
  gsize        n     = ddim_canvas_size (x) / 3;

  for (gint c = 0; c < 3; c++)
    {
      gdouble sum = 0, squares = 0;

      for (gsize i = 0; i < n; i++)
        {
          sum     += x->data[3 * i + c];
          squares += (gdouble) x->data[3 * i + c] * x->data[3 * i + c];
        }
      scale->mean[level][c]      = sum / n;
      scale->deviation[level][c] = sqrt (MAX (squares / n - pow (sum / n, 2), 0));
    }
}

void
sliced_measure (const DdimCanvas *pictures,
                SlicedScale      *scale)
{
  scale->n_levels = pyramid (pictures, measure_level, scale);
}

/* DIRECTIONS unit vectors of SIZE values, the same every time. */
static DdimCanvas *
directions_new (void)
{
  DdimCanvas *directions = ddim_canvas_new (1, DIRECTIONS, SIZE, 1);
  guint64     seed       = 2018;

  ddim_noise_fill (directions, &seed, 0);
  for (gint d = 0; d < DIRECTIONS; d++)
    {
      gfloat *direction = directions->data + d * SIZE;
      gfloat  norm      = cblas_snrm2 (SIZE, direction, 1);

      cblas_sscal (SIZE, 1 / norm, direction, 1);
    }

  return directions;
}

static gint
compare (gconstpointer one,
         gconstpointer other)
{
  gfloat a = ((const Projection *) one)->value;
  gfloat b = ((const Projection *) other)->value;

  return (a > b) - (a < b);
}

typedef struct
{
  Sliced            *sliced;
  const SlicedScale *scale;
  const DdimCanvas  *directions;
} Making;

static void
project_level (gint              level,
               const DdimCanvas *x,
               gpointer          data)
{
  const Making *making = data;
  gint          n      = x->n * GRID * GRID;
  gfloat       *value;
  Projection   *sorted;

  g_autofree gfloat *patches   = g_new (gfloat, (gsize) n * SIZE);
  g_autofree gfloat *projected = g_new (gfloat, (gsize) n * DIRECTIONS);

  value = patches;
  for (gint p = 0; p < n; p++)
    {
      gint top  = p / GRID % GRID * (x->h - PATCH) / (GRID - 1);
      gint left = p % GRID * (x->w - PATCH) / (GRID - 1);

      for (gint row = top; row < top + PATCH; row++)
        for (gint column = left; column < left + PATCH; column++)
          for (gint c = 0; c < 3; c++)
            *value++ = (x->data[(((gsize) p / (GRID * GRID) * x->h + row) * x->w + column) * 3 + c]
                        - making->scale->mean[level][c]) / making->scale->deviation[level][c];
    }

  cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasTrans, DIRECTIONS, n, SIZE, 1,
               making->directions->data, SIZE, patches, SIZE, 0, projected, n);

  sorted = making->sliced->sorted[level] = g_new (Projection, (gsize) n * DIRECTIONS);
  for (gsize i = 0; i < (gsize) n * DIRECTIONS; i++)
    sorted[i] = (Projection) { projected[i], i % n / (GRID * GRID) };
  for (gint d = 0; d < DIRECTIONS; d++)
    qsort (sorted + (gsize) d * n, n, sizeof *sorted, compare);
}

Sliced *
sliced_new (const DdimCanvas  *pictures,
            const SlicedScale *scale)
{
  g_autoptr (DdimCanvas) directions = directions_new ();
  Sliced *sliced = g_new0 (Sliced, 1);
  Making  making = { sliced, scale, directions };

  sliced->n_items  = pictures->n;
  sliced->n_levels = pyramid (pictures, project_level, &making);

  return sliced;
}

void
sliced_free (Sliced *sliced)
{
  for (gint level = 0; level < sliced->n_levels; level++)
    g_free (sliced->sorted[level]);
  g_free (sliced);
}

/* The area between two quantile functions, of n_a values without those of the
 * items from..to - 1 and of n_b values.                                     */
static gdouble
wasserstein (const Projection *a,
             gint              n_a,
             gint              from,
             gint              to,
             const Projection *b,
             gint              n_b)
{
  gdouble share_a = 1. / (n_a - (to - from) * GRID * GRID);
  gdouble share_b = 1. / n_b;
  gdouble end_a   = 0, end_b = 0, position = 0, area = 0;
  gint    i = -1, j = -1;

  while (position < 1 - 1e-9)
    {
      gdouble next;

      /* Which value of each the quantile at `position` is. */
      while (end_a <= position + 1e-10 && i + 1 < n_a)
        if (a[++i].item < from || a[i].item >= to)
          end_a += share_a;
      while (end_b <= position + 1e-10 && j + 1 < n_b)
        {
          j++;
          end_b += share_b;
        }

      next      = MIN (MIN (end_a, end_b), 1);
      if (next <= position)
        break;
      area     += (next - position) * fabs ((gdouble) a[i].value - b[j].value);
      position  = next;
    }

  return area;
}

gdouble
sliced_distance (const Sliced *a,
                 gint          from,
                 gint          to,
                 const Sliced *b)
{
  gint    n_a = a->n_items * GRID * GRID;
  gint    n_b = b->n_items * GRID * GRID;
  gdouble sum = 0;

  for (gint level = 0; level < a->n_levels; level++)
    for (gint d = 0; d < DIRECTIONS; d++)
      sum += wasserstein (a->sorted[level] + (gsize) d * n_a, n_a, from, to,
                          b->sorted[level] + (gsize) d * n_b, n_b);

  return sum / (a->n_levels * DIRECTIONS);
}
