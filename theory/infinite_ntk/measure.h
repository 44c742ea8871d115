/* The units of infinite-ntk. */
#ifndef THEORY_INFINITE_NTK_MEASURE_H
#define THEORY_INFINITE_NTK_MEASURE_H

#include "study/study.h"

/* BAD_INPUT if the networks do not fit into memory. */
status infinite_network_fits(const study_run *r);
status infinite_measure(const study_run *r, size_t cell, size_t repetition, double *values);
double infinite_cost(const study_run *r, size_t cell);
double infinite_calibrate(const study_run *r);

#endif
