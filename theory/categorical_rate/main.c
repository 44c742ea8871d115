/* categorical-rate: how the error falls under categorical masks, movement by movement.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "theory/categorical_rate/categorical_rate.h"

int main(int argc, char **argv) { return study_main(&categorical_study, argc, argv); }
