/* mask-moments with few rows and a narrow network, measured in memory, for tests that spoil one
 * piece of evidence.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_MOMENTS_STUDY_H
#define TESTS_MOMENTS_STUDY_H

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <gsl/gsl_errno.h>

#include "tests/support/study_fixture.h"
#include "theory/mask_moments/mask_moments.h"
#include "theory/criteria.h"

static inline void quiet(void) { gsl_set_error_handler_off(); }

static inline moments_context *moments_open(study_run *r, size_t samples,
                                            const moments_settings *settings) {
    program_options options = {.name = "mask-moments",
                               .data = "data/digits.npz",
                               .samples = samples,
                               .seed = 5,
                               .threads = 1,
                               .out = "build/test-tmp/none.dat",
                               .quiet = true};
    cr_assert(eq(int, study_open(&moments_study, &options, settings, r), OK), "%s", error_text());
    study_fixture_measure(r);
    return r->context;
}

/* The verdict on a statement as the evidence stands now. */
static inline verdict moments_verdict(const study_run *r, const char *statement) {
    claim_rows rows = study_fixture_judge(r);
    verdict v = study_fixture_verdict(&rows, statement);
    claim_rows_free(&rows);
    return v;
}

#endif
