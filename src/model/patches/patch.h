/* patch.h: the patches of one picture, and those of a canvas, at one scale
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Private to patches.c and the patch-*.c files.  A cell is a square of
 * factor x factor pixels, its value their mean; a patch is a square of
 * DDIM_PATCH x DDIM_PATCH cells, named by its top left one.  Cells are counted
 * from the whole image's origin, so that a region and the picture around it
 * are cut in the same way.
 */

#pragma once

#include "kernels.h"
#include "patches.h"

G_BEGIN_DECLS

#define DDIM_PATCH       7
#define DDIM_PATCH_CELLS (DDIM_PATCH * DDIM_PATCH)

/* How a patch of the canvas is laid on one of the picture, in this order. */
enum
{
  DDIM_TURN_TRANSPOSE = 4,
  DDIM_TURN_MIRROR_X  = 1,
  DDIM_TURN_MIRROR_Y  = 2,
  DDIM_TURNS          = 8
};

/* What all work of a field shares. */
typedef struct
{
  DdimThreadPool *pool;
  GCancellable   *cancellable;       /* or NULL                                */
  gint            n_turns;
  guint8          turns[DDIM_TURNS]; /* n_turns of them, 0 first               */
  /* Where each cell of a canvas's patch lies in the picture's.              */
  guint8        cells[DDIM_TURNS][DDIM_PATCH_CELLS];
} DdimPatchWork;

/* Cells, and the margin that lets a patch begin at every place of a grid: as
 * a torus goes on, or for less than a patch by reflection.                  */
typedef struct
{
  gint      factor;
  gboolean  wrap;
  gint      h, w, c;
  gint      y, x;            /* of the first cell                            */
  gint      rows, columns;   /* with the margin                              */
  gfloat   *cells;           /* rows x columns x c; readable a little beyond */
  gint      apart;           /* cells: keys of the picture that begin nearer
                                than this to a patch's place are its own ...  */
  gfloat   *handicap;        /* ... and rows x columns, what is added to their
                                squared distance; NULL: they are not used     */
} DdimPlane;

/* Places where patches that cover a plane begin. */
typedef struct
{
  gint stride;
  gint h, w;                 /* of the grid                                  */
  gint last_y, last_x;       /* the greatest places                          */
} DdimPatchGrid;

/* The means of 2 x 2 cells of a plane, from every place on. */
typedef struct
{
  gint    rows, columns, c;  /* of each phase                                */
  gfloat *cells;             /* 4 phases, as the place is even or odd, down
                                and across, of rows x columns x c            */
} DdimPatchContext;

/* The picture at one scale. */
typedef struct
{
  DdimPlane  plane;          /* without margin                               */
  DdimPatchContext context;
  gint       apart;          /* cells; see DdimPatchesOptions; some key stays */
  guint8    *allowed;        /* h x w: 1 where a patch may begin             */
  gint       n_keys;
  gint32    *keys;           /* those places, y w + x                        */
  gfloat    *packed;         /* for products with all keys, once needed      */
  gsize      block_size;
  gint       n_packed;       /* every key, or every so many                  */
} DdimPatchScale;

/* The `keep` keys that are nearest to each patch of a grid, best first. */
typedef struct
{
  DdimPlane      plane;
  DdimPatchGrid  grid;
  gint           keep;
  gint32        *places;     /* -1: none left                                */
  guint8        *turns;
  gfloat        *distances;  /* squared, with the context's share            */
  DdimPatchContext context;
  gfloat         share;      /* of the context's squared distance            */
} DdimPatchMatches;


/* patch-plane.c */

/* Floats behind the last cell that vectors may read. */
#define DDIM_PLANE_BEYOND 64

/* The cell of a line of `size` that stands at i, before its first and behind its
 * last one too.                                                             */
static inline gint
ddim_plane_index (gint     i,
                  gint     size,
                  gboolean wrap)
{
  gint period = wrap ? size : MAX (2 * (size - 1), 1);

  i = (i % period + period) % period;
  return wrap ? i : MIN (i, period - i) % size;
}

/* The same, but that beyond its ends the line stays what it is there. */
static inline gint
ddim_plane_nearest (gint     i,
                    gint     size,
                    gboolean wrap)
{
  return wrap ? (i % size + size) % size : CLAMP (i, 0, size - 1);
}

/* The cells that an item of the canvas touches: times scale, less mean.  To be
 * cleared where it fails, too.                                              */
gboolean ddim_plane_cut   (DdimPlane         *plane,
                           const DdimCanvas  *canvas,
                           gint               item,
                           gint               factor,
                           gboolean           wrap,
                           gdouble            scale,
                           const gfloat      *mean,
                           GError           **error);
void     ddim_plane_clear (DdimPlane         *plane);

/* Whether a turn's cells lie as they are. */
static inline gboolean
ddim_patch_is_upright (const guint8 *cells)
{
  return cells[0] == 0 && cells[1] == 1;
}

/* Reads the patch whose cells, of c values, begin at `at`, in lines `line` floats
 * apart, as it lies on the picture's in a turn (cells, of DdimPatchWork), into
 * lines `out_line` floats apart.                                             */
void ddim_patch_read  (gfloat           *out,
                       gsize             out_line,
                       const gfloat     *at,
                       gsize             line,
                       gint              c,
                       const guint8     *cells);

DdimPatchGrid ddim_patch_grid (const DdimPlane *plane,
                               gint             stride);

static inline gint
ddim_patch_grid_y (const DdimPatchGrid *grid,
                   gint                 row)
{
  return MIN (row * grid->stride, grid->last_y);
}

static inline gint
ddim_patch_grid_x (const DdimPatchGrid *grid,
                   gint                 column)
{
  return MIN (column * grid->stride, grid->last_x);
}

/* out = the plane as a smooth picture of the canvas's size, plus mean. */
gboolean ddim_plane_paint (const DdimPlane      *plane,
                           const gfloat         *mean,
                           DdimCanvas           *out,
                           gint                  item,
                           const DdimPatchWork  *work,
                           GError              **error);


/* patch-blend.c */

/* How much patches count: each by a weight, its cells by a window (DDIM_PATCH_CELLS). */
typedef struct
{
  const gfloat *window;
  const gfloat *weights;
} DdimPatchShare;

/* Adds n_rows of a grid's patches from `first` on (each DDIM_PATCH_CELLS c floats; one
 * float beyond them is readable), weighted by the sum of one or two shares, to
 * sums: rows x columns x (c + 1) of the plane, weights last.                */
void ddim_plane_add   (const DdimPlane      *plane,
                       const DdimPatchGrid  *grid,
                       gint                  first,
                       gint                  n_rows,
                       const gfloat         *patches,
                       const DdimPatchShare *shares,
                       gint                  n_shares,
                       gfloat               *sums,
                       const DdimPatchWork  *work);
/* The plane's cells are those sums by their weights. */
void ddim_plane_blend (DdimPlane           *plane,
                       const gfloat        *sums);


/* patch-window.c */

typedef struct
{
  gboolean settling;                 /* hardly any noise is left               */
  gfloat   sharp[DDIM_PATCH_CELLS];  /* only where settling                    */
  gfloat   wide[DDIM_PATCH_CELLS];
} DdimPatchWindow;

/* variance: of a cell's noise at a scale; stride: of the grid. */
void ddim_patch_window_init  (DdimPatchWindow       *window,
                              gint                   scale,
                              gdouble                variance,
                              gint                   stride);
/* What patches (rows x columns of a grid) count by either window.  sharp: their
 * squared distances to their keys, replaced.  expected: what a patch and its true
 * key are apart by noise alone.                                             */
void ddim_patch_window_weigh (const DdimPatchWindow *window,
                              const gfloat          *patches,
                              gint                   rows,
                              gint                   columns,
                              gint                   c,
                              gdouble                expected,
                              gfloat                *sharp,
                              gfloat                *wide,
                              const DdimPatchWork   *work);


/* patch-context.c */

#define DDIM_PATCH_CONTEXT_MARGIN 8 /* cells around the plane; even */

/* Around a plane's borders it goes on as its margin does. */
gboolean ddim_patch_context_init  (DdimPatchContext  *context,
                                   const DdimPlane   *plane,
                                   GError           **error);
void     ddim_patch_context_clear (DdimPatchContext  *context);

/* The mean of the 2 x 2 cells from the plane's place (y, x) on, and those to
 * its right, two places apart; the lines below lie columns c floats apart.  */
static inline const gfloat *
ddim_patch_context_at (const DdimPatchContext *context,
                       gint                    y,
                       gint                    x)
{
  gint phase;

  y    += DDIM_PATCH_CONTEXT_MARGIN;
  x    += DDIM_PATCH_CONTEXT_MARGIN;
  phase = y % 2 * 2 + x % 2;
  return context->cells
         + (((gsize) phase * context->rows + y / 2) * context->columns + x / 2) * context->c;
}

/* The context of the patch at (y, x) begins there.  It cannot lie quite about
 * the middle of an odd number of cells: it is half a cell too far down, or
 * up where the patch is to be laid on one upside down; so across.           */
static inline const gfloat *
ddim_patch_context_of (const DdimPatchContext *context,
                       gint                    y,
                       gint                    x,
                       gint                    turn)
{
  gboolean transposed = (turn & DDIM_TURN_TRANSPOSE) != 0;
  gboolean up   = (turn & (transposed ? DDIM_TURN_MIRROR_X : DDIM_TURN_MIRROR_Y)) != 0;
  gboolean left = (turn & (transposed ? DDIM_TURN_MIRROR_Y : DDIM_TURN_MIRROR_X)) != 0;

  return ddim_patch_context_at (context, y - DDIM_PATCH / 2 - up, x - DDIM_PATCH / 2 - left);
}


/* patch-scale.c */

/* NULL, but no error, where no patch is allowed.  mask: h x w of the picture, or
 * NULL; only pixels where it is 1 are used.                                 */
DdimPatchScale * ddim_patch_scale_new  (const DdimCanvas  *picture,
                                        const gfloat      *mask,
                                        const gfloat      *mean,
                                        gint               factor,
                                        gint               apart,
                                        GError           **error);
void             ddim_patch_scale_free (DdimPatchScale    *scale);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdimPatchScale, ddim_patch_scale_free)

/* What is added to the squared distance of the key at the picture's place (key_y, key_x)
 * at a plane's place (y, x); G_MAXFLOAT where it may not be used there.      */
static inline gfloat
ddim_patch_scale_handicap_at (const DdimPatchScale *scale,
                              const DdimPlane      *plane,
                              gint                  y,
                              gint                  x,
                              gint                  key_y,
                              gint                  key_x)
{
  gint dy = plane->y + y - scale->plane.y - key_y;
  gint dx = plane->x + x - scale->plane.x - key_x;

  if (ABS (dy) >= plane->apart || ABS (dx) >= plane->apart)
    return 0;
  return plane->handicap ? plane->handicap[(gsize) y * plane->columns + x] : G_MAXFLOAT;
}

/* The same of key `place`. */
static inline gfloat
ddim_patch_scale_handicap (const DdimPatchScale *scale,
                           const DdimPlane      *plane,
                           gint                  y,
                           gint                  x,
                           gint32                place)
{
  return ddim_patch_scale_handicap_at (scale, plane, y, x, place / scale->plane.w,
                                       place % scale->plane.w);
}


/* patch-handicap.c */

/* Of DdimPatchesHandicap. */
typedef struct
{
  gint     apart;            /* pixels                                       */
  gdouble  square;           /* of the handicap                              */
  gint     y, x, h, w;       /* of the weights                               */
  gint     n;                /* items that have weights of their own         */
  gdouble *sums;             /* n x (h + 1) x (w + 1): of all weights above and
                                to the left; NULL: all are 1                 */
} DdimPatchHandicaps;

DdimPatchHandicaps * ddim_patch_handicaps_new   (const DdimPatchesHandicap  *options,
                                                 GError                    **error);
void                 ddim_patch_handicaps_free  (DdimPatchHandicaps         *handicaps);

/* Sets the apart and handicap of an item's plane. */
gboolean             ddim_patch_handicaps_apply (const DdimPatchHandicaps   *handicaps,
                                                 gint                        item,
                                                 DdimPlane                  *plane,
                                                 GError                    **error);


/* patch-softmax.c */

/* More are never packed: of a picture that has more of its coarsest patches,
 * every so many are.  They take 1.2 KB each, at 3 channels.                 */
#define DDIM_PATCH_MAX_KEYS 65536

/* patches[i] = the mean of all keys under softmax (- distance^2 / 2 variance)
 * for n_rows of the grid's patches, from `first` on; nearest[i] = the squared
 * distance to the nearest key.  Returns FALSE where cancelled, without an error,
 * or where memory is out; so do those below.                                */
gboolean ddim_patch_softmax (DdimPatchScale      *scale,
                             const DdimPlane     *plane,
                             const DdimPatchGrid *grid,
                             gint                 first,
                             gint                 n_rows,
                             gdouble              variance,
                             const DdimPatchWork *work,
                             gfloat              *patches,
                             gfloat              *nearest,
                             GError             **error);

/* Fills matches (plane and grid set) from all keys. */
gboolean ddim_patch_nearest (DdimPatchScale      *scale,
                             DdimPatchMatches    *matches,
                             const DdimPatchWork *work,
                             GError             **error);


/* patch-matches.c */

#define DDIM_PATCH_MAX_KEEP 8

gboolean ddim_patch_matches_init  (DdimPatchMatches       *matches,
                                   gint                    keep,
                                   GError                **error);
void     ddim_patch_matches_clear (DdimPatchMatches       *matches);

/* As ddim_patch_softmax (), of the matches alone. */
gboolean ddim_patch_matches_mean  (const DdimPatchScale   *scale,
                                   const DdimPatchMatches *matches,
                                   gint                    first,
                                   gint                    n_rows,
                                   gdouble                 variance,
                                   const DdimPatchWork    *work,
                                   gfloat                 *patches,
                                   gfloat                 *nearest);


/* patch-search.c */

/* Fills matches (plane, grid, context and share set) with keys near those places
 * that the coarser scale's matches point to, and the neighbours' of this one;
 * the scale's context is set.                                               */
gboolean ddim_patch_refine        (const DdimPatchScale   *scale,
                                   const DdimPatchMatches *coarse,
                                   const DdimPatchScale   *coarse_scale,
                                   DdimPatchMatches       *matches,
                                   const DdimPatchWork    *work,
                                   GError                **error);

G_END_DECLS
