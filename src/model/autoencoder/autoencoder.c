/* autoencoder.c: from pictures to latents and back
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One item goes through the network at a time: its largest maps, at the picture's
 * own resolution, fill the processors.  A kind gives and takes latents as they are
 * in the network; here they are scaled.  Windows are counted in the latent's pixels.
 */

#include "autoencoder.h"

#include <string.h>

#include "autoencoder-kind.h"
#include "memory-budget.h"
#include "plan.h"
#include "windows.h"

#define LARGEST_TILE  128
#define SMALLEST_TILE 16  /* smaller ones are mostly border */

/* A share of a tile: what its neighbour has of it. */
#define OVERLAP 4

struct _DdimAutoencoder
{
  DdimAutoencoderConfig config;
  DdimSafetensors      *file;     /* not ours */
  gpointer              network;
  guint64               hash;
  DdimPlan              plan;
  gboolean              decoding; /* what the plan is of, */
  gint                  tile[2];  /* and the largest tile, by this */
  gboolean              packed[2];
};

/* One way through the network; data are of one item, and unused in a dry pass. */
typedef struct
{
  DdimAutoencoder *self;
  gboolean         decode;
  const gfloat    *in;
  gfloat          *out;
} Way;

DdimAutoencoder *
ddim_autoencoder_new (const DdimAutoencoderConfig  *config,
                      DdimSafetensors              *file,
                      DdimThreadPool               *pool,
                      GError                      **error)
{
  g_autoptr (DdimAutoencoder) self = NULL;
  DdimWeights weights = { .file = file };

  if (! ddim_memory_check (ddim_weights_get_packed (file), error, "The autoencoder %s",
                           ddim_safetensors_get_name (file)))
    return NULL;

  self = g_new0 (DdimAutoencoder, 1);
  self->config  = *config;
  self->file    = file;
  self->tile[0] = self->tile[1] = LARGEST_TILE;
  ddim_plan_init (&self->plan, pool);
  self->network = config->kind->load (&weights, config);
  self->hash    = weights.hash;

  if (weights.error)
    {
      g_propagate_error (error, weights.error);
      return NULL;
    }
  return ddim_safetensors_check (file, error) ? g_steal_pointer (&self) : NULL;
}

void
ddim_autoencoder_free (DdimAutoencoder *self)
{
  if (! self)
    return;

  self->config.kind->free (self->network);
  ddim_plan_clear (&self->plan);
  g_free (self);
}

static void
walk (DdimPass *pass,
      gpointer  data)
{
  const Way                   *way    = data;
  const DdimPlan              *plan   = &way->self->plan;
  const DdimAutoencoderConfig *config = &way->self->config;
  gint       c      = way->decode ? config->latent_channels : config->channels;
  DdimSource source = { plan->n, plan->h, plan->w, { c, 0 }, { way->in, NULL } };
  DdimMap   *map    = way->decode ? config->kind->decode (way->self->network, pass, &source)
                                  : config->kind->encode (way->self->network, pass, &source);
  const DdimTensor *t = &map->tensor;
  gsize      pixels = (gsize) t->n * t->h * t->w;

  if (ddim_pass_is_real (pass))
    {
      if (way->decode)
        memcpy (way->out, t->data, pixels * t->c * sizeof (gfloat));
      else
        for (gsize i = 0; i < pixels; i++)
          for (gint j = 0; j < config->latent_channels; j++)
            way->out[i * config->latent_channels + j] =
              (t->data[i * t->c + j] - config->shift_factor) * config->scaling_factor;
    }
  ddim_map_unref (pass, map);
}

/* Plans for items of h x w pixels of the latent. */
static gboolean
plan_way (Way     *way,
          gint     h,
          gint     w,
          GError **error)
{
  DdimAutoencoder *self = way->self;
  gint             unit = way->decode ? 1 : self->config.factor;
  DdimPass         dry  = { 0 };

  if (self->plan.n && self->decoding == way->decode && self->plan.h == h * unit &&
      self->plan.w == w * unit)
    return TRUE;
  if (! ddim_plan_make (&self->plan, 1, h * unit, w * unit, &dry, walk, way, error))
    return FALSE;
  if (! self->packed[way->decode] && ! ddim_safetensors_check (self->file, error))
    {
      self->plan.n = 0;
      return FALSE;
    }
  self->packed[way->decode] = TRUE;
  self->decoding = way->decode;
  return TRUE;
}

static gboolean
run_way (Way                *way,
         const gfloat       *in,
         gfloat             *out,
         const DdimMonitor  *monitor,
         GError            **error)
{
  DdimPass pass = { 0 };

  way->in  = in;
  way->out = out;
  return ddim_plan_run (&way->self->plan, &pass, walk, way, monitor, error);
}

/* Lays windows over h x w pixels of the latent, as large as there is memory for,
 * and plans for them.                                                       */
static gboolean
lay (Way          *way,
     gint          h,
     gint          w,
     DdimWindows  *rows,
     DdimWindows  *columns,
     GError      **error)
{
  gint *tile  = &way->self->tile[way->decode];
  gint  scale = way->decode ? way->self->config.factor : 1;

  for (;;)
    {
      DdimTiling options = { .size = *tile, .overlap = *tile / OVERLAP, .still = TRUE };
      g_autoptr (GError) cause = NULL;

      ddim_windows_clear (rows);
      ddim_windows_clear (columns);
      if (! ddim_windows_lay (rows, h, scale, &options, 0, error) ||
          ! ddim_windows_lay (columns, w, scale, &options, 0, error))
        return FALSE;
      if (plan_way (way, rows->length, columns->length, &cause))
        return TRUE;
      if (*tile <= SMALLEST_TILE || ! g_error_matches (cause, DDIM_ERROR, DDIM_ERROR_MEMORY))
        {
          g_propagate_error (error, g_steal_pointer (&cause));
          return FALSE;
        }
      *tile = MAX (MIN (*tile, MAX (rows->length, columns->length)) * 3 / 4, SMALLEST_TILE);
    }
}

/* One item, window by window. */
static gboolean
run_windows (Way                *way,
             const DdimCanvas   *in,
             gint                item,
             const DdimWindows  *rows,
             const DdimWindows  *columns,
             DdimCanvas         *out,
             const DdimMonitor  *monitor,
             GError            **error)
{
  gint factor = way->self->config.factor, n = rows->n * columns->n;
  gint before = way->decode ? 1 : factor, behind = way->decode ? factor : 1;
  g_autoptr (DdimCanvas) seen = NULL;
  g_autoptr (DdimCanvas) made = NULL;

  if (! (seen = ddim_canvas_try_new (1, rows->length * before, columns->length * before, in->c,
                                     error)) ||
      ! (made = ddim_canvas_try_new (1, rows->length * behind, columns->length * behind, out->c,
                                     error)))
    return FALSE;

  for (gint i = 0; i < n; i++)
    {
      DdimMonitor part = ddim_monitor_part (monitor, (gdouble) i / n, (i + 1.0) / n);
      gint        row  = i / columns->n, column = i % columns->n;

      ddim_windows_gather (in, item, rows, row, columns, column, before, seen->data);
      if (! run_way (way, seen->data, made->data, &part, error))
        return FALSE;
      ddim_windows_scatter (made->data, rows, row, columns, column, out, item);
    }
  return TRUE;
}

/* Fills `out`, zeros before. */
static gboolean
convert_items (DdimAutoencoder    *self,
               gboolean            decode,
               const DdimCanvas   *in,
               DdimCanvas         *out,
               const DdimMonitor  *monitor,
               GError            **error)
{
  const DdimCanvas   *latent  = decode ? in : out;
  g_auto (DdimWindows) rows    = { 0 };
  g_auto (DdimWindows) columns = { 0 };
  Way                 way     = { self, decode };

  if (! lay (&way, latent->h, latent->w, &rows, &columns, error))
    return FALSE;

  for (gint i = 0; i < in->n; i++)
    {
      DdimMonitor  part = ddim_monitor_part (monitor, (gdouble) i / in->n, (i + 1.0) / in->n);
      const gfloat *from = in->data + i * ddim_canvas_item_size (in);
      gfloat       *to   = out->data + i * ddim_canvas_item_size (out);

      if (rows.n * columns.n > 1
          ? ! run_windows (&way, in, i, &rows, &columns, out, &part, error)
          : ! run_way (&way, from, to, &part, error))
        return FALSE;
    }
  if (ddim_canvas_is_finite (out))
    return TRUE;

  g_set_error (error, DDIM_ERROR, DDIM_ERROR_NOT_FINITE,
               "The autoencoder's answer is not finite (NaN or infinity): its weights are broken, or "
               "too large for this picture");
  return FALSE;
}

/* The same, and keeps no memory of it. */
static gboolean
convert (DdimAutoencoder    *self,
         gboolean            decode,
         const DdimCanvas   *in,
         DdimCanvas         *out,
         const DdimMonitor  *monitor,
         GError            **error)
{
  gboolean done = convert_items (self, decode, in, out, monitor, error);

  ddim_plan_rest (&self->plan);
  return done;
}

DdimCanvas *
ddim_autoencoder_encode (DdimAutoencoder    *self,
                         const DdimCanvas   *picture,
                         const DdimMonitor  *monitor,
                         GError            **error)
{
  const DdimAutoencoderConfig *config = &self->config;
  g_autoptr (DdimCanvas) latent = NULL;

  g_return_val_if_fail (picture->c == config->channels, NULL);
  g_return_val_if_fail (picture->h % config->factor == 0 && picture->w % config->factor == 0, NULL);

  latent = ddim_canvas_try_new (picture->n, picture->h / config->factor,
                                picture->w / config->factor, config->latent_channels, error);
  if (! latent || ! convert (self, FALSE, picture, latent, monitor, error))
    return NULL;
  return g_steal_pointer (&latent);
}

DdimCanvas *
ddim_autoencoder_decode (DdimAutoencoder    *self,
                         const DdimCanvas   *latent,
                         const DdimMonitor  *monitor,
                         GError            **error)
{
  const DdimAutoencoderConfig *config = &self->config;
  g_autoptr (DdimCanvas) unscaled = NULL;
  g_autoptr (DdimCanvas) picture  = NULL;

  g_return_val_if_fail (latent->c == config->latent_channels, NULL);

  if (! (unscaled = ddim_canvas_try_copy (latent, error)) ||
      ! (picture = ddim_canvas_try_new (latent->n, latent->h * config->factor,
                                        latent->w * config->factor, config->channels, error)))
    return NULL;
  for (gsize i = 0; i < ddim_canvas_size (unscaled); i++)
    unscaled->data[i] = unscaled->data[i] / config->scaling_factor + config->shift_factor;

  return convert (self, TRUE, unscaled, picture, monitor, error) ? g_steal_pointer (&picture)
                                                                 : NULL;
}

void
ddim_autoencoder_set_tile (DdimAutoencoder *self,
                           gint             tile)
{
  g_return_if_fail (tile >= 8);

  self->tile[0] = self->tile[1] = tile;
}

const DdimAutoencoderConfig *
ddim_autoencoder_get_config (const DdimAutoencoder *self)
{
  return &self->config;
}

guint64
ddim_autoencoder_get_hash (const DdimAutoencoder *self)
{
  return self->hash;
}
