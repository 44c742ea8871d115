/* required-width: the width really needed, beside what every bound asks for.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "theory/required_width/required_width.h"

int main(int argc, char **argv) { return study_main(&required_width_study, argc, argv); }
