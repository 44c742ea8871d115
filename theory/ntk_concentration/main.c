/* ntk-concentration: how near the masked kernel of a random network is to xi Hinf.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "theory/ntk_concentration/ntk_concentration.h"

int main(int argc, char **argv) { return study_main(&concentration_study, argc, argv); }
