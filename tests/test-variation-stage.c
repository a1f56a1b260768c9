/* test-variation-stage.c: a preview predicts the picture that is made
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * With the model that ships and the procedure's own settings, on photographs of
 * which none was trained on: what a dialog shows first changes the picture where,
 * and into what, the result does.
 */

#include <math.h>

#include "variation-task.h"

#include "picture.h"

#define CELLS 8  /* pixels whose means are compared: what is seen at a glance */

/* Of independent pictures it is 0 +- 0.1; previews whose chance is not the result's
 * have 0.04 to 0.4.  The preview of a small selection is half its size, and knows
 * more than the result takes from it.                                       */
#define ALIKE       0.9
#define ALIKE_SMALL 0.85

typedef struct
{
  DdimVariationInput    *input;
  DdimVariationSettings  settings;
  DdimModelCache         cache;
  gint                   x, y;      /* of what is selected, in the frame     */
  gint                   side;
} Subject;

static DdimPatchSource *
make_source (const DdimCanvas *whole)
{
  DdimPatchSource *source = g_new0 (DdimPatchSource, 1);

  source->picture = ddim_canvas_copy (whole);
  source->mask    = g_new (gfloat, (gsize) whole->h * whole->w);
  source->own     = DDIM_VARIATION_OWN;
  source->name    = g_strdup ("photograph");
  for (gint i = 0; i < whole->h * whole->w; i++)
    source->mask[i] = 1;
  return source;
}

/* As the plug-in reads a picture of which the middle is selected. */
static void
subject_init (Subject    *self,
              const gchar *name,
              gdouble     strength,
              gint        side)
{
  g_autofree gchar      *path    = g_test_build_filename (G_TEST_DIST, "data", name, NULL);
  g_autofree gchar      *weights = g_test_build_filename (G_TEST_DIST, "..", "weights", "photo",
                                                          NULL);
  g_autoptr (GError)     error   = NULL;
  g_autoptr (DdimCanvas) whole   = picture_load (path, &error);
  DdimVariationSettings *settings = &self->settings;
  DdimPlacement          placement;
  DdimModelInfo          info;
  gint                   x, y, w = side, h = side;

  g_assert_no_error (error);
  *settings = (DdimVariationSettings) { .strength = strength, .leeway = 0.5 };
  settings->model.model  = g_strdup ("photo");
  settings->model.folder = g_strdup (weights);
  settings->model.label  = -1;
  settings->model.steps  = 20;
  settings->model.depth  = 0.6;
  settings->texture      = g_strdup (DDIM_TEXTURE_IMAGE);
  settings->symmetry     = g_strdup (DDIM_SYMMETRY_NONE);
  ddim_model_cache_init (&self->cache, 2);
  g_assert_true (ddim_model_settings_inspect (&settings->model, 3, &info, &error));

  ddim_variation_settings_place (settings, &info, side, side, &placement);
  x = self->x = (whole->w - side) / 2;
  y = self->y = (whole->h - side) / 2;
  ddim_placement_widen (placement.context, placement.least, whole->w, &x, &w);
  ddim_placement_widen (placement.context, placement.least, whole->h, &y, &h);
  self->side = side;
  self->x -= x;
  self->y -= y;

  self->input = ddim_variation_input_new (&placement, DDIM_STAGES_ALL, h, w);
  self->input->source = make_source (whole);
  for (gint i = 0; i < self->input->stages.n; i++)
    {
      const DdimStage       *s     = &self->input->stages.stages[i];
      g_autoptr (DdimCanvas) frame = picture_crop (whole, x, y, h, w);
      g_autoptr (DdimCanvas) mask  = ddim_canvas_new (1, h, w, 1);
      g_autoptr (DdimCanvas) cover = NULL;

      for (gint row = self->y; row < self->y + self->side; row++)
        for (gint column = self->x; column < self->x + self->side; column++)
          mask->data[row * w + column] = 1;
      cover = ddim_canvas_reduce (mask, s->reduction, FALSE, NULL);
      self->input->weights[i]     = g_memdup2 (cover->data,
                                               ddim_canvas_size (cover) * sizeof (gfloat));
      self->input->pictures[i]    = ddim_canvas_reduce (frame, s->reduction, FALSE, NULL);
      self->input->pictures[i]->x = x;
      self->input->pictures[i]->y = y;
    }
}

static void
subject_clear (Subject *self)
{
  ddim_variation_input_unref (self->input);
  ddim_variation_settings_clear (&self->settings);
  ddim_model_cache_clear (&self->cache);
}

/* first_made: as of DdimTaskClass. */
static DdimCanvas *
make_at (Subject          *self,
         gint              stage,
         const DdimCanvas *first_made)
{
  DdimTask           *task  = ddim_variation_task_new (self->input, &self->settings);
  guint64             seed  = 3;
  g_autoptr (GError)  error = NULL;
  DdimCanvas         *made;
  gpointer            opened;
  gdouble             evaluated;

  opened = task->klass->open (task, stage, &self->cache, NULL, &evaluated, &error);
  g_assert_no_error (error);
  made = task->klass->make (task, stage, opened, &seed, 1, first_made, NULL, &error);
  g_assert_no_error (error);

  task->klass->close (opened);
  ddim_task_unref (task);
  return made;
}

/* What a stage has changed, in the result's pixels. */
static DdimCanvas *
change_of (const Subject    *self,
           gint              stage,
           const DdimCanvas *made)
{
  const DdimCanvas      *picture = self->input->pictures[stage];
  const DdimCanvas      *last    = self->input->pictures[self->input->stages.n - 1];
  const gfloat          *weights = self->input->weights[stage];
  g_autoptr (DdimCanvas) small   = ddim_canvas_copy (made);
  DdimCanvas            *change  = ddim_canvas_new (1, last->h, last->w, 3);

  for (gsize i = 0; i < ddim_canvas_size (small); i++)
    small->data[i] = weights[i / 3] * (made->data[i] - picture->data[i]);
  ddim_canvas_add_enlarged (change, small, self->input->stages.stages[stage].reduction, FALSE,
                            NULL);

  return change;
}

/* The correlation of two pictures' means of cells, over what is selected. */
static gdouble
correlate (const Subject    *self,
           const DdimCanvas *one,
           const DdimCanvas *other)
{
  gdouble sums[2] = { 0 }, products[3] = { 0 };
  gint    n = 0;

  for (gint y = self->y; y + CELLS <= self->y + self->side; y += CELLS)
    for (gint x = self->x; x + CELLS <= self->x + self->side; x += CELLS)
      for (gint c = 0; c < 3; c++, n++)
        {
          gdouble means[2] = { 0 };

          for (gint i = 0; i < CELLS * CELLS; i++)
            {
              gsize at = ((y + i / CELLS) * (gsize) one->w + x + i % CELLS) * 3 + c;

              means[0] += one->data[at] / (CELLS * CELLS);
              means[1] += other->data[at] / (CELLS * CELLS);
            }
          sums[0] += means[0];
          sums[1] += means[1];
          products[0] += means[0] * means[0];
          products[1] += means[0] * means[1];
          products[2] += means[1] * means[1];
        }

  return (products[1] - sums[0] * sums[1] / n)
         / sqrt ((products[0] - sums[0] * sums[0] / n) * (products[2] - sums[1] * sums[1] / n));
}

/* Every later stage changes the picture as the first one did, which was shown. */
static void
test_predicts (void)
{
  static const struct
  {
    const gchar *name;
    gdouble      strength;
    gint         side;     /* of what is selected, in the middle             */
    gint         stages;
  } cases[] = { { "photo.png", 0.6, 200, 3 }, { "kitten.png", 0.6, 88, 2 },
                { "lake-sherburne.png", 0.9, 88, 2 }, { "tea-gardens.png", 0.9, 88, 2 } };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Subject                subject = { NULL };
      g_autoptr (DdimCanvas) first   = NULL;
      g_autoptr (DdimCanvas) shown   = NULL;

      subject_init (&subject, cases[i].name, cases[i].strength, cases[i].side);
      g_assert_cmpint (subject.input->stages.n, ==, cases[i].stages);
      first = make_at (&subject, 0, NULL);
      shown = change_of (&subject, 0, first);

      for (gint stage = 1; stage < cases[i].stages; stage++)
        {
          gboolean               last   = stage == cases[i].stages - 1;
          g_autoptr (DdimCanvas) made   = make_at (&subject, stage, last ? NULL : first);
          g_autoptr (DdimCanvas) change = change_of (&subject, stage, made);
          gdouble                alike  = correlate (&subject, shown, change);

          g_test_message ("%s at strength %g, stage %d: %.3f", cases[i].name, cases[i].strength,
                          stage, alike);
          g_assert_cmpfloat (alike, >, cases[i].side > 150 ? ALIKE : ALIKE_SMALL);
        }
      subject_clear (&subject);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/variation-stage/predicts", test_predicts);
  return g_test_run ();
}
