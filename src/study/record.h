/* What a unit of a study yields: a struct of doubles alone, and how several fold into one.
 *
 * A record is a list of its numbers, each with its rule and its meaning:
 *     #define ROUND(number)                                        \
 *         number(states, SUM, "subnetworks times (tau + 1)")       \
 *         number(flips, MAX, "activations that changed")
 *     RECORD_DECLARE(round, ROUND);      (header: struct round and round_kind)
 *     RECORD_DEFINE(round, ROUND);       (source)
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef STUDY_RECORD_H
#define STUDY_RECORD_H

#include <stddef.h>

typedef enum { FOLD_SUM, FOLD_MAX, FOLD_MIN } record_rule;

typedef struct {
    const record_rule *rules; /* (count) of every number, in the struct's order */
    size_t count;
} record_kind;

#define RECORD_MEMBER(name, rule, meaning) double name;
#define RECORD_RULE(name, rule, meaning) FOLD_##rule,
#define RECORD_DECLARE(name, LIST) \
    typedef struct {               \
        LIST(RECORD_MEMBER)        \
    } name;                        \
    extern const record_kind name##_kind
#define RECORD_DEFINE(name, LIST)                                  \
    static const record_rule name##_rules[] = {LIST(RECORD_RULE)}; \
    const record_kind name##_kind = {name##_rules, sizeof name##_rules / sizeof *name##_rules}

/* Nothing at all: a sum and a largest 0, a smallest +inf. */
void record_clear(const record_kind *kind, void *record);
/* all <- all with one more. A NaN stays one, so that no check can pass on it. */
void record_add(const record_kind *kind, void *all, const void *one);

/* part/whole: 0 where both are 0, +inf where only whole is. */
double safe_ratio(double part, double whole);

/* Of many observations value <= bound the one closest to its bound, or beyond it. Starts as {0, 0}.
 */
typedef struct {
    double value, bound;
} tightest;

/* Keeps the larger value/bound; 0 against 0 counts as 0, a NaN stays. */
void tightest_keep(tightest *kept, tightest one);

#endif
