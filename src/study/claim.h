/* A statement held against what was observed, and the one judge of all statements.
 *
 * A claim says what is stated and how it is tested; its observer fills the evidence: what the
 * statement supposes and whether this run meets it, the bound, what was seen. The verdict is
 *     hypothesis not met   where the run does not meet what the statement supposes;
 *     not checked          else, where there are too few trials, rows or widths to tell;
 *     not refuted, refuted else, as the test says. Every test is written so that NaN refutes.
 * Too few trials therefore never refute, and never hide that a hypothesis is not met.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef STUDY_CLAIM_H
#define STUDY_CLAIM_H

#include <stdbool.h>
#include <stddef.h>
#include "base/scratch.h"
#include "model/dataset.h"
#include "stats/stats.h"
#include "study/verdict.h"
#include "study/confidence.h"

struct study_run;

typedef enum {
    TEST_AT_MOST,     /* observed <= bound */
    TEST_AT_LEAST,    /* observed >= bound */
    TEST_EQUAL,       /* |observed - bound| <= tolerance */
    TEST_PROBABILITY, /* P(failure) <= allowed: refuted if Clopper-Pearson's lower limit is above */
    TEST_QUANTILE_AT_MOST,  /* the same of P(x > bound); observed: the 1 - allowed quantile of x */
    TEST_QUANTILE_AT_LEAST, /* the same of P(x < bound); observed: the allowed quantile of x */
    TEST_MEAN_BELOW,        /* a mean or slope <= bound: refuted if its whole interval lies above */
    TEST_MEAN_ABOVE,        /* a mean or slope >= bound: refuted if its whole interval lies below */
    TEST_MEAN_EQUAL,        /* a mean or slope = bound: refuted if its interval does not hold it */
    TEST_MEANS_BELOW, /* several means, each held by claim_refute_unless; observed: the worst */
    TEST_TREND,       /* by the p-values of the trend that is claimed and of the opposite one */
    TEST_CONDITIONS   /* something was observed; claim_refute_unless tells the rest */
} claim_test;

/* What an observer fills; everything starts as "met, enough, nothing seen" (NaN). */
typedef struct claim claim;

typedef struct {
    const claim *claim; /* given */
    size_t which;       /* given: the case, 0 .. cases - 1 of the claim's group */
    /* label, kind and words are set; bound, observed, trials, limit: the observer's */
    statement_row row;
    bool met;                     /* the run meets what the statement supposes */
    bool enough;                  /* there is enough of it to tell */
    bool holds;                   /* further conditions, claim_refute_unless */
    bool absent;                  /* there is no such row in this run */
    double tolerance;             /* TEST_EQUAL */
    size_t failures;              /* TEST_PROBABILITY, TEST_QUANTILE_..., of row.trials */
    double allowed;               /* TEST_PROBABILITY, TEST_QUANTILE_... */
    double confidence;            /* of limit and trend; CLAIM_CONFIDENCE at first */
    stats_interval interval;      /* TEST_MEAN_... */
    double p_claimed, p_opposite; /* TEST_TREND: of claim_trend */
    scratch work;                 /* arrays of the observer, freed after it */
} evidence;

struct claim {
    const char *label;  /* "Lemma 16 along runs" */
    const char *anchor; /* its place in doc/mathematics.md */
    statement_kind kind;
    claim_test test;
    const char *says; /* the statement in words; claim_says() may put numbers in */
    /* Fills the evidence of case e->which from the study's run. FAILED: no memory. */
    status (*observe)(const struct study_run *r, evidence *e);
    const char *supposes; /* hypotheses in words, where they need no numbers; "" or NULL: none */
    /* For observers that fold records (claim_record): the bound, and which numbers of the record
     * (CLAIM_NUMBER) are what is observed and how many observations there were; without any the
     * hypothesis is not met. */
    double bound;
    size_t observed, trials;
    /* For observers of several claims: what this one is about, of the observer's own type; reached
     * as e->claim->subject. */
    const void *subject;
};

#define CLAIM_NUMBER(record, name) (offsetof(record, name) / sizeof(double))

/* Statements that stand in one file, judged case by case (regime, cell, ...). */
typedef struct {
    const char *source; /* __FILE__ */
    const claim *claims;
    size_t count;
    size_t (*cases)(const struct study_run *r); /* NULL: one */
    /* What tells this case from the others, added to the label as in "Section 3, drift, wide";
     * NULL: nothing. name: room for it. */
    const char *(*case_name)(const struct study_run *r, size_t which, char *name, size_t size);
    /* The rows that this case is about; NULL: the run's. */
    const dataset *(*data)(const struct study_run *r, size_t which);
} claim_group;

#define CLAIMS(list) .source = __FILE__, .claims = list, .count = sizeof(list) / sizeof *(list)

/* Judged rows. Zeroed but for the command: none. */
typedef struct {
    statement_row *rows; /* (count) owned */
    size_t count, capacity;
    const char *command; /* redoes them */
} claim_rows;

/* Observes and judges every claim of the groups (ended by one without claims) and appends the rows,
 * case after case. */
status claim_judge(const claim_group *groups, const struct study_run *r, claim_rows *rows);
/* A new row at the end, not checked, without numbers; NULL: no memory. */
statement_row *claim_rows_append(claim_rows *rows);
void claim_rows_free(claim_rows *rows);

/* The verdict of evidence, and the columns limit, slack and sense that follow from its test. */
void claim_decide(claim_test test, evidence *e);

/* --- for observers; those that return a status return OK, so that an observer may end with them
 * --- */

void claim_supposes(evidence *e, bool met, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void claim_says(evidence *e, const char *format, ...) __attribute__((format(printf, 2, 3)));
void claim_refute_unless(evidence *e, bool holds);
void claim_check_only_if(evidence *e, bool enough);
/* There is no such row in this run. */
status claim_absent(evidence *e);
status claim_saw(evidence *e, double bound, double observed, double trials);
/* The rows that the row is about, where they are not those of its case. */
void claim_of_rows(evidence *e, const dataset *data);
/* The claim's own bound and numbers of a folded record. */
status claim_record(evidence *e, const void *record);
/* Failures of a statement that holds with probability 1 - allowed; bound and observed are the
 * shares. */
status claim_counted(evidence *e, double allowed, size_t failures, size_t trials);
/* The confidence of each of `count` intervals that hold together at CLAIM_CONFIDENCE. */
double claim_confidence_of_each(size_t count);
/* A mean or slope with its interval at CLAIM_CONFIDENCE (or stricter, in a family). */
status claim_estimated(evidence *e, double bound, double centre, stats_interval interval,
                       size_t trials);
/* For TEST_TREND: groups of independent repetitions along a setting. */
typedef enum { TREND_FALLS, TREND_RISES } trend_sense;
typedef struct {
    size_t groups, repeats;
    const double *setting; /* (groups) > 0: what a power law is fitted against */
    const char *symbol;    /* of the setting: "m", "1-xi" */
    const double *values;  /* (groups, repeats) */
    bool paired; /* repetition j of all groups belongs together: compared with each other alone */
} trend_groups;
/* Jonckheere-Terpstra test along the groups, stratified by repetition if paired. Observed is
 * Somers' D, bound 0, limit the one-sided p-value of `sense`; the fitted exponent is added to what
 * the claim says. Not checked with fewer than three groups: two have an order by chance too often.
 * NaN among the values refutes. */
status claim_trend(evidence *e, trend_sense sense, const trend_groups *g);
/* count doubles until the observer is done; NULL: no memory (return FAILED). */
double *claim_array(evidence *e, size_t count);

#endif
