/* patch-blend.c: patches that overlap, as one plane
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A cell is the mean of all patches that cover it, each counting by its own weight and
 * by the cell's place in it.  Sums are taken in the order of the grid, whatever the
 * bands and threads.
 */

#include "thread-pool-private.h"
#include "patch.h"

typedef struct
{
  const DdimPlane     *plane;
  const DdimPatchGrid *grid;
  gint                 first, end; /* rows of the grid                       */
  const gfloat        *patches;
  const DdimPatchShare *shares;
  gint                 n_shares;
  gfloat              *sums;
  gint                 top;        /* the first row of the plane that they cover */
} Blend;

/* Of three channels, a cell's sums and their weight are a vector. */
typedef gfloat Four __attribute__ ((vector_size (16)));
typedef gint32 FourBits __attribute__ ((vector_size (16)));
typedef gfloat FourAnywhere __attribute__ ((vector_size (16), aligned (4), may_alias));

/* Adds line dy of a patch, the at-th, to the sums of its cells.  Of three channels
 * one float more of the patch is read.                                      */
static inline void
add_line (const Blend *blend,
          gsize        at,
          gint         dy,
          gint         c,
          gfloat      *sum)
{
  const FourBits three = { -1, -1, -1, 0 };
  const Four     one   = { 0, 0, 0, 1 };
  const gfloat  *patch = blend->patches + (at * DDIM_PATCH_CELLS + dy * DDIM_PATCH) * c;

  for (gint x = dy * DDIM_PATCH; x < (dy + 1) * DDIM_PATCH; x++, patch += c, sum += c + 1)
    {
      gfloat weight = blend->shares[0].weights[at] * blend->shares[0].window[x];

      if (blend->n_shares > 1)
        weight += blend->shares[1].weights[at] * blend->shares[1].window[x];

      if (c == 3)
        {
          Four values = *(const FourAnywhere *) patch;

          values = (Four) (((FourBits) values & three) | (FourBits) one);
          *(FourAnywhere *) sum += weight * values;
          continue;
        }
      for (gint k = 0; k < c; k++)
        sum[k] += weight * patch[k];
      sum[c] += weight;
    }
}

static void
add_row (gint     row,
         gint     worker,
         gpointer data)
{
  const Blend         *blend = data;
  gint                 y     = blend->top + row;
  const DdimPatchGrid *grid  = blend->grid;
  gint                 c     = blend->plane->c;
  gfloat              *sums  = blend->sums + (gsize) y * blend->plane->columns * (c + 1);
  gint                 first = MAX (blend->first,
                                    (y - DDIM_PATCH + grid->stride) / grid->stride);

  for (gint i = first; i < blend->end; i++)
    {
      gint dy = y - ddim_patch_grid_y (grid, i);

      if (dy < 0)
        break;
      if (dy >= DDIM_PATCH)
        continue;

      for (gint j = 0; j < grid->w; j++)
        {
          gfloat *sum = sums + ddim_patch_grid_x (grid, j) * (c + 1);
          gsize   at  = (gsize) (i - blend->first) * grid->w + j;

          if (c == 3)
            add_line (blend, at, dy, 3, sum);
          else
            add_line (blend, at, dy, c, sum);
        }
    }
}

void
ddim_plane_add (const DdimPlane      *plane,
                const DdimPatchGrid  *grid,
                gint                  first,
                gint                  n_rows,
                const gfloat         *patches,
                const DdimPatchShare *shares,
                gint                  n_shares,
                gfloat               *sums,
                const DdimPatchWork  *work)
{
  gint  last  = first + n_rows - 1;
  Blend blend = { plane, grid, first, first + n_rows, patches, shares, n_shares, sums,
                  ddim_patch_grid_y (grid, first) };

  ddim_thread_pool_run (work->pool, ddim_patch_grid_y (grid, last) + DDIM_PATCH - blend.top,
                        add_row, &blend, NULL);
}

void
ddim_plane_blend (DdimPlane    *plane,
                  const gfloat *sums)
{
  gint c = plane->c;

  for (gint y = 0; y < plane->h; y++)
    for (gint x = 0; x < plane->w; x++)
      {
        gfloat total[5] = { 0 };

        /* On a torus the margin is the same cells again. */
        for (gint row = y; row < plane->rows; row += plane->h)
          {
            for (gint column = x; column < plane->columns; column += plane->w)
              {
                for (gint k = 0; k <= c; k++)
                  total[k] += sums[((gsize) row * plane->columns + column) * (c + 1) + k];
                if (! plane->wrap)
                  break;
              }
            if (! plane->wrap)
              break;
          }
        for (gint k = 0; k < c; k++)
          plane->cells[((gsize) y * plane->columns + x) * c + k] = total[k] / total[c];
      }
}
