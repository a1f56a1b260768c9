/* test-noise.c: the counter-based noise
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <math.h>
#include <string.h>

#include "philox.h"

#include "ddim.h"

/* The known answers that the authors of Philox publish with Random123
 * (kat_vectors, philox4x32 10).                                             */
static void
test_known_answers (void)
{
  static const struct { guint32 counter[4]; guint64 key; guint32 out[4]; } known[] =
  {
    { { 0, 0, 0, 0 }, 0,
      { 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8 } },
    { { 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff }, G_MAXUINT64,
      { 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd } },
    { { 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344 }, 0x299f31d0a4093822,
      { 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1 } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    {
      guint32 out[4];

      ddim_philox (known[i].counter, known[i].key, out);
      for (gint j = 0; j < 4; j++)
        g_assert_cmphex (out[j], ==, known[i].out[j]);
    }
}

/* Moments of n = 196608 values against N (0, 1), each within 5 standard
 * errors: a right generator fails a check with probability 6e-7.  Standard
 * errors: mean 1, variance sqrt 2, third moment sqrt 15, fourth sqrt 96, all
 * over sqrt n.  Products of neighbours: 1 / sqrt n.                         */
static void
test_moments (void)
{
  g_autoptr (DdimCanvas) noise = ddim_canvas_new (1, 256, 256, 3);
  gsize   n = ddim_canvas_size (noise);
  gdouble m[5] = { 0, };
  gdouble right = 0, below = 0, channel = 0, error = 1 / sqrt (n);
  guint64 seed = 7;

  ddim_noise_fill (noise, &seed, 0);
  for (gsize i = 0; i < n; i++)
    {
      gdouble value = noise->data[i];

      for (gint k = 1; k < 5; k++)
        m[k] += pow (value, k) / n;
      right   += value * noise->data[(i + 3) % n] / n;
      below   += value * noise->data[(i + 256 * 3) % n] / n;
      channel += value * noise->data[(i + 1) % n] / n;
    }

  g_assert_cmpfloat (fabs (m[1]), <, 5 * error);
  g_assert_cmpfloat (fabs (m[2] - 1), <, 5 * sqrt (2) * error);
  g_assert_cmpfloat (fabs (m[3]), <, 5 * sqrt (15) * error);
  g_assert_cmpfloat (fabs (m[4] - 3), <, 5 * sqrt (96) * error);
  g_assert_cmpfloat (fabs (right), <, 5 * error);
  g_assert_cmpfloat (fabs (below), <, 5 * error);
  g_assert_cmpfloat (fabs (channel), <, 5 * error);
}

/* A window of a canvas holds what the canvas holds there, also at negative
 * coordinates; items, seeds and streams differ.                             */
static void
test_place (void)
{
  g_autoptr (DdimCanvas) whole  = ddim_canvas_new (2, 20, 30, 5);
  g_autoptr (DdimCanvas) window = ddim_canvas_new (1, 7, 9, 5);
  guint64 seeds[2] = { 1, G_GUINT64_CONSTANT (0x100000001) };

  whole->x = -11;
  whole->y = -4;
  window->x = -3;
  window->y = 2;
  ddim_noise_fill (whole, seeds, 9);
  ddim_noise_fill (window, seeds + 1, 9);

  for (gint row = 0; row < window->h; row++)
    g_assert_cmpmem (window->data + row * 9 * 5, 9 * 5 * sizeof (gfloat),
                     whole->data + ddim_canvas_item_size (whole)
                     + ((row + 6) * 30 + 8) * 5, 9 * 5 * sizeof (gfloat));

  g_assert_cmpfloat (whole->data[0], !=, whole->data[ddim_canvas_item_size (whole)]);
  {
    gfloat before = window->data[0];

    ddim_noise_fill (window, seeds + 1, 10);
    g_assert_cmpfloat (before, !=, window->data[0]);
  }
}

/* A reduced canvas holds the sums of blocks of what the whole one holds, over
 * k; the tolerance is a few roundings of single precision.                  */
static void
test_reduced (void)
{
  g_autoptr (DdimCanvas) whole   = ddim_canvas_new (1, 12, 15, 3);
  g_autoptr (DdimCanvas) reduced = ddim_canvas_new (1, 4, 5, 3);
  guint64 seed = 5;

  whole->x = reduced->x = -7;
  whole->y = reduced->y = 3;
  ddim_noise_fill (whole, &seed, 0);
  ddim_noise_fill_reduced (reduced, &seed, 0, 3);

  for (gint i = 0; i < 4 * 5 * 3; i++)
    {
      gint    row = i / 15, column = i / 3 % 5, c = i % 3;
      gdouble sum = 0;

      for (gint block = 0; block < 9; block++)
        sum += whole->data[((row * 3 + block / 3) * 15 + column * 3 + block % 3) * 3 + c];
      g_assert_cmpfloat_with_epsilon (reduced->data[i], sum / 3, 1e-5);
    }
}

/* What is reduced far has noise of its own, that depends on the place and the size. */
static void
test_own (void)
{
  g_autoptr (DdimCanvas) one   = ddim_canvas_new (1, 64, 64, 3);
  g_autoptr (DdimCanvas) other = ddim_canvas_new (1, 64, 64, 3);
  g_autoptr (DdimCanvas) moved = ddim_canvas_new (1, 64, 63, 3);
  guint64 seed = 5;
  gdouble sum = 0, squares = 0, products = 0;
  gint    n = 64 * 64 * 3;

  one->x = other->x = -3 * DDIM_NOISE_OWN;
  moved->x = one->x + DDIM_NOISE_OWN;
  ddim_noise_fill_reduced (one, &seed, 0, DDIM_NOISE_OWN);
  ddim_noise_fill_reduced (other, &seed, 0, DDIM_NOISE_OWN + 1);
  ddim_noise_fill_reduced (moved, &seed, 0, DDIM_NOISE_OWN);
  for (gint i = 0; i < n; i++)
    {
      sum      += one->data[i];
      squares  += one->data[i] * one->data[i];
      products += one->data[i] * other->data[i];
    }
  /* five standard errors */
  g_assert_cmpfloat (fabs (sum / n), <, 5 / sqrt (n));
  g_assert_cmpfloat (fabs (squares / n - 1), <, 5 * sqrt (2.0 / n));
  g_assert_cmpfloat (fabs (products / n), <, 5 / sqrt (n));
  for (gint row = 0; row < 64; row++)
    g_assert_cmpmem (one->data + (row * 64 + 1) * 3, 63 * 3 * sizeof (gfloat),
                     moved->data + row * 63 * 3, 63 * 3 * sizeof (gfloat));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/noise/known-answers", test_known_answers);
  g_test_add_func ("/noise/moments", test_moments);
  g_test_add_func ("/noise/place", test_place);
  g_test_add_func ("/noise/reduced", test_reduced);
  g_test_add_func ("/noise/own", test_own);
  return g_test_run ();
}
