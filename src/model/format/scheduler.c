/* scheduler.c: a scheduler's scheduler_config.json
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "scheduler.h"

#include "json.h"
#include "try-alloc.h"

static const gchar * const beta_names[] =
  { "linear", "scaled_linear", "squaredcos_cap_v2", "sigmoid", NULL };
static const gchar * const spacing_names[] = { "leading", "linspace", "trailing", NULL };
static const gchar * const prediction_names[] = { "epsilon", "v_prediction", "sample", NULL };

static const DdimBetas betas[] =
  { DDIM_BETAS_LINEAR, DDIM_BETAS_SCALED_LINEAR,
    DDIM_BETAS_SQUAREDCOS_CAP_V2, DDIM_BETAS_SIGMOID };
static const DdimSpacing spacings[] =
  { DDIM_SPACING_LEADING, DDIM_SPACING_LINSPACE, DDIM_SPACING_TRAILING };
static const DdimPrediction predictions[] =
  { DDIM_PREDICTION_EPSILON, DDIM_PREDICTION_V, DDIM_PREDICTION_SAMPLE };

static DdimSchedule *
read_trained_betas (DdimJson *json,
                    JsonNode *node,
                    gboolean  zero_snr,
                    GError  **error)
{
  g_autofree gdouble *values = NULL;
  JsonArray *array;
  gint       length;

  if (! JSON_NODE_HOLDS_ARRAY (node))
    {
      ddim_json_refuse (json, DDIM_ERROR_INVALID, "trained_betas", "is not an array");
      return NULL;
    }
  array  = json_node_get_array (node);
  length = json_array_get_length (array);
  values = ddim_try_new (gdouble, length, error);
  if (! values)
    return NULL;
  for (gint i = 0; i < length; i++)
    {
      JsonNode *element = json_array_get_element (array, i);

      values[i] = JSON_NODE_HOLDS_VALUE (element) ? json_node_get_double (element) : -1;
    }
  return ddim_schedule_new_for_betas (values, length, zero_snr, error);
}

/* Switches that change what noise a model was trained with, or what its timesteps
 * mean, and that nothing here computes: each must be as it is by default.   */
static void
refuse_switches (DdimJson *json)
{
  static const gchar * const switches[] =
    { "use_flow_sigmas", "use_karras_sigmas", "use_exponential_sigmas", "use_beta_sigmas",
      "use_lu_lambdas", "use_dynamic_shifting" };
  static const gchar * const discrete[] = { "discrete", NULL };

  for (gsize i = 0; i < G_N_ELEMENTS (switches); i++)
    if (ddim_json_boolean (json, switches[i], FALSE))
      ddim_json_refuse (json, DDIM_ERROR_UNSUPPORTED, switches[i],
                        "is true, which is not supported: such a model follows other noise "
                        "levels than its betas");

  ddim_json_choice (json, "timestep_type", discrete, 0);
  if (ddim_json_double (json, "snr_shift_scale", 1) != 1)
    ddim_json_refuse (json, DDIM_ERROR_UNSUPPORTED, "snr_shift_scale",
                      "is %g; supported is 1", ddim_json_double (json, "snr_shift_scale", 1));
  if (ddim_json_node (json, "sigma_min") || ddim_json_node (json, "sigma_max"))
    ddim_json_refuse (json, DDIM_ERROR_UNSUPPORTED,
                      ddim_json_node (json, "sigma_min") ? "sigma_min" : "sigma_max",
                      "is set, which is not supported: noise levels follow the betas");
}

gboolean
ddim_scheduler_load (const gchar    *path,
                     DdimScheduler  *scheduler,
                     GError        **error)
{
  g_autoptr (GError) cause = NULL;
  DdimScheduler s = { 0 };
  DdimJson      json;
  JsonNode     *trained;
  const gchar  *name;
  gint          T, beta;
  gdouble       start, end;
  gboolean      zero_snr;

  if (! ddim_json_open (&json, path, error))
    return FALSE;

  /* Schedulers of other processes (variance exploding, flow matching) have no
   * betas; of DDPM and DDIM, short configs may leave them at their defaults. */
  name = ddim_json_string (&json, "_class_name", "DDIMScheduler");
  if (! ddim_json_node (&json, "beta_schedule") && ! ddim_json_node (&json, "trained_betas") &&
      strcmp (name, "DDIMScheduler") && strcmp (name, "DDPMScheduler"))
    ddim_json_refuse (&json, DDIM_ERROR_UNSUPPORTED, "_class_name",
                      "is “%s”, which has no “beta_schedule”; supported are DDIMScheduler, "
                      "DDPMScheduler and others over the same noise", name);

  T        = ddim_json_int (&json, "num_train_timesteps", 1000);
  beta     = ddim_json_choice (&json, "beta_schedule", beta_names, 0);
  start    = ddim_json_double (&json, "beta_start", 0.0001);
  end      = ddim_json_double (&json, "beta_end", 0.02);
  zero_snr = ddim_json_boolean (&json, "rescale_betas_zero_snr", FALSE);
  trained  = ddim_json_node (&json, "trained_betas");

  s.prediction = predictions[ddim_json_choice (&json, "prediction_type", prediction_names, 0)];
  s.spacing    = spacings[ddim_json_choice (&json, "timestep_spacing", spacing_names, 0)];
  s.options.steps_offset    = ddim_json_int (&json, "steps_offset", 0);
  s.options.final_alpha_one = ddim_json_boolean (&json, "set_alpha_to_one", TRUE);

  refuse_switches (&json);
  if (T < 1)
    ddim_json_refuse (&json, DDIM_ERROR_INVALID, "num_train_timesteps", "is %d", T);

  if (! json.error)
    {
      s.schedule = trained ? read_trained_betas (&json, trained, zero_snr, &cause)
                           : ddim_schedule_new (betas[beta], T, start, end, zero_snr, &cause);
      if (cause)
        ddim_json_refuse (&json, g_error_matches (cause, DDIM_ERROR, DDIM_ERROR_MEMORY)
                                 ? DDIM_ERROR_MEMORY : DDIM_ERROR_INVALID,
                          trained ? "trained_betas" : "beta_schedule",
                          "makes no noise schedule: %s", cause->message);
    }

  if (! ddim_json_close (&json, error))
    {
      ddim_schedule_free (s.schedule);
      return FALSE;
    }
  *scheduler = s;
  return TRUE;
}
