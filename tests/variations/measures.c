/* measures.c: how near a made picture comes to the one it was made from
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <math.h>
#include <string.h>

#include "kernels.h"
#include "thread-pool-private.h"

#include "measures.h"
#include "../picture.h"

#define PATCH 7
#define STEP  6   /* between the patches that are looked for                 */
#define NEAR  8   /* of 255: a patch that is no farther away is a copy       */
#define TILE  64  /* of the spectrum                                         */
#define BESIDE 8  /* pairs of pixels on either side of a border              */

G_STATIC_ASSERT (MEASURES_RINGS == TILE / 2 - 1);

typedef struct
{
  gint x, y, w, h;
} Window;

/* The four halves of a picture. */
static Window
half_of (const DdimCanvas *x,
         gint              which)
{
  return (Window) {
    .x = which == 1 ? x->w / 2 : 0,
    .y = which == 3 ? x->h / 2 : 0,
    .w = which < 2 ? x->w / 2 : x->w,
    .h = which < 2 ? x->h : x->h / 2,
  };
}

static DdimCanvas *
crop_half (const DdimCanvas *x,
           gint              which)
{
  Window half = half_of (x, which);

  return picture_crop (x, half.x, half.y, half.h, half.w);
}

/* Patches -------------------------------------------------------------------- */

#define MAX_WINDOWS 5

/* All windows are served by one pass over `in`. */
typedef struct
{
  const DdimCanvas  *x, *in;
  gint               n_windows;
  Window             windows[MAX_WINDOWS]; /* of in; the last one is all of it */
  const DdimKernels *kernels;
  gint               columns;
  gdouble          (*distances)[MAX_WINDOWS];
  gboolean          *copies;
} Search;

static gboolean
window_holds (const Window *window,
              gint          x,
              gint          y)
{
  return x >= window->x && x + PATCH <= window->x + window->w &&
         y >= window->y && y + PATCH <= window->y + window->h;
}

static void
search_patch (Search *search,
              gint    x,
              gint    y,
              gint    index)
{
  const DdimCanvas *in    = search->in;
  gint              c     = in->c;
  const gfloat     *patch = search->x->data + ((gsize) y * search->x->w + x) * c;
  gfloat            best[MAX_WINDOWS];
  gint              best_x = 0, best_y = 0;

  for (gint i = 0; i < search->n_windows; i++)
    best[i] = G_MAXFLOAT;

  for (gint v = 0; v + PATCH <= in->h; v++)
    for (gint u = 0; u + PATCH <= in->w; u++)
      {
        gfloat distance = search->kernels->distance (patch, search->x->w * c,
                                                     in->data + ((gsize) v * in->w + u) * c,
                                                     in->w * c, PATCH, PATCH * c);

        for (gint i = 0; i < search->n_windows; i++)
          if (distance < best[i] && window_holds (&search->windows[i], u, v))
            {
              best[i] = distance;
              if (i == search->n_windows - 1)
                {
                  best_x = u;
                  best_y = v;
                }
            }
      }

  for (gint i = 0; i < search->n_windows; i++)
    search->distances[index][i] = 127.5 * sqrt (best[i] / (PATCH * PATCH * c));
  search->copies[index] = ABS (best_x - x) <= 1 && ABS (best_y - y) <= 1 &&
                          search->distances[index][search->n_windows - 1] < NEAR;
}

static void
search_row (gint     row,
            gint     worker,
            gpointer data)
{
  Search *search = data;

  for (gint column = 0; column < search->columns; column++)
    search_patch (search, column * STEP, row * STEP, row * search->columns + column);
}

/* A copy with room for what the kernel reads beyond the last line. */
static DdimCanvas *
copy_padded (const DdimCanvas *x)
{
  DdimCanvas *copy = ddim_canvas_copy (x);

  copy->data = g_realloc (copy->data, (ddim_canvas_size (x) + 64) * sizeof (gfloat));
  memset (copy->data + ddim_canvas_size (x), 0, 64 * sizeof (gfloat));

  return copy;
}

/* The mean distances to the nearest in each window. */
static void
search_all (const DdimCanvas *x,
            const DdimCanvas *in,
            gint              n_windows,
            const Window     *windows,
            DdimThreadPool   *pool,
            gdouble          *means,
            gdouble          *copies)
{
  g_autoptr (DdimCanvas) padded    = copy_padded (x);
  g_autoptr (DdimCanvas) padded_in = copy_padded (in);
  gint                   rows      = (x->h - PATCH) / STEP + 1;
  gint                   columns   = (x->w - PATCH) / STEP + 1;
  gint                   n_copies  = 0;
  g_autofree gdouble   (*distances)[MAX_WINDOWS] =
    g_malloc_n (rows * columns, sizeof (gdouble[MAX_WINDOWS]));
  g_autofree gboolean   *copied    = g_new (gboolean, rows * columns);
  Search search = { padded, padded_in, n_windows, { { 0 } }, ddim_kernels_choose (), columns,
                    distances, copied };

  memcpy (search.windows, windows, n_windows * sizeof (Window));
  ddim_thread_pool_run (pool, rows, search_row, &search, NULL);

  for (gint i = 0; i < n_windows; i++)
    means[i] = 0;
  for (gint index = 0; index < rows * columns; index++)
    {
      for (gint i = 0; i < n_windows; i++)
        means[i] += distances[index][i] / (rows * columns);
      n_copies += copied[index];
    }
  *copies = n_copies / (gdouble) (rows * columns);
}

void
measures_patches (const DdimCanvas *x,
                  const DdimCanvas *in,
                  DdimThreadPool   *pool,
                  MeasuresPatches  *patches)
{
  Window  windows[MAX_WINDOWS];
  gdouble means[MAX_WINDOWS];

  for (gint i = 0; i < 4; i++)
    windows[i] = half_of (in, i);
  windows[4] = (Window) { 0, 0, in->w, in->h };

  search_all (x, in, 5, windows, pool, means, &patches->copies);
  patches->distance = (means[0] + means[1] + means[2] + means[3]) / 4;
}

void
measures_halves (const DdimCanvas *x,
                 DdimThreadPool   *pool,
                 MeasuresHalves   *halves)
{
  gdouble  rings[4][MEASURES_RINGS];
  gboolean seen = TRUE;

  *halves = (MeasuresHalves) { .least = G_MAXDOUBLE, .spectrum = NAN };
  for (gint i = 0; i < 4; i++)
    {
      g_autoptr (DdimCanvas) half  = crop_half (x, i);
      g_autoptr (DdimCanvas) other = crop_half (x, i ^ 1);
      Window                 whole = { 0, 0, other->w, other->h };
      gdouble                distance, copies;

      search_all (half, other, 1, &whole, pool, &distance, &copies);
      halves->least    = MIN (halves->least, distance);
      halves->greatest = MAX (halves->greatest, distance);
      seen = measures_spectrum (half, rings[i]) && seen;
    }

  if (seen)
    halves->spectrum = MAX (measures_spectral_difference (rings[0], rings[1]),
                            measures_spectral_difference (rings[2], rings[3]));
}

/* Spectrum ------------------------------------------------------------------- */

typedef struct
{
  gdouble cosine[TILE], sine[TILE];
  gdouble tile[TILE][TILE], re[TILE][TILE], im[TILE][TILE];
} Transform;

/* The lightness of a tile under its window. */
static void
take_tile (Transform        *transform,
           const DdimCanvas *x,
           gint              left,
           gint              top)
{
  gdouble mean = 0;

  for (gint v = 0; v < TILE; v++)
    for (gint u = 0; u < TILE; u++)
      {
        const gfloat *p = x->data + ((gsize) (top + v) * x->w + left + u) * x->c;

        transform->tile[v][u] = 0.3 * p[0] + 0.6 * p[1] + 0.1 * p[2];
        mean += transform->tile[v][u] / (TILE * TILE);
      }

  for (gint v = 0; v < TILE; v++)
    for (gint u = 0; u < TILE; u++)
      transform->tile[v][u] = (transform->tile[v][u] - mean)
                              * (0.5 - 0.5 * transform->cosine[v])
                              * (0.5 - 0.5 * transform->cosine[u]);
}

/* Adds its power to the rings' sums. */
static void
add_power (Transform *transform,
           gdouble    power[MEASURES_RINGS],
           gint       counts[MEASURES_RINGS])
{
  const gdouble *cosine = transform->cosine, *sine = transform->sine;

  for (gint v = 0; v < TILE; v++)
    for (gint k = 0; k < TILE; k++)
      {
        gdouble re = 0, im = 0;

        for (gint u = 0; u < TILE; u++)
          {
            re += transform->tile[v][u] * cosine[k * u % TILE];
            im -= transform->tile[v][u] * sine[k * u % TILE];
          }
        transform->re[v][k] = re;
        transform->im[v][k] = im;
      }

  for (gint j = 0; j < TILE; j++)
    for (gint k = 0; k < TILE / 2; k++)
      {
        gdouble re = 0, im = 0;
        gint    ring = lround (hypot (j < TILE / 2 ? j : TILE - j, k)) - 1;

        if (ring < 0 || ring >= MEASURES_RINGS)
          continue;
        for (gint v = 0; v < TILE; v++)
          {
            gdouble c = cosine[j * v % TILE], s = sine[j * v % TILE];

            re += transform->re[v][k] * c + transform->im[v][k] * s;
            im += transform->im[v][k] * c - transform->re[v][k] * s;
          }
        power[ring] += re * re + im * im;
        counts[ring]++;
      }
}

gboolean
measures_spectrum (const DdimCanvas *x,
                   gdouble           rings[MEASURES_RINGS])
{
  g_autofree Transform *transform = g_new (Transform, 1);
  gdouble power[MEASURES_RINGS]   = { 0 };
  gint    counts[MEASURES_RINGS]  = { 0 };

  if (x->w < TILE || x->h < TILE)
    return FALSE;

  for (gint i = 0; i < TILE; i++)
    {
      transform->cosine[i] = cos (2 * G_PI * i / TILE);
      transform->sine[i]   = sin (2 * G_PI * i / TILE);
    }
  for (gint top = 0; top + TILE <= x->h; top += TILE / 2)
    for (gint left = 0; left + TILE <= x->w; left += TILE / 2)
      {
        take_tile (transform, x, left, top);
        add_power (transform, power, counts);
      }
  for (gint i = 0; i < MEASURES_RINGS; i++)
    rings[i] = 10 * log10 (power[i] / counts[i] + 1e-12);

  return TRUE;
}

gdouble
measures_spectral_difference (const gdouble one[MEASURES_RINGS],
                              const gdouble other[MEASURES_RINGS])
{
  gdouble squares = 0;

  for (gint i = 0; i < MEASURES_RINGS; i++)
    squares += (one[i] - other[i]) * (one[i] - other[i]);

  return sqrt (squares / MEASURES_RINGS);
}

/* Change and border ------------------------------------------------------------ */

gdouble
measures_reduced_change (const DdimCanvas *x,
                         const DdimCanvas *y,
                         gint              k)
{
  gint    rows = x->h / k, columns = x->w / k;
  gdouble squares = 0;

  for (gint row = 0; row < rows; row++)
    for (gint column = 0; column < columns; column++)
      for (gint c = 0; c < x->c; c++)
        {
          gdouble sum = 0;

          for (gint v = row * k; v < (row + 1) * k; v++)
            for (gint u = column * k; u < (column + 1) * k; u++)
              {
                gsize i = ((gsize) v * x->w + u) * x->c + c;

                sum += (gdouble) x->data[i] - y->data[i];
              }
          squares += (sum / (k * k)) * (sum / (k * k));
        }

  return 127.5 * sqrt (squares / ((gdouble) rows * columns * x->c));
}

/* The sum, over the channels and along a side, of the absolute differences of the
 * pixels right before and right behind the line `at`: a column where upright. */
static gdouble
sum_across (const DdimCanvas *picture,
            gboolean          upright,
            gint              at,
            gint              from,
            gint              length)
{
  gdouble sum  = 0;
  gsize   back = upright ? 1 : picture->w; /* pixels */

  for (gint i = from; i < from + length; i++)
    {
      gsize pixel = upright ? (gsize) i * picture->w + at : (gsize) at * picture->w + i;

      for (gint c = 0; c < picture->c; c++)
        sum += fabs ((gdouble) picture->data[pixel * picture->c + c]
                     - picture->data[(pixel - back) * picture->c + c]);
    }

  return 127.5 * sum;
}

gboolean
measures_border (const DdimCanvas *picture,
                 gint              x,
                 gint              y,
                 gint              w,
                 gint              h,
                 MeasuresBorder   *border)
{
  struct
  {
    gboolean upright;
    gint     at, from, length;
  } sides[] = { { TRUE, x, y, h }, { TRUE, x + w, y, h },
                { FALSE, y, x, w }, { FALSE, y + h, x, w } };
  gsize n = 0;

  *border = (MeasuresBorder) { 0 };
  for (gsize i = 0; i < G_N_ELEMENTS (sides); i++)
    {
      gint limit = sides[i].upright ? picture->w : picture->h;

      if (sides[i].at <= BESIDE || sides[i].at >= limit - BESIDE)
        continue;
      for (gint d = -BESIDE; d <= BESIDE; d++)
        {
          gdouble sum = sum_across (picture, sides[i].upright, sides[i].at + d, sides[i].from,
                                    sides[i].length);

          if (d == 0)
            border->border += sum;
          else
            border->neighbourhood += sum / (2 * BESIDE);
        }
      n += (gsize) sides[i].length * picture->c;
    }

  if (n == 0)
    return FALSE;
  border->border        /= n;
  border->neighbourhood /= n;

  return TRUE;
}
