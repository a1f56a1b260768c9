/* controls.h: the rows of a dialog's controls
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <libgimp/gimp.h>
#include <libgimp/gimpui.h>

typedef enum
{
  DDIM_CONTROL_AUTO,    /* as GIMP thinks best for the argument's type       */
  DDIM_CONTROL_SCALE,
  DDIM_CONTROL_NUMBER,
  DDIM_CONTROL_SEED,    /* a number, and a dice that throws another          */
  DDIM_CONTROL_MODEL,   /* the installed models, and any folder              */
  DDIM_CONTROL_DRAWABLE /* the layers there are, and channels, and none      */
} DdimControlKind;

/* What has to be done anew when an argument has changed. */
typedef enum
{
  DDIM_CHANGE_NOTHING,
  DDIM_CHANGE_SEEDS,    /* other cells, of the same kind                     */
  DDIM_CHANGE_MAKING,   /* other pictures of what is read                    */
  DDIM_CHANGE_INPUT     /* what is read, too                                 */
} DdimChange;

/* A row for an argument, with its label and its help. */
typedef struct
{
  const gchar     *argument;
  DdimControlKind  kind;
  DdimChange       change;
  gboolean         advanced; /* behind an expander, below the others         */
} DdimControl;

/* Lays out a row for each control, until one whose argument is NULL; labels and
 * widgets stand in columns.                                                 */
GtkWidget * ddim_controls_new               (GimpProcedureDialog *dialog,
                                             GimpProcedureConfig *config,
                                             const DdimControl   *rows);

/* What a change of the argument calls for; nothing, where it has no row. */
DdimChange  ddim_controls_get_change        (const DdimControl   *rows,
                                             const gchar         *argument);

/* Whether the row of an argument is shown. */
void        ddim_controls_set_visible       (GtkWidget           *controls,
                                             const gchar         *argument,
                                             gboolean             visible);

/* A label for a widget that sets an argument, in the argument's words. */
GtkWidget * ddim_controls_new_label         (GimpProcedureConfig *config,
                                             const gchar         *argument,
                                             GtkWidget           *widget,
                                             GtkSizeGroup        *labels);

/* A text of several lines, empty yet. */
GtkWidget * ddim_controls_add_wrapped_label (GtkBox              *box);
