/* preview-layout.c: the widgets of a preview dialog, and what they say
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * On the left what comes out: the preview, the gallery, and what goes on.  On the
 * right the controls, and what there is to say of what they are set to.
 */

#include "config.h"

#include <glib/gi18n-lib.h>

#include "controls.h"
#include "preview.h"
#include "preview-layout.h"
#include "progress.h"

#define PREVIEW_LEAST 320

static void
before_toggled (GtkToggleButton   *button,
                DdimPreviewLayout *layout)
{
  ddim_preview_show_before (layout->preview, gtk_toggle_button_get_active (button));
}

/* The preview, and below it what goes on and the way to what was before. */
static void
add_preview (DdimPreviewLayout *layout,
             GtkBox            *column)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  layout->preview = ddim_preview_new (PREVIEW_LEAST);
  layout->status  = gtk_label_new (NULL);
  layout->before  = gtk_check_button_new_with_mnemonic (_("_Before"));

  gtk_widget_set_tooltip_text (layout->preview, layout->klass->preview_help);
  gtk_widget_set_tooltip_text (layout->before, _("Show the original"));
  gtk_label_set_xalign (GTK_LABEL (layout->status), 0.0);
  gtk_label_set_ellipsize (GTK_LABEL (layout->status), PANGO_ELLIPSIZE_END);
  g_signal_connect (layout->before, "toggled", G_CALLBACK (before_toggled), layout);

  gtk_box_pack_start (GTK_BOX (row), layout->status, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (row), layout->before, FALSE, FALSE, 0);
  gtk_box_pack_start (column, layout->preview, TRUE, TRUE, 0);
  gtk_box_pack_start (column, row, FALSE, FALSE, 0);
}

static void
add_gallery (DdimPreviewLayout *layout,
             GtkBox            *column,
             void             (*pick_changed) (gpointer data),
             gpointer           data)
{
  GtkWidget *label = gtk_label_new_with_mnemonic (layout->klass->cells);
  GtkWidget *widget;

  layout->gallery = ddim_gallery_new (DDIM_PREVIEW_CELLS, layout->klass->cell_name,
                                      pick_changed, data);
  widget = ddim_gallery_get_widget (layout->gallery);
  gtk_widget_set_tooltip_text (widget, layout->klass->pick_help);
  gtk_label_set_mnemonic_widget (GTK_LABEL (label), widget);
  gtk_label_set_xalign (GTK_LABEL (label), 0.0);

  gtk_box_pack_start (column, label, FALSE, FALSE, 0);
  gtk_box_pack_start (column, widget, FALSE, FALSE, 0);
}

static void
add_progress (DdimPreviewLayout *layout,
              GtkBox            *column)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  layout->bar  = gtk_progress_bar_new ();
  layout->stop = gtk_button_new_with_mnemonic (_("Sto_p"));

  gtk_progress_bar_set_show_text (GTK_PROGRESS_BAR (layout->bar), TRUE);
  gtk_progress_bar_set_text (GTK_PROGRESS_BAR (layout->bar), "");
  gtk_widget_set_valign (layout->bar, GTK_ALIGN_CENTER);
  gtk_button_set_use_underline (GTK_BUTTON (layout->stop), TRUE);

  gtk_box_pack_start (GTK_BOX (row), layout->bar, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (row), layout->stop, FALSE, FALSE, 0);
  gtk_box_pack_start (column, row, FALSE, FALSE, 0);
}

static void
add_controls (DdimPreviewLayout *layout,
              GtkBox            *column,
              GtkWidget         *controls)
{
  layout->controls = controls;
  gtk_box_pack_start (column, controls, FALSE, FALSE, 0);
  gtk_widget_show (GTK_WIDGET (column));

  layout->method   = ddim_controls_add_wrapped_label (column);
  layout->estimate = ddim_controls_add_wrapped_label (column);
  layout->problem  = ddim_controls_add_wrapped_label (column);
  gtk_style_context_add_class (gtk_widget_get_style_context (layout->problem),
                               GTK_STYLE_CLASS_ERROR);
}

void
ddim_preview_layout_init (DdimPreviewLayout            *layout,
                          const DdimPreviewDialogClass *klass,
                          GtkWidget                    *controls,
                          void                        (*pick_changed) (gpointer data),
                          gpointer                      data)
{
  GtkWidget *left  = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *right = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);

  layout->klass = klass;
  layout->box   = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 18);

  add_preview (layout, GTK_BOX (left));
  add_gallery (layout, GTK_BOX (left), pick_changed, data);
  add_progress (layout, GTK_BOX (left));
  gtk_widget_show_all (left);
  gtk_widget_hide (layout->before); /* until there is one */

  add_controls (layout, GTK_BOX (right), controls);

  gtk_box_pack_start (GTK_BOX (layout->box), left, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (layout->box), right, FALSE, FALSE, 0);
  gtk_widget_show (layout->box);
}

void
ddim_preview_layout_show_pick (DdimPreviewLayout *layout)
{
  ddim_preview_set_after (layout->preview, ddim_gallery_get_picture (layout->gallery));
}

void
ddim_preview_layout_set_before (DdimPreviewLayout *layout,
                                cairo_surface_t   *before)
{
  gtk_widget_set_visible (layout->before, before != NULL);
  if (before)
    ddim_preview_set_before (layout->preview, before);
}

void
ddim_preview_layout_show_state (DdimPreviewLayout *layout,
                                DdimPreviewState   state,
                                gboolean           finished)
{
  GtkProgressBar *bar       = GTK_PROGRESS_BAR (layout->bar);
  gboolean        stoppable = state != DDIM_PREVIEW_IDLE || ! finished;
  const gchar    *text;

  if (state == DDIM_PREVIEW_FINISHING)
    text = _("Finishing what you picked…");
  else if (state == DDIM_PREVIEW_LOOKING)
    text = _("Refining the preview…");
  else if (finished)
    text = layout->klass->finished;
  else if (gtk_widget_get_visible (layout->problem))
    text = "";
  else
    text = _("Stopped. Keep going, or change a value.");

  gtk_label_set_text (GTK_LABEL (layout->status), text);
  gtk_button_set_label (GTK_BUTTON (layout->stop),
                        state == DDIM_PREVIEW_IDLE ? _("_Keep going") : _("Sto_p"));
  /* the focus would be lost with it, and the next Tab begin at the top */
  if (! stoppable && gtk_widget_is_focus (layout->stop))
    gtk_widget_child_focus (gtk_widget_get_toplevel (layout->box), GTK_DIR_TAB_FORWARD);
  gtk_widget_set_sensitive (layout->stop, stoppable);
  gtk_widget_set_sensitive (layout->controls, state != DDIM_PREVIEW_FINISHING);
  gtk_widget_set_sensitive (ddim_gallery_get_widget (layout->gallery),
                            state != DDIM_PREVIEW_FINISHING);
  if (state == DDIM_PREVIEW_IDLE)
    {
      gtk_progress_bar_set_fraction (bar, finished ? 1.0 : 0.0);
      gtk_progress_bar_set_text (bar, "");
    }
}

void
ddim_preview_layout_show_progress (DdimPreviewLayout *layout,
                                   gdouble            fraction,
                                   const gchar       *left)
{
  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (layout->bar), fraction);
  gtk_progress_bar_set_text (GTK_PROGRESS_BAR (layout->bar), left ? left : "");
}

void
ddim_preview_layout_show_estimate (DdimPreviewLayout *layout,
                                   const gchar       *method,
                                   gdouble            seconds)
{
  g_autofree gchar *time = NULL;
  g_autofree gchar *text = NULL;

  if (seconds >= 0.0)
    {
      time = ddim_progress_format_seconds (seconds);
      /* Translators: %s is “12 seconds” or “3 minutes”. */
      text = g_strdup_printf (_("All of it takes about %s."), time);
    }
  gtk_label_set_text (GTK_LABEL (layout->estimate), text ? text : "");
  gtk_label_set_text (GTK_LABEL (layout->method), method);
}

void
ddim_preview_layout_show_problem (DdimPreviewLayout *layout,
                                  const gchar       *problem)
{
  gtk_label_set_text (GTK_LABEL (layout->problem), problem ? problem : "");
  gtk_widget_set_visible (layout->problem, problem != NULL);
}
