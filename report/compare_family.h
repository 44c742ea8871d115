/* Everything that one comparison of results asks, in one list, so that the chance of a false alarm
 * is that of the whole comparison, not of each table or cell. */
#ifndef REPORT_COMPARE_FAMILY_H
#define REPORT_COMPARE_FAMILY_H

#include <stdbool.h>
#include <stddef.h>
#include "base/error.h"

/* Probability that two runs of the same experiments under different seeds are called different: one
 * in a hundred, all tables, cells and verdicts together (Holm). Beside it stands the chance by
 * which study/confidence.h lets a true row of ours be refuted. */
#define COMPARE_FAMILY_ERROR 0.01

typedef struct {
    double p;       /* 0: differs for certain; NaN: told alone, no difference */
    double a, b;    /* the two numbers; NaN where there are none */
    bool different; /* set by compare_family_judge */
    char what[160]; /* "level at subnets=1 xi=0.3" */
} compare_test;

typedef struct {
    compare_test *tests; /* (count) what there is to tell; owned */
    size_t count, capacity;
    size_t compared; /* tests, numbers or verdicts, told or not */
} compare_family;

status compare_add(compare_family *f, double p, double a, double b, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
/* Holm's procedure over all tests. */
status compare_family_judge(compare_family *f);
void compare_family_free(compare_family *f); /* safe on a zeroed one */

#endif
