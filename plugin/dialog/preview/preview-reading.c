/* preview-reading.c: what a preview dialog reads of the image
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "preview-reading.h"

/* How often to look whether something can be planned, in milliseconds. */
#define PLAN_EVERY 10

static void
fail (DdimPreviewReading *self,
      const GError       *error)
{
  ddim_job_stop (self->job);
  g_clear_handle_id (&self->read_source, g_source_remove);
  self->n_stages = 0;
  self->failed (error, self->user_data);
}

static gboolean
read_stage (gpointer data)
{
  DdimPreviewReading *self  = data;
  gint                stage = self->n_read++;
  g_autoptr (GError)  error = NULL;
  gboolean            success;

  if (self->n_read == self->n_stages)
    self->read_source = 0;

  self->reading = TRUE;
  success = self->klass->read (self->data, stage, &error);
  self->reading = FALSE;
  if (! success)
    {
      self->read_source = 0;
      fail (self, error);
      return G_SOURCE_REMOVE;
    }

  ddim_job_stage_read (self->job);

  return self->read_source ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static gboolean
plan (gpointer data)
{
  DdimPreviewReading *self   = data;
  g_autoptr (GError)  error  = NULL;
  cairo_surface_t    *before = NULL;
  gint                n_stages;

  if (self->held || self->reading /* what is planned */ ||
      ! ddim_conversions_are_known (self->conversions))
    return G_SOURCE_CONTINUE;

  self->plan_source = 0;
  g_clear_handle_id (&self->read_source, g_source_remove);
  ddim_job_begin_reading (self->job);

  /* the dialog may serve its window meanwhile: nothing is planned then */
  self->n_read   = 0;
  self->n_stages = 0;
  self->reading  = TRUE;
  n_stages       = self->klass->plan (self->data, &before, &error);
  self->reading  = FALSE;
  self->n_stages = n_stages;
  if (! self->n_stages)
    {
      fail (self, error);
      return G_SOURCE_REMOVE;
    }

  self->read_source = g_idle_add (read_stage, self);
  self->planned (before, self->user_data);
  g_clear_pointer (&before, cairo_surface_destroy);

  return G_SOURCE_REMOVE;
}

void
ddim_preview_reading_begin (DdimPreviewReading *self)
{
  if (! self->plan_source)
    self->plan_source = g_timeout_add (PLAN_EVERY, plan, self);
}

void
ddim_preview_reading_end (DdimPreviewReading *self)
{
  g_clear_handle_id (&self->plan_source, g_source_remove);
  g_clear_handle_id (&self->read_source, g_source_remove);
}

void
ddim_preview_reading_hold (DdimPreviewReading *self,
                           gboolean            hold)
{
  self->held = hold;
}

gboolean
ddim_preview_reading_is_planned (const DdimPreviewReading *self)
{
  return self->n_stages > 0;
}

gboolean
ddim_preview_reading_has_begun (const DdimPreviewReading *self)
{
  return self->n_stages > 0 || self->plan_source != 0 || self->reading;
}

gboolean
ddim_preview_reading_is_done (const DdimPreviewReading *self)
{
  return self->n_stages > 0 && self->n_read == self->n_stages && ! self->reading &&
         ! self->held && ! self->plan_source;
}
