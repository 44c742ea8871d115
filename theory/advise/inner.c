/* A whole program inside the page: run, or asked how long it will take.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "theory/advise/advise.h"

status advise_run_inner(const study_run *r, const advise_inner *p, double *seconds) {
    char out[PATH_MAX];
    double predicted = 0;
    study_run inner = {.study = NULL};
    program_options options = r->options;
    study_path(r, p->suffix, out, sizeof out);
    options.out = out;
    options.brief = true;
    if (p->samples) { options.samples = p->samples; }
    status st = study_open(p->study, &options, p->settings, &inner);
    if (st == OK) { st = seconds ? study_predict(&inner, &predicted) : study_perform(&inner); }
    if (st == REFUTED) { st = OK; } /* what is refuted there is said there */
    if (st == OK && !seconds) { p->say(r, &inner); }
    if (seconds) { *seconds += predicted; }
    study_close(&inner);
    return st;
}
