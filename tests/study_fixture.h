/* A study opened small, its units measured in memory: for tests that spoil one piece of evidence
 * and look at the row that it turns. Nothing is read from or written to disk but the data. */
#ifndef TESTS_STUDY_FIXTURE_H
#define TESTS_STUDY_FIXTURE_H

#include "study/study.h"

/* Opens with data/digits.npz, seed 5, one thread, quiet; the test fails if that fails. */
void study_fixture_open(const study *s, const void *settings, study_run *r);

/* Measures every unit into r->result.values, and gathers. */
void study_fixture_measure(study_run *r);

/* The rows of the study's claims. */
claim_rows study_fixture_judge(const study_run *r);

/* The row of a statement, and its verdict. */
const statement_row *study_fixture_row(const claim_rows *rows, const char *statement);
verdict study_fixture_verdict(const claim_rows *rows, const char *statement);

/* The whole study as its program runs it, on `threads` threads; the test fails unless it ends OK.
 */
void study_fixture_perform(const study *s, const void *settings, const char *out, int threads);

#endif
