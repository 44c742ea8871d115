/* program_list: the programs that write results, for the tests that run them all. A line more is
 * all that a new program needs. Options for the table, the threads and so on are added by the
 * tests. advise is not among them: it runs required-width within itself, whose units and tables
 * are its own. Programs that exist in one precision only ("TOOL/...") are run by the tests in double
 * precision alone.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_PROGRAM_LIST_H
#define TESTS_PROGRAM_LIST_H

#include <stdbool.h>
#include <string.h>
#include "base/real.h"

typedef struct {
    const char *small; /* command with as little work as the program's paths allow */
    /* command with tens of units, about a second in all: time enough to break it off */
    const char *longer;
} program_case;

static const program_case PROGRAMS[] = {
    {"BIN/loss-dynamics --samples 40 --width 30 --subnets 3 --xi 0.6,0.3 --lr 0.1 --local-steps 3 "
     "--rounds 4 "
     "--repeats 3",
     "BIN/loss-dynamics --samples 200 --width 200 --subnets 4 --xi 0.6,0.3 --lr 0.05 --local-steps "
     "5 --rounds 5 "
     "--repeats 14"},
    {"BIN/error-heatmap --samples 40 --width 30 --subnets 1,3 --xi 0.5,1 --rounds 15 --repeats 3",
     "BIN/error-heatmap --samples 150 --width 120 --subnets 2,4 --xi 0.3,0.6 --lr 0.05 --rounds 20 "
     "--repeats 6"},
    {"BIN/width-sweep --samples 40 --width 20,40 --subnets 2 --rounds 15 --repeats 3",
     "BIN/width-sweep --samples 120 --width 100,120 --subnets 3 --rounds 20 --repeats 5"},
    {"BIN/subnet-sweep --samples 40 --width 30 --subnets 1,2,4 --repeats 4",
     "BIN/subnet-sweep --samples 250 --width 300 --subnets 1,2,4 --repeats 8"},
    {"TOOL/infinite-ntk --samples 12 --entries 20 --networks 3 --widths 16,64",
     "TOOL/infinite-ntk --samples 250 --entries 500 --networks 15 --widths 1024,2048"},
    {"TOOL/ntk-concentration --samples 12 --widths 16,64 --xi 0.5 --subnets 2 --trials 6",
     "TOOL/ntk-concentration --samples 60 --widths 256,1024,4096 --xi 0.5 --subnets 2 --trials 20"},
    {"TOOL/required-width --sizes 12 --xi 0.5 --trials 60",
     "TOOL/required-width --sizes 15,25 --xi 0.5 --trials 60"},
    {"TOOL/local-descent --samples 20 --width 60 --repeats 2 --rounds 1 --multiples 1 "
     "--wide-trials 4 --wide-width 200 "
     "--wide-samples 3",
     "TOOL/local-descent --samples 50 --width 200 --repeats 6 --rounds 2 --multiples 1 "
     "--wide-trials 8 "
     "--wide-width 500 --wide-samples 3"},
    {"TOOL/drift --samples 20 --width 60 --repeats 2 --rounds 1 --multiples 1 --wide-trials 4 "
     "--wide-width 200 "
     "--wide-samples 3",
     "TOOL/drift --samples 50 --width 200 --repeats 6 --rounds 3 --multiples 1 --wide-trials 8 "
     "--wide-width 500 "
     "--wide-samples 3"},
    {"TOOL/mask-moments --samples 20 --width 40 --trials 16 --rounds 2",
     "TOOL/mask-moments --samples 80 --width 200 --trials 60 --rounds 4"},
    {"TOOL/bernoulli-rate --samples 10 --width 40 --repeats 2 --folds 2 --curve-rounds 4 --masks 2 "
     "--along-width 20,40 "
     "--curve-widths 20,40",
     "TOOL/bernoulli-rate --samples 20 --width 60 --repeats 3 --folds 2 --curve-rounds 6 --masks 3 "
     "--along-width 20,40 "
     "--curve-widths 40,80"},
    {"TOOL/categorical-rate --samples 10 --width 40 --trials 3 --rounds 3 --subnets 1,2 "
     "--event-width 64 "
     "--event-samples 3 --event-subnets 1",
     "TOOL/categorical-rate --samples 40 --width 200 --trials 12 --rounds 10 --subnets 1,2 "
     "--event-width 512 "
     "--event-samples 3 --event-subnets 1"},
    {"TOOL/error-floor --samples 10 --width 20,40 --subnets 2 --rounds 6 --repeats 2 --paths 2 "
     "--runs 1",
     "TOOL/error-floor --samples 40 --width 100 --subnets 2,4 --rounds 20 --repeats 6 --paths 2 "
     "--runs 1"}};

enum { PROGRAM_COUNT = sizeof PROGRAMS / sizeof PROGRAMS[0] };

static inline bool program_is_here(const program_case *program) {
    return sizeof(real) == sizeof(double) || strncmp(program->small, "TOOL/", 5) != 0;
}

#endif
