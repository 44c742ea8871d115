/* advise: what the theory says about one data set, on one page: the smallest eigenvalue and the
 * rows that make it, widths, steps, rates, floors, and which masks reach the lowest floor for the
 * same work. Kernels and steps are of all rows; the width needed and the runs, whose cost grows
 * with their square, of --run-samples rows spread over the labels with the closest pair among them.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef THEORY_ADVISE_ADVISE_H
#define THEORY_ADVISE_ADVISE_H

#include "model/gram.h"
#include "model/mask.h"
#include "model/train.h"
#include "study/record.h"
#include "study/study.h"
#include "study/kernel_data.h"

typedef struct {
    size_t label;               /* column of the theory's numbers, or OPTION_IS_AUTO */
    size_t width, subnets;      /* m, p */
    double xi;                  /* with categorical masks 1/p */
    option_list lr;             /* none: auto, each setting its own */
    size_t local_steps, rounds; /* tau, K */
    size_t repeats;             /* runs of every setting, >= 2 */
    double kappa;               /* factor of the initial weights */
    int mask, unselected;       /* mask_kind, train_unselected */
    size_t run_samples;         /* rows of the runs and of the width needed, at most */
    size_t trials;              /* W_0s of the width needed */
    double delta;               /* its failure probability */
} advise_settings;

/* The settings that are run: the given one; the same steps in the whole network, p = xi = 1; then
 * others near the given one with rounds for the same work p xi tau K; and with that work every law
 * of masks at xi = 1/p, all with the step of Bernoulli's. */
enum { GIVEN, WHOLE, FIRST_OTHER, MOST_OTHERS = 7 };
enum { MOST_RUNS = FIRST_OTHER + MOST_OTHERS + MASK_KINDS };

typedef struct {
    train_settings settings;
    size_t rounds;
    bool law; /* is it one of the laws? */
} advise_run;

/* What a run shows. Errors are (1/2) ||U - Y||_F^2 / n of the whole network. */
/* clang-format off */
#define ADVISE_SEEN(number)                                                                       \
    number(start, SUM, "error at the start")                                                      \
    number(early, SUM, "mean of log(error after a round / before) over early rounds")             \
    number(last, SUM, "error after the last round")                                               \
    number(level, SUM, "mean error of the last third of the rounds, as error-floor takes it")      \
    number(before, SUM, "mean error of the third before it")                                      \
    number(reached, SUM, "first round within a tenth of the level")                               \
    number(diverged, MAX, "1: some error left all bounds")
/* clang-format on */
RECORD_DECLARE(advise_seen, ADVISE_SEEN);

/* Rounds over which the contraction of a round is measured, at most. */
enum { EARLY_ROUNDS = 5 };

/* One number with its sentence. low, high: its interval, NaN where there is none. */
typedef struct {
    char name[40], unit[16], command[2 * PROGRAM_COMMAND + 512], sentence[640];
    double value, low, high;
} advise_finding;

enum { MOST_FINDINGS = 40 };

typedef struct {
    kernel_data whole;                     /* all rows */
    dataset few;                           /* rows of the runs, all label columns */
    gram g;                                /* of few */
    double few_lambda_min, few_lambda_max; /* of their Hinf */
    advise_run runs[MOST_RUNS];
    advise_finding findings[MOST_FINDINGS];
    size_t count;
} advise_context;

/* Rows of few, the settings to run. */
status advise_plan(study_run *r);
status advise_measure(const study_run *r, size_t cell, size_t repetition, double *values);

/* The stability number's step for `s` on the rows of the runs, in four digits, so that a command line
 * can name it; or what --lr gives. */
double advise_lr(const study_run *r, const train_settings *s);

/* A number with its 95 % interval: of the mean of x (count), and of exp of it. Over the repetitions
 * of a cell; of two cells, the geometric mean of their paired ratios. */
typedef struct {
    double value, low, high;
} advise_estimate;
advise_estimate advise_estimate_of(const double *x, size_t count);
advise_estimate advise_exp(advise_estimate e);
advise_estimate advise_mean(const study_run *r, size_t cell, size_t number);
advise_estimate advise_ratio(const study_run *r, size_t cell, size_t other, size_t number);

/* For the files that write sentences. The next finding; its sentence; the command that shows more,
 * "PROGRAM --data FILE --out TABLE --rows WORD --seed N" with `format` after it, PROGRAM as
 * program_beside, TABLE beside advise's own, so that it takes no place of another table. */
advise_finding *advise_add(const study_run *r, const char *name, const char *unit,
                           advise_estimate e);
void advise_say(advise_finding *f, const char *format, ...) __attribute__((format(printf, 2, 3)));
void advise_more(const study_run *r, advise_finding *f, const char *program, const char *format,
                 ...) __attribute__((format(printf, 4, 5)));
/* The options that say which masks, --xi, --mask or both, in `words`. */
const char *advise_masks_of(const train_settings *s, char words[40]);

/* A whole program inside the page, whose tables stand beside the page's. */
typedef struct {
    const study *study;
    const char *suffix; /* of its tables: OUT.suffix.dat */
    const void *settings;
    size_t samples; /* its rows; 0: as many as the page's */
    void (*say)(const study_run *r, const study_run *inner);
} advise_inner;

/* seconds NULL: runs it, where a refuted statement is no failure, and says what it found; else
 * *seconds += what that will take. */
status advise_run_inner(const study_run *r, const advise_inner *p, double *seconds);

/* The findings of kernel, width and steps; those of the runs. */
status advise_say_theory(const study_run *r);
status advise_say_runs(const study_run *r);
/* *seconds += what either will take. */
status advise_predict_theory(const study_run *r, double *seconds);
status advise_predict_runs(const study_run *r, double *seconds);

extern const study advise_study;

#endif
