/* What a prediction of time (--predict) does not compute: spectra of many rows.
 *
 * They cost n^3 and set step sizes and floors, not the work of a unit: those of the first rows
 * serve, and the time they took tells what those of all would take.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef STUDY_SPARED_H
#define STUDY_SPARED_H

#include <stddef.h>
#include "cli/program.h"

/* Of n rows how many are looked at: all, or for a prediction the first 1000 at most. */
size_t spared_rows(const program_options *run, size_t n);

/* Adds to run->spared what n rows would have taken beyond the `seconds` of `rows` of them. */
void spared_add(const program_options *run, size_t n, size_t rows, double seconds);

#endif
