/* test-patch-search.c: near patches, found from coarse to fine
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "patch.h"

#include "noisy-texture.h"

#define GRAIN 0.02 /* deviation of the keys' own noise, as a field's */

/* |patch - key|^2 + share |context - the key's context|^2. */
static gdouble
distance_to_key (const DdimPatchScale   *scale,
                 const DdimPatchMatches *matches,
                 gint                    y,
                 gint                    x,
                 gint32                  place)
{
  const DdimPlane *ours = &matches->plane, *theirs = &scale->plane;
  const gfloat *one   = ddim_patch_context_of (&matches->context, y, x, 0);
  const gfloat *other = ddim_patch_context_of (&scale->context, place / theirs->w,
                                               place % theirs->w, 0);
  gint          c     = ours->c;
  gdouble       sum   = 0;

  for (gint i = 0; i < DDIM_PATCH; i++)
    for (gint j = 0; j < DDIM_PATCH * c; j++)
      {
        gdouble apart = ours->cells[((y + i) * ours->columns + x) * c + j]
                        - theirs->cells[(place + i * theirs->columns) * c + j];
        gdouble around = one[i * matches->context.columns * c + j]
                         - other[i * scale->context.columns * c + j];

        sum += apart * apart + matches->share * around * around;
      }
  return sum;
}

/* The keys that are found from coarse to fine, against the nearest of all: one
 * in eight or so lies elsewhere than where the coarser ones point to.  At much
 * noise more do, but then many are nearly as near: the distance, of which no
 * more than a twentieth may be lost, is what x_0 depends on.                */
static void
test_nearest (void)
{
  static const struct { gdouble sigma, found, excess; } cases[] =
    { { 0.01, 0.8, 0.05 }, { 0.1, 0.8, 0.05 }, { 0.4, 0.7, 0.05 }, { 1, 0.5, 0.05 } };
  static const gfloat no_mean[4] = { 0 };

  g_autoptr (DdimThreadPool)  pool    = ddim_thread_pool_new (2);
  g_autoptr (DdimCanvas)      picture = make_picture (72, 68, 3);
  DdimPatchWork               work    = { .pool = pool, .n_turns = 1 };
  DdimPatchScale             *scale   = ddim_patch_scale_new (picture, NULL, no_mean, 1, 6, NULL);
  DdimPatchScale             *above   = ddim_patch_scale_new (picture, NULL, no_mean, 2, 6, NULL);

  for (gint cell = 0; cell < DDIM_PATCH_CELLS; cell++)
    work.cells[0][cell] = cell;
  ddim_patch_context_init (&scale->context, &scale->plane, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      gdouble                sigma   = cases[i].sigma;
      DdimLevel              level   = level_at (sigma);
      g_autoptr (DdimCanvas) x       = noisy_window (picture, 9, 12, 26, 24, &level);
      DdimPatchMatches       matches = { 0 }, coarse = { 0 };
      gdouble                found = 0, nearest = 0, exact = 0;
      gint                   n;

      ddim_plane_cut (&coarse.plane, x, 0, 2, FALSE, 1 / level.a, no_mean, NULL);
      coarse.plane.apart = above->apart;
      coarse.grid = ddim_patch_grid (&coarse.plane, 2);
      ddim_patch_matches_init (&coarse, 2, NULL);
      g_assert_true (ddim_patch_nearest (above, &coarse, &work, NULL));

      ddim_plane_cut (&matches.plane, x, 0, 1, FALSE, 1 / level.a, no_mean, NULL);
      matches.plane.apart = scale->apart;
      matches.grid  = ddim_patch_grid (&matches.plane, 2);
      matches.share = (sigma * sigma + GRAIN * GRAIN) / (sigma * sigma / 4 + GRAIN * GRAIN);
      ddim_patch_matches_init (&matches, 2, NULL);
      ddim_patch_context_init (&matches.context, &matches.plane, NULL);
      g_assert_true (ddim_patch_refine (scale, &coarse, above, &matches, &work, NULL));

      n = matches.grid.h * matches.grid.w;
      for (gint at = 0; at < n; at++)
        {
          gint    py   = ddim_patch_grid_y (&matches.grid, at / matches.grid.w);
          gint    px   = ddim_patch_grid_x (&matches.grid, at % matches.grid.w);
          gdouble best = G_MAXDOUBLE;

          for (gint k = 0; k < scale->n_keys; k++)
            if (ddim_patch_scale_handicap (scale, &matches.plane, py, px, scale->keys[k]) == 0)
              best = MIN (best, distance_to_key (scale, &matches, py, px, scale->keys[k]));

          /* What is said of a key is true of it. */
          g_assert_cmpfloat_with_epsilon (matches.distances[at * 2] / best,
                                          distance_to_key (scale, &matches, py, px,
                                                           matches.places[at * 2]) / best, 1e-3);
          g_assert_cmpfloat (matches.distances[at * 2], <=, matches.distances[at * 2 + 1]);
          exact   += matches.distances[at * 2] < best * 1.0001;
          found   += matches.distances[at * 2];
          nearest += best;
        }
      g_test_message ("sigma %g: the nearest of all in %.0f %% of patches, %.0f %% farther "
                      "in the mean", sigma, 100 * exact / n, 100 * (found / nearest - 1));
      g_assert_cmpfloat (exact / n, >, cases[i].found);
      g_assert_cmpfloat (found / nearest, <, 1 + cases[i].excess);
      ddim_patch_matches_clear (&matches);
      ddim_patch_matches_clear (&coarse);
    }
  ddim_patch_scale_free (above);
  ddim_patch_scale_free (scale);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/patch-search/nearest", test_nearest);
  return g_test_run ();
}
