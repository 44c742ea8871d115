/* advise: one page about the user's own data.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "theory/advise/advise.h"

int main(int argc, char **argv) { return study_main(&advise_study, argc, argv); }
