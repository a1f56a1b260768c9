/* interpolate.c: the procedure plug-in-ddim-interpolate
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Encodes each of several layers into a DDIM latent, goes from one latent to
 * the next, and decodes what lies between.  All is computed in this process
 * first, frame by frame into buffers of the image's own format, while the dialog is open
 * where there is one; the image is touched at the very end, in one step to undo.
 */

#include "config.h"

#include <libgimp/gimp.h>
#include <glib/gi18n-lib.h>

#include "ddim.h"

#include "arguments.h"
#include "interpolate.h"
#include "interpolate-dialog.h"
#include "interpolation-run.h"
#include "progress.h"

/* Where the layers lie in the stack, the lowest first: of GIMP's own selection
 * that is the order in which it would show them as an animation.            */
static gint
compare_height (gconstpointer a,
                gconstpointer b,
                gpointer      user_data)
{
  GList *order = user_data;

  return g_list_index (order, *(gpointer *) b) - g_list_index (order, *(gpointer *) a);
}

static void
sort_by_height (GPtrArray *layers,
                GimpImage *image)
{
  GList *order = ddim_frames_list_layers (image);

  g_ptr_array_sort_with_data (layers, compare_height, order);
  g_list_free (order);
}

/* What the procedure was called with. */
typedef struct
{
  GimpRunMode          run_mode;
  GimpImage           *image;
  GimpDrawable       **drawables;
  const DdimSelection *selection;  /* what was selected then                 */

  DdimInterpolationRun run;        /* what was made                          */
  GimpPDBStatusType    failure;    /* what an error is, so far               */
} Call;

static void
call_clear (Call *call)
{
  ddim_interpolation_run_clear (&call->run);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Call, call_clear)

/* The layers of the way: those selected, and `other` last. */
static DdimLayerSet *
make_layer_set (GimpProcedureConfig  *config,
                gpointer              data,
                GError              **error)
{
  const Call            *call   = data;
  g_autoptr (GPtrArray)  layers = g_ptr_array_new ();
  GimpLayer             *other  = NULL;
  DdimLayerSet          *layer_set;

  for (gint i = 0; call->drawables && call->drawables[i]; i++)
    if (! g_ptr_array_find (layers, call->drawables[i], NULL))
      g_ptr_array_add (layers, call->drawables[i]);

  /* A script gives them in its own order. */
  if (call->run_mode != GIMP_RUN_NONINTERACTIVE)
    sort_by_height (layers, call->image);

  g_object_get (config, "other", &other, NULL);
  if (other)
    g_ptr_array_add (layers, other);
  g_ptr_array_add (layers, NULL);

  layer_set = ddim_layer_set_new (call->image, call->selection, (GimpLayer **) layers->pdata,
                                  error);
  g_clear_object (&other);

  return layer_set;
}

/* From arguments to settings. */
static gboolean
read_settings (GimpProcedureConfig        *config,
               DdimInterpolationSettings  *settings,
               GError                    **error)
{
  gint seed;

  ddim_interpolation_settings_clear (settings);
  g_object_get (config,
                "loop", &settings->loop,
                "mix",  &settings->mix,
                "seed", &seed,
                NULL);
  settings->seed   = seed;
  settings->easing = gimp_procedure_config_get_choice_id (config, "easing");

  return ddim_arguments_read_model (config, &settings->model, error);
}

/* Which frames are to be made. */
static gboolean
interpolation_read (DdimInterpolationRun *self,
                    GimpProcedureConfig  *config,
                    GError              **error)
{
  const DdimInterpolationSettings *settings = &self->settings;

  if (! read_settings (config, &self->settings, error))
    return FALSE;

  g_object_get (config,
                "frames",   &self->n_frames,
                "position", &self->options.position,
                "duration", &self->options.duration,
                NULL);
  self->options.kind = gimp_procedure_config_get_choice_id (config, "output");

  if (self->options.kind == DDIM_FRAMES_LAYER)
    self->n_frames = 1;
  self->positions = g_new (gdouble, self->n_frames);
  if (self->options.kind == DDIM_FRAMES_LAYER)
    self->positions[0] = ddim_path_position (self->n_keys, settings->loop, settings->easing,
                                             self->options.position);
  else
    ddim_path_positions (self->n_keys, settings->loop, settings->easing, self->n_frames,
                         self->positions);

  return TRUE;
}

/* Makes all frames, which then are to be committed. */
static gboolean
make (GimpProcedureConfig  *config,
      gpointer              data,
      DdimRunner           *runner,
      GError              **error)
{
  Call                 *call = data;
  DdimInterpolationRun *self = &call->run;

  ddim_interpolation_run_clear (self);
  ddim_task_report_init (&self->report);
  call->failure   = GIMP_PDB_CALLING_ERROR;
  self->layer_set = make_layer_set (config, call, error);
  if (! self->layer_set)
    return FALSE;
  ddim_layer_set_set_pause (self->layer_set, runner->pause, runner->pause_data);
  self->n_keys = self->layer_set->regions->len;

  if (! interpolation_read (self, config, error) ||
      ! ddim_transaction_check_memory (self->n_frames, self->layer_set->target.width,
                                       self->layer_set->target.height,
                                       self->layer_set->format, error) ||
      ! ddim_interpolation_run_read (self, error))
    return FALSE;

  call->failure = GIMP_PDB_EXECUTION_ERROR;
  if (! ddim_interpolation_run_compute (self, runner, error))
    {
      ddim_interpolation_run_clear (self); /* nobody will use what there is */
      return FALSE;
    }
  ddim_layer_set_set_pause (self->layer_set, NULL, NULL);

  return TRUE;
}

static gboolean
make_without_dialog (GimpProcedureConfig  *config,
                     Call                 *call,
                     GError              **error)
{
  DdimProgress progress;
  gboolean     success;

  ddim_progress_start (&progress, _("DDIM interpolation"));
  success = make (config, call, &progress.runner, error);
  ddim_progress_end (&progress);

  return success;
}

/* The procedure --------------------------------------------------------- */

/* Where one layer is selected, and no way to go from it, it is to the nearest: the one
 * above it in the stack, or else the one below.                             */
static void
choose_other (GimpProcedureConfig *config,
              GimpImage           *image,
              GimpDrawable       **drawables)
{
  g_autoptr (GimpLayer)  other = NULL;
  GList                 *order, *place, *nearest;

  g_object_get (config, "other", &other, NULL);
  if (other || drawables[1])
    return;

  order   = ddim_frames_list_layers (image);
  place   = g_list_find (order, drawables[0]);
  nearest = place ? (place->prev ? place->prev : place->next) : NULL;
  if (nearest)
    g_object_set (config, "other", nearest->data, NULL);
  g_list_free (order);
}

static GimpValueArray *
commit (GimpProcedure        *procedure,
        DdimInterpolationRun *self,
        GimpRunMode           run_mode)
{
  g_autoptr (GPtrArray)  layers  = g_ptr_array_new ();
  const GArray          *errors  = self->report.errors;
  gdouble                largest = 0.0;
  GimpValueArray        *values;
  GError                *error   = NULL;

  if (! ddim_transaction_commit (self->transaction, layers, &error))
    return gimp_procedure_new_return_values (procedure, GIMP_PDB_EXECUTION_ERROR, error);
  if (self->options.kind == DDIM_FRAMES_IMAGE && run_mode != GIMP_RUN_NONINTERACTIVE)
    gimp_display_new (gimp_item_get_image (layers->pdata[0]));

  for (guint i = 0; i < errors->len; i++)
    largest = MAX (largest, g_array_index (errors, gdouble, i));

  g_ptr_array_add (layers, NULL);
  values = gimp_procedure_new_return_values (procedure, GIMP_PDB_SUCCESS, NULL);
  GIMP_VALUES_SET_CORE_OBJECT_ARRAY (values, 1, layers->pdata);
  GIMP_VALUES_SET_DOUBLE (values, 2, largest);
  GIMP_VALUES_SET_DOUBLE_ARRAY (values, 3, (gdouble *) (gpointer) errors->data, errors->len);
  GIMP_VALUES_SET_INT (values, 4, self->report.evaluations);

  return values;
}

static GimpValueArray *
interpolate_run (GimpProcedure        *procedure,
                 GimpRunMode           run_mode,
                 GimpImage            *image,
                 GimpDrawable        **drawables,
                 GimpProcedureConfig  *config,
                 gpointer              run_data)
{
  g_auto (Call)              call      = { run_mode, image, drawables };
  g_autoptr (DdimSelection)  selection = NULL;
  GimpValueArray            *values;
  GError                    *error     = NULL;

  gegl_init (NULL, NULL);
  call.selection = selection = ddim_selection_new (image, NULL);

  if (run_mode == GIMP_RUN_INTERACTIVE)
    {
      /* what no choice in the dialog could mend is said before it */
      if (! ddim_layer_set_check_layers (drawables, &error))
        return gimp_procedure_new_return_values (procedure, GIMP_PDB_CALLING_ERROR, error);
      if (! drawables || ! drawables[0])
        {
          g_set_error_literal (&error, GIMP_PLUG_IN_ERROR, 0,
                               _("Select the layer to start from first."));
          return gimp_procedure_new_return_values (procedure, GIMP_PDB_CALLING_ERROR, error);
        }
      choose_other (config, image, drawables);
      if (! ddim_interpolate_dialog_run (procedure, config, drawables[0], read_settings,
                                         make_layer_set, make, &call))
        return gimp_procedure_new_return_values (procedure, GIMP_PDB_CANCEL, NULL);
    }
  else if (! make_without_dialog (config, &call, &error))
    return gimp_procedure_new_return_values (procedure, call.failure, error);

  values = commit (procedure, &call.run, run_mode);

  if (run_mode != GIMP_RUN_NONINTERACTIVE)
    gimp_displays_flush ();

  return values;
}

static void
add_arguments (GimpProcedure *procedure)
{
  gimp_procedure_add_layer_argument (
    procedure, "other", _("To la_yer"),
    _("One more layer, from this or another image, that comes after the selected ones"),
    TRUE, G_PARAM_READWRITE);

  gimp_procedure_add_choice_argument (
    procedure, "output", _("O_utput"),
    _("What to make"),
    gimp_choice_new_with_values (
      "group", DDIM_FRAMES_GROUP, _("Frames in a layer group"),
      _("A layer group with the frames of the animation, the first at the bottom"),
      "image", DDIM_FRAMES_IMAGE, _("Frames in a new image"),
      _("A new image with the frames, which can be exported as an animation"),
      "layer", DDIM_FRAMES_LAYER, _("One layer"),
      _("A single picture at the chosen position"),
      NULL),
    "group", G_PARAM_READWRITE);

  gimp_procedure_add_int_argument (
    procedure, "frames", _("_Frames"),
    _("Number of frames, including the layers themselves"),
    1, 10000, 10, G_PARAM_READWRITE);

  gimp_procedure_add_double_argument (
    procedure, "position", _("Pos_ition"),
    _("Position of the picture: 0 is exactly the first layer, 1 exactly the last"),
    0.0, 1.0, 0.5, G_PARAM_READWRITE);

  gimp_procedure_add_choice_argument (
    procedure, "easing", _("Easin_g"),
    _("How the animation moves from one layer to the next"),
    gimp_choice_new_with_values (
      "linear", DDIM_EASING_LINEAR, _("Even"), NULL,
      "in", DDIM_EASING_IN, _("Slow at the start"), NULL,
      "out", DDIM_EASING_OUT, _("Slow at the end"), NULL,
      "in-out", DDIM_EASING_IN_OUT, _("Slow at both ends"), NULL,
      NULL),
    "linear", G_PARAM_READWRITE);

  gimp_procedure_add_boolean_argument (
    procedure, "loop", _("_Back to the first"),
    _("Continue from the last layer to the first, so that the animation loops"),
    FALSE, G_PARAM_READWRITE);

  gimp_procedure_add_int_argument (
    procedure, "duration", _("Duratio_n"),
    _("How long each frame is shown, in milliseconds; written into the layer's name, "
      "where GIMP's animation export reads it"),
    1, 60000, 100, G_PARAM_READWRITE);

  ddim_arguments_add_model (procedure, 0.5);
  ddim_arguments_add_method (procedure);

  gimp_procedure_add_double_argument (
    procedure, "mix", _("Fresh noise bet_ween"),
    _("Adds chance between the layers: higher values give frames more of their own and "
      "less of the two layers"),
    0.0, 1.0, 0.0, G_PARAM_READWRITE);

  gimp_procedure_add_int_argument (
    procedure, "seed", _("S_eed"),
    _("Seed of the fresh noise: each number gives another result"),
    0, G_MAXINT, 0, G_PARAM_READWRITE);

  gimp_procedure_add_core_object_array_return_value (
    procedure, "layers", _("Layers"),
    _("The new layers, starting with the first frame"),
    GIMP_TYPE_LAYER, G_PARAM_READWRITE);

  gimp_procedure_add_double_return_value (
    procedure, "inversion-error", _("Inversion error"),
    _("The largest error of encoding and decoding a layer, which the result corrects: "
      "root mean square, as a fraction of the range from black to white"),
    0.0, G_MAXDOUBLE, 0.0, G_PARAM_READWRITE);

  gimp_procedure_add_double_array_return_value (
    procedure, "inversion-errors", _("Inversion errors"),
    _("The same error for each layer"),
    G_PARAM_READWRITE);

  gimp_procedure_add_int_return_value (
    procedure, "evaluations", "Evaluations",
    _("How often the model was evaluated to encode a layer, at most"),
    0, G_MAXINT, 0, G_PARAM_READWRITE);
}

GimpProcedure *
ddim_interpolate_create (GimpPlugIn *plug_in)
{
  GimpProcedure *procedure;

  procedure = gimp_image_procedure_new (plug_in, DDIM_INTERPOLATE_PROC,
                                        GIMP_PDB_PROC_TYPE_PLUGIN,
                                        interpolate_run, NULL, NULL);

  /* Never greyed out: what it cannot work on, it says why, and what to do. */
  gimp_procedure_set_image_types (procedure, "*");
  gimp_procedure_set_sensitivity_mask (procedure,
                                       GIMP_PROCEDURE_SENSITIVE_DRAWABLE |
                                       GIMP_PROCEDURE_SENSITIVE_DRAWABLES |
                                       GIMP_PROCEDURE_SENSITIVE_NO_DRAWABLES);
  gimp_procedure_set_menu_label (procedure, _("DDIM _Interpolate..."));
  gimp_procedure_add_menu_path (procedure, "<Image>/Filters/Combine");

  gimp_procedure_set_documentation (
    procedure,
    _("Morph one layer into another"),
    _("Encodes the layers as noise with a diffusion model, interpolates from the noise of "
      "one layer to that of the next, and decodes the frames (Denoising Diffusion "
      "Implicit Models, ICLR 2021). It starts at the lowest selected layer, or at a "
      "script's first, goes through the others in order, and ends at “To layer”. Frames "
      "cover the smallest rectangle that holds all layers, or the part of it around the "
      "selection. Where a layer has no pixels it counts as transparent, and transparency "
      "changes evenly from layer to layer. Frames have the precision and the colours of "
      "the image. At its own position a layer is reproduced exactly."),
    DDIM_INTERPOLATE_PROC);
  gimp_procedure_set_attribution (procedure, "The gimp-ddim authors",
                                  "The gimp-ddim authors, GPL-3.0-or-later",
                                  "2026");

  add_arguments (procedure);

  return procedure;
}
