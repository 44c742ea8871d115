/* All tests of a comparison, judged as one family.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/compare.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/scratch.h"
#include "stats/twosample.h"

void compare_add(compare_family *f, double p, double a, double b, const char *format, ...) {
    if (f->count == f->capacity) {
        size_t capacity = f->capacity ? 2 * f->capacity : 256;
        compare_test *grown = realloc(f->tests, capacity * sizeof *grown);
        if (!grown) {
            fail(FAILED, "no memory for %zu comparisons", capacity);
            f->failed = true;
            return;
        }
        f->tests = grown;
        f->capacity = capacity;
    }
    compare_test *t = &f->tests[f->count++];
    *t = (compare_test){.p = p, .a = a, .b = b};
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(t->what, sizeof t->what, format, arguments);
    va_end(arguments);
}

status compare_family_judge(compare_family *f) {
    scratch work = {0};
    double *p = scratch_take(&work, f->count, sizeof *p, "p-values");
    unsigned char *rejected = scratch_take(&work, f->count, 1, "rejected tests");
    status st = f->failed || work.failed ? FAILED : OK;
    if (st == OK) {
        for (size_t k = 0; k < f->count; k++) { p[k] = f->tests[k].p; }
        twosample_holm(p, f->count, COMPARE_FAMILY_ERROR, rejected);
        for (size_t k = 0; k < f->count; k++) { f->tests[k].different = rejected[k]; }
    }
    scratch_free(&work);
    return st;
}

void compare_family_free(compare_family *f) {
    free(f->tests);
    *f = (compare_family){0};
}
