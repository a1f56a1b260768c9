/* conversions.c: how a drawable's pixels are converted, found out beforehand
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The first time that babl converts from one format to another, it measures
 * the ways there are and keeps the best: to doubles that takes up to a tenth of a
 * second.  A window that must not be held lets a
 * thread do it before it reads the first pixel.
 */

#include "config.h"

#include "conversions.h"
#include "region.h"

#define N_PAIRS 3

struct _DdimConversions
{
  const Babl *pairs[N_PAIRS][2]; /* from, to; babl's own                     */
  GThread    *thread;
  gint        known;             /* atomic                                   */
};

static gpointer
find_out (gpointer data)
{
  DdimConversions *conversions = data;

  for (gint i = 0; i < N_PAIRS; i++)
    babl_fish (conversions->pairs[i][0], conversions->pairs[i][1]);
  g_atomic_int_set (&conversions->known, TRUE);

  return NULL;
}

DdimConversions *
ddim_conversions_new (GimpDrawable *drawable)
{
  DdimConversions *conversions = g_new0 (DdimConversions, 1);
  GimpImage       *image       = gimp_item_get_image (GIMP_ITEM (drawable));
  GimpDrawable    *selection   = GIMP_DRAWABLE (gimp_image_get_selection (image));
  const Babl      *native      = gimp_drawable_get_format (drawable);
  g_autoptr (DdimRegion) region = ddim_region_new_whole (drawable);

  conversions->pairs[0][0] = native;
  conversions->pairs[0][1] = ddim_region_get_format (region);
  conversions->pairs[1][0] = native;
  conversions->pairs[1][1] = ddim_region_get_view_format (region);
  conversions->pairs[2][0] = gimp_drawable_get_format (selection);
  conversions->pairs[2][1] = babl_format ("Y double");
  conversions->thread = g_thread_new ("ddim-conversions", find_out, conversions);

  return conversions;
}

void
ddim_conversions_free (DdimConversions *conversions)
{
  if (! conversions)
    return;

  g_thread_join (conversions->thread);
  g_free (conversions);
}

gboolean
ddim_conversions_are_known (const DdimConversions *conversions)
{
  return g_atomic_int_get (&conversions->known);
}
