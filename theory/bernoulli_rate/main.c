/* bernoulli-rate: how the error falls under Bernoulli masks, and where it stops.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "theory/bernoulli_rate/bernoulli_rate.h"

int main(int argc, char **argv) { return study_main(&bernoulli_study, argc, argv); }
