/* mask-moments: what masks do to a round on average and at most (masks in doc/mathematics.md):
 * every mask of a small network, random masks and starts at real size, and the rounds of runs.
 *
 * A quantity is a random vector that the masks of one round decide. Its mean over all masks of a
 * small network equals the closed form to rounding; its mean over random draws is judged by
 * Student intervals along a few directions.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef THEORY_MASK_MOMENTS_MASK_MOMENTS_H
#define THEORY_MASK_MOMENTS_MASK_MOMENTS_H

#include "model/sized.h"
#include "model/trajectory.h"
#include "stats/stats.h"
#include "study/comparison.h"
#include "study/record.h"
#include "study/study.h"
#include "study/kernel_data.h"

static inline double *take(scratch *owned, size_t count) {
    return scratch_take(owned, count, sizeof(double), "numbers about masks");
}

/* ||a - b||^2 */
static inline double distance_squared(const double *a, const double *b, size_t n) {
    double sum = 0;
    for (size_t i = 0; i < n; i++) { sum += (a[i] - b[i]) * (a[i] - b[i]); }
    return sum;
}

/* --- compare.c: the table of comparisons --- */

/* The mean of draws = expected, at CLAIM_CONFIDENCE for all means of a run at once, `rounding`
 * beside it. size: of the numbers that it is a mean of; where they cancel their roundings, which
 * differ between processors, do not. */
comparison moments_compare_drawn(double expected, const stats_running *draws, double rounding,
                                 double size);

/* What a line of the table is about. */
typedef struct {
    const char *way, *quantity;
    double trials;        /* masks enumerated, draws, starts or rounds */
    const char *mask;     /* NULL: none is drawn, or both kinds are */
    const char *along;    /* which numbers: "entries", a weighted mean; NULL: one number */
    const char *relation; /* NULL: "<=" */
} moments_subject;

/* --- state.c: a network at the start of a round, the masks of which are to be drawn --- */

typedef enum {
    MOMENT_TAKEN,      /* Lemma 18: b_r of every neuron (m) */
    MOMENT_SHARE,      /* Lemma 18: eta_r m_r^l of every neuron and subnetwork (m, p) */
    MOMENT_RECIPROCAL, /* Lemma 18: b_r/c_r of every neuron, mean phi (m) */
    MOMENT_NU_SAME,    /* Lemma 20: nu_{r,r} of the picked neurons (neurons) */
    MOMENT_NU_OTHER,   /* Lemma 20: nu_{r,r'}, r picked, r' != r (neurons, m-1) */
    MOMENT_NU_SAME2,   /* Lemma 21: nu_{r,r}^2, mean Var + mean^2 */
    MOMENT_NU_OTHER2,  /* Lemma 21: nu_{r,r'}^2, likewise */
    MOMENT_MIXING,     /* Lemma 1: ut_r(x_i) of the picked neurons (neurons, n) */
    MOMENT_SPREAD,     /* Lemma 3: sum_i (ut_r(x_i) - b_r u(x_i))^2 (neurons) */
    MOMENT_GRADIENT,   /* Lemma 2: <x_i, g_r> of the picked neurons (neurons, n) */
    MOMENT_KERNEL,     /* Definition 1: (H_m)_ij of every mask, picked samples j <= i (p, pairs) */
    MOMENT_JUMP,       /* Lemmas 24, 25: ||u - u^l||^2 of every subnetwork (p) */
    MOMENT_CHANGE,     /* a step: (u_{k+1} - u_k)(x_i)/eta, tau = 1 (n) */
    MOMENT_RESIDUAL,   /* Lemma 4: ||ut_r - b_r y||^2 (neurons) */
    MOMENTS
} moment;

typedef struct {
    const char *fact, *name; /* the label of its claim */
    int rows, columns;       /* what there is a number for */
} moments_quantity;
extern const moments_quantity moments_quantities[MOMENTS];

typedef struct {
    const gram *g;           /* the data, q = 1; borrowed */
    train_settings settings; /* theory scaling, tau = 1; lr is the step eta */
    double gram_norm;        /* ||G|| */
    double *W, *A;           /* (m, d) w_k, (m) a_r */
    double *Z;               /* (m, ld) <w_r, x_i> */
    double *signed_output;   /* (m, n) a_r sigma_ri / sqrt m */
    double *u;               /* (n) output of the whole network */
    double largest;          /* max |<w_r, x_i>| */
    size_t *neurons;         /* (neuron_count) those that facts about one neuron are measured for */
    size_t *samples;         /* (sample_count) those between which masked kernels are measured */
    size_t neuron_count, sample_count;
    size_t first[MOMENTS + 1]; /* quantity f of a vector of all of them: [first[f], first[f + 1]) */
    double *expected, *minor;  /* (first[MOMENTS]) of moments_expected */
} moments_state;

/* A random start, each neuron active on some input and no <w_r, x_i> within kappa/10 of 0. s:
 * width, subnets, xi, mask and kappa are read. 16 neurons and 12 samples are picked, or all. eta is
 * such that one step changes no activation, whatever the masks: with unit rows a step moves <w_r,
 * x_i> by at most (eta/sqrt m) sum_j |u^l_j - y_j|. The arrays are of the scratch. */
status moments_state_apart(const gram *g, const train_settings *s, double gram_norm, rng *r,
                           scratch *owned, moments_state *state);
/* The same after `rounds` rounds with settings s, start and masks of (seed, cell, 0). */
status moments_state_trained(const gram *g, const train_settings *s, double gram_norm,
                             uint64_t seed, size_t cell, size_t rounds, scratch *owned,
                             moments_state *state);

static inline size_t moments_count(const moments_state *s, moment f) {
    return s->first[f + 1] - s->first[f];
}

/* --- closed_forms.c: what the means over masks are --- */

/* The numbers that the closed forms take. */
typedef struct {
    double theta, phi, xi, p;
    bool sized;          /* pair and excess are read: sized.h */
    double pair, excess; /* P(a mask takes r' | it takes r), and the covariance of two more */
} moments_constants;

/* Of the masks of s. */
moments_constants moments_constants_of(const train_settings *s);

/* expected: the means. minor: that part of them which comes from the second term of Lemmas 1 to 4
 * and of a step (what a neuron's own activation adds), 0 elsewhere. The caller's,
 * first[MOMENTS]. */
status moments_expected(const moments_state *s, const moments_constants *c, double *expected,
                        double *minor);

/* V <- V G, row by row. V: (rows, n). work: (rows, d), room. */
void moments_apply_gram(const gram *g, size_t rows, double *work, double *V);

/* --- own_forms.c: the same where the law of the masks is that of the sets of a file --- */

/* expected (first[MOMENTS]), the caller's: the means over the sets, each as likely as another, by
 * their moments. sets: for the state's p and m. */
status moments_expected_own(const moments_state *s, const mask_sets *sets, double *expected);

/* Whether `trials` draws are enough for Student intervals of the means (CRITERION_EVENTS). The rare
 * events: a subnetwork takes a neuron or does not, some subnetwork does or none. */
bool moments_draws_suffice(const moments_state *s, double trials);

/* --- measure.c: the quantities by their definitions, averaged over masks --- */

/* The weighted mean over all masks of the state, or all sets of a file. mean (first[MOMENTS]): the caller's. count: how
 * many masks there were. lemma4: over all of them. */
status moments_enumerate(const moments_state *s, double *mean, size_t *count, tightest *lemma4);

/* Random draws are not compared entry by entry but along weighted means of the entries of a
 * quantity (absolute weights sum to 1): every one is a sum over many neurons or samples, near a
 * normal distribution where a single entry may be a rare event. Along: all entries alike; the
 * expected mean; its minor part; random signs. */
enum {
    MOMENT_SIGNS = 3,
    MOMENT_DIRECTIONS = 3 + MOMENT_SIGNS,
    MOMENT_VIEWS = MOMENTS * MOMENT_DIRECTIONS
};

typedef struct {
    double *weights;               /* (MOMENT_DIRECTIONS, first[MOMENTS]); of the scratch */
    double expected[MOMENT_VIEWS]; /* the closed forms */
} moments_views;

/* r: for the signs. v: zeroed. */
status moments_views_new(const moments_state *s, rng *r, scratch *owned, moments_views *v);

/* views (MOMENT_VIEWS) of x: quantity f along direction k is number f * MOMENT_DIRECTIONS + k. */
void moments_view(const moments_state *s, const double *weights, const double *x, double *views);

/* The views over draws, and Lemma 4: ||g_r|| and sqrt(||G||/m) ||ut_r - b_r y||. Doubles alone. */
typedef struct {
    stats_running views[MOMENT_VIEWS];
    tightest lemma4;
} moments_sample;

/* Draws the masks (p, m) of one round. */
typedef void moments_draw(const train_settings *s, rng *r, unsigned char *mask);

status moments_simulate(const moments_state *s, const moments_views *v, moments_draw *draw, rng *r,
                        size_t trials, moments_sample *sample);

/* Adds the draws of `more`, of the same state and views. */
void moments_merge(moments_sample *sample, const moments_sample *more);

/* --- start.c: the random start (W_0, a) --- */

typedef struct {
    const gram *g; /* the data, q = 1; borrowed */
    size_t width;  /* m */
    double xi, kappa;
    double radius; /* R of S_i = {r : |<w_{0,r}, x_i>| <= R} */
    size_t part;   /* Lemma 22 is measured for so many entries of W_0 and for all; at most m d */
} moments_start;

/* What the lemmas allow: 2 kappa^2 m d and 2 kappa^2 part (Lemma 22), 2 m kappa^2 (Lemma 23), 2 m
 * p_R (Lemma 16). More is a failure. */
typedef struct {
    double frobenius, part, squares, near;
} moments_limits;

moments_limits moments_limits_of(const moments_start *s);

/* Many starts. A struct of doubles alone. */
typedef struct {
    stats_running error;                   /* ||y - u_0||^2 */
    double frobenius, part, squares, near; /* failures */
    double largest_near;                   /* the largest max_i |S_i| */
    double tangents;                       /* starts that Lemma 17 was measured for: the first */
    tightest tangent; /* ||H'||, H'_ij = (1/m) G_ij sum_{r in S_i} 1_ri 1_rj, and n max_i |S_i|/m */
} moments_starts;

/* G: (n, n), for Lemma 17; NULL: not measured. */
status moments_starts_simulate(const moments_start *s, const moments_limits *limits,
                               const double *G, rng *r, size_t trials, moments_starts *starts);
void moments_starts_merge(moments_starts *starts, const moments_starts *more);

/* --- rounds.c: the rounds of runs --- */

/* Errors of Lemmas 13 and 14. */
/* clang-format off */
#define MOMENTS_COMBINED(number)                                                                  \
    number(mean, MAX, "of u = (1/p) sum_l u^l, over the largest output")                          \
    number(lemma13, MAX, "of Lemma 13, over the larger side")                                     \
    number(lemma14, MAX, "of Lemma 14, over the larger side")
/* clang-format on */
RECORD_DECLARE(moments_combined, MOMENTS_COMBINED);

/* local (p, n): outputs of the subnetworks; u (n): of the whole network. */
moments_combined moments_combine(const double *local, const double *u, const double *y, size_t p,
                                 size_t n);

/* The same for every mask of a small network (categorical, or it does not hold): one round from
 * weights W (m, d) and signs A (m); the worst errors; masks: how many there were. */
status moments_combine_all(const gram *g, const train_settings *s, const double *W, const double *A,
                           moments_combined *worst, size_t *masks);

/* One round: its columns in the table of rounds. */
/* clang-format off */
#define MOMENTS_ROUND(number)                                                                     \
    number(before, "||y - u_k||^2")                                                               \
    number(far, "-2 <y - u_k, I1>, I1 from neurons not in S_i")                                   \
    number(near, "-2 <y - u_k, I2>, I2 from neurons of S_i = {r: |<w_0r, x_i>| <= R}")            \
    number(moved, "||u_{k+1} - u_k||^2")                                                          \
    number(after, "||y - u_{k+1}||^2")                                                            \
    number(split_error, "|after - (before + far + near + moved)| over the largest of these")      \
    number(part, "|I2_i| of the sample where it is closest to its bound")                         \
    number(part_bound, "(xi/sqrt m) |S_i| max_r ||w_{k+1,r} - w_{k,r}||")                         \
    number(drift_before, "max_r ||w_{k,r} - w_{0,r}||")                                           \
    number(drift_after, "max_r ||w_{k+1,r} - w_{0,r}||")                                          \
    number(radius, "R")                                                                           \
    number(flips, "[neurons] whose activation on a sample is not the start's; of the sample "     \
                  "with most")                                                                    \
    number(set, "[neurons] |S_i| of that sample")
/* clang-format on */

#define MOMENTS_MEMBER(name, meaning) double name;

typedef struct {
    MOMENTS_ROUND(MOMENTS_MEMBER)
    double strays; /* flips with |<w_{0,r}, x_i>| > ||w_{k+1,r} - w_{0,r}||: none may be */
    moments_combined combined; /* the worse of start and end of the round */
} moments_round;

/* What the split of a round is read off. Pre-activations (m, ld). */
typedef struct {
    size_t n, m, ld;
    double xi, radius;          /* R of S_i = {r : |<w_{0,r}, x_i>| <= R} */
    const double *A, *y;        /* (m), (n) */
    double *start;              /* at w_0 */
    double *before, *after;     /* at w_k, w_{k+1} */
    double *u_before, *u_after; /* (n) outputs of the whole network */
    double *drift;              /* (m) ||w_{k+1,r} - w_{0,r}|| */
    double movement;            /* max_r ||w_{k+1,r} - w_{k,r}|| */
} moments_split;

/* Fills all of a round but its drifts and `combined`. */
void moments_measure_split(const moments_split *s, moments_round *round);

/* A run of s (q = 1) with start and masks of (seed, cell, repetition); rounds (count). FAILED if it
 * diverges. */
status moments_run(const gram *g, const train_settings *s, uint64_t seed, size_t cell,
                   size_t repetition, double radius, moments_round *rounds, size_t count);

/* --- study.c --- */

typedef struct {
    size_t width, subnets; /* m, p at real size */
    double xi;             /* of Bernoulli masks; categorical ones have 1/p */
    double kappa, delta;
    double step; /* eta ||G|| along runs */
    size_t local_steps, rounds;
    size_t trials; /* draws of each mask kind, and starts; rounded up to whole units */
    size_t label;
    int mask; /* mask_kind: one of the pair of kinds that is checked, bernoulli and categorical or
                 fixed and partition */
    const char *masks; /* masks of the user's own, .npz, in place of the first kind; NULL: drawn */
} moments_settings;

enum { KINDS = 2, MOMENT_UNITS = 8 }; /* mask kinds; repetitions of a cell */
enum { KIND_PARTS = 1 };              /* the kind whose masks part the neurons */

/* Cells of the sweep; of masks and runs one a mask kind. */
enum {
    CELL_MASKS,
    CELL_STARTS = CELL_MASKS + KINDS,
    CELL_TAILS,
    CELL_RUNS,
    CELLS = CELL_RUNS + KINDS
};

/* One mask kind: the small network with all its masks and the network at real size. */
typedef struct {
    moments_state small, large;
    double *mean; /* (first[MOMENTS]) of small, over all masks */
    double *free; /* the closed forms for independent neurons, of small; masks of the user's own */
    size_t masks;
    tightest lemma4;     /* Lemma 4 over them */
    moments_views views; /* of large */
    train_settings run;
    moments_sample sample; /* gathered */
} moments_kind;

typedef struct {
    kernel_data data;
    mask_sets sets; /* of --masks; empty without */
    gram g, few;    /* all rows; the first rows, of the small networks */
    moments_kind kind[KINDS];
    moments_combined combined; /* over every mask of the small categorical network */
    double near_share;         /* p_R of starts */
    double labels, C;          /* ||y||^2; Assumption 1: |y_i| <= C - 1 */
    double quadrature;         /* E||y - u_0||^2 of the first rows, by quadrature */
    double quadrature_labels, quadrature_inputs; /* their ||y||^2 and sum_i ||x_i||^2 */
    moments_start starts;                        /* at the width of the runs */
    moments_start tails; /* at the least width where Lemma 23 says something at delta; `part` is the
                            least m d where Lemma 22 does */
    size_t trials;       /* of one unit */
    moments_starts starts_drawn, tails_drawn; /* gathered */
    scratch owned;
    table *lines; /* comparisons are put here as statements are observed; NULL: nowhere */
} moments_context;

static inline const moments_kind *moments_kind_of(const study_run *r, size_t kind) {
    return &((const moments_context *)r->context)->kind[kind];
}

/* Round number k of a run. */
moments_round *moments_round_of(const study_run *r, size_t kind, size_t run, size_t k);

extern const study moments_study;

/* --- the statements: compare.c and claims.c --- */

/* The families of a run, the second of which parts the neurons. Masks of the user's own count as
 * Bernoulli where a kind is asked for. */
mask_kind moments_family(const study_run *r, size_t kind);
/* Whether a family is the user's own, and its word in tables: that of the kind, or "own". */
bool moments_is_own(const study_run *r, size_t kind);
const char *moments_word(const study_run *r, size_t kind);

/* Adds a line about the claim to the table of comparisons, where that is being filled. */
void moments_put(const study_run *r, const evidence *e, moments_subject about, comparison c);

/* Observes the means over masks of the quantities of the claim, by every mask of the
 * small network and by draws at real size. Refuted where the enumeration is off by more than
 * CRITERION_EXACT, or where the p-value of the draws (column limit) is too small; too few draws are
 * not judged. */
status moments_mean(const study_run *r, evidence *e);
/* The same where the masks are the user's own, by their moments. moments_mean then says by how much
 * the closed forms for independent neurons miss: their hypothesis is not met. */
status moments_mean_own(const study_run *r, evidence *e);

enum { MOMENTS_MASK_CLAIMS = 11 };
extern const claim moments_of_free_masks[MOMENTS_MASK_CLAIMS],
    moments_of_sized_masks[MOMENTS_MASK_CLAIMS], moments_of_own_masks[MOMENTS_MASK_CLAIMS];
extern const claim_group moments_claims[];

#endif
