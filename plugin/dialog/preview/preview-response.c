/* preview-response.c: what closes a preview dialog, and what is done before it
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OK takes what is finished.  Where what is picked is not, or something else is to be
 * done, the dialog stays until it is (preview-finish.h); Stop leads back to choosing.
 */

#include "config.h"

#include <libgimp/gimp.h>
#include <libgimp/gimpui.h>

#include "dialog-size.h"
#include "preview-private.h"

/* How often to look whether what OK does can begin, in milliseconds. */
#define FINISH_EVERY 10

void
ddim_preview_stop_finishing (DdimPreviewDialog *self)
{
  g_clear_handle_id (&self->finish_source, g_source_remove);
  ddim_preview_finish_stop (&self->finish);
}

/* Whether nothing is missing that OK takes from the job. */
static gboolean
has_all (DdimPreviewDialog *self)
{
  return self->klass->only_previews ||
         (self->finished && ! self->request_source && ! self->reading.plan_source);
}

/* What OK does, once all is read that was asked for. */
static gboolean
finish (gpointer data)
{
  DdimPreviewDialog *self  = data;
  g_autoptr (GError) error = NULL;

  if (! ddim_preview_reading_is_done (&self->reading))
    return G_SOURCE_CONTINUE;

  self->finish_source = 0;
  if (! has_all (self)) /* an argument has just changed: the job comes back to this */
    return G_SOURCE_REMOVE;

  g_clear_handle_id (&self->request_source, g_source_remove); /* of a mere preview */
  ddim_preview_reading_hold (&self->reading, TRUE);
  self->complete = ! self->klass->finish ||
                   ddim_preview_finish_run (&self->finish, self->klass->finish, self->data,
                                            &error);
  ddim_preview_reading_hold (&self->reading, FALSE);

  if (self->complete)
    {
      gtk_dialog_response (GTK_DIALOG (self->dialog), GTK_RESPONSE_OK);
      return G_SOURCE_REMOVE;
    }

  if (! g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      /* it may be tried again: OK stays */
      ddim_preview_layout_show_problem (&self->layout, error->message);
      if (self->state == DDIM_PREVIEW_FINISHING)
        ddim_preview_set_state (self, DDIM_PREVIEW_IDLE);
    }

  return G_SOURCE_REMOVE;
}

void
ddim_preview_finish_soon (DdimPreviewDialog *self)
{
  if (! self->finish_source)
    self->finish_source = g_timeout_add (FINISH_EVERY, finish, self);
}

void
ddim_preview_leave (DdimPreviewDialog *self)
{
  ddim_preview_stop_finishing (self);
  if (! gtk_widget_get_visible (self->dialog))
    return;

  ddim_dialog_size_save (GTK_WINDOW (self->dialog), self->config);
  gtk_widget_hide (self->dialog);
}

void
ddim_preview_responded (GtkDialog         *dialog,
                        gint               response,
                        DdimPreviewDialog *self)
{
  if (response == GTK_RESPONSE_CANCEL || response == GTK_RESPONSE_DELETE_EVENT)
    ddim_preview_leave (self);
  if (response != GTK_RESPONSE_OK || self->complete)
    return;

  g_signal_stop_emission_by_name (dialog, "response");
  if (self->state == DDIM_PREVIEW_FINISHING ||
      ! ddim_preview_reading_has_begun (&self->reading))
    return;

  if (has_all (self))
    ddim_preview_finish_soon (self);
  else if (self->state == DDIM_PREVIEW_IDLE)
    ddim_preview_request_soon (self);
  ddim_preview_set_state (self, DDIM_PREVIEW_FINISHING);
}
