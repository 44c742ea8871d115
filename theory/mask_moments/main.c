/* mask-moments: the facts about masks that the convergence proofs rest on, one by one.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "theory/mask_moments/mask_moments.h"

int main(int argc, char **argv) { return study_main(&moments_study, argc, argv); }
