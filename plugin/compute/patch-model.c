/* patch-model.c: a model made of a picture's own patches, at any size
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <math.h>
#include <string.h>

#include <glib/gi18n-lib.h>

#include "patch-model.h"

void
ddim_patch_source_free (DdimPatchSource *source)
{
  if (! source)
    return;

  g_clear_pointer (&source->picture, ddim_canvas_free);
  g_free (source->mask);
  g_free (source->name);
  g_free (source);
}

gchar *
ddim_patch_source_get_hash (const DdimPatchSource *source)
{
  g_autoptr (GChecksum) sum   = g_checksum_new (G_CHECKSUM_SHA256);
  const DdimCanvas     *p     = source->picture;
  gint                  all[] = { p->h, p->w, p->c, source->options.mirrored,
                                  source->options.turned };

  g_checksum_update (sum, (const guchar *) all, sizeof all);
  g_checksum_update (sum, (const guchar *) p->data, ddim_canvas_size (p) * sizeof (gfloat));
  g_checksum_update (sum, (const guchar *) source->mask,
                     (gsize) p->h * p->w * sizeof (gfloat));

  return g_strndup (g_checksum_get_string (sum), 16);
}

/* The means of k x k pixels, as far as these may be used, with a mask that says
 * whether half of them may.                                                 */
static DdimPatchSource *
reduce (const DdimPatchSource  *source,
        gint                    k,
        GError                **error)
{
  const DdimCanvas            *picture = source->picture;
  DdimCanvas                   mask    = { .n = 1, .h = picture->h, .w = picture->w, .c = 1,
                                           .data = source->mask };
  g_autoptr (DdimCanvas)       masked  = ddim_canvas_try_copy (picture, error);
  g_autoptr (DdimCanvas)       cover   = NULL;
  g_autoptr (DdimPatchSource)  reduced = g_new0 (DdimPatchSource, 1);
  gint                         c       = picture->c;
  gsize                        n;

  if (! masked)
    return NULL;
  for (gsize i = 0; i < ddim_canvas_size (masked); i++)
    masked->data[i] *= source->mask[i / c];

  if (! (cover = ddim_canvas_reduce (&mask, k, FALSE, error)) ||
      ! (reduced->picture = ddim_canvas_reduce (masked, k, FALSE, error)) ||
      ! (reduced->mask = ddim_try_new (gfloat, ddim_canvas_size (cover), error)))
    return NULL;

  reduced->options       = source->options;
  reduced->options.apart = (source->options.apart + k - 1) / k;

  n = ddim_canvas_size (cover);
  for (gsize i = 0; i < n; i++)
    {
      for (gint j = 0; j < c && cover->data[i] > 0.0f; j++)
        reduced->picture->data[i * c + j] /= cover->data[i];
      reduced->mask[i] = cover->data[i] >= 0.5f;
    }

  return g_steal_pointer (&reduced);
}

/* What of one axis lies before the first cell of k pixels that a canvas has, too. */
static gint
get_odd (gint place,
         gint origin,
         gint k)
{
  return ((origin - place) % k + k) % k;
}

/* All but the first rows and columns; NULL where nothing is left, too. */
static DdimPatchSource *
crop (const DdimPatchSource  *source,
      gint                    y,
      gint                    x,
      GError                **error)
{
  const DdimCanvas            *picture = source->picture;
  gint                         h       = MAX (picture->h - y, 1);
  gint                         w       = MAX (picture->w - x, 1);
  gint                         c       = picture->c;
  g_autoptr (DdimPatchSource)  cropped = g_new0 (DdimPatchSource, 1);

  y = picture->h - h;
  x = picture->w - w;
  cropped->options = source->options;
  if (! (cropped->picture = ddim_canvas_try_new (1, h, w, c, error)) ||
      ! (cropped->mask = ddim_try_new (gfloat, (gsize) h * w, error)))
    return NULL;

  for (gint row = 0; row < h; row++)
    {
      gsize from = (gsize) (y + row) * picture->w + x;

      memcpy (cropped->picture->data + (gsize) row * w * c, picture->data + from * c,
              (gsize) w * c * sizeof (gfloat));
      memcpy (cropped->mask + (gsize) row * w, source->mask + from, w * sizeof (gfloat));
    }
  cropped->picture->y = picture->y + y;
  cropped->picture->x = picture->x + x;

  return g_steal_pointer (&cropped);
}

/* Where a place of the source lies in a reduced picture, if `origin`, along the
 * same axis, is the origin of both the full and the reduced canvas.         */
static gint
reduce_place (gint place,
              gint origin,
              gint k)
{
  return origin + (gint) floor ((place - origin) / (gdouble) k);
}

/* Puts the canvas, which lies in the picture's pixels, in the place of what is there:
 * of a tile, opposite borders of the picture itself do not meet.            */
static void
paste (DdimPatchSource  *source,
       const DdimCanvas *canvas)
{
  DdimCanvas *picture = source->picture;
  gint        c       = picture->c;

  for (gint y = 0; y < canvas->h; y++)
    for (gint x = 0; x < canvas->w; x++)
      {
        gint to_y = canvas->y + y - picture->y;
        gint to_x = canvas->x + x - picture->x;

        if (to_y >= 0 && to_y < picture->h && to_x >= 0 && to_x < picture->w)
          memcpy (picture->data + ((gsize) to_y * picture->w + to_x) * c,
                  canvas->data + ((gsize) y * canvas->w + x) * c, c * sizeof (gfloat));
      }
}

static gboolean
no_memory (const GError *error)
{
  return g_error_matches (error, DDIM_ERROR, DDIM_ERROR_MEMORY);
}

DdimModel *
ddim_patch_source_make_model (const DdimPatchSource  *source,
                              const DdimCanvas       *canvas,
                              gint                    k,
                              DdimThreadPool         *pool,
                              GError                **error)
{
  g_autoptr (GError)  cause = NULL;
  gboolean            tile  = canvas && source->own > 0 && source->options.wrap;
  DdimModel          *model = NULL;

  for (; (k > 1 || tile) && ! no_memory (cause); k = (k + 1) / 2)
    {
      g_autoptr (DdimPatchSource) cropped = NULL;
      g_autoptr (DdimPatchSource) reduced = NULL;
      const DdimPatchSource      *used    = source;

      g_clear_error (&cause);
      /* in the canvas's own cells: of others a place's own patch would be none */
      if (canvas && ! tile)
        {
          gint y = get_odd (source->picture->y, canvas->y, k);
          gint x = get_odd (source->picture->x, canvas->x, k);

          if (y > 0 || x > 0)
            used = cropped = crop (source, y, x, &cause);
        }
      if (used)
        reduced = reduce (used, k, &cause);
      if (! reduced)
        break;
      if (canvas)
        {
          reduced->picture->x = reduce_place (used->picture->x, canvas->x, k);
          reduced->picture->y = reduce_place (used->picture->y, canvas->y, k);
        }
      if (tile)
        paste (reduced, canvas);
      tile  = FALSE;
      model = ddim_model_new_for_picture (reduced->picture, reduced->mask, &reduced->options,
                                         pool, &cause);
      if (model)
        return model;
    }

  if (! no_memory (cause))
    {
      g_clear_error (&cause);
      model = ddim_model_new_for_picture (source->picture, source->mask, &source->options, pool,
                                         &cause);
    }
  if (no_memory (cause))
    g_propagate_error (error, g_steal_pointer (&cause));
  else if (! model)
    g_set_error (error, DDIM_ERROR, DDIM_ERROR_ARGUMENT,
                 /* Translators: %s is the name of a layer or channel. */
                 _("There is nothing to learn from in “%s”: it has no usable square of 7 "
                   "× 7 pixels. Choose a larger source, or select or mark more of it."), source->name);
  return model;
}
