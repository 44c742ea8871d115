/* error-floor: curve, floor and plateau of the error, predicted from H, V and the start alone.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "theory/error_floor/error_floor.h"

int main(int argc, char **argv) { return study_main(&floor_study, argc, argv); }
