/* test-photographs.c: what the method promises, with the model that ships
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * weights/photo on crops of 32 x 32: of tests/data/photo.png, of every
 * photograph of ../shared/photos where that folder is there (none was
 * trained on), of a drawing, a flat colour and pure noise.
 */

#include <math.h>
#include <string.h>

#include "photographs.h"
#include "picture.h"

#define SIDE 32

typedef struct
{
  gchar      *name;
  DdimCanvas *picture;
} Subject;

static DdimThreadPool  *pool;
static DdimModel *model;
static DdimField *field;
static GArray    *photographs; /* of Subject; the first is tests/data/photo.png */
static GArray    *others;      /* a drawing, a flat colour, noise               */

/* Subjects -------------------------------------------------------------- */

static void
add_photograph (const gchar *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DdimCanvas) whole = picture_load (path, &error);
  Subject subject = { g_path_get_basename (path) };

  g_assert_no_error (error);
  subject.picture = picture_crop_middle (whole, SIDE, SIDE);
  g_array_append_val (photographs, subject);
}

static void
make_others (void)
{
  const gchar *names[] = { "drawing", "flat colour", "noise" };
  guint64      seed    = 77;

  for (gint kind = 0; kind < 3; kind++)
    {
      Subject subject = { g_strdup (names[kind]), ddim_canvas_new (1, SIDE, SIDE, 3) };
      gfloat *value   = subject.picture->data;

      if (kind == 2)
        ddim_noise_fill (subject.picture, &seed, 0);
      for (gint row = 0; row < SIDE; row++)
        for (gint column = 0; column < SIDE; column++)
          for (gint c = 0; c < 3; c++, value++)
            {
              /* Hard edges: a disc with an outline on paper, a bar across. */
              gdouble radius = hypot (row - 15.5, column - 15.5);

              if (kind == 0)
                *value = row > 24 && row < 28 ? (c == 2 ? 1 : -1)
                         : radius < 10 ? (c == 0 ? 0.8 : -0.6)
                         : radius < 12 ? -1 : 0.95;
              else if (kind == 1)
                *value = 0.3 * c - 0.2;

              /* As it comes out of a file of 8 bits. */
              *value = picture_quantise (*value) / 127.5f - 1;
            }
      g_array_append_val (others, subject);
    }
}

static Subject *
photograph (guint i)
{
  return &g_array_index (photographs, Subject, i);
}

/* The method ------------------------------------------------------------ */

static DdimLevels *
make_levels (gint    S,
             gdouble depth)
{
  return ddim_levels_new (ddim_model_get_schedule (model), DDIM_SPACING_QUADRATIC, S, depth,
                          NULL, NULL);
}

static DdimInversion *
invert (const DdimCanvas *picture,
        gint              S,
        gdouble           depth)
{
  g_autoptr (DdimLevels) levels = make_levels (S, depth);
  g_autoptr (GError) error = NULL;
  DdimInversion *inversion = ddim_inversion_new (field, levels, DDIM_ENCODER_EXACT,
                                                 ddim_canvas_copy (picture), NULL, &error);

  g_assert_no_error (error);
  return inversion;
}

static DdimCanvas *
vary (const DdimInversion *inversion,
      gdouble              strength,
      DdimLatentReport    *perturbed)
{
  g_autoptr (GError) error = NULL;
  guint64       seed    = 9;
  DdimVariation options = { .strength = strength, .seeds = &seed };
  DdimCanvas   *image   = inversion->image;
  DdimCanvas   *result  = ddim_canvas_new (1, image->h, image->w, image->c);

  ddim_vary (inversion, &options, result, perturbed, NULL, &error);
  g_assert_no_error (error);

  return result;
}

static gdouble
distance (const DdimCanvas *x,
          const DdimCanvas *y)
{
  gdouble sum = 0;

  for (gsize i = 0; i < ddim_canvas_size (x); i++)
    sum += pow (x->data[i] - y->data[i], 2);

  return sqrt (sum / ddim_canvas_size (x));
}

static DdimCanvas *
encode (const DdimCanvas *picture,
        const DdimLevels *levels,
        DdimEncoder       encoder,
        DdimEncoding     *encoding)
{
  DdimCanvas *x = ddim_canvas_copy (picture);

  g_assert_true (ddim_encode (field, levels, encoder, x, encoding,
                              NULL, NULL));
  return x;
}

static DdimCanvas *
decode (const DdimCanvas *latent,
        const DdimLevels *levels)
{
  DdimCanvas *x = ddim_canvas_copy (latent);

  g_assert_true (ddim_decode (field, levels, NULL, x, NULL, NULL));
  return x;
}

/* Exact inversion -------------------------------------------------------- */

/* Strength 0 is the picture: within 1e-5 in float, and the same in 8 bits.
 * Returns by how much it is not, at most.                                   */
static gdouble
check_strength_zero (const DdimInversion *inversion)
{
  g_autoptr (DdimCanvas) result = vary (inversion, 0, NULL);
  gdouble worst = 0;

  for (gsize i = 0; i < ddim_canvas_size (result); i++)
    {
      gfloat was = inversion->image->data[i];

      g_assert_cmpint (picture_quantise (result->data[i]), ==, picture_quantise (was));
      worst = MAX (worst, fabs (result->data[i] - was));
    }
  g_assert_cmpfloat (worst, <=, 1e-5);

  return worst;
}

static void
check_subject (const Subject *subject,
               gint           S)
{
  g_autoptr (DdimInversion) inversion = invert (subject->picture, S, 0.5);

  g_test_message ("%s, S = %d: at most %.1e, the encoder alone %.1e", subject->name, S,
                  check_strength_zero (inversion), inversion->inversion_error);
}

static void
test_strength_zero (void)
{
  const gint steps[] = { 3, 4, 5, 10, 20, 50 };

  for (guint s = 0; s < G_N_ELEMENTS (steps); s++)
    {
      check_subject (photograph (0), steps[s]);
      for (guint i = 0; i < others->len; i++)
        check_subject (&g_array_index (others, Subject, i), steps[s]);
    }
  for (guint i = 1; i < photographs->len; i++)
    check_subject (photograph (i), 3);
}

/* The middle of a picture, its channels again and again until there are so
 * many.                                                                     */
static DdimCanvas *
small_with_channels (const DdimCanvas *picture,
                     gint              channels)
{
  g_autoptr (DdimCanvas) middle = picture_crop_middle (picture, SIDE / 2, SIDE / 2);
  DdimCanvas *x     = ddim_canvas_new (1, middle->h, middle->w, channels);
  gfloat     *value = x->data;

  for (gint pixel = 0; pixel < x->h * x->w; pixel++)
    for (gint c = 0; c < channels; c++)
      *value++ = middle->data[pixel * middle->c + c % middle->c];

  return x;
}

/* Returns what the encoder alone loses. */
static gdouble
check_model (DdimModel        *other,
             const DdimCanvas *picture,
             gint              S,
             gdouble           depth)
{
  gint wanted = ddim_model_get_info (other)->labels ? 1 : 0;
  gint numbers = ddim_model_get_info (other)->embedding;
  gint states = ddim_model_get_info (other)->text_width;
  gint label = 0;
  g_autofree gfloat *embedding = g_new0 (gfloat, numbers + 1);
  g_autofree gfloat *text = g_new0 (gfloat, 2 * states + 1);
  DdimCondition condition = { .label = wanted ? &label : NULL,
                              .embedding = numbers ? embedding : NULL,
                              .text = states ? text : NULL, .tokens = states ? 2 : 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (DdimField) field = ddim_model_new_field (other, &condition, &error);
  g_autoptr (DdimLevels) levels = ddim_levels_new (ddim_model_get_schedule (other),
                                                   DDIM_SPACING_QUADRATIC, S, depth, NULL, NULL);
  g_autoptr (DdimInversion) inversion = NULL;

  g_assert_no_error (error);
  inversion = ddim_inversion_new (field, levels, DDIM_ENCODER_EXACT,
                                  small_with_channels (picture, field->channels), NULL, &error);
  g_assert_no_error (error);
  check_strength_zero (inversion);

  return inversion->inversion_error;
}

/* Strength 0 with every kind of network that can be loaded, none of them
 * trained: epsilon is nothing like the picture's, and the encoder need not
 * converge.                                                                 */
static void
test_every_model (void)
{
  g_autofree gchar *folder = g_test_build_filename (G_TEST_DIST, "golden", "models", NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const gchar *name;
  gint         n_models = 0;

  for (; (name = g_dir_read_name (dir)); n_models++)
    {
      g_autofree gchar *path = g_build_filename (folder, name, NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (DdimModel) other = ddim_model_load (path, pool, &error);
      gdouble lost;

      g_assert_no_error (error);
      lost = check_model (other, photograph (0)->picture, 20, 0.4);
      for (guint i = 0; i <= others->len; i++)
        {
          const DdimCanvas *picture = i == 0 ? photograph (0)->picture
                                      : g_array_index (others, Subject, i - 1).picture;

          lost = MAX (lost, check_model (other, picture, 3, 0.5));
          lost = MAX (lost, check_model (other, picture, 4, 1));
        }
      g_test_message ("%s: the encoder alone loses up to %.1e", name, lost);
    }
  g_assert_cmpint (n_models, >=, 20);
}

/* S = 20 on photographs: at most three times the paper's evaluations, an error
 * below the paper's on every one of them, and the error that is returned is
 * that of a round trip.                                                      */
static void
test_encoders (void)
{
  g_autoptr (DdimLevels) levels = make_levels (20, 0.5);

  for (guint i = 0; i < photographs->len; i++)
    {
      const Subject *subject = photograph (i);
      gdouble        errors[2];
      gint           evaluations[2];

      for (gint encoder = DDIM_ENCODER_EXACT; encoder <= DDIM_ENCODER_PAPER; encoder++)
        {
          DdimEncoding encoding;
          g_autoptr (DdimCanvas) z = encode (subject->picture, levels, encoder, &encoding);
          g_autoptr (DdimCanvas) x = decode (z, levels);

          errors[encoder]      = distance (x, subject->picture) / 2;
          evaluations[encoder] = encoding.evaluations;
        }
      g_test_message ("%s: exact %.1e with %d evaluations, paper's %.1e with %d", subject->name,
                      errors[0], evaluations[0], errors[1], evaluations[1]);
      g_assert_cmpint (evaluations[DDIM_ENCODER_PAPER], ==, levels->S);
      g_assert_cmpint (evaluations[DDIM_ENCODER_EXACT], <=, 3 * levels->S);
      g_assert_cmpfloat (errors[DDIM_ENCODER_EXACT], <, errors[DDIM_ENCODER_PAPER]);

      if (i == 0)
        {
          g_autoptr (DdimInversion) inversion = invert (subject->picture, 20, 0.5);

          /* The same sum, in the same order, of the same floats. */
          g_assert_cmpfloat (fabs (inversion->inversion_error - errors[0]), <=, 1e-12);
          g_assert_cmpint (inversion->evaluations, ==, evaluations[0] + levels->S);
        }
    }
}

/* Latents ----------------------------------------------------------------- */

/* More strength, more change, on every photograph. */
static void
test_monotony (void)
{
  const gdouble strengths[] = { 0.1, 0.35, 0.7, 1 };

  for (guint i = 0; i < photographs->len; i++)
    {
      const Subject *subject = photograph (i);
      g_autoptr (GString) line = g_string_new (subject->name);
      g_autoptr (DdimInversion) inversion = invert (subject->picture, 6, 0.5);
      gdouble last = 0;

      for (guint k = 0; k < G_N_ELEMENTS (strengths); k++)
        {
          g_autoptr (DdimCanvas) result = vary (inversion, strengths[k], NULL);
          gdouble change = distance (result, subject->picture);

          g_string_append_printf (line, " %.4f", change);
          g_assert_cmpfloat (change, >, last);
          last = change;
        }
      g_test_message ("%s: RMS of the change", line->str);
    }
}

/* A path from position 0 to 1.  Where it is smooth, a small step changes twice
 * what half of it does, less or more by the step over the radius of its bend:
 * here a quarter for a radius of two steps.  Where it jumps, the two are equal
 * or nothing alike.  And no 64th of the way is more than an eighth of what the
 * whole way changes.                                                        */
typedef DdimCanvas * (*Path) (gdouble position, gconstpointer data);

static void
check_smooth (const gchar   *name,
              Path           path,
              gconstpointer  data)
{
  const gdouble step = 1 / 64.;
  g_autoptr (DdimCanvas) begin = path (0, data);
  g_autoptr (DdimCanvas) end   = path (1, data);
  gdouble whole = distance (begin, end);

  for (gint i = 0; i < 4; i++)
    {
      gdouble position = i * 0.3 + step / 2;
      g_autoptr (DdimCanvas) here = path (position, data);
      g_autoptr (DdimCanvas) half = path (position + step / 2, data);
      g_autoptr (DdimCanvas) full = path (position + step, data);
      gdouble ratio = distance (here, full) / distance (here, half);

      g_test_message ("%s at %.3f: a 64th changes %.4f of the whole, %.3f times its half", name,
                      position, distance (here, full) / whole, ratio);
      g_assert_cmpfloat (ratio, >, 1.6);
      g_assert_cmpfloat (ratio, <, 2.5);
      g_assert_cmpfloat (distance (here, full), <, whole / 8);
    }
}

static DdimCanvas *
path_of_strength (gdouble       position,
                  gconstpointer data)
{
  return vary (data, position, NULL);
}

typedef struct
{
  DdimLevels *levels;
  DdimCanvas *from, *to; /* latents */
} Pair;

static DdimCanvas *
path_of_position (gdouble       position,
                  gconstpointer data)
{
  const Pair *pair = data;
  g_autoptr (DdimCanvas) z = ddim_canvas_copy (pair->from);

  ddim_latent_slerp (pair->from, pair->to, position, NULL, z);
  return decode (z, pair->levels);
}

static void
test_continuity (void)
{
  const DdimCanvas *last = photographs->len > 1 ? photograph (photographs->len - 1)->picture
                           : g_array_index (others, Subject, 0).picture;
  g_autoptr (DdimInversion) inversion = invert (photograph (0)->picture, 8, 0.5);
  Pair pair = { make_levels (16, 1) };

  check_smooth ("strength", path_of_strength, inversion);

  pair.from = encode (photograph (0)->picture, pair.levels, DDIM_ENCODER_EXACT, NULL);
  pair.to   = encode (last, pair.levels, DDIM_ENCODER_EXACT, NULL);
  check_smooth ("interpolation", path_of_position, &pair);

  ddim_levels_free (pair.levels);
  ddim_canvas_free (pair.from);
  ddim_canvas_free (pair.to);
}

/* At depth 1 next to nothing of the picture itself is left in a latent (k =
 * 0.006), and 3072 values of white noise would have an RMS of 1 and no
 * correlation, to standard errors of 0.013 and 0.013.
 *
 * Photographs come near it; what they miss by, up to 0.04 and 0.11, is the
 * network's.  So does a flat colour, of which a network sees little: it misses
 * by 0.01 and 0.15.  Perturbed by half, every latent has turned half of a right
 * angle (noise is orthogonal to it to 1 / sqrt (3072), 5 of which make 0.09) and
 * its norm lies half way to the noise's, by equal factors, the geometric mean
 * (to 3.2 %, half of 5 standard errors of the noise's, and what k adds);
 * perturbed wholly, it is white noise.                                       */
static void
test_reports (void)
{
  for (guint i = 0; i < photographs->len + others->len; i++)
    {
      const Subject *subject = i < photographs->len ? photograph (i)
                               : &g_array_index (others, Subject, i - photographs->len);
      g_autoptr (DdimInversion) inversion = invert (subject->picture, 8, 1);
      DdimLatentReport latent = inversion->report;
      DdimLatentReport perturbed;
      g_autoptr (DdimCanvas) result = vary (inversion, 0.5, &perturbed);

      g_test_message ("%s: RMS %.3f, correlation %.3f; at strength 0.5 %.3f, %.3f, cosine %.3f",
                      subject->name, latent.rms, latent.correlation,
                      perturbed.rms, perturbed.correlation,
                      perturbed.cosine);
      g_assert_cmpfloat (latent.cosine, ==, 1);
      g_assert_cmpfloat (fabs (perturbed.cosine - sqrt (0.5)), <, 0.09);
      g_assert_cmpfloat (fabs (perturbed.rms / sqrt (latent.rms) - 1), <, 0.04);

      if (i < photographs->len)
        {
          g_assert_cmpfloat (fabs (latent.rms - 1), <, 0.1);
          g_assert_cmpfloat (fabs (latent.correlation), <, 0.25);
        }
      else if (g_str_equal (subject->name, "flat colour"))
        {
          g_autoptr (DdimCanvas) new = vary (inversion, 1, &perturbed);

          g_assert_cmpfloat (fabs (latent.rms - 1), <, 0.2);
          g_assert_cmpfloat (fabs (latent.correlation), <, 0.45);
          g_assert_cmpfloat (fabs (perturbed.rms - 1), <, 0.07);
          g_assert_cmpfloat (fabs (perturbed.correlation), <, 0.07);
          g_assert_cmpfloat (fabs (perturbed.cosine), <, 0.09);
        }
    }
}

/* Determinism --------------------------------------------------------------- */

/* The same bytes for one, two and three threads, and again. */
static void
test_threads (void)
{
  g_autofree gchar *folder = g_test_build_filename (G_TEST_DIST, "..", "weights", "photo", NULL);
  g_autoptr (DdimLevels) levels = make_levels (4, 0.6);
  g_autoptr (DdimCanvas) picture = NULL;
  g_autoptr (DdimCanvas) first = NULL;
  guint64 seeds[2] = { 3, 4 };
  const gint n_threads[] = { 1, 2, 3, 1 };

  {
    g_autofree gchar *own = g_test_build_filename (G_TEST_DIST, "data", "photo.png", NULL);
    g_autoptr (DdimCanvas) whole = picture_load (own, NULL);

    picture = picture_crop_middle (whole, 56, 75); /* no multiple of anything */
  }

  for (guint i = 0; i < G_N_ELEMENTS (n_threads); i++)
    {
      g_autoptr (DdimThreadPool) its_pool = ddim_thread_pool_new (n_threads[i]);
      g_autoptr (GError) error = NULL;
      g_autoptr (DdimModel) its_model = ddim_model_load (folder, its_pool, &error);
      g_autoptr (DdimField) its_field = NULL;
      DdimVariation options = { .strength = 0.4, .eta = 0.5, .seeds = seeds };
      g_autoptr (DdimCanvas) result = ddim_canvas_new (2, picture->h, picture->w, 3);
      g_autoptr (DdimInversion) inversion = NULL;

      g_assert_no_error (error);
      its_field = ddim_model_new_field (its_model, NULL, &error);
      inversion = ddim_inversion_new (its_field, levels, DDIM_ENCODER_EXACT,
                                      ddim_canvas_copy (picture), NULL, &error);
      g_assert_no_error (error);
      g_assert_true (ddim_vary (inversion, &options, result, NULL, NULL, NULL));
      if (i == 0)
        first = ddim_canvas_copy (result);
      else
        g_assert_cmpmem (result->data, ddim_canvas_size (result) * sizeof (gfloat),
                         first->data, ddim_canvas_size (first) * sizeof (gfloat));
    }
}

static void
clear_subject (gpointer data)
{
  Subject *subject = data;

  g_free (subject->name);
  ddim_canvas_free (subject->picture);
}

int
main (int argc, char **argv)
{
  g_autofree gchar  *folder = NULL;
  g_autoptr (GError) error = NULL;
  gint               status;

  g_test_init (&argc, &argv, NULL);

  folder = g_test_build_filename (G_TEST_DIST, "..", "weights", "photo", NULL);
  pool   = ddim_thread_pool_new (1);
  model  = ddim_model_load (folder, pool, &error);
  g_assert_no_error (error);
  field  = ddim_model_new_field (model, NULL, &error);
  g_assert_no_error (error);
  photographs = g_array_new (FALSE, FALSE, sizeof (Subject));
  others      = g_array_new (FALSE, FALSE, sizeof (Subject));
  g_array_set_clear_func (photographs, clear_subject);
  g_array_set_clear_func (others, clear_subject);
  photographs_list (add_photograph);
  make_others ();

  g_test_add_func ("/photographs/strength-zero", test_strength_zero);
  g_test_add_func ("/photographs/every-model", test_every_model);
  g_test_add_func ("/photographs/encoders", test_encoders);
  g_test_add_func ("/photographs/monotony", test_monotony);
  g_test_add_func ("/photographs/continuity", test_continuity);
  g_test_add_func ("/photographs/reports", test_reports);
  g_test_add_func ("/photographs/threads", test_threads);
  status = g_test_run ();

  g_array_unref (photographs);
  g_array_unref (others);
  ddim_field_unref (field);
  ddim_model_unref (model);
  ddim_thread_pool_unref (pool);
  return status;
}
