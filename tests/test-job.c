/* test-job.c: a task, computed beside the main loop
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "counting-task.h"
#include "job.h"

#define SIDE 400 /* three stages */
#define CELLS 6
#define TIMEOUT (20 * G_USEC_PER_SEC)

static const guint64 seeds[CELLS] = { 11, 12, 13, 14, 15, 16 };

typedef struct
{
  TaskCounts  counts;
  DdimJob    *job;
  gint        previews, finished; /* pictures that came                      */
  gint        done;
  GError     *error;
  gdouble     fraction;           /* the latest                              */
  gint        views, pictures;    /* that live                               */
  gboolean    same_thread;        /* rendered in the main loop's             */

  gint        kept;               /* results that the sink was given         */
  gint        refuse_at;          /* which of them it refuses, or stops at   */
  gboolean    stop;
  DdimTaskReport report;
} Fixture;

static const CountingOptions plain = { .value = 2.0, .fail_at = -1 };

typedef struct
{
  Fixture  *fixture;
  gint      stage;
  gfloat    value;
  GThread  *thread;
} Picture;

static gpointer
render (gpointer          view,
        gint              stage,
        const DdimCanvas *made)
{
  Fixture *self    = view;
  Picture *picture = g_new (Picture, 1);

  *picture = (Picture) { self, stage, made->data[0], g_thread_self () };
  g_atomic_int_inc (&self->pictures);

  return picture;
}

static void
free_picture (gpointer picture)
{
  g_atomic_int_add (&((Picture *) picture)->fixture->pictures, -1);
  g_free (picture);
}

static void
free_view (gpointer view)
{
  g_atomic_int_add (&((Fixture *) view)->views, -1);
}

static void
picture_came (guint64  seed,
              gpointer data,
              gboolean finished,
              gpointer user_data)
{
  Fixture       *self    = user_data;
  const Picture *picture = data;

  g_assert_cmpfloat (picture->value, ==, 2.0f * seed);
  self->same_thread |= picture->thread == g_thread_self ();
  if (finished)
    self->finished++;
  else
    self->previews++;
}

static void
progress_came (gdouble  fraction,
               gdouble  seconds,
               gpointer user_data)
{
  Fixture *self = user_data;

  g_assert_cmpfloat (fraction, >=, 0.0);
  g_assert_cmpfloat (fraction, <=, 1.0);
  self->fraction = fraction;
}

static void
done_came (const GError *error,
           gpointer      user_data)
{
  Fixture *self = user_data;

  self->done++;
  g_clear_error (&self->error);
  self->error = error ? g_error_copy (error) : NULL;
}

static void
set_up (Fixture       *self,
        gconstpointer  data)
{
  const DdimJobListener listener = { render, free_picture, picture_came, progress_came,
                                     done_came };

  g_mutex_init (&self->counts.mutex);
  self->job = ddim_job_new (2, &listener, self);
}

static void
tear_down (Fixture       *self,
           gconstpointer  data)
{
  ddim_job_free (self->job);
  while (g_main_context_iteration (NULL, FALSE)) {}

  /* nothing that the job was given outlives it */
  g_assert_cmpint (self->counts.open, ==, 0);
  g_assert_cmpint (self->counts.tasks, ==, 0);
  g_assert_cmpint (self->views, ==, 0);
  g_assert_cmpint (self->pictures, ==, 0);
  g_clear_error (&self->error);
  g_mutex_clear (&self->counts.mutex);
}

static void
request (Fixture               *self,
         const CountingOptions *options,
         gint                   n_picked)
{
  g_atomic_int_inc (&self->views);
  ddim_job_request (self->job,
                    counting_task_new (&self->counts, DDIM_STAGES_ALL, SIDE, SIDE, options),
                    self, free_view, seeds, CELLS, n_picked);
}

static void
read_all_stages (Fixture *self)
{
  ddim_job_begin_reading (self->job);
  for (gint i = 0; i < DDIM_STAGES_MAX; i++)
    ddim_job_stage_read (self->job);
}

/* Runs the main loop until `*count` is `wanted`. */
static void
wait_for (const gint *count,
          gint        wanted)
{
  gint64 end = g_get_monotonic_time () + TIMEOUT;

  while (*count < wanted && g_get_monotonic_time () < end)
    if (! g_main_context_iteration (NULL, FALSE))
      g_usleep (1000);
  g_assert_cmpint (*count, ==, wanted);
}

/* For a while nothing comes. */
static void
assert_silent (Fixture *self)
{
  gint came = self->previews + self->finished + self->done;

  for (gint i = 0; i < 100; i++)
    {
      while (g_main_context_iteration (NULL, FALSE)) {}
      g_usleep (1000);
    }
  g_assert_cmpint (self->previews + self->finished + self->done, ==, came);
}

static void
test_stages (Fixture       *self,
             gconstpointer  data)
{
  read_all_stages (self);
  request (self, &plain, 2);
  wait_for (&self->done, 1);

  g_assert_no_error (self->error);
  g_assert_cmpint (self->previews, ==, 2 * CELLS);
  g_assert_cmpint (self->finished, ==, 2);
  g_assert_false (self->same_thread);
  for (gint i = 0; i < DDIM_STAGES_MAX; i++)
    g_assert_cmpint (self->counts.opened[i], ==, 1);

  for (gint i = 0; i < CELLS; i++)
    {
      g_autoptr (DdimCanvas) made = ddim_job_take_finished (self->job, seeds[i]);

      g_assert_cmpint (made != NULL, ==, i < 2);
      if (made)
        {
          g_assert_cmpint (made->h, ==, SIDE);
          g_assert_cmpfloat (made->data[0], ==, 2.0f * seeds[i]);
        }
    }
}

/* A request for more of the same makes only that. */
static void
test_kept (Fixture       *self,
           gconstpointer  data)
{
  CountingOptions other = plain;
  gint            last  = DDIM_STAGES_MAX - 1;

  read_all_stages (self);
  request (self, &plain, 1);
  wait_for (&self->done, 1);
  request (self, &plain, 3);
  wait_for (&self->done, 2);
  g_assert_cmpint (self->counts.opened[last], ==, 1);
  g_assert_cmpint (self->counts.made[0], ==, CELLS);
  g_assert_cmpint (self->counts.made[last], ==, 3);

  /* another opening is another everything */
  other.key = 1;
  request (self, &other, 3);
  wait_for (&self->done, 3);
  g_assert_cmpint (self->counts.opened[last], ==, 2);
  g_assert_cmpint (self->counts.made[last], ==, 6);
}

/* Only the latest request counts, however many there were. */
static void
test_replaced (Fixture       *self,
               gconstpointer  data)
{
  CountingOptions forever = plain;

  forever.forever = TRUE;
  read_all_stages (self);
  for (gint i = 0; i < 20; i++)
    {
      forever.key = i;
      request (self, &forever, CELLS);
      if (i % 3 == 0)
        g_usleep (2000);
    }
  request (self, &plain, 1);
  wait_for (&self->done, 1);
  g_assert_no_error (self->error);
  g_assert_cmpint (self->finished, ==, 1);
  g_assert_cmpint (self->previews, ==, 2 * CELLS);
  assert_silent (self);
}

static void
test_stopped (Fixture       *self,
              gconstpointer  data)
{
  CountingOptions forever = plain;

  forever.forever = TRUE;
  read_all_stages (self);
  request (self, &forever, 1);
  g_usleep (10000);
  ddim_job_stop (self->job);
  assert_silent (self);
  g_assert_cmpint (self->done, ==, 0);

  /* and it goes on */
  request (self, &plain, 1);
  wait_for (&self->done, 1);
  g_assert_cmpint (self->finished, ==, 1);
}

/* What a stage needs is waited for, and may never come. */
static void
test_waits (Fixture       *self,
            gconstpointer  data)
{
  ddim_job_begin_reading (self->job);
  request (self, &plain, 1);
  assert_silent (self);
  g_assert_cmpint (self->counts.opened[0], ==, 0);

  ddim_job_stage_read (self->job);
  wait_for (&self->previews, CELLS);
  assert_silent (self);

  ddim_job_stage_read (self->job);
  ddim_job_stage_read (self->job);
  wait_for (&self->done, 1);
  g_assert_cmpint (self->finished, ==, 1);

  ddim_job_begin_reading (self->job);
  request (self, &(CountingOptions) { .key = 5, .value = 2.0, .fail_at = -1 }, 1);
}

/* The first stage's pictures are there, though a later one fails; and what failed
 * once is tried again.                                                      */
static void
test_fails (Fixture       *self,
            gconstpointer  data)
{
  CountingOptions failing = plain;

  failing.fail_at = 1;
  read_all_stages (self);
  for (gint i = 1; i <= 2; i++)
    {
      request (self, &failing, 1);
      wait_for (&self->done, i);
      g_assert_error (self->error, DDIM_ERROR, DDIM_ERROR_INVALID);
      g_assert_cmpint (self->previews, ==, CELLS);
      g_assert_cmpint (self->finished, ==, 0);
    }

  request (self, &plain, 1);
  wait_for (&self->done, 3);
  g_assert_no_error (self->error);
}

static void
test_estimate (Fixture       *self,
               gconstpointer  data)
{
  g_autoptr (DdimTask) task = counting_task_new (&self->counts, DDIM_STAGES_ALL, SIDE, SIDE,
                                                 &plain);
  gdouble              one, three;

  g_assert_cmpfloat (ddim_job_estimate (self->job, task, 1), <, 0.0);

  read_all_stages (self);
  request (self, &plain, 1);
  wait_for (&self->done, 1);

  /* opening cost twice as much as was expected: 2 + 1 to 2 + 3 */
  one   = ddim_job_estimate (self->job, task, 1);
  three = ddim_job_estimate (self->job, task, 3);
  g_assert_cmpfloat (one, >, 0.0);
  g_assert_cmpfloat_with_epsilon (three / one, 5.0 / 3.0, 1e-9);
}

/* All results --------------------------------------------------------------- */

#define RESULTS 9

/* Fits DdimTaskSink. */
static gboolean
sink (gint               i,
      const DdimCanvas  *made,
      gpointer           data,
      GError           **error)
{
  Fixture *self = data;

  /* in order, one at a time, in the main loop, with a report already */
  g_assert_cmpint (i, ==, self->kept);
  g_assert_cmpfloat (made->data[0], ==, 2.0f * (i + 1));
  g_assert_true (g_main_context_is_owner (g_main_context_default ()));
  g_assert_cmpint (self->report.errors->len, ==, 1);
  self->kept++;

  if (i != self->refuse_at)
    return TRUE;
  if (self->stop)
    {
      /* the worker waits for what is looked at here, also where it was stopped */
      ddim_job_stop (self->job);
      g_usleep (20000);
      g_assert_cmpfloat (made->data[0], ==, 2.0f * (i + 1));
      return TRUE;
    }

  g_set_error_literal (error, DDIM_ERROR, DDIM_ERROR_INVALID, "refused");
  return FALSE;
}

static void
run (Fixture               *self,
     const CountingOptions *options)
{
  guint64 all[RESULTS];

  for (gint i = 0; i < RESULTS; i++)
    all[i] = i + 1;
  self->kept = 0;
  ddim_task_report_clear (&self->report);
  ddim_task_report_init (&self->report);
  ddim_job_run (self->job,
                counting_task_new (&self->counts, DDIM_STAGES_RESULT, SIDE, SIDE, options),
                all, RESULTS, sink, self, &self->report);
}

static void
test_run (Fixture       *self,
          gconstpointer  data)
{
  self->refuse_at = -1;
  run (self, &plain);
  wait_for (&self->done, 1);
  g_assert_no_error (self->error);
  g_assert_cmpint (self->kept, ==, RESULTS);
  g_assert_cmpint (self->counts.open, ==, 0);

  /* a sink's error ends it, and is told */
  self->refuse_at = 3;
  run (self, &plain);
  wait_for (&self->done, 2);
  g_assert_error (self->error, DDIM_ERROR, DDIM_ERROR_INVALID);
  g_assert_cmpint (self->kept, ==, 4);
  ddim_task_report_clear (&self->report);
}

static void
test_run_stopped (Fixture       *self,
                  gconstpointer  data)
{
  CountingOptions forever = plain;

  /* what is finished of a request stays when all of another task is made */
  read_all_stages (self);
  request (self, &plain, 2);
  wait_for (&self->done, 1);

  self->refuse_at = 3;
  self->stop      = TRUE;
  run (self, &plain);
  wait_for (&self->kept, 4);
  assert_silent (self);
  g_assert_cmpint (self->kept, ==, 4);
  g_assert_cmpint (self->done, ==, 1);

  /* while it computes, and while a result waits for the main loop */
  forever.forever = TRUE;
  run (self, &forever);
  g_usleep (5000);
  run (self, &plain);
  g_usleep (20000);
  ddim_job_stop (self->job);
  assert_silent (self);
  g_assert_cmpint (self->kept, ==, 0);

  request (self, &plain, 2);
  wait_for (&self->done, 2);
  g_assert_cmpint (self->finished, ==, 2);
  g_assert_cmpint (self->counts.made[DDIM_STAGES_MAX - 1], ==, 2);

  /* the job may go with a result that waits */
  run (self, &plain);
  g_usleep (20000);
  ddim_job_free (self->job);
  ddim_task_report_clear (&self->report);
  self->job = NULL;
}

int
main (int    argc,
      char **argv)
{
  static const struct
  {
    const gchar *path;
    void       (*test) (Fixture *self, gconstpointer data);
  } tests[] = {
    { "/job/stages", test_stages },
    { "/job/kept", test_kept },
    { "/job/replaced", test_replaced },
    { "/job/stopped", test_stopped },
    { "/job/waits", test_waits },
    { "/job/fails", test_fails },
    { "/job/estimate", test_estimate },
    { "/job/run", test_run },
    { "/job/run-stopped", test_run_stopped },
  };

  g_test_init (&argc, &argv, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, set_up, tests[i].test, tear_down);

  return g_test_run ();
}
