/* preview-layout.c: the widgets of a preview dialog, and what they say
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From left to right: what to pick from, what is picked, large, and the controls, with
 * what there is to say of what they are set to.  No tooltip is on a picture: it would
 * lie over what is looked at.
 */

#include "config.h"

#include <glib/gi18n-lib.h>

#include "controls.h"
#include "preview.h"
#include "preview-layout.h"
#include "progress.h"

#define PREVIEW_LEAST 360
#define CONTROLS_MOST 500  /* pixels of their height that ask for room        */

static void
before_toggled (GtkToggleButton   *button,
                DdimPreviewLayout *layout)
{
  ddim_preview_show_before (layout->preview, gtk_toggle_button_get_active (button));
}

static void
split_toggled (GtkToggleButton   *button,
               DdimPreviewLayout *layout)
{
  ddim_preview_set_split (layout->preview, gtk_toggle_button_get_active (button));
}

static void
zoom_toggled (GtkToggleButton   *button,
              DdimPreviewLayout *layout)
{
  ddim_preview_set_zoomed (layout->preview, gtk_toggle_button_get_active (button));
}

/* Shows the next cell, and so on. */
static gboolean
play (gpointer data)
{
  DdimPreviewLayout *layout = data;

  ddim_gallery_step (layout->gallery);
  ddim_preview_layout_show_pick (layout);
  layout->play_source = g_timeout_add (layout->pace, play, layout);

  return G_SOURCE_REMOVE;
}

/* Who comes to the cells wants to look at one. */
static void
cell_reached (GtkToggleButton *play)
{
  gtk_toggle_button_set_active (play, FALSE);
}

static void
play_toggled (GtkToggleButton   *button,
              DdimPreviewLayout *layout)
{
  g_clear_handle_id (&layout->play_source, g_source_remove);
  if (gtk_toggle_button_get_active (button))
    play (layout);
}

/* A way to look at the preview. */
static GtkWidget *
add_way (DdimPreviewLayout *layout,
         GtkBox            *row,
         const gchar       *label,
         const gchar       *help,
         GCallback          toggled)
{
  GtkWidget *button = gtk_check_button_new_with_mnemonic (label);

  gtk_widget_set_tooltip_text (button, help);
  g_signal_connect (button, "toggled", toggled, layout);
  gtk_box_pack_end (row, button, FALSE, FALSE, 0);

  return button;
}

/* The preview, and below it the ways to look at it, and what goes on. */
static void
add_preview (DdimPreviewLayout *layout,
             GtkBox            *column)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);

  layout->preview = ddim_preview_new (PREVIEW_LEAST);
  layout->status  = gtk_label_new (NULL);

  atk_object_set_name (gtk_widget_get_accessible (layout->preview), _("Preview"));
  gtk_label_set_xalign (GTK_LABEL (layout->status), 0.0);
  gtk_label_set_line_wrap (GTK_LABEL (layout->status), TRUE);
  gtk_box_pack_start (column, layout->preview, TRUE, TRUE, 0);
  gtk_box_pack_start (column, row, FALSE, FALSE, 0);
  gtk_box_pack_start (column, layout->status, FALSE, FALSE, 0);

  layout->zoom   = add_way (layout, GTK_BOX (row), _("_Zoom"),
                            _("Show every pixel. Drag the picture, or press the arrow keys on "
                              "it, to see the rest."), G_CALLBACK (zoom_toggled));
  layout->split  = add_way (layout, GTK_BOX (row), _("Split view"),
                            _("Show the original left of a line. Drag the line, or press the "
                              "arrow keys on the picture, to move it."),
                            G_CALLBACK (split_toggled));
  layout->before = add_way (layout, GTK_BOX (row), _("_Before"),
                            _("Show the original, as the mouse button does while it is held on "
                              "the picture"), G_CALLBACK (before_toggled));
  layout->play   = add_way (layout, GTK_BOX (row), _("Play"),
                            _("Show one frame after the other, in the time that the animation "
                              "takes"), G_CALLBACK (play_toggled));
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
  gtk_widget_set_tooltip_text (label, layout->klass->pick_help);
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

/* The controls scroll where the screen is too low for them. */
static void
add_controls (DdimPreviewLayout *layout,
              GtkBox            *box,
              GtkWidget         *controls)
{
  GtkWidget *scrolled = gtk_scrolled_window_new (NULL, NULL);
  GtkWidget *column   = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);

  layout->controls = controls;
  gtk_box_pack_start (GTK_BOX (column), controls, FALSE, FALSE, 0);
  layout->method   = ddim_controls_add_wrapped_label (GTK_BOX (column));
  layout->estimate = ddim_controls_add_wrapped_label (GTK_BOX (column));
  layout->problem  = ddim_controls_add_wrapped_label (GTK_BOX (column));
  gtk_style_context_add_class (gtk_widget_get_style_context (layout->problem),
                               GTK_STYLE_CLASS_ERROR);
  gtk_widget_show (column);

  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_widget_set_can_focus (scrolled, FALSE);
  gtk_scrolled_window_set_overlay_scrolling (GTK_SCROLLED_WINDOW (scrolled), FALSE);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scrolled), TRUE);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (scrolled), CONTROLS_MOST);
  gtk_container_add (GTK_CONTAINER (scrolled), column);
  gtk_widget_show (scrolled);
  gtk_box_pack_start (box, scrolled, FALSE, FALSE, 0);
}

void
ddim_preview_layout_init (DdimPreviewLayout            *layout,
                          const DdimPreviewDialogClass *klass,
                          GtkWidget                    *controls,
                          void                        (*pick_changed) (gpointer data),
                          gpointer                      data)
{
  GtkWidget *left   = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *middle = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);

  layout->klass = klass;
  layout->box   = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);

  add_gallery (layout, GTK_BOX (left), pick_changed, data);
  gtk_widget_show_all (left);
  add_preview (layout, GTK_BOX (middle));
  add_progress (layout, GTK_BOX (middle));
  gtk_widget_show_all (middle);
  gtk_widget_hide (layout->before); /* until there is one */
  gtk_widget_hide (layout->split);
  gtk_widget_hide (layout->play);
  g_signal_connect_object (ddim_gallery_get_widget (layout->gallery), "set-focus-child",
                           G_CALLBACK (cell_reached), layout->play, G_CONNECT_SWAPPED);

  gtk_box_pack_start (GTK_BOX (layout->box), left, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (layout->box), middle, TRUE, TRUE, 0);
  add_controls (layout, GTK_BOX (layout->box), controls);
  gtk_widget_show (layout->box);
}

void
ddim_preview_layout_show_pick (DdimPreviewLayout *layout)
{
  ddim_preview_set_after (layout->preview, ddim_gallery_get_picture (layout->gallery));
}

void
ddim_preview_layout_set_pace (DdimPreviewLayout *layout,
                              gint               pace)
{
  layout->pace = pace;
  gtk_widget_set_visible (layout->play, pace > 0);
  if (pace == 0)
    ddim_preview_layout_stop_playing (layout);
}

void
ddim_preview_layout_stop_playing (DdimPreviewLayout *layout)
{
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (layout->play), FALSE);
}

void
ddim_preview_layout_set_before (DdimPreviewLayout *layout,
                                cairo_surface_t   *before)
{
  gtk_widget_set_visible (layout->before, before != NULL);
  gtk_widget_set_visible (layout->split, before != NULL);
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
    text = layout->klass->finishing;
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
  /* where there is nothing to stop, it is gone, but for its place */
  gtk_widget_set_sensitive (layout->stop, stoppable);
  gtk_widget_set_opacity (layout->stop, stoppable ? 1.0 : 0.0);
  gtk_widget_set_opacity (layout->bar, stoppable ? 1.0 : 0.0);
  /* how long it takes is told beside the bar */
  gtk_widget_set_visible (layout->estimate, state != DDIM_PREVIEW_FINISHING);
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

  if (seconds > 0.0)
    {
      time = ddim_progress_format_seconds (seconds);
      /* Translators: %s is “12 seconds” or “3 minutes”. */
      text = g_strdup_printf (_("OK takes about %s more."), time);
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
