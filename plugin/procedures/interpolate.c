/* interpolate.c: the procedure plug-in-ddim-interpolate
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Encodes each of several layers into a DDIM latent, goes from one latent to
 * the next, and decodes what lies between.  All is computed in this process
 * first, frame by frame into buffers of the image's own format; the image is
 * touched at the very end, in one step to undo.
 */

#include "config.h"

#include <libgimp/gimp.h>
#include <glib/gi18n-lib.h>

#include "ddim.h"

#include "arguments.h"
#include "frames.h"
#include "interpolate.h"
#include "interpolate-dialog.h"
#include "interpolation-task.h"
#include "layer-set.h"
#include "model-cache.h"
#include "progress.h"
#include "task-input.h"

typedef struct
{
  DdimInterpolationSettings  settings;
  DdimFramesOptions          options;
  gint                       n_frames;
  gdouble                   *positions;  /* n_frames, as ddim_interpolate () takes them */

  DdimLayerSet              *layer_set;
  gint                       n_keys;
  DdimInterpolationInput    *input;
  DdimTransaction           *transaction; /* of the frames that are made     */
} Interpolation;

static void
interpolation_clear (Interpolation *self)
{
  g_clear_pointer (&self->positions, g_free);
  g_clear_pointer (&self->input, ddim_interpolation_input_unref);
  g_clear_pointer (&self->layer_set, ddim_layer_set_free);
  g_clear_pointer (&self->transaction, ddim_transaction_free);
  ddim_interpolation_settings_clear (&self->settings);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Interpolation, interpolation_clear)

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
} Call;

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
interpolation_read (Interpolation        *self,
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

/* Computing -------------------------------------------------------------- */

static gboolean
read_layers (Interpolation  *self,
             GError        **error)
{
  const DdimModelSettings *model     = &self->settings.model;
  DdimLayerSet            *layer_set = self->layer_set;
  DdimModelInfo            info;
  DdimPlacement                 placement;

  if (! ddim_model_settings_inspect (model, layer_set->colors, &info, error))
    return FALSE;

  ddim_placement_init (&placement, model->method, FALSE, info.sample_size, info.attention,
                  layer_set->target.height, layer_set->target.width);
  self->input = ddim_layer_set_plan_input (layer_set, &placement, DDIM_STAGES_RESULT);

  return ddim_layer_set_read_input (layer_set, self->input, 0, info.channels, error);
}

/* Keeps a frame as GIMP will have it. */
static gboolean
keep (gint               i,
      const DdimCanvas  *made,
      gpointer           data,
      GError           **error)
{
  Interpolation *self     = data;
  DdimCanvas   **keys     = self->input->keys[0];
  gdouble        position = self->positions[i];
  gint           from     = MIN ((gint) position, self->settings.loop ? self->n_keys - 1
                                                                      : self->n_keys - 2);
  gint           to       = (from + 1) % self->n_keys;

  ddim_frames_add (&self->options, self->layer_set, self->transaction, i,
                   ddim_layer_set_make_frame (self->layer_set, from, to, position - from,
                                              keys[from], keys[to], made, 0));

  return TRUE;
}

static gboolean
compute (Interpolation  *self,
         GArray         *errors,
         GError        **error)
{
  g_auto (DdimModelCache)  cache = { 0 };
  g_autoptr (DdimTask)     task  = NULL;
  g_autofree guint64      *seeds = g_new (guint64, self->n_frames);
  DdimProgress             progress;
  gboolean                 success;

  for (gint i = 0; i < self->n_frames; i++)
    seeds[i] = i + 1;

  self->transaction = ddim_frames_begin (&self->options, self->layer_set);
  task = ddim_interpolation_task_new (self->input, &self->settings, self->positions,
                                      self->n_frames);
  ddim_model_cache_init (&cache, gimp_get_num_processors ());
  ddim_progress_start (&progress, _("DDIM interpolation"));
  success = ddim_task_run (task, &cache, seeds, self->n_frames, keep, self, errors,
                           &progress.monitor, error);
  ddim_progress_end (&progress);

  return success;
}

/* The procedure --------------------------------------------------------- */

static GimpValueArray *
fail (GimpProcedure     *procedure,
      GimpPDBStatusType  status,
      GError            *error)
{
  return gimp_procedure_new_return_values (procedure, status, error);
}

static GimpValueArray *
apply (GimpProcedure *procedure,
       Interpolation *self,
       GimpRunMode    run_mode)
{
  g_autoptr (GPtrArray)  layers  = g_ptr_array_new ();
  g_autoptr (GArray)     errors  = g_array_new (FALSE, FALSE, sizeof (gdouble));
  gdouble                largest = 0.0;
  GimpValueArray        *values;
  GError                *error   = NULL;

  if (! read_layers (self, &error))
    return fail (procedure, GIMP_PDB_CALLING_ERROR, error);

  if (! compute (self, errors, &error) ||
      ! ddim_transaction_commit (self->transaction, layers, &error))
    return fail (procedure, GIMP_PDB_EXECUTION_ERROR, error);
  if (self->options.kind == DDIM_FRAMES_IMAGE && run_mode != GIMP_RUN_NONINTERACTIVE)
    gimp_display_new (gimp_item_get_image (layers->pdata[0]));

  for (guint i = 0; i < errors->len; i++)
    largest = MAX (largest, g_array_index (errors, gdouble, i));

  g_ptr_array_add (layers, NULL);
  values = gimp_procedure_new_return_values (procedure, GIMP_PDB_SUCCESS, NULL);
  GIMP_VALUES_SET_CORE_OBJECT_ARRAY (values, 1, layers->pdata);
  GIMP_VALUES_SET_DOUBLE (values, 2, largest);
  GIMP_VALUES_SET_DOUBLE_ARRAY (values, 3, (gdouble *) (gpointer) errors->data, errors->len);

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
  g_auto (Interpolation)     self      = { 0 };
  g_autoptr (DdimSelection)  selection = NULL;
  Call                       call      = { run_mode, image, drawables };
  GimpValueArray            *values;
  GError                    *error     = NULL;

  gegl_init (NULL, NULL);
  call.selection = selection = ddim_selection_new (image, NULL);

  if (run_mode == GIMP_RUN_INTERACTIVE)
    {
      /* what no choice in the dialog could mend is said before it */
      if (! ddim_layer_set_check_layers (drawables, &error))
        return fail (procedure, GIMP_PDB_CALLING_ERROR, error);
      if (! drawables || ! drawables[0])
        {
          g_set_error_literal (&error, GIMP_PLUG_IN_ERROR, 0,
                               _("There is nothing to go from. Select the layer to begin "
                                 "with first."));
          return fail (procedure, GIMP_PDB_CALLING_ERROR, error);
        }
      if (! ddim_interpolate_dialog_run (procedure, config, drawables[0], read_settings,
                                         make_layer_set, &call))
        return gimp_procedure_new_return_values (procedure, GIMP_PDB_CANCEL, NULL);
    }

  self.layer_set = make_layer_set (config, &call, &error);
  if (! self.layer_set)
    return fail (procedure, GIMP_PDB_CALLING_ERROR, error);
  self.n_keys = self.layer_set->regions->len;
  if (! interpolation_read (&self, config, &error))
    return fail (procedure, GIMP_PDB_CALLING_ERROR, error);

  values = apply (procedure, &self, run_mode);

  if (run_mode != GIMP_RUN_NONINTERACTIVE)
    gimp_displays_flush ();

  return values;
}

static void
add_arguments (GimpProcedure *procedure)
{
  gimp_procedure_add_layer_argument (
    procedure, "other", _("To la_yer"),
    _("One more layer, of this or another image, which comes after those that are "
      "selected"),
    TRUE, G_PARAM_READWRITE);

  gimp_procedure_add_choice_argument (
    procedure, "output", _("O_utput"),
    _("What is made of it"),
    gimp_choice_new_with_values (
      "group", DDIM_FRAMES_GROUP, _("Frames in a layer group"),
      _("A film as a group of layers, the first frame lowest"),
      "image", DDIM_FRAMES_IMAGE, _("Frames in a new image"),
      _("A film as an image of its own, to be exported as an animation"),
      "layer", DDIM_FRAMES_LAYER, _("One layer"),
      _("The picture at one position of the way"),
      NULL),
    "group", G_PARAM_READWRITE);

  gimp_procedure_add_int_argument (
    procedure, "frames", _("_Frames"),
    _("How many frames the film has, the layers themselves among them"),
    1, 10000, 10, G_PARAM_READWRITE);

  gimp_procedure_add_double_argument (
    procedure, "position", _("Pos_ition"),
    _("Where on the way the one layer lies: 0 is the first layer, 1 the last, both "
      "to the bit"),
    0.0, 1.0, 0.5, G_PARAM_READWRITE);

  gimp_procedure_add_choice_argument (
    procedure, "easing", _("Easin_g"),
    _("How the film moves between two layers"),
    gimp_choice_new_with_values (
      "linear", DDIM_EASING_LINEAR, _("Even"), NULL,
      "in", DDIM_EASING_IN, _("Slow at first"), NULL,
      "out", DDIM_EASING_OUT, _("Slow at last"), NULL,
      "in-out", DDIM_EASING_IN_OUT, _("Slow at both ends"), NULL,
      NULL),
    "linear", G_PARAM_READWRITE);

  gimp_procedure_add_boolean_argument (
    procedure, "loop", _("_Back to the first"),
    _("Go on from the last layer to the first, so that the film can run for ever"),
    FALSE, G_PARAM_READWRITE);

  gimp_procedure_add_int_argument (
    procedure, "duration", _("Duratio_n"),
    _("How long a frame stays, in milliseconds: a part of its name, by which GIMP "
      "exports animations"),
    1, 60000, 100, G_PARAM_READWRITE);

  ddim_arguments_add_model (procedure, 0.5);
  ddim_arguments_add_method (procedure);

  gimp_procedure_add_double_argument (
    procedure, "mix", _("Fresh noise on the _way"),
    _("How much chance there is between the layers: with more of it, frames have "
      "more of their own and less of both layers"),
    0.0, 1.0, 0.0, G_PARAM_READWRITE);

  gimp_procedure_add_int_argument (
    procedure, "seed", _("S_eed"),
    _("Which fresh noise: each number gives another one"),
    0, G_MAXINT, 0, G_PARAM_READWRITE);

  gimp_procedure_add_core_object_array_return_value (
    procedure, "layers", _("Layers"),
    _("The new layers, the first frame first"),
    GIMP_TYPE_LAYER, G_PARAM_READWRITE);

  gimp_procedure_add_double_return_value (
    procedure, "inversion-error", _("Inversion error"),
    _("By how much a layer's own latent decodes to something else: RMS, as a share "
      "of the range from black to white, the largest. It is given back"),
    0.0, G_MAXDOUBLE, 0.0, G_PARAM_READWRITE);

  gimp_procedure_add_double_array_return_value (
    procedure, "inversion-errors", _("Inversion errors"),
    _("The same of each layer of the way"),
    G_PARAM_READWRITE);
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
    _("Go from one layer to another, by way of what lies between"),
    _("Takes the layers apart into noise with a diffusion model, goes from the "
      "noise of one to that of the next, and puts pictures together on the way "
      "(Denoising Diffusion Implicit Models, ICLR 2021). The way begins at the "
      "lowest selected layer, or a script's first, visits the others in order, and "
      "ends at “To layer”. Layers of different sizes meet in the smallest rectangle "
      "that holds all of them, or in that part of it which is around the selection; "
      "where a layer has no pixels it is transparent, and the frames' transparency "
      "goes evenly from one layer's to the next's. Frames have the precision and "
      "the colours of the image. At its own position a layer comes out as it is, "
      "bit for bit."),
    DDIM_INTERPOLATE_PROC);
  gimp_procedure_set_attribution (procedure, "The gimp-ddim authors",
                                  "The gimp-ddim authors, GPL-3.0-or-later",
                                  "2026");

  add_arguments (procedure);

  return procedure;
}
