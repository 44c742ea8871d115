/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "study/claim.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "study/study.h"

/* --- the judge --- */

/* Whether failures are counted. */
static bool is_counted(claim_test test) {
    return test == TEST_PROBABILITY || test == TEST_QUANTILE_AT_MOST ||
           test == TEST_QUANTILE_AT_LEAST;
}

/* Where an observation lies against its bound, as a factor: >= 1 where the statement holds. NaN
 * where the numbers are not of one sign, so that a ratio means nothing. */
static double oriented_slack(claim_test test, const evidence *e) {
    const statement_row *row = &e->row;
    switch (test) {
    case TEST_AT_MOST:
    case TEST_QUANTILE_AT_MOST:
        return row->bound > 0 && row->observed >= 0 ? row->bound / row->observed : NAN;
    case TEST_AT_LEAST:
    case TEST_QUANTILE_AT_LEAST:
        return row->bound > 0 && row->observed >= 0 ? row->observed / row->bound : NAN;
    case TEST_EQUAL: return e->tolerance / fabs(row->observed - row->bound);
    case TEST_PROBABILITY: return e->allowed / row->limit;
    default: return NAN;
    }
}

static verdict_sense sense_of(claim_test test) {
    switch (test) {
    case TEST_AT_MOST:
    case TEST_PROBABILITY:
    case TEST_QUANTILE_AT_MOST:
    case TEST_MEAN_BELOW:
    case TEST_MEANS_BELOW: return SENSE_AT_MOST;
    case TEST_AT_LEAST:
    case TEST_QUANTILE_AT_LEAST:
    case TEST_MEAN_ABOVE: return SENSE_AT_LEAST;
    case TEST_EQUAL:
    case TEST_MEAN_EQUAL: return SENSE_EQUAL;
    default: return SENSE_NONE;
    }
}

static bool passes(claim_test test, const evidence *e) {
    const statement_row *row = &e->row;
    switch (test) {
    case TEST_AT_MOST: return row->observed <= row->bound;
    case TEST_AT_LEAST: return row->observed >= row->bound;
    case TEST_EQUAL: return fabs(row->observed - row->bound) <= e->tolerance;
    case TEST_PROBABILITY:
    case TEST_QUANTILE_AT_MOST:
    case TEST_QUANTILE_AT_LEAST: return row->limit <= e->allowed;
    case TEST_MEAN_BELOW: return e->interval.low <= row->bound;
    case TEST_MEAN_ABOVE: return e->interval.high >= row->bound;
    case TEST_MEAN_EQUAL: return e->interval.low <= row->bound && row->bound <= e->interval.high;
    case TEST_MEANS_BELOW: return !isnan(row->observed) && !isnan(row->bound);
    case TEST_TREND: return e->p_claimed <= 1 - e->confidence;
    case TEST_CONDITIONS: return !isnan(row->observed);
    }
    return false;
}

/* The one rule for too few trials. A trend that neither p-value shows is not told by these runs. */
static bool tells(claim_test test, const evidence *e) {
    double roundings = 1 - 1e-12; /* 60 trials of 0.05 are three */
    if (is_counted(test)) {
        return e->enough &&
               (double)e->row.trials * e->allowed >= CLAIM_TRIALS_PER_DELTA * roundings;
    }
    double level = 1 - e->confidence;
    bool undecided = e->p_claimed > level && e->p_opposite > level;
    return e->enough && !(test == TEST_TREND && undecided);
}

void claim_decide(claim_test test, evidence *e) {
    statement_row *row = &e->row;
    if (is_counted(test) && row->trials > 0) {
        row->limit = stats_clopper_pearson_lower(e->failures, row->trials, e->confidence);
    }
    bool holds = passes(test, e) && e->holds;
    row->sense = sense_of(test);
    row->slack = oriented_slack(test, e);
    if (!e->holds) { row->slack = NAN; } /* refuted by more than the ratio shows */
    if (!e->met) {
        row->verdict = HYPOTHESIS_NOT_MET;
    } else if (!tells(test, e)) {
        row->verdict = NOT_CHECKED;
    } else {
        row->verdict = holds ? NOT_REFUTED : STATEMENT_REFUTED;
    }
}

/* --- rows --- */

statement_row *claim_rows_append(claim_rows *rows) {
    if (rows->count == rows->capacity) {
        size_t capacity = rows->capacity ? 2 * rows->capacity : 16;
        statement_row *grown = realloc(rows->rows, capacity * sizeof *grown);
        if (!grown) {
            fail(FAILED, "no memory for %zu statement rows", capacity);
            return NULL;
        }
        rows->rows = grown;
        rows->capacity = capacity;
    }
    statement_row *row = &rows->rows[rows->count++];
    *row = (statement_row){
        .bound = NAN, .observed = NAN, .slack = NAN, .limit = NAN, .verdict = NOT_CHECKED};
    return row;
}

static status judge_one(const claim_group *group, const claim *c, const struct study_run *r,
                        size_t which, claim_rows *rows) {
    evidence e = {
        .claim = c,
        .which = which,
        .row = {.kind = c->kind, .bound = NAN, .observed = NAN, .slack = NAN, .limit = NAN},
        .met = true,
        .enough = true,
        .holds = true,
        .tolerance = NAN,
        .allowed = NAN,
        .confidence = CLAIM_CONFIDENCE,
        .interval = {NAN, NAN},
        .p_claimed = NAN,
        .p_opposite = NAN};
    char name[64];
    const char *added = group->case_name ? group->case_name(r, which, name, sizeof name) : NULL;
    statement_row *row = &e.row;
    if (group->data) {
        claim_of_rows(&e, group->data(r, which));
    } else if (r) {
        claim_of_rows(&e, r->data);
    }
    snprintf(row->statement, sizeof row->statement, "%s%s%s", c->label, added ? ", " : "",
             added ? added : "");
    snprintf(row->says, sizeof row->says, "%s", c->says);
    snprintf(row->hypotheses, sizeof row->hypotheses, "%s", c->supposes ? c->supposes : "");
    snprintf(row->source, sizeof row->source, "%s", group->source);
    snprintf(row->anchor, sizeof row->anchor, "%s", c->anchor);
    snprintf(row->command, sizeof row->command, "%s", rows->command ? rows->command : "");
    status st = c->observe(r, &e);
    scratch_free(&e.work);
    if (st != OK || e.absent) { return st; }
    claim_decide(c->test, &e);
    statement_row *appended = claim_rows_append(rows);
    if (!appended) { return FAILED; }
    *appended = e.row;
    return OK;
}

status claim_judge(const claim_group *groups, const struct study_run *r, claim_rows *rows) {
    for (const claim_group *g = groups; g->claims; g++) {
        size_t cases = g->cases ? g->cases(r) : 1;
        for (size_t which = 0; which < cases; which++) {
            for (size_t k = 0; k < g->count; k++) {
                status st = judge_one(g, &g->claims[k], r, which, rows);
                if (st != OK) { return st; }
            }
        }
    }
    return OK;
}

void claim_rows_free(claim_rows *rows) {
    free(rows->rows);
    *rows = (claim_rows){.command = rows->command};
}

/* --- for observers --- */

void claim_supposes(evidence *e, bool met, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(e->row.hypotheses, sizeof e->row.hypotheses, format, arguments);
    va_end(arguments);
    e->met = met;
}

void claim_says(evidence *e, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(e->row.says, sizeof e->row.says, format, arguments);
    va_end(arguments);
}

void claim_refute_unless(evidence *e, bool holds) { e->holds = e->holds && holds; }

void claim_check_only_if(evidence *e, bool enough) { e->enough = e->enough && enough; }

status claim_absent(evidence *e) {
    e->absent = true;
    return OK;
}

void claim_of_rows(evidence *e, const dataset *data) {
    if (!data) { return; }
    e->row.rows = data->n;
    e->row.of = data->file_rows;
}

status claim_saw(evidence *e, double bound, double observed, double trials) {
    e->row.bound = bound;
    e->row.observed = observed;
    e->row.trials = (size_t)trials;
    return OK;
}

status claim_record(evidence *e, const void *record) {
    const double *numbers = record;
    const claim *c = e->claim;
    e->met = e->met && numbers[c->trials] > 0;
    return claim_saw(e, c->bound, numbers[c->observed], numbers[c->trials]);
}

status claim_counted(evidence *e, double allowed, size_t failures, size_t trials) {
    char *says = e->row.says;
    size_t used = strlen(says);
    double upper = stats_clopper_pearson_upper(failures, trials, e->confidence);
    e->allowed = allowed;
    e->failures = failures;
    snprintf(says + used, sizeof e->row.says - used, "; at %g %% confidence at most %.3g",
             100 * e->confidence, upper);
    return claim_saw(e, allowed, (double)failures / (double)trials, (double)trials);
}

double claim_confidence_of_each(size_t count) { return 1 - (1 - CLAIM_CONFIDENCE) / (double)count; }

status claim_estimated(evidence *e, double bound, double centre, stats_interval interval,
                       size_t trials) {
    e->interval = interval;
    return claim_saw(e, bound, centre, (double)trials);
}

double *claim_array(evidence *e, size_t count) {
    return scratch_take(&e->work, count, sizeof(double), "values of a statement");
}
