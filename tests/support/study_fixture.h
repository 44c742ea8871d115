/* A study opened small, its units measured in memory: for tests that spoil one piece of evidence
 * and look at the row that it turns. Nothing is read from or written to disk but the data.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_STUDY_FIXTURE_H
#define TESTS_STUDY_FIXTURE_H

#include "study/study.h"

/* Opens with data/digits.npz, seed 5, one thread, quiet; the test fails if that fails. */
void study_fixture_open(const study *s, const void *settings, study_run *r);
/* The same on the first rows of another file. */
void study_fixture_open_on(const char *data, size_t samples, const study *s, const void *settings,
                           study_run *r);

/* Measures every unit into r->result.values, and gathers. */
void study_fixture_measure(study_run *r);
/* Units that are NaN, for a test that makes up their values. */
void study_fixture_blank(study_run *r);
/* The values of a unit, to be spoiled. */
double *study_fixture_unit(study_run *r, size_t cell, size_t repetition);

/* The rows of the study's claims. */
claim_rows study_fixture_judge(const study_run *r);

/* The row of a statement, and its verdict. */
const statement_row *study_fixture_row(const claim_rows *rows, const char *statement);
verdict study_fixture_verdict(const claim_rows *rows, const char *statement);

/* The same of a study whose rows are judged for this one alone. */
statement_row study_fixture_row_of(const study_run *r, const char *statement);
int study_fixture_verdict_of(const study_run *r, const char *statement);

/* The whole study as its program runs it, on `threads` threads; the test fails unless it ends OK.
 */
void study_fixture_perform(const study *s, const void *settings, const char *out, int threads);

#endif
