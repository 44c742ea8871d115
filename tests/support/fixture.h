/* fixture: small data and plain routines that several tests need.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_FIXTURE_H
#define TESTS_FIXTURE_H

#include <stddef.h>
#include "model/dataset.h"
#include "io/table.h"

/* The first n rows of data/digits.npz with their first label column alone. */
dataset fixture_one_output(size_t n);

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
