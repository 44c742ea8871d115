/* Runs of local-descent and drift small enough for tests: 4 and 12 rows, masks that take one neuron
 * in 8, so that the width of the combined bound is met in the wide regime and a lost factor xi
 * shows.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_LOCAL_SMALL_H
#define TESTS_LOCAL_SMALL_H

#include <math.h>

#include "tests/support/study_fixture.h"
#include "theory/local/local.h"

/* As many starts of either regime and mask kind. */
static inline local_settings local_small(size_t trials) {
    return (local_settings){.width = 80,
                            .subnets = 8,
                            .local_steps = 3,
                            .rounds = 1,
                            .repeats = trials,
                            .wide_samples = 4,
                            .wide_width = 16384,
                            .wide_subnets = 8,
                            .wide_trials = trials,
                            .xi = 0.125,
                            .kappa = 1,
                            .delta = 0.25,
                            .multiples = {{1}, 1}};
}

enum { LOCAL_ROWS = 12 }; /* of the practical regime */

static inline void local_open(const study *s, const local_settings *settings, study_run *r) {
    study_fixture_open_on("data/digits.npz", LOCAL_ROWS, s, settings, r);
}

/* Something that spoils the numbers that runs are held against. */
typedef void spoiler(local_model *model);

/* The rows of a study whose models were spoilt before its units were measured. */
static inline claim_rows local_judged(const study *s, spoiler *spoil, size_t trials) {
    local_settings settings = local_small(trials);
    study_run r;
    local_open(s, &settings, &r);
    local_context *c = r.context;
    for (size_t k = 0; spoil && k < REGIMES * MASKS; k++) {
        spoil(&c->models[k / MASKS][k % MASKS]);
    }
    study_fixture_measure(&r);
    claim_rows rows = study_fixture_judge(&r);
    study_close(&r);
    return rows;
}

/* The verdict on a statement with spoilt models. */
static inline verdict local_verdict(const study *s, const char *statement, spoiler *spoil,
                                    size_t trials) {
    claim_rows rows = local_judged(s, spoil, trials);
    verdict v = study_fixture_verdict(&rows, statement);
    claim_rows_free(&rows);
    return v;
}

/* A number of a record and its value. */
typedef struct {
    size_t number;
    double value;
} local_number;

/* The rows of runs in which every number is NaN but those given, with every hypothesis about widths
 * and radii met. */
static inline claim_rows local_judged_nan(const study *s, size_t trials, const local_number *given,
                                          size_t count) {
    local_settings settings = local_small(trials);
    study_run r;
    local_open(s, &settings, &r);
    study_fixture_measure(&r);
    size_t records = r.cells * r.repeats * local_step_count(r.settings),
           length = r.values / local_step_count(r.settings);
    for (size_t k = 0; k < records * length; k++) { r.result.values[k] = NAN; }
    for (size_t record = 0; record < records; record++) {
        for (size_t k = 0; k < count; k++) {
            r.result.values[record * length + given[k].number] = given[k].value;
        }
    }
    local_context *c = r.context;
    for (size_t k = 0; k < REGIMES * MASKS; k++) {
        local_model *model = &c->models[k / MASKS][k % MASKS];
        model->width = model->paper_width = model->paper_radius = 1;
        model->whole_near_failure = 0;
    }
    claim_rows rows = study_fixture_judge(&r);
    study_close(&r);
    return rows;
}

#endif
