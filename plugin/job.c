/* job.c: variations, computed beside the main loop
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One thread, the worker, calls libddim and nothing of GIMP or GTK.  The main
 * loop hands it requests, of which only the latest counts: a new one cancels
 * the work on the one before, and the worker keeps from that what the new one
 * still needs.  A picture is taken apart once for each model, depth and number
 * of steps; another strength or seed only puts together again.  What the
 * worker has to say goes to the main loop as messages; those of a request that
 * is no longer the latest are dropped there.
 *
 * A stage of 1 / k of the size is worked on at a depth of its own.  A pixel of
 * it is the mean of k x k pixels; so is its noise, of which 1 / k is left.
 * What the full size loses at its depth, the small one therefore loses where
 * the signal stands k times higher over the noise (Hoogeboom, Heek and
 * Salimans, "simple diffusion", ICML 2023, section 3.1).
 */

#include "config.h"

#include "job.h"

#define TELL_EVERY (G_USEC_PER_SEC / 20)

/* Evaluations a step of the exact encoder, before it was measured: the most. */
#define EXACT_EVALUATIONS 3.0

/* Of a piece of work, what must be done for its own pace to be believed. */
#define BELIEVE_AFTER 0.1

typedef struct
{
  gint          ref_count;
  guint         serial;
  DdimScene    *scene;
  DdimRecipe    recipe;
  guint64      *seeds;
  gint          n_seeds;
  gint          n_picked;
  GCancellable *cancellable;
} Request;

/* What the worker keeps of a stage. */
typedef struct
{
  DdimInversion *inversion;
  GHashTable    *variations; /* seed -> DdimCanvas of the last stage, or a mark */
} Kept;

struct _DdimJob
{
  gint             ref_count;   /* the owner, and each message on its way     */
  gint             n_threads;
  DdimJobListener  listener;
  gpointer         user_data;
  GThread         *worker;

  /* What both sides see: under the mutex. */
  GMutex           mutex;
  GCond            changed;
  gboolean         quit;
  Request         *request;     /* the latest, or NULL                        */
  gint             stages_read; /* of the scene                               */
  gdouble          pace;        /* seconds for one pixel of one evaluation    */
  gdouble          encoding;    /* evaluations a step of the exact encoder    */

  /* The main loop's. */
  DdimScene       *scene;
  guint            serial;

  /* The worker's; `kept` of the last stage is written under the mutex. */
  DdimTeam        *team;
  DdimModel       *model;
  DdimScene       *kept_scene;  /* what `kept` is of                          */
  DdimRecipe       kept_recipe;
  Kept             kept[DDIM_SCENE_STAGES];

  /* Progress of the request being worked on, in pixels of evaluations. */
  gdouble          total;
  gdouble          before;      /* done before this piece                     */
  gdouble          piece;       /* of this piece, in all                      */
  gint64           began;       /* this piece                                 */
  gint64           told;
};

/* Recipes and requests -------------------------------------------------- */

/* As in a run without a dialog: at strength 0 the picture stays as it is. */
static gboolean
is_made_periodic (const DdimRecipe *recipe)
{
  return recipe->tileable && recipe->strength > 0.0;
}

/* Whether a picture taken apart by one serves the other, too. */
static gboolean
same_inversion (const DdimRecipe *a,
                const DdimRecipe *b)
{
  return ! g_strcmp0 (a->model, b->model) && a->steps == b->steps && a->depth == b->depth &&
         is_made_periodic (a) == is_made_periodic (b);
}

static gboolean
same_decoding (const DdimRecipe *a,
               const DdimRecipe *b)
{
  return a->strength == b->strength && a->eta == b->eta;
}

static void
request_unref (Request *request)
{
  if (! request || ! g_atomic_int_dec_and_test (&request->ref_count))
    return;

  ddim_scene_unref (request->scene);
  ddim_recipe_clear (&request->recipe);
  g_object_unref (request->cancellable);
  g_free (request->seeds);
  g_free (request);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Request, request_unref)

/* Messages -------------------------------------------------------------- */

typedef struct
{
  DdimJob         *job;
  guint            serial;
  enum { PICTURE, PROGRESS, DONE } kind;
  guint64          seed;
  cairo_surface_t *picture;
  gboolean         finished;
  gdouble          fraction;
  gdouble          seconds;
  GError          *error;
} Message;

static void
job_unref (DdimJob *job)
{
  if (! g_atomic_int_dec_and_test (&job->ref_count))
    return;

  g_mutex_clear (&job->mutex);
  g_cond_clear (&job->changed);
  g_free (job);
}

static void
message_free (gpointer data)
{
  Message *message = data;

  g_clear_pointer (&message->picture, cairo_surface_destroy);
  g_clear_error (&message->error);
  job_unref (message->job);
  g_free (message);
}

/* In the main loop. */
static gboolean
deliver (gpointer data)
{
  Message               *message  = data;
  DdimJob               *job      = message->job;
  const DdimJobListener *listener = &job->listener;

  if (message->serial != job->serial)
    return G_SOURCE_REMOVE;

  switch (message->kind)
    {
    case PICTURE:
      listener->picture (message->seed, message->picture, message->finished,
                         job->user_data);
      break;
    case PROGRESS:
      listener->progress (message->fraction, message->seconds, job->user_data);
      break;
    case DONE:
      listener->done (message->error, job->user_data);
      break;
    }

  return G_SOURCE_REMOVE;
}

/* Takes over what message points at. */
static void
post (DdimJob       *job,
      const Request *request,
      Message        message)
{
  Message *copy = g_memdup2 (&message, sizeof message);

  copy->job    = job;
  copy->serial = request->serial;
  g_atomic_int_inc (&job->ref_count);
  g_idle_add_full (G_PRIORITY_DEFAULT, deliver, copy, message_free);
}

/* Progress -------------------------------------------------------------- */

static gdouble
stage_pixels (const DdimScene *scene,
              gint             stage)
{
  return scene->stages[stage].w * (gdouble) scene->stages[stage].h;
}

static gint
stage_steps (const DdimScene  *scene,
             gint              stage,
             const DdimRecipe *recipe)
{
  gint most = scene->stages[stage].steps;

  return most ? MIN (most, recipe->steps) : recipe->steps;
}

/* Pixels of evaluations to take a stage apart, with the look back. */
static gdouble
inversion_cost (const DdimScene  *scene,
                gint              stage,
                const DdimRecipe *recipe,
                gdouble           encoding)
{
  gdouble steps = stage_steps (scene, stage, recipe);

  return stage_pixels (scene, stage) *
         (steps + (stage == scene->n_stages - 1 ? encoding : 1.0) * steps);
}

static gdouble
variation_cost (const DdimScene  *scene,
                gint              stage,
                const DdimRecipe *recipe)
{
  return stage_pixels (scene, stage) * stage_steps (scene, stage, recipe);
}

typedef struct
{
  DdimJob *job;
  Request *request;
} Work;

/* The monitor of a piece of work. */
static void
tell (gdouble  fraction,
      gpointer user_data)
{
  const Work *work  = user_data;
  DdimJob    *job   = work->job;
  gint64      now   = g_get_monotonic_time ();
  gdouble     done  = job->before + fraction * job->piece;
  gdouble     pace  = job->pace;

  if (now - job->told < TELL_EVERY)
    return;
  job->told = now;

  if (fraction > BELIEVE_AFTER)
    pace = (now - job->began) / (gdouble) G_USEC_PER_SEC / (fraction * job->piece);

  post (job, work->request,
        (Message) { .kind     = PROGRESS,
                    .fraction = done / job->total,
                    .seconds  = pace > 0 ? (job->total - done) * pace : -1 });
}

/* Starts a piece of work of this cost. */
static DdimMonitor
begin (Work    *work,
       gdouble  cost)
{
  work->job->piece = cost;
  work->job->began = g_get_monotonic_time ();

  return (DdimMonitor) { .cancellable = work->request->cancellable,
                         .progress    = tell,
                         .user_data   = work };
}

/* Ends it, measured as `evaluated` pixels of evaluations. */
static void
end (Work    *work,
     gdouble  evaluated)
{
  DdimJob *job = work->job;

  job->before += job->piece;
  g_mutex_lock (&job->mutex);
  job->pace = (g_get_monotonic_time () - job->began) / (gdouble) G_USEC_PER_SEC / evaluated;
  g_mutex_unlock (&job->mutex);
}

/* The work -------------------------------------------------------------- */

static void
forget_variations (DdimJob *job)
{
  g_mutex_lock (&job->mutex);
  for (gint i = 0; i < DDIM_SCENE_STAGES; i++)
    g_hash_table_remove_all (job->kept[i].variations);
  g_mutex_unlock (&job->mutex);
}

static void
forget_all (DdimJob *job)
{
  forget_variations (job);
  for (gint i = 0; i < DDIM_SCENE_STAGES; i++)
    g_clear_pointer (&job->kept[i].inversion, ddim_inversion_free);
}

/* Keeps of earlier requests what this one can use, and loads its model. */
static gboolean
prepare (DdimJob        *job,
         const Request  *request,
         GError        **error)
{
  const DdimRecipe *recipe = &request->recipe;

  if (job->kept_scene != request->scene || ! same_inversion (&job->kept_recipe, recipe))
    forget_all (job);
  else if (! same_decoding (&job->kept_recipe, recipe))
    forget_variations (job);

  if (g_strcmp0 (job->kept_recipe.model, recipe->model))
    g_clear_pointer (&job->model, ddim_model_free);

  if (job->kept_scene != request->scene)
    {
      g_clear_pointer (&job->kept_scene, ddim_scene_unref);
      job->kept_scene = ddim_scene_ref (request->scene);
    }
  ddim_recipe_clear (&job->kept_recipe);
  ddim_recipe_copy (recipe, &job->kept_recipe);

  if (! job->model)
    job->model = ddim_recipe_load_model (recipe, job->team, error);

  return job->model != NULL;
}

/* Waits for the main thread to have read a stage. */
static gboolean
wait_for_stage (DdimJob        *job,
                const Request  *request,
                gint            stage,
                GError        **error)
{
  g_mutex_lock (&job->mutex);
  while (job->stages_read <= stage && ! g_cancellable_is_cancelled (request->cancellable))
    g_cond_wait (&job->changed, &job->mutex);
  g_mutex_unlock (&job->mutex);

  return ! g_cancellable_set_error_if_cancelled (request->cancellable, error);
}

/* The depth of a stage of 1 / k of the size that loses what the full size
 * loses at `depth`.                                                         */
static gdouble
reduced_depth (const DdimSchedule *schedule,
               gdouble             depth,
               gint                k)
{
  const gdouble *alphas_cumprod = ddim_schedule_get_alphas_cumprod (schedule);
  gint           T              = ddim_schedule_get_length (schedule);
  gint           t              = CLAMP ((gint) (depth * T + 0.5) - 1, 0, T - 1);
  gdouble        alpha          = alphas_cumprod[t];
  gdouble        snr            = k * (gdouble) k * alpha / MAX (1.0 - alpha, 1e-12);
  gdouble        least          = snr / (1.0 + snr);

  while (t > 0 && alphas_cumprod[t] < least)
    t--;

  return (t + 1) / (gdouble) T;
}

static gboolean
take_apart (Work    *work,
            gint     stage,
            GError **error)
{
  DdimJob               *job     = work->job;
  DdimScene             *scene   = work->request->scene;
  gboolean               last    = stage == scene->n_stages - 1;
  Kept                  *kept    = &job->kept[stage];
  DdimRecipe             recipe  = work->request->recipe; /* borrows its model */
  g_autoptr (DdimField)  field   = NULL;
  g_autoptr (DdimLevels) levels  = NULL;
  DdimCanvas            *canvas;
  DdimMonitor            monitor;

  if (! wait_for_stage (job, work->request, stage, error))
    return FALSE;

  field = ddim_windows_new (ddim_model_get_field (job->model), &scene->plan.windows, error);
  if (! field)
    return FALSE;

  recipe.depth = reduced_depth (ddim_model_get_schedule (job->model), recipe.depth,
                                scene->stages[stage].reduction);
  recipe.steps = stage_steps (scene, stage, &recipe);
  levels = ddim_recipe_make_levels (&recipe, job->model, error);
  if (! levels)
    return FALSE;

  canvas = ddim_canvas_copy (scene->stages[stage].canvas);
  if (is_made_periodic (&recipe))
    ddim_canvas_make_periodic (canvas);

  monitor = begin (work, inversion_cost (scene, stage, &recipe, job->encoding));
  kept->inversion = ddim_inversion_new (field, levels,
                                        last ? DDIM_ENCODER_EXACT : DDIM_ENCODER_PAPER,
                                        canvas, &monitor, error);
  if (! kept->inversion)
    return FALSE;

  end (work, stage_pixels (scene, stage) * kept->inversion->evaluations);
  if (last)
    {
      g_mutex_lock (&job->mutex);
      job->encoding = kept->inversion->evaluations / (gdouble) levels->S - 1.0;
      g_mutex_unlock (&job->mutex);
    }

  return TRUE;
}

static gboolean
put_together (Work     *work,
              gint      stage,
              guint64   seed,
              GError  **error)
{
  DdimJob                *job       = work->job;
  const DdimRecipe       *recipe    = &work->request->recipe;
  DdimScene              *scene     = work->request->scene;
  gboolean                last      = stage == scene->n_stages - 1;
  const DdimInversion    *inversion = job->kept[stage].inversion;
  const DdimCanvas       *image     = inversion->image;
  g_autoptr (DdimCanvas)  after     = ddim_canvas_new (1, image->h, image->w, image->c);
  DdimMonitor             monitor   = begin (work, variation_cost (scene, stage, recipe));
  DdimVariation           options   = { .strength  = recipe->strength,
                                        .eta       = recipe->eta,
                                        .seeds     = &seed,
                                        .weights   = scene->stages[stage].weights,
                                        .reduction = scene->stages[stage].reduction };

  if (! ddim_vary (inversion, &options, after, NULL, &monitor, error))
    return FALSE;

  end (work, stage_pixels (scene, stage) * inversion->levels->S);
  post (job, work->request,
        (Message) { .kind = PICTURE, .seed = seed, .finished = last,
                    .picture = ddim_scene_render (scene, stage, after) });

  g_mutex_lock (&job->mutex);
  g_hash_table_insert (job->kept[stage].variations, g_memdup2 (&seed, sizeof seed),
                       last ? g_steal_pointer (&after) : NULL);
  g_mutex_unlock (&job->mutex);

  return TRUE;
}

/* How many of a request's seeds go through a stage. */
static gint
seeds_of_stage (const Request *request,
                gint           stage)
{
  return stage == request->scene->n_stages - 1 ? request->n_picked : request->n_seeds;
}

static gboolean
is_kept (DdimJob *job,
         gint     stage,
         guint64  seed)
{
  return g_hash_table_contains (job->kept[stage].variations, &seed);
}

/* What is left to do, in pixels of evaluations. */
static gdouble
sum_up (DdimJob       *job,
        const Request *request)
{
  gdouble total = 0.0;

  for (gint stage = 0; stage < request->scene->n_stages; stage++)
    {
      gint n = 0;

      for (gint i = 0; i < seeds_of_stage (request, stage); i++)
        n += ! is_kept (job, stage, request->seeds[i]);

      total += n * variation_cost (request->scene, stage, &request->recipe);
      if (n && ! job->kept[stage].inversion)
        total += inversion_cost (request->scene, stage, &request->recipe, job->encoding);
    }

  return total;
}

static gboolean
fulfil (Work    *work,
        GError **error)
{
  DdimJob *job     = work->job;
  Request *request = work->request;

  if (! prepare (job, request, error))
    return FALSE;

  job->before = 0.0;
  job->total  = sum_up (job, request);

  for (gint stage = 0; stage < request->scene->n_stages; stage++)
    for (gint i = 0; i < seeds_of_stage (request, stage); i++)
      {
        if (is_kept (job, stage, request->seeds[i]))
          continue;
        if (! job->kept[stage].inversion && ! take_apart (work, stage, error))
          return FALSE;
        if (! put_together (work, stage, request->seeds[i], error))
          return FALSE;
      }

  return TRUE;
}

/* The next request after the one of this serial, or NULL at the end. */
static Request *
next_request (DdimJob *job,
              guint    serial)
{
  Request *request = NULL;

  g_mutex_lock (&job->mutex);
  while (! job->quit && (! job->request || job->request->serial == serial))
    g_cond_wait (&job->changed, &job->mutex);
  if (! job->quit)
    {
      request = job->request;
      g_atomic_int_inc (&request->ref_count);
    }
  g_mutex_unlock (&job->mutex);

  return request;
}

static gpointer
worker_run (gpointer data)
{
  DdimJob *job    = data;
  guint    serial = 0;
  Request *next;

  job->team = ddim_team_new (job->n_threads);

  while ((next = next_request (job, serial)))
    {
      g_autoptr (Request) request = next;
      Work                work    = { job, request };
      GError             *error   = NULL;

      serial = request->serial;
      if (fulfil (&work, &error) ||
          ! g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        post (job, request, (Message) { .kind = DONE, .error = error });
      else
        g_error_free (error);
    }

  forget_all (job);
  for (gint i = 0; i < DDIM_SCENE_STAGES; i++)
    g_hash_table_unref (job->kept[i].variations);
  ddim_recipe_clear (&job->kept_recipe);
  g_clear_pointer (&job->kept_scene, ddim_scene_unref);
  g_clear_pointer (&job->model, ddim_model_free);
  g_clear_pointer (&job->team, ddim_team_unref);

  return NULL;
}

/* The main loop's side -------------------------------------------------- */

DdimJob *
ddim_job_new (gint                   n_threads,
              const DdimJobListener *listener,
              gpointer               user_data)
{
  DdimJob *job = g_new0 (DdimJob, 1);

  job->ref_count = 1;
  job->n_threads = n_threads;
  job->listener  = *listener;
  job->user_data = user_data;
  job->encoding  = EXACT_EVALUATIONS;
  g_mutex_init (&job->mutex);
  g_cond_init (&job->changed);
  for (gint i = 0; i < DDIM_SCENE_STAGES; i++)
    job->kept[i].variations =
      g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free,
                             (GDestroyNotify) ddim_canvas_free);
  job->worker = g_thread_new ("ddim-job", worker_run, job);

  return job;
}

/* Cancels the request there is, and puts another, or NULL, in its place. */
static void
replace_request (DdimJob *job,
                 Request *request,
                 gboolean quit)
{
  Request *old;

  job->serial++;
  if (request)
    request->serial = job->serial;

  g_mutex_lock (&job->mutex);
  old = job->request;
  job->request = request;
  job->quit    = quit;
  if (old)
    g_cancellable_cancel (old->cancellable);
  g_cond_broadcast (&job->changed);
  g_mutex_unlock (&job->mutex);

  request_unref (old);
}

void
ddim_job_free (DdimJob *job)
{
  if (! job)
    return;

  replace_request (job, NULL, TRUE);
  g_thread_join (job->worker);
  ddim_scene_unref (job->scene);
  job_unref (job);
}

void
ddim_job_set_scene (DdimJob   *job,
                    DdimScene *scene)
{
  ddim_job_stop (job);
  ddim_scene_unref (job->scene);
  job->scene = ddim_scene_ref (scene);

  g_mutex_lock (&job->mutex);
  job->stages_read = 0;
  g_mutex_unlock (&job->mutex);
}

void
ddim_job_stage_read (DdimJob *job)
{
  g_mutex_lock (&job->mutex);
  job->stages_read++;
  g_cond_broadcast (&job->changed);
  g_mutex_unlock (&job->mutex);
}

void
ddim_job_request (DdimJob          *job,
                  const DdimRecipe *recipe,
                  const guint64    *seeds,
                  gint              n_seeds,
                  gint              n_picked)
{
  Request *request = g_new0 (Request, 1);

  request->ref_count   = 1;
  request->scene       = ddim_scene_ref (job->scene);
  request->seeds       = g_memdup2 (seeds, n_seeds * sizeof *seeds);
  request->n_seeds     = n_seeds;
  request->n_picked    = n_picked;
  request->cancellable = g_cancellable_new ();
  ddim_recipe_copy (recipe, &request->recipe);

  replace_request (job, request, FALSE);
}

void
ddim_job_stop (DdimJob *job)
{
  replace_request (job, NULL, FALSE);
}

const DdimCanvas *
ddim_job_get_finished (DdimJob *job,
                       guint64  seed)
{
  const DdimCanvas *finished;

  g_mutex_lock (&job->mutex);
  finished = g_hash_table_lookup (job->kept[job->scene->n_stages - 1].variations, &seed);
  g_mutex_unlock (&job->mutex);

  return finished;
}

gdouble
ddim_job_estimate (DdimJob          *job,
                   const DdimRecipe *recipe,
                   gint              n_picked)
{
  gint    last = job->scene->n_stages - 1;
  gdouble pace, encoding;

  g_mutex_lock (&job->mutex);
  pace     = job->pace;
  encoding = job->encoding;
  g_mutex_unlock (&job->mutex);

  if (pace <= 0.0)
    return -1.0;

  return pace * (inversion_cost (job->scene, last, recipe, encoding) +
                 n_picked * variation_cost (job->scene, last, recipe));
}
