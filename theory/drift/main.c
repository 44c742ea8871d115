/* drift: how far weights, activations and masked kernels stray along real runs.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "theory/drift/drift.h"

int main(int argc, char **argv) { return study_main(&drift_study, argc, argv); }
