/* test-patch-context.c: what surrounds a patch
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <string.h>

#include "ddim.h"
#include "patch.h"

static const gfloat no_mean[4] = { 0 };

/* A plane of random cells, one a pixel. */
static void
make_plane (DdimPlane *plane,
            gint       h,
            gint       w,
            gint       c,
            gboolean   wrap)
{
  g_autoptr (DdimCanvas) canvas = ddim_canvas_new (1, h, w, c);
  guint64                seed   = 4;

  ddim_noise_fill (canvas, &seed, 0);
  ddim_plane_cut (plane, canvas, 0, 1, wrap, 1, no_mean, NULL);
}

/* Cell i of a line of n that goes on beyond its ends, step by step. */
static gint
beyond (gint     i,
        gint     n,
        gboolean wrap)
{
  while (i < 0 || i >= n)
    i = wrap ? (i < 0 ? i + n : i - n) : (i < 0 ? - i : 2 * (n - 1) - i);
  return i;
}

/* By definition: cell (i, j) of the context of the patch at (y, x). */
static gfloat
context_cell (const DdimPlane *plane,
              gint             y,
              gint             x,
              gint             i,
              gint             j,
              gint             k)
{
  gfloat sum = 0;

  for (gint dy = 0; dy < 2; dy++)
    for (gint dx = 0; dx < 2; dx++)
      {
        gint row    = beyond (y - 3 + 2 * i + dy, plane->h, plane->wrap);
        gint column = beyond (x - 3 + 2 * j + dx, plane->w, plane->wrap);

        sum += plane->cells[((gsize) row * plane->columns + column) * plane->c + k];
      }
  return sum / 4;
}

/* At every place where a patch may begin, a torus's margin included. */
static void
test_means (void)
{
  static const gint sizes[][3] = { { 7, 7, 1 }, { 8, 11, 3 }, { 15, 9, 4 } };

  for (gsize s = 0; s < G_N_ELEMENTS (sizes); s++)
    for (gint wrap = 0; wrap < 2; wrap++)
      {
        DdimPlane        plane   = { 0 };
        DdimPatchContext context = { 0 };

        make_plane (&plane, sizes[s][0], sizes[s][1], sizes[s][2], wrap);
        ddim_patch_context_init (&context, &plane, NULL);
        for (gint y = 0; y + DDIM_PATCH <= plane.rows; y++)
          for (gint x = 0; x + DDIM_PATCH <= plane.columns; x++)
            for (gint cell = 0; cell < DDIM_PATCH_CELLS * plane.c; cell++)
              {
                gint          k  = cell % plane.c, i = cell / plane.c / DDIM_PATCH;
                gint          j  = cell / plane.c % DDIM_PATCH;
                const gfloat *at = ddim_patch_context_of (&context, y, x, 0);

                /* Sums of four floats of about 1, in another order. */
                g_assert_cmpfloat_with_epsilon (at[((gsize) i * context.columns + j) * plane.c + k],
                                                context_cell (&plane, y, x, i, j, k), 1e-6);
              }
        ddim_patch_context_clear (&context);
        ddim_plane_clear (&plane);
      }
}

/* Where (y, x) of an h x w plane lies once it is turned: transposed, then
 * mirrored.                                                                 */
static void
turn_place (gint  turn,
            gint  h,
            gint  w,
            gint *y,
            gint *x)
{
  if (turn & DDIM_TURN_TRANSPOSE)
    {
      gint other = *y;

      *y = *x;
      *x = other;
      other = h;
      h = w;
      w = other;
    }
  if (turn & DDIM_TURN_MIRROR_Y)
    *y = h - 1 - *y;
  if (turn & DDIM_TURN_MIRROR_X)
    *x = w - 1 - *x;
}

/* The context of a patch that is laid on a picture in a turn is, in that turn,
 * what it is in a picture that was turned itself: no half cell is lost.     */
static void
test_turns (void)
{
  const gint       h = 13, w = 10;
  DdimPlane        plane   = { 0 };
  DdimPatchContext context = { 0 };

  make_plane (&plane, h, w, 1, FALSE);
  ddim_patch_context_init (&context, &plane, NULL);
  for (gint turn = 0; turn < DDIM_TURNS; turn++)
    {
      gboolean         transposed = (turn & DDIM_TURN_TRANSPOSE) != 0;
      DdimPlane        turned     = { 0 };
      DdimPatchContext other      = { 0 };

      make_plane (&turned, transposed ? w : h, transposed ? h : w, 1, FALSE);
      for (gint y = 0; y < h; y++)
        for (gint x = 0; x < w; x++)
          {
            gint ty = y, tx = x;

            turn_place (turn, h, w, &ty, &tx);
            turned.cells[ty * turned.columns + tx] = plane.cells[y * plane.columns + x];
          }
      ddim_patch_context_init (&other, &turned, NULL);

      for (gint y = 0; y + DDIM_PATCH <= h; y++)
        for (gint x = 0; x + DDIM_PATCH <= w; x++)
          {
            gint ty = y + DDIM_PATCH / 2, tx = x + DDIM_PATCH / 2; /* the middles */

            turn_place (turn, h, w, &ty, &tx);
            for (gint cell = 0; cell < DDIM_PATCH_CELLS; cell++)
              {
                gint i = cell / DDIM_PATCH, j = cell % DDIM_PATCH, ti = i, tj = j;

                turn_place (turn, DDIM_PATCH, DDIM_PATCH, &ti, &tj);
                g_assert_cmpfloat_with_epsilon (
                  ddim_patch_context_of (&context, y, x, turn)[i * context.columns + j],
                  ddim_patch_context_of (&other, ty - DDIM_PATCH / 2, tx - DDIM_PATCH / 2, 0)
                    [ti * other.columns + tj], 1e-6);
              }
          }
      ddim_patch_context_clear (&other);
      ddim_plane_clear (&turned);
    }
  ddim_patch_context_clear (&context);
  ddim_plane_clear (&plane);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/patch-context/means", test_means);
  g_test_add_func ("/patch-context/turns", test_turns);
  return g_test_run ();
}
