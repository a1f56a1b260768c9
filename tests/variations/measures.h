/* measures.h: how near a made picture comes to the one it was made from
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pictures are canvases of one item and three channels, from -1 to 1;
 * differences are given in steps of 255, from 0 to 255 between black and white.
 */

#pragma once

#include "ddim.h"

G_BEGIN_DECLS

#define MEASURES_RINGS 31

/* Patches: squares of 7 x 7 pixels, six pixels apart, looked for at every place
 * of another picture.                                                        */
typedef struct
{
  gdouble distance; /* RMS, to the nearest: the mean of all patches           */
  gdouble copies;   /* 0 to 1: those whose nearest lies at their own place, give
                       or take a pixel, and less than 8 away                  */
} MeasuresPatches;

/* What is between the halves of one picture: how much it is like itself. */
typedef struct
{
  gdouble least;    /* of the patch distances of the left half in the right   */
  gdouble greatest; /* one, the upper in the lower, and the other way round   */
  gdouble spectrum; /* the greater of the two differences of spectra, in dB   */
} MeasuresHalves;

/* Mean absolute differences of neighbouring pixels across the sides of a
 * rectangle.                                                                 */
typedef struct
{
  gdouble border;        /* of pixels with the side between them              */
  gdouble neighbourhood; /* of the eight pairs beyond, on both sides          */
} MeasuresBorder;

/* x's patches in `in`.  The distance is the mean over the halves of `in`, so
 * that it compares with those of measures_halves (); copies are looked for in
 * all of it.                                                                 */
void    measures_patches  (const DdimCanvas *x,
                           const DdimCanvas *in,
                           DdimThreadPool   *pool,
                           MeasuresPatches  *patches);

/* At least 64 pixels are needed in each half for its spectrum; where there are
 * fewer it is NaN.                                                           */
void    measures_halves   (const DdimCanvas *x,
                           DdimThreadPool   *pool,
                           MeasuresHalves   *halves);

/* The mean power of the lightness in rings of one frequency each, in dB, over
 * tiles of 64 pixels with their mean taken out, half of them overlapping, under
 * a Hann window.  rings[i] has i + 1 periods a tile.  FALSE where not even one
 * tile fits.                                                                 */
gboolean measures_spectrum (const DdimCanvas *x,
                            gdouble           rings[MEASURES_RINGS]);

/* The RMS difference of two spectra, in dB. */
gdouble measures_spectral_difference (const gdouble one[MEASURES_RINGS],
                                      const gdouble other[MEASURES_RINGS]);

/* The RMS difference of two pictures of one size, reduced k times: each value
 * is the mean of k x k pixels.  What is left over at the right and below is not
 * looked at.                                                                 */
gdouble measures_reduced_change (const DdimCanvas *x,
                                 const DdimCanvas *y,
                                 gint              k);

/* Across the sides of the rectangle (x, y, w, h) of a picture.  Sides with less
 * than nine pixels beyond them are not looked at; FALSE where none is left.   */
gboolean measures_border (const DdimCanvas *picture,
                          gint              x,
                          gint              y,
                          gint              w,
                          gint              h,
                          MeasuresBorder   *border);

G_END_DECLS
