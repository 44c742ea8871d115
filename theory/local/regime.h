/* Where the drift and Hypothesis 1 are looked at: real runs of Algorithm 1 in two regimes. "wide"
 * has so few rows that the width that the combined bound asks for can be paid and hypotheses are
 * met; "usual" has rows and width as people train with, where they are not. */
#ifndef THEORY_LOCAL_REGIME_H
#define THEORY_LOCAL_REGIME_H

#include <stddef.h>
#include "model/gram.h"
#include "model/train.h"
#include "cli/options.h"
#include "theory/shared/theory_data.h"

/* Filled with the program's defaults before parsing. */
typedef struct {
    size_t samples; /* rows of the usual regime unless --samples says so */
    size_t label;   /* label column */
    size_t width, subnets, local_steps, rounds; /* m, p, tau, K */
    size_t repeats;                             /* runs of the usual regime with either mask kind */
    size_t wide_samples, wide_subnets;
    size_t wide_width;  /* 0: the least power of two that is three times Together's width */
    size_t wide_trials; /* runs; rounded up to a multiple of repeats */
    double xi;          /* Bernoulli masks; categorical ones have 1/p */
    double kappa, delta;
    option_list multiples; /* step sizes in units of 1/||G||; lambda0/n^2 comes before them */
} local_settings;

enum { REGIME_WIDE, REGIME_USUAL, REGIMES };
enum { MASKS = 2 }; /* mask kinds */

typedef struct {
    program_options run; /* with this regime's --samples */
    theory_data data;
    gram g;                  /* where n < d, of the rows in coordinates of their span */
    train_settings settings; /* Bernoulli; lr is set run by run */
    size_t rounds;
    size_t trials; /* runs of each mask kind; a multiple of repeats */
    double delta;
} local_regime;

extern const char *const local_regime_names[REGIMES];
extern const char *const local_mask_names[MASKS];

/* Both regimes. Safe to close whatever the status. */
status local_regimes_open(const program_options *run, const local_settings *o,
                          local_regime regimes[REGIMES]);
void local_regimes_close(local_regime regimes[REGIMES]);

/* Settings of the regime with masks of that kind (categorical: xi = 1/p) and K p, the number of
 * masks of a run. */
train_settings local_train_settings(const local_regime *regime, mask_kind mask);
double local_masks(const local_regime *regime);

/* Step size number k: lambda0/n^2 (k = 0), multiples[k-1]/||G||. The name: "lambda0/n^2",
 * "4/||G||". */
size_t local_step_count(const local_settings *o);
double local_step(const local_regime *regime, const local_settings *o, size_t k);
void local_step_name(const local_settings *o, size_t k, char name[32]);

/* A provenance line. */
void local_regime_note(const local_regime *regime, const char *name, table *t);

#endif
