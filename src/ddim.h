/* ddim.h: the public header of libddim, written as its manual
 *
 * Copyright (C) 2026 The gimp-ddim authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * libddim turns a picture into a DDIM latent, changes the latent, and
 * decodes it back (Song, Meng and Ermon, "Denoising Diffusion Implicit
 * Models", ICLR 2021, arXiv 2010.02502; equation numbers are that paper's).
 * It knows nothing of GIMP.
 *
 * Everything hangs on one idea, the FIELD: a deterministic function
 * epsilon(x, t) over a whole canvas at a noise level.  A U-Net is a field;
 * windows over a larger canvas are a field made of a field.  The encoder and
 * the decoder know only the field, the noise levels and the canvas.
 *
 * The shortest useful program:
 *
 *   g_autoptr (DdimTeam)   team   = ddim_team_new (0);
 *   g_autoptr (DdimModel)  model  = ddim_model_load ("weights/photo", team, &error);
 *   g_autoptr (DdimLevels) levels = ddim_levels_new (ddim_model_get_schedule (model),
 *                                                    DDIM_SPACING_QUADRATIC, 20, 0.5,
 *                                                    NULL, &error);
 *   g_autoptr (DdimInversion) inversion =
 *     ddim_inversion_new (ddim_model_get_field (model), levels, DDIM_ENCODER_EXACT,
 *                         image, NULL, &error);
 *   DdimVariation options = { .strength = 0.3, .seeds = &seed };
 *   g_autoptr (DdimCanvas) result = ddim_canvas_new (1, image->h, image->w, image->c);
 *   ddim_vary (inversion, &options, result, NULL, NULL, &error);
 *
 * Glossary
 *   N, H, W, C   items of a batch, rows, columns, channels
 *   T, S         number of training timesteps, number of sampling steps
 *   alphas_cumprod[t]  the cumulative product, the paper's alpha_t
 *   a, s         sqrt (alpha_cumprod) and sqrt (1 - alpha_cumprod)
 *   latent       a canvas that has been encoded to a noise level
 *
 * Conventions
 *   Functions that can fail take a GError ** last and return FALSE or NULL;
 *   the domain is DDIM_ERROR, or G_IO_ERROR_CANCELLED after a cancellation.
 *   Outputs are written on success only, unless a comment says otherwise.
 *   There is no global state.  Objects are used by one thread at a time.
 */

#ifndef DDIM_H
#define DDIM_H

#include <gio/gio.h>

G_BEGIN_DECLS

/* Errors ------------------------------------------------------------ */

#define DDIM_ERROR (ddim_error_quark ())

typedef enum
{
  DDIM_ERROR_MISSING,     /* a file, a field or a tensor that is not there   */
  DDIM_ERROR_INVALID,     /* there, but broken: truncated, of a wrong shape  */
  DDIM_ERROR_UNSUPPORTED, /* sound, but not something this library computes  */
  DDIM_ERROR_ARGUMENT     /* a value chosen by the caller that cannot work   */
} DdimError;

GQuark ddim_error_quark (void);


/* Threads ----------------------------------------------------------- */

/* A persistent team of threads.  Results never depend on its size. */
typedef struct _DdimTeam DdimTeam;

/* n_threads: how many threads work, the calling one included; 0 for one per
 * processor this process may use.  Returns a new reference, never NULL.    */
DdimTeam * ddim_team_new    (gint      n_threads);
DdimTeam * ddim_team_ref    (DdimTeam *team);
void       ddim_team_unref  (DdimTeam *team);
gint       ddim_team_get_n_threads (const DdimTeam *team);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdimTeam, ddim_team_unref)


/* Progress and cancellation ----------------------------------------- */

/* How a caller watches and stops long work.  Every function that takes one
 * accepts NULL.  `progress` is called on the calling thread, with a fraction
 * from 0 to 1 that never falls; it may cancel the cancellable.             */
typedef struct
{
  GCancellable *cancellable;                                /* or NULL */
  void        (*progress) (gdouble fraction, gpointer user_data); /* or NULL */
  gpointer      user_data;
  gdouble       from;  /* the stretch of the whole that this work covers:   */
  gdouble       to;    /* 0 and 0 stand for 0 and 1                         */
} DdimMonitor;

/* A monitor for the part of `whole` (or NULL) between two fractions of it. */
DdimMonitor ddim_monitor_part   (const DdimMonitor *whole,
                                 gdouble            from,
                                 gdouble            to);

/* Reports a fraction (0 to 1) of the monitor's own stretch.
 * Returns FALSE and sets G_IO_ERROR_CANCELLED where the caller cancelled.  */
gboolean    ddim_monitor_update (const DdimMonitor *monitor,
                                 gdouble            fraction,
                                 GError           **error);


/* Canvases ---------------------------------------------------------- */

/* A batch of pictures or latents: float32, N x H x W x C, contiguous.
 * A picture's values are 2 v - 1 of its R'G'B' values v: from -1 to 1 in
 * gamut, and free to lie outside.  (x, y) is where column 0, row 0 lies in
 * the whole image: noise and windows are placed by it.                     */
typedef struct
{
  gint    n, h, w, c;
  gint    x, y;
  gfloat *data;
} DdimCanvas;

/* Zeros.  Free with ddim_canvas_free (). */
DdimCanvas * ddim_canvas_new  (gint n, gint h, gint w, gint c);
DdimCanvas * ddim_canvas_copy (const DdimCanvas *canvas);
void         ddim_canvas_free (DdimCanvas *canvas);

/* Takes from every item a harmonic picture that jumps as it does between its
 * opposite borders, so that what is left wraps and keeps its detail.  Values
 * may leave the gamut a little.                                             */
void         ddim_canvas_make_periodic (DdimCanvas *canvas);

/* Number of floats in one item, H W C, and in all items. */
gsize        ddim_canvas_item_size (const DdimCanvas *canvas);
gsize        ddim_canvas_size      (const DdimCanvas *canvas);

/* Root mean square of x - y over all values of two canvases of one size. */
gdouble      ddim_canvas_rms_difference (const DdimCanvas *x,
                                         const DdimCanvas *y);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdimCanvas, ddim_canvas_free)


/* Noise schedules and levels ---------------------------------------- */

typedef enum
{
  DDIM_BETAS_LINEAR,
  DDIM_BETAS_SCALED_LINEAR,     /* linspace (sqrt b0, sqrt b1) squared      */
  DDIM_BETAS_SQUAREDCOS_CAP_V2, /* Nichol and Dhariwal's cosine             */
  DDIM_BETAS_SIGMOID
} DdimBetas;

/* alphas_cumprod over T training timesteps. */
typedef struct _DdimSchedule DdimSchedule;

/* zero_snr: rescale the betas so that alphas_cumprod[T - 1] is 0
 * (Lin et al., arXiv 2305.08891).                                          */
DdimSchedule  * ddim_schedule_new           (DdimBetas            betas,
                                             gint                 T,
                                             gdouble              beta_start,
                                             gdouble              beta_end,
                                             gboolean             zero_snr,
                                             GError             **error);
DdimSchedule  * ddim_schedule_new_for_betas (const gdouble       *betas,
                                             gint                 T,
                                             gboolean             zero_snr,
                                             GError             **error);
void            ddim_schedule_free          (DdimSchedule        *schedule);
gint            ddim_schedule_get_length    (const DdimSchedule  *schedule);
const gdouble * ddim_schedule_get_alphas_cumprod
                                            (const DdimSchedule  *schedule);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdimSchedule, ddim_schedule_free)

/* A noise level: x_t = a x_0 + s epsilon. */
typedef struct
{
  gdouble timestep; /* what the network is told; -1 at the final level 1    */
  gdouble a;        /* sqrt (alpha_cumprod)                                 */
  gdouble s;        /* sqrt (1 - alpha_cumprod)                             */
} DdimLevel;

typedef enum
{
  DDIM_SPACING_LEADING,   /* diffusers: i (T / S) + steps_offset            */
  DDIM_SPACING_LINSPACE,  /* diffusers: linspace (0, T - 1, S)              */
  DDIM_SPACING_TRAILING,  /* diffusers: round (T, T - T / S, ...) - 1       */
  DDIM_SPACING_LINEAR,    /* the paper: floor (c i)                         */
  DDIM_SPACING_QUADRATIC  /* the paper: floor (c i^2)                       */
} DdimSpacing;

/* The ONE array of noise levels that encoder and decoder share: S + 1 of
 * them, from the cleanest, levels[0], to the noisiest, levels[S].          */
typedef struct
{
  gint      S;
  DdimLevel levels[];
} DdimLevels;

typedef struct
{
  gint     steps_offset;     /* of leading                                  */
  gboolean final_alpha_one;  /* levels[0] is clean (a = 1) where TRUE, else
                                at alphas_cumprod[0]                        */
} DdimLevelsOptions;

/* depth: how far up the noise the levels reach, as a fraction of T, above 0
 * and at most 1.  Timesteps that fall together are kept once, so S may come
 * out smaller than n_steps.  options may be NULL: no offset, and levels[0] at
 * alphas_cumprod[0], where inversion converges.  Free with g_free ().      */
DdimLevels * ddim_levels_new (const DdimSchedule      *schedule,
                              DdimSpacing              spacing,
                              gint                     n_steps,
                              gdouble                  depth,
                              const DdimLevelsOptions *options,
                              GError                 **error);

static inline void ddim_levels_free (DdimLevels *levels) { g_free (levels); }
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdimLevels, ddim_levels_free)


/* Fields ------------------------------------------------------------ */

/* What a field predicts of x = a x_0 + s epsilon. */
typedef enum
{
  DDIM_PREDICTION_EPSILON,
  DDIM_PREDICTION_V,      /* a epsilon - s x_0                              */
  DDIM_PREDICTION_SAMPLE  /* x_0                                            */
} DdimPrediction;

/* A deterministic function of a canvas and a noise level.  To make one,
 * embed DdimField as the first member, fill a class, call ddim_field_init. */
typedef struct _DdimField DdimField;

typedef struct
{
  /* Writes the prediction for x (not changed, never the same memory as out)
   * at `level`.  Both have the same shape and origin; any N, H and W of 1 or
   * more must work, and no item of the batch may influence another.        */
  gboolean (*evaluate) (DdimField         *field,
                        const DdimCanvas  *x,
                        const DdimLevel   *level,
                        DdimCanvas        *out,
                        const DdimMonitor *monitor,
                        GError           **error);
  void     (*finalize) (DdimField *field); /* frees the embedding struct    */
} DdimFieldClass;

struct _DdimField
{
  const DdimFieldClass *klass;
  gint                  ref_count;
  gint                  channels;    /* C of its canvases */
  DdimPrediction        prediction;
};

void        ddim_field_init     (DdimField            *field,
                                 const DdimFieldClass *klass,
                                 gint                  channels,
                                 DdimPrediction        prediction);
DdimField * ddim_field_ref      (DdimField            *field);
void        ddim_field_unref    (DdimField            *field);

gboolean    ddim_field_evaluate (DdimField            *field,
                                 const DdimCanvas     *x,
                                 const DdimLevel      *level,
                                 DdimCanvas           *out,
                                 const DdimMonitor    *monitor,
                                 GError              **error);

/* The same, whatever the field predicts, as epsilon. */
gboolean    ddim_field_epsilon  (DdimField            *field,
                                 const DdimCanvas     *x,
                                 const DdimLevel      *level,
                                 DdimCanvas           *epsilon,
                                 const DdimMonitor    *monitor,
                                 GError              **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdimField, ddim_field_unref)


/* Windows ------------------------------------------------------------ */

typedef struct
{
  gint     size;     /* a window's longest side, in pixels: 8 or more       */
  gint     overlap;  /* of neighbours, in pixels: at most half of size      */
  gboolean fixed;    /* every window of just this size (or the canvas's, if
                        that is smaller); else as even as fits              */
  gboolean tileable; /* the canvas is a torus: opposite borders meet        */
  gboolean still;    /* the borders between windows do not move with the
                        timestep                                            */
} DdimWindows;

/* A field over canvases of any size that blends `inner`'s predictions for
 * overlapping windows (MultiDiffusion, arXiv 2302.08113).  A canvas that fits
 * into one window is given to `inner` as it is.  Memory: two batches of
 * windows, whatever the canvas.  Keeps a reference to inner.  Fails with
 * DDIM_ERROR_ARGUMENT.                                                     */
DdimField * ddim_windows_new (DdimField          *inner,
                              const DdimWindows  *options,
                              GError            **error);


/* Models ------------------------------------------------------------ */

/* A folder written by diffusers: UNet2DModel and a scheduler, nested or flat. */
typedef struct _DdimModel DdimModel;

/* Maps the weights; the folder may not change while the model lives.
 * The model keeps a reference to the team.  Errors name the file, the config
 * field or the tensor.                                                     */
DdimModel          * ddim_model_load          (const gchar     *folder,
                                               DdimTeam        *team,
                                               GError         **error);
void                 ddim_model_free          (DdimModel       *model);

/* The network as a field over canvases of any size (smaller or odd sizes are
 * padded by reflection).  Owned by the model.                              */
DdimField          * ddim_model_get_field     (DdimModel       *model);
const DdimSchedule * ddim_model_get_schedule  (const DdimModel *model);
/* The spacing that the scheduler's config names, and its options. */
DdimSpacing          ddim_model_get_spacing   (const DdimModel   *model,
                                               DdimLevelsOptions *options);
/* The side of the squares it was trained on, in pixels. */
gint                 ddim_model_get_sample_size (const DdimModel *model);
/* Whether some layer sees the whole canvas at once through attention. */
gboolean             ddim_model_has_attention (const DdimModel *model);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdimModel, ddim_model_free)

/* What the folder's files say of a model. */
typedef struct
{
  gint     channels;
  gint     sample_size; /* as ddim_model_get_sample_size ()                 */
  guint64  parameters;  /* how many numbers it has learned                  */
  gboolean attention;   /* as ddim_model_has_attention ()                   */
} DdimModelInfo;

/* Reads it without making the network, in milliseconds.  Fails where loading
 * would fail for the configs or the file of the weights.                   */
gboolean             ddim_model_inspect       (const gchar     *folder,
                                               DdimModelInfo   *info,
                                               GError         **error);


/* Regions of any size ----------------------------------------------- */

typedef enum
{
  DDIM_METHOD_AUTO,    /* one of the others, by the model and the region    */
  DDIM_METHOD_WINDOWS, /* windows of the size that the model was trained on */
  DDIM_METHOD_WHOLE,   /* the region at once, or in windows as large as fit */
  DDIM_METHOD_FIT      /* the region scaled to the model's size, and the
                          change scaled back                                */
} DdimMethod;

/* How a region is put before a model. */
typedef struct
{
  DdimMethod  method;   /* never DDIM_METHOD_AUTO                           */
  gint        context;  /* pixels to see around the target, where there are */
  gint        least;    /* the side that the frame (target and context) is
                           brought to, where it is smaller                  */
  gint        side;     /* the longest side of the canvas; 0: the frame's   */
  DdimWindows windows;  /* over the canvas                                  */
} DdimPlan;

/* For a target of h x w pixels and a model of this sample size.  tileable: the
 * target is the whole frame, and wraps.                                    */
void ddim_plan_make       (DdimPlan       *plan,
                           DdimMethod      method,
                           gboolean        tileable,
                           gint            sample_size,
                           gboolean        has_attention,
                           gint            h,
                           gint            w);

/* The canvas's size for a frame of that size: scaled down for `fit`. */
void ddim_plan_get_canvas (const DdimPlan *plan,
                           gint            frame_h,
                           gint            frame_w,
                           gint           *h,
                           gint           *w);


/* A picture as its own model ------------------------------------------ */

typedef struct
{
  gboolean mirrored; /* a patch may also be used with left and right changed */
  gboolean turned;   /* ... and turned by a quarter, a half, three quarters  */
  gint     apart;    /* pixels: for a place of a canvas no patch is used that
                        begins nearer than this, both ways, to the same place
                        of the whole image; 0: all are                       */
  gboolean wrap;     /* canvases are tori: what is made is tileable          */
  gdouble  pairs;    /* so many patches times keys at a scale are compared at
                        most; where there are more, near keys are searched,
                        from coarse to fine, and compared together with what
                        surrounds them.  0: 1e5                              */
} DdimPatchesOptions;

/* The best denoiser, in closed form, of pictures that are made of the patches
 * of this one, at several scales: a field without weights, of any picture's
 * own C, that predicts x_0.  mask: h x w of the picture, or NULL; only pixels
 * where it is 1 are used.  options may be NULL: all as 0.  The field keeps a
 * reference to the team, not to the picture.  Fails where no whole patch, 7 x
 * 7 pixels, may be used.  Memory: 41 bytes for each pixel of the picture, 60
 * while it works for each of the canvas (both at 3 channels), and at most 64
 * MiB more, and 80 for each scale that is small enough to be compared whole. */
DdimField    * ddim_patches_new      (const DdimCanvas         *picture,
                                      const gfloat             *mask,
                                      const DdimPatchesOptions *options,
                                      DdimTeam                 *team,
                                      GError                  **error);

/* A schedule for it: linear betas, T = 1000. */
DdimSchedule * ddim_patches_schedule (void);

/* The same with its schedule, for all that takes a model; and what such a model
 * of so many channels is like, which needs no picture.                       */
void           ddim_model_inspect_picture (gint                      channels,
                                           DdimModelInfo            *info);
DdimModel    * ddim_model_new_of_picture (const DdimCanvas         *picture,
                                          const gfloat             *mask,
                                          const DdimPatchesOptions *options,
                                          DdimTeam                 *team,
                                          GError                  **error);


/* Noise and latents ------------------------------------------------- */

/* Fills item i with independent N(0, 1) values that depend only on seeds[i],
 * stream, and each value's absolute pixel and channel.                     */
void ddim_noise_fill (DdimCanvas    *noise,
                      const guint64 *seeds,
                      guint32        stream);

/* The same for a canvas that is 1 / k as large as another, by its height and
 * its width: each value is the sum of the other's k x k noise values there,
 * over k, and so N (0, 1) too.  The canvas's origin is that of the other.    */
void ddim_noise_fill_reduced (DdimCanvas    *noise,
                              const guint64 *seeds,
                              guint32        stream,
                              gint           k);

/* out = slerp from x (position 0) to y (position 1) along the sphere, item by
 * item, equation (67), the norm interpolated too, by equal factors.  weights:
 * H x W positions' factors (0 to 1) or NULL for 1 everywhere; angle and norms
 * are measured with them.  At position 0 out is x, at 1 it is y.  out may be x
 * or y.                                                                     */
void ddim_latent_slerp (const DdimCanvas *x,
                        const DdimCanvas *y,
                        gdouble           position,
                        const gfloat     *weights,
                        DdimCanvas       *out);

typedef struct
{
  gdouble rms;         /* sqrt (mean square)                                */
  gdouble correlation; /* between neighbouring pixels, 0 for white noise    */
  gdouble cosine;      /* with the other latent; 1 where there is none      */
} DdimLatentReport;

void ddim_latent_measure (const DdimCanvas *latent,
                          gint              item,
                          const DdimCanvas *other, /* or NULL; its item 0   */
                          DdimLatentReport *report);


/* Encoding and decoding --------------------------------------------- */

typedef enum
{
  DDIM_ENCODER_EXACT, /* each decoder step inverted by fixed-point iteration */
  DDIM_ENCODER_PAPER  /* the Euler step of equation (13), one evaluation     */
} DdimEncoder;

typedef struct
{
  gint    evaluations; /* of the field, by the encoder                      */
  gdouble residual;    /* of the exact encoder: RMS of what the worst step's
                          solution still lacks, on the picture's scale      */
} DdimEncoding;

/* Takes x from levels[0] up to levels[S], in place.  encoding may be NULL.
 * On failure x is undefined.                                               */
gboolean ddim_encode (DdimField         *field,
                      const DdimLevels  *levels,
                      DdimEncoder        encoder,
                      DdimCanvas        *x,
                      DdimEncoding      *encoding,
                      const DdimMonitor *monitor,
                      GError           **error);

typedef struct
{
  gdouble        eta;             /* equation (16): 0 DDIM, 1 DDPM          */
  gboolean       larger_variance; /* the paper's sigma-hat, with eta 1      */
  const guint64 *seeds;           /* one per item; needed where eta > 0     */
  const gfloat  *weights;         /* H x W, 0 to 1: eta's factor; NULL: 1   */
  gdouble        clip;            /* clip x_0 to +-clip; 0: not (editing)   */
  gboolean       second_order;    /* DPM-Solver++ (2M) steps; eta must be 0 */
} DdimSampling;

/* Takes x from levels[S] down to levels[0], in place, by equation (12).
 * sampling may be NULL: deterministic.  On failure x is undefined.         */
gboolean ddim_decode (DdimField          *field,
                      const DdimLevels   *levels,
                      const DdimSampling *sampling,
                      DdimCanvas         *x,
                      const DdimMonitor  *monitor,
                      GError            **error);


/* Inversion --------------------------------------------------------- */

/* A picture taken apart, once for all that is made of it.  Read only. */
typedef struct
{
  DdimField        *field;
  DdimLevels       *levels;
  DdimCanvas       *image;           /* one item                               */
  DdimCanvas       *latent;          /* of the image, at levels[S]             */
  DdimCanvas       *reconstruction;  /* the latent, decoded unchanged          */
  gint              evaluations;     /* of the field, to encode and to decode  */
  gdouble           inversion_error; /* RMS of reconstruction - image, as a
                                        share of the range from black to white */
  DdimLatentReport  report;          /* of the latent                          */
} DdimInversion;

/* Encodes `image` (one item; taken over, on failure too) and decodes it
 * again.  Keeps a reference to the field and a copy of the levels.  Memory:
 * three canvases of the image's size; six while it works.                  */
DdimInversion * ddim_inversion_new  (DdimField         *field,
                                     const DdimLevels  *levels,
                                     DdimEncoder        encoder,
                                     DdimCanvas        *image,
                                     const DdimMonitor *monitor,
                                     GError           **error);
void            ddim_inversion_free (DdimInversion     *inversion);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdimInversion, ddim_inversion_free)


/* Variation --------------------------------------------------------- */

typedef struct
{
  gdouble        strength; /* 0: the picture itself; 1: its latent's noise all
                              new, the picture left in it as the depth says     */
  gdouble        eta;      /* noise added while decoding; scaled by strength   */
  const guint64 *seeds;    /* one for each variation                           */
  const gfloat  *weights;  /* H x W, 0 to 1: strength's factor; NULL: 1        */
  gint           reduction; /* 1 / k of the size of the picture that is meant: k
                               gives it that picture's noise; 0 stands for 1   */
} DdimVariation;

/* Turns the noise in the picture's latent toward fresh noise, once for each
 * item of `variations` (H, W, C of the picture), and decodes: S evaluations
 * of the batch.  What the encoder lost is given back, less the more a place has
 * changed, all of it at strength 0: that returns the image, bit for bit,
 * whatever the field.  Memory: one canvas of the picture's size and two for
 * each variation.  variations takes over the image's origin.  perturbed (the
 * first variation's latent, its cosine with the picture's) and monitor may be
 * NULL.  On failure `variations` is undefined.                              */
gboolean ddim_vary (const DdimInversion *inversion,
                    const DdimVariation *options,
                    DdimCanvas          *variations,
                    DdimLatentReport    *perturbed,
                    const DdimMonitor   *monitor,
                    GError             **error);


/* Interpolation ----------------------------------------------------- */

/* Positions on the way through several pictures: picture i lies at i, and
 * i + 0.5 is halfway from it to the next.                                   */
typedef struct
{
  const gdouble *positions;  /* one for each frame, from 0 to n_keys - 1     */
  gboolean       loop;       /* on from the last picture to the first, which
                                lies at n_keys, too                          */
  gdouble        mix;        /* fresh noise mixed in, from 0, none, to 1: most
                                halfway, none at the pictures                */
  guint64        seed;       /* of that noise, which all frames share        */
  gint           batch;      /* frames decoded at a time; 0: as many as fit
                                into a gigabyte or so                        */
} DdimInterpolation;

/* Decodes the frames (H, W, C of the pictures) that lie at the positions: S
 * evaluations of each batch.  The pictures, 2 or more, share their size, the
 * field and the levels.  At a picture's own position the frame is that
 * picture, bit for bit, whatever the field; frames do not depend on the batch
 * they are decoded in.  Memory: five canvases of a picture's size, besides the
 * frames.  frames takes over the first picture's origin.  On failure `frames`
 * is undefined.                                                             */
gboolean ddim_interpolate    (const DdimInversion *const  *keys,
                              gint                         n_keys,
                              const DdimInterpolation     *options,
                              DdimCanvas                  *frames,
                              const DdimMonitor           *monitor,
                              GError                     **error);

typedef enum
{
  DDIM_EASING_LINEAR,
  DDIM_EASING_IN,      /* starts slowly                                      */
  DDIM_EASING_OUT,     /* ends slowly                                        */
  DDIM_EASING_IN_OUT   /* both                                               */
} DdimEasing;

/* From 0 to 1 as x goes from 0 to 1. */
gdouble  ddim_ease           (DdimEasing  easing,
                              gdouble     x);

/* The position at a fraction (0 to 1) of the whole way, which goes as the
 * easing says between neighbouring pictures.                                */
gdouble  ddim_path_position  (gint        n_keys,
                              gboolean    loop,
                              DdimEasing  easing,
                              gdouble     fraction);

/* Fills positions of n_frames that share the way evenly, but for the easing,
 * which is that between neighbouring pictures.  On an open way they run from
 * the first picture to the last; on a loop the last frame lies one step
 * before the first.  One frame on an open way is the middle of it.          */
void     ddim_path_positions (gint        n_keys,
                              gboolean    loop,
                              DdimEasing  easing,
                              gint        n_frames,
                              gdouble    *positions);

G_END_DECLS

#endif /* DDIM_H */
