/* Whole programs inside the page, whose tables stand beside its own.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "theory/advise/advise.h"

program_options advise_inner_options(const study_run *r, const char *suffix, char out[PATH_MAX]) {
    program_options options = r->options;
    study_path(r, suffix, out, PATH_MAX);
    options.out = out;
    options.brief = true;
    return options;
}

status advise_inner_perform(status opened, study_run *inner) {
    status st = opened == OK ? study_perform(inner) : opened;
    return st == REFUTED ? OK : st; /* what is refuted there is said there */
}

status advise_inner_predict(status opened, study_run *inner, double *seconds) {
    double predicted = 0;
    status st = opened == OK ? study_predict(inner, &predicted) : opened;
    *seconds += predicted;
    study_close(inner);
    return st;
}
