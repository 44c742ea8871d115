/* fixture: small data and plain routines that several tests need.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_FIXTURE_H
#define TESTS_FIXTURE_H

#include <stddef.h>
#include "model/dataset.h"
#include "io/npy.h"
#include "io/table.h"
#include "base/real.h"

/* The first n rows of data/digits.npz with their first label column alone. */
dataset fixture_one_output(size_t n);

/* An array (d, m) as neurons (m, d) in working precision; an array in working precision. Freed by
 * the test. */
real *fixture_neurons(const npy_array *weights);
real *fixture_reals(const npy_array *array);

/* W <- W - eta grad (1/2)||y - u||^2 (q = 1, theory scaling, xi = 1), then the error (1/2)||u -
 * y||^2 / n at the new W. W: (m, d). */
double fixture_gradient_descent_step(const dataset *data, double *W, const real *A, size_t m,
                                     double eta);

/* A table with the columns of `names`, one blank between two. */
table *fixture_table(const char *names, int digits);

/* Makes build/test-tmp/NAME and returns its path (static). */
const char *fixture_folder(const char *name);

/* Copies `command` to out (size bytes) with the folders' names: see fixture_run. */
void fixture_expand(const char *command, char *out, size_t size);

/* Runs a shell command and returns its exit code (128 + signal if killed); `said` (size bytes)
 * receives its stderr. In the command "BIN/" stands for the folder of the built programs of this
 * precision, "TOOL/" for that of the programs that are built in one precision only (environment
 * MNTK_BIN, default build/bin). */
int fixture_run(const char *command, char *said, size_t size);

/* Compares two result files without their '#' lines, and without the place of the table in the
 * command of a statement's row: 1 if equal and not empty. */
int fixture_same_rows(const char *a, const char *b);

#endif
