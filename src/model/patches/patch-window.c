/* patch-window.c: how much of each patch is taken where patches overlap
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * While there is much noise, a patch counts by a wide window about its middle, and
 * the more the better the picture explains it, for a plain mean of guesses that do
 * not agree is blurred.
 *
 * Below a noise of SETTLING a pixel is what the patch about it says, to next to
 * nothing of the others.  That is as sharp as with trust, which would keep every
 * seam for ever, since patches across it are explained worst.  Where a patch is
 * smooth there is nothing to keep sharp, and seams show: there the wide window
 * stays.
 */

#include <math.h>

#include "thread-pool-private.h"
#include "patch.h"

/* Deviation, in cells, of a patch's weight about its middle, and the power of
 * its nearest key's distance that the weight falls with.  Without the power
 * the spectrum of what is made lies 1 dB lower, RMS, and 3 at fine detail.  */
#define WIDE     1.5
#define TRUST    12

#define SETTLING 0.15  /* 19 of 255                                            */
#define SHARP    0.3

/* Difference of cells side by side, RMS, of a patch that counts by both windows
 * alike: 1.4 of 255, as in a sky or out of focus.                           */
#define SMOOTH   0.011

typedef struct
{
  const gfloat *patches;
  gint          columns;  /* of the grid                                       */
  gint          c;
  gfloat       *sharp;
  gfloat       *wide;
} Share;

/* reach: a patch of a grid speaks for the reach^2 cells in its middle. */
static void
fill (gfloat  *window,
      gdouble  width,
      gint     reach)
{
  gdouble half = (DDIM_PATCH - 1) / 2.0 + (reach - 1) / 2.0;

  for (gint cell = 0; cell < DDIM_PATCH_CELLS; cell++)
    {
      gdouble y = cell / DDIM_PATCH - half;
      gdouble x = cell % DDIM_PATCH - half;

      /* Cells along a border lie in the middle of no patch. */
      window[cell] = exp (- (y * y + x * x) / (2 * width * width)) + 1e-20;
    }
}

void
ddim_patch_window_init (DdimPatchWindow *window,
                        gint             scale,
                        gdouble          variance,
                        gint             stride)
{
  window->settling = scale == 0 && variance < SETTLING * SETTLING;
  fill (window->wide, WIDE, 1);
  fill (window->sharp, SHARP, stride);
}

/* The mean square of the difference of cells side by side. */
static gdouble
roughness (const gfloat *patch,
           gint          c)
{
  const gint row = (DDIM_PATCH - 1) * c;
  gdouble    sum = 0;

  for (gint y = 0; y < DDIM_PATCH; y++, patch += DDIM_PATCH * c)
    for (gint i = 0; i < row; i++)
      sum += (patch[i + c] - patch[i]) * (patch[i + c] - patch[i]);
  return sum / (DDIM_PATCH * row);
}

static void
share_row (gint     y,
           gint     worker,
           gpointer data)
{
  const Share *share = data;

  for (gint x = 0; x < share->columns; x++)
    {
      gsize   at    = (gsize) y * share->columns + x;
      gdouble rough = roughness (share->patches + at * DDIM_PATCH_CELLS * share->c, share->c)
                      / (SMOOTH * SMOOTH);

      share->wide[at]  = 1 / (1 + rough * rough);
      share->sharp[at] = 1 - share->wide[at];
    }
}

void
ddim_patch_window_weigh (const DdimPatchWindow *window,
                         const gfloat          *patches,
                         gint                   rows,
                         gint                   columns,
                         gint                   c,
                         gdouble                expected,
                         gfloat                *sharp,
                         gfloat                *wide,
                         const DdimPatchWork   *work)
{
  Share share = { patches, columns, c, sharp, wide };

  if (window->settling)
    {
      ddim_thread_pool_run (work->pool, rows, share_row, &share, NULL);
      return;
    }

  /* The bounds keep sums within a float's range. */
  for (gsize i = 0; i < (gsize) rows * columns; i++)
    wide[i] = pow (0.01 + MIN (0.1 * sharp[i] / expected, 100), - TRUST);
}
