/* Every program, for the tests that give them what they have to refuse.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_REFUSED_PROGRAMS_H
#define TESTS_REFUSED_PROGRAMS_H

#include <stddef.h>
#include "base/real.h"

/* The first EXPERIMENTS have the experiments' options, ON_FEW run on 4 rows, ON_DATA
 * compute on --data, and all but the last write --out. */
static const char *const programs[] = {
    "BIN/loss-dynamics",   "BIN/error-heatmap",      "BIN/width-sweep",
    "BIN/subnet-sweep",    "TOOL/infinite-ntk",      "TOOL/mask-moments",
    "TOOL/bernoulli-rate", "TOOL/ntk-concentration", "TOOL/categorical-rate",
    "TOOL/error-floor",    "TOOL/required-width",    "TOOL/local-descent",
    "TOOL/drift",          "TOOL/statements",        "TOOL/claims",
    "TOOL/report",         "TOOL/compare-results"};
enum { PROGRAMS = sizeof programs / sizeof *programs, EXPERIMENTS = 4, ON_FEW = 10, ON_DATA = 13 };

/* Of the first `count` programs those that this precision's tests meet: what is built in one
 * precision only meets them once, in single. */
static inline size_t programs_of_precision(size_t count) {
    return sizeof(real) == sizeof(double) && count > EXPERIMENTS ? EXPERIMENTS : count;
}

/* A run that takes no time, where a case is about something else. */
#define TINY " --samples 20 --width 5 --subnets 2 --rounds 1 --repeats 1 --threads 1 "

#endif
