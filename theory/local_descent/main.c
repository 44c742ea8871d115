/* local-descent: every subnetwork descends locally, step by step, against its bounds (Hypothesis
 * 1).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "theory/local_descent/local_descent.h"

int main(int argc, char **argv) { return study_main(&descent_study, argc, argv); }
