/* patches.c: a picture as its own model, a field without weights
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Let a picture's patches p_j, each with a little Gaussian noise of variance
 * grain^2 about it, be all patches there are.  Of a noisy patch y = x / a =
 * x_0 + (s / a) n the best guess at x_0 is then known in closed form:
 *
 *   w_j = softmax_j (- |y - p_j|^2 / 2 v),   v = (s / a)^2 + grain^2
 *   x_0 = (1 - g) sum_j w_j p_j + g y,       g = grain^2 / v
 *
 * and the guesses of all patches that overlap at a pixel are blended (Kamb and
 * Ganguli, arXiv 2412.20292; Qiu et al., arXiv 2606.04299): those most that the
 * picture explains best, for a plain mean of guesses that do not agree is
 * blurred.  The noise level says at which scale: large structures are settled
 * where only the mean of many pixels stands out of the noise, small ones where
 * single pixels do.  Keys that are searched for (patch-search.c) count with what
 * surrounds them, too.
 * With `apart`, what lies about a patch's own place in the picture is not used
 * for it, so that the model does not know a region of the picture by heart.
 */

#include <math.h>
#include <string.h>

#include "aligned-memory.h"
#include "memory-budget.h"
#include "thread-pool-private.h"
#include "try-alloc.h"
#include "patch.h"

/* Of DdimPatchesOptions. */
#define PAIRS      1e5
#define STRIDE     2    /* between patches where not all are compared        */
#define KEEP       2    /* of the keys that are found: more blur and flatten */

#define BAND       (1 << 19) /* floats of patches at a time, at least: 2 MiB,
                                which wait in a cache                         */
#define MAX_SCALES 8

/* Memory for each value of a picture, and of a canvas while it works, besides the
 * patches of a band (see patches.h).                                        */
#define PICTURE_BYTES 14
#define CANVAS_BYTES  20
#define SPREAD     2    /* the picture is at least so many coarse patches wide */

/* Deviation of the pictures' own noise: a quarter of a step of 255.  2.5 steps, for
 * one, stay in what is made, and show on smooth grounds.                    */
#define GRAIN      0.002

/* A scale is left for the next finer one where a cell's noise falls below so
 * many times the picture's contrast.  Of 10^4 to 10^5 patches of 147 numbers
 * of deviation c one begins to stand out, exp (147 c^2 / v) against their
 * count, where v = 13 c^2: finer ones should take part by then.  1 and 2 lose
 * contrast and detail, 8 is like 4.                                         */
#define SETTLED    4

typedef struct
{
  DdimField            field;
  DdimPatchWork        work;
  gboolean             wrap;
  gdouble              pairs;      /* see DdimPatchesOptions                   */
  gdouble              contrast;   /* RMS of the picture about its mean        */
  gfloat               mean[4];
  gint                 n_scales;
  DdimPatchScale      *scales[MAX_SCALES];
  DdimField           *shared;     /* whose the scales are, or NULL: its own   */
  DdimPatchHandicaps  *handicaps;  /* or NULL                                  */
} PatchField;

static void
list_turns (DdimPatchWork *work,
            gboolean       mirrored,
            gboolean       turned)
{
  static const guint8 quarters[] =
    { 0, DDIM_TURN_TRANSPOSE | DDIM_TURN_MIRROR_X, DDIM_TURN_MIRROR_X | DDIM_TURN_MIRROR_Y,
      DDIM_TURN_TRANSPOSE | DDIM_TURN_MIRROR_Y };

  for (gint i = 0; i < (turned ? 4 : 1); i++)
    {
      work->turns[work->n_turns++] = quarters[i];
      if (mirrored)
        work->turns[work->n_turns++] = quarters[i] ^ DDIM_TURN_MIRROR_X;
    }

  for (gint turn = 0; turn < DDIM_TURNS; turn++)
    for (gint cell = 0; cell < DDIM_PATCH_CELLS; cell++)
      {
        gint y = cell / DDIM_PATCH, x = cell % DDIM_PATCH;

        if (turn & DDIM_TURN_TRANSPOSE)
          {
            gint other = y;

            y = x;
            x = other;
          }
        if (turn & DDIM_TURN_MIRROR_Y)
          y = DDIM_PATCH - 1 - y;
        if (turn & DDIM_TURN_MIRROR_X)
          x = DDIM_PATCH - 1 - x;
        work->cells[turn][cell] = y * DDIM_PATCH + x;
      }
}

/* One evaluation ------------------------------------------------------------- */

static gint
choose_scale (const PatchField *self,
              gdouble           sigma)
{
  gdouble octaves = log2 (sigma / (SETTLED * self->contrast));

  return CLAMP ((gint) floor (octaves), 0, self->n_scales - 1);
}

static gdouble
count_pairs (const PatchField    *self,
             gint                 scale,
             const DdimPatchGrid *grid)
{
  return (gdouble) self->scales[scale]->n_keys * self->work.n_turns * grid->h * grid->w;
}

/* Whether a grid's patches are compared with all keys of a scale. */
static gboolean
compares_all (const PatchField    *self,
              gint                 scale,
              const DdimPatchGrid *grid)
{
  return scale + 1 == self->n_scales ||
         (self->scales[scale]->n_keys <= DDIM_PATCH_MAX_KEYS &&
          count_pairs (self, scale, grid) <= self->pairs);
}

/* Of a scale's cells, the keys' own noise included. */
static gdouble
cell_variance (const DdimLevel *level,
               gint             scale)
{
  gdouble sigma = level->s / level->a;

  return sigma * sigma / (1 << 2 * scale) + GRAIN * GRAIN;
}

static gboolean
cut_plane (const PatchField  *self,
           const DdimCanvas  *x,
           gint               item,
           const DdimLevel   *level,
           gint               scale,
           DdimPlane         *plane,
           GError           **error)
{
  if (! ddim_plane_cut (plane, x, item, 1 << scale, self->wrap, 1 / level->a, self->mean, error))
    return FALSE;
  plane->apart = self->scales[scale]->apart;
  return ! self->handicaps || ddim_patch_handicaps_apply (self->handicaps, item, plane, error);
}

/* Fills matches (plane and grid set), from the scales above where need be. */
static gboolean
find_matches (PatchField        *self,
              const DdimCanvas  *x,
              gint               item,
              const DdimLevel   *level,
              gint               scale,
              DdimPatchMatches  *matches,
              GError           **error)
{
  DdimPatchScale   *keys   = self->scales[scale];
  DdimPatchMatches  coarse = { 0 };
  gboolean          success;

  if (! ddim_patch_matches_init (matches, KEEP, error))
    return FALSE;
  if (compares_all (self, scale, &matches->grid))
    return ddim_patch_nearest (keys, matches, &self->work, error);

  matches->share = cell_variance (level, scale) / cell_variance (level, scale + 1);
  success = cut_plane (self, x, item, level, scale + 1, &coarse.plane, error) &&
            (keys->context.cells ||
             ddim_patch_context_init (&keys->context, &keys->plane, error)) &&
            ddim_patch_context_init (&matches->context, &matches->plane, error);
  if (success)
    {
      coarse.grid = ddim_patch_grid (&coarse.plane, STRIDE);
      success = find_matches (self, x, item, level, scale + 1, &coarse, error) &&
                ddim_patch_refine (keys, &coarse, self->scales[scale + 1], matches, &self->work,
                                   error);
    }
  ddim_patch_matches_clear (&coarse);
  return success;
}

/* Rows of a grid whose patches are in memory at a time. */
static gint
band_of (const PatchField *self,
         gsize             row)
{
  return MAX (BAND / row, (gsize) ddim_thread_pool_get_n_threads (self->work.pool));
}

/* The blended means of all patches, in place of the plane's cells; in bands of
 * the grid's rows, so that the patches never lie in memory all at once.     */
static gboolean
denoise_plane (PatchField        *self,
               const DdimCanvas  *x,
               gint               item,
               const DdimLevel   *level,
               gint               scale,
               DdimPatchMatches  *matches,
               GError           **error)
{
  const DdimPatchGrid *grid = &matches->grid;
  DdimPlane *plane   = &matches->plane;
  gsize      row     = (gsize) grid->w * DDIM_PATCH_CELLS * x->c;
  gint       band    = MIN (band_of (self, row), grid->h);
  gsize      n_sums  = (gsize) plane->rows * plane->columns * (x->c + 1);
  gboolean   all     = compares_all (self, scale, grid);
  gdouble    variance = cell_variance (level, scale);
  gfloat    *patches = NULL, *sharp = NULL, *wide = NULL, *sums = NULL;
  gboolean   success;
  DdimPatchWindow window;
  DdimPatchShare  shares[2];

  if (! all && ! find_matches (self, x, item, level, scale, matches, error))
    return FALSE;

  ddim_patch_window_init (&window, scale, variance, grid->stride);
  success = (patches = ddim_try_floats (band * row + 1, error)) &&
            (sharp = ddim_try_floats (band * grid->w, error)) &&
            (wide = ddim_try_floats (band * grid->w, error)) &&
            (sums = ddim_try_floats (n_sums, error));
  if (success)
    memset (sums, 0, n_sums * sizeof (gfloat));
  shares[0] = (DdimPatchShare) { window.wide, wide };
  shares[1] = (DdimPatchShare) { window.sharp, sharp };
  for (gint first = 0; success && first < grid->h; first += band)
    {
      gint n_rows = MIN (band, grid->h - first);

      success = all ? ddim_patch_softmax (self->scales[scale], plane, grid, first, n_rows,
                                          variance, &self->work, patches, sharp, error)
                    : ddim_patch_matches_mean (self->scales[scale], matches, first, n_rows,
                                               variance, &self->work, patches, sharp);
      if (success)
        {
          /* What was searched is as far off again by its context.              */
          ddim_patch_window_weigh (&window, patches, n_rows, grid->w, x->c,
                                   (all ? 1 : 2) * DDIM_PATCH_CELLS * x->c * variance,
                                   sharp, wide, &self->work);
          ddim_plane_add (plane, grid, first, n_rows, patches, shares, window.settling ? 2 : 1,
                          sums, &self->work);
        }
    }
  if (success)
    ddim_plane_blend (plane, sums);
  ddim_memory_free (patches);
  ddim_memory_free (sharp);
  ddim_memory_free (wide);
  ddim_memory_free (sums);
  return success;
}

/* Where nothing is left of the picture, the best guess is its mean. */
static void
fill_with_mean (const PatchField *self,
                DdimCanvas       *out,
                gint              item)
{
  gsize   size = ddim_canvas_item_size (out);
  gfloat *to   = out->data + item * size;

  for (gsize i = 0; i < size; i++)
    to[i] = self->mean[i % out->c];
}

static gboolean
evaluate_item (PatchField        *self,
               const DdimCanvas  *x,
               gint               item,
               const DdimLevel   *level,
               DdimCanvas        *out,
               GError           **error)
{
  DdimPatchMatches matches = { 0 };
  gint             scale;
  gboolean         success;

  if (level->a <= 0)
    {
      fill_with_mean (self, out, item);
      return TRUE;
    }
  scale = choose_scale (self, level->s / level->a);
  success = cut_plane (self, x, item, level, scale, &matches.plane, error);
  if (success)
    {
      matches.grid = ddim_patch_grid (&matches.plane, 1);
      if (count_pairs (self, scale, &matches.grid) > self->pairs)
        matches.grid = ddim_patch_grid (&matches.plane, STRIDE);
      success = denoise_plane (self, x, item, level, scale, &matches, error) &&
                ddim_plane_paint (&matches.plane, self->mean, out, item, &self->work, error);
    }
  if (success && scale == 0)
    {
      gfloat        kept = GRAIN * GRAIN / cell_variance (level, 0);
      gsize         size = ddim_canvas_item_size (x);
      const gfloat *in   = x->data + item * size;
      gfloat       *to   = out->data + item * size;

      for (gsize i = 0; i < size; i++)
        to[i] += kept * (in[i] / (gfloat) level->a - to[i]);
    }
  ddim_patch_matches_clear (&matches);
  return success;
}

static gboolean
patches_evaluate (DdimField          *field,
                  const DdimCanvas   *x,
                  const DdimLevel    *level,
                  DdimCanvas         *out,
                  const DdimMonitor  *monitor,
                  GError            **error)
{
  PatchField *self = (PatchField *) field;
  gsize       row  = (gsize) x->w * DDIM_PATCH_CELLS * x->c;

  if (! ddim_memory_check (CANVAS_BYTES * (gdouble) ddim_canvas_item_size (x)
                           + (gdouble) row * band_of (self, row) * sizeof (gfloat), error,
                           "A region of %d × %d pixels", x->w, x->h))
    return FALSE;

  self->work.cancellable = monitor ? monitor->cancellable : NULL;
  for (gint i = 0; i < x->n; i++)
    {
      GError *cause = NULL;

      if (! evaluate_item (self, x, i, level, out, &cause))
        {
          if (cause)
            g_propagate_error (error, cause);
          else
            g_cancellable_set_error_if_cancelled (self->work.cancellable, error);
          return FALSE;
        }
      if (! ddim_monitor_update (monitor, (i + 1) / (gdouble) x->n, error))
        return FALSE;
    }
  return TRUE;
}

static void
patches_finalize (DdimField *field)
{
  PatchField *self = (PatchField *) field;

  for (gint i = 0; i < self->n_scales && ! self->shared; i++)
    ddim_patch_scale_free (self->scales[i]);
  g_clear_pointer (&self->shared, ddim_field_unref);
  ddim_patch_handicaps_free (self->handicaps);
  ddim_thread_pool_unref (self->work.pool);
  g_free (self);
}

static const DdimFieldClass patches_class = { patches_evaluate, patches_finalize };

/* Making it ------------------------------------------------------------------ */

/* The mean and contrast of what may be used. */
static void
measure (PatchField       *self,
         const DdimCanvas *picture,
         const gfloat     *mask)
{
  gsize   n_pixels = (gsize) picture->h * picture->w;
  gdouble sums[4] = { 0 }, squares = 0;
  gsize   n = 0;

  for (gsize i = 0; i < n_pixels; i++)
    if (! mask || mask[i] >= 1)
      {
        n++;
        for (gint k = 0; k < picture->c; k++)
          {
            gdouble value = picture->data[i * picture->c + k];

            sums[k] += value;
            squares += value * value;
          }
      }

  for (gint k = 0; k < picture->c; k++)
    {
      gdouble mean = sums[k] / MAX (n, 1);

      self->mean[k] = mean;
      squares -= n * mean * mean;
    }
  self->contrast = sqrt (MAX (squares, 0) / MAX (n * picture->c, 1));
  self->contrast = MAX (self->contrast, GRAIN);
}

DdimField *
ddim_patches_new (const DdimCanvas          *picture,
                  const gfloat              *mask,
                  const DdimPatchesOptions  *options,
                  DdimThreadPool            *pool,
                  GError                   **error)
{
  static const DdimPatchesOptions none = { 0 };

  g_autoptr (GError) cause = NULL;
  PatchField *self;
  gint        side = MIN (picture->h, picture->w);

  if (! options)
    options = &none;
  if (! ddim_canvas_is_finite (picture))
    {
      g_set_error (error, DDIM_ERROR, DDIM_ERROR_NOT_FINITE,
                   "The picture holds numbers that are not finite (NaN or infinity): no patches "
                   "can be taken from it");
      return NULL;
    }
  if (! ddim_memory_check ((gdouble) PICTURE_BYTES * picture->h * picture->w * picture->c, error,
                           "A model of a picture of %d × %d pixels", picture->w, picture->h))
    return NULL;
  if (picture->n != 1 || picture->c > 4)
    {
      g_set_error (error, DDIM_ERROR, DDIM_ERROR_ARGUMENT,
                   "Patches are taken from one picture of 1 to 4 channels, not from "
                   "%d of %d", picture->n, picture->c);
      return NULL;
    }

  self = g_new0 (PatchField, 1);
  ddim_field_init (&self->field, &patches_class, picture->c, DDIM_PREDICTION_SAMPLE);
  self->wrap      = options->wrap;
  self->pairs     = options->pairs > 0 ? options->pairs : PAIRS;
  self->work.pool = ddim_thread_pool_ref (pool);
  list_turns (&self->work, options->mirrored, options->turned);
  measure (self, picture, mask);

  for (gint i = 0; i < MAX_SCALES; i++)
    {
      DdimPatchScale *scale;

      if (i > 0 && (DDIM_PATCH << i) * SPREAD > side)
        break;
      scale = ddim_patch_scale_new (picture, mask, self->mean, 1 << i, options->apart, &cause);
      if (! scale)
        break;
      self->scales[self->n_scales++] = scale;
    }

  if (cause)
    {
      g_propagate_error (error, g_steal_pointer (&cause));
      ddim_field_unref (&self->field);
      return NULL;
    }
  if (self->n_scales == 0)
    {
      g_set_error (error, DDIM_ERROR, DDIM_ERROR_ARGUMENT,
                   "The picture to take patches from holds no whole square of "
                   "%d x %d pixels that may be used", DDIM_PATCH, DDIM_PATCH);
      ddim_field_unref (&self->field);
      return NULL;
    }
  return &self->field;
}

DdimField *
ddim_patches_new_handicapped (DdimField                  *patches,
                              const DdimPatchesHandicap  *handicap,
                              GError                    **error)
{
  DdimPatchHandicaps *handicaps = ddim_patch_handicaps_new (handicap, error);
  PatchField         *self;

  if (! handicaps)
    return NULL;

  self = g_memdup2 (patches, sizeof *self);
  ddim_field_init (&self->field, &patches_class, patches->channels, DDIM_PREDICTION_SAMPLE);
  self->work.pool = ddim_thread_pool_ref (self->work.pool);
  self->shared    = ddim_field_ref (patches);
  self->handicaps = handicaps;
  return &self->field;
}

DdimSchedule *
ddim_patches_schedule (GError **error)
{
  return ddim_schedule_new (DDIM_BETAS_LINEAR, 1000, 1e-4, 0.02, FALSE, error);
}
