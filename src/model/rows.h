/* Which rows of a file are taken: the first, or a seeded choice spread over the labels.
 *
 * The spread choice depends on what the rows say and on the seed, not on their order in the file.
 * Rows are ranked by label (the largest of several outputs, or the value of one; equal ones in a
 * seeded order) and taken at ranks that halve the gaps between those taken before, so that every
 * beginning of the choice is spread as well: n' < n rows of it are the choice of n'. The closest
 * pair of the whole file, which caps lambda_min(Hinf), comes first.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MODEL_ROWS_H
#define MODEL_ROWS_H

#include <stdint.h>
#include "model/dataset.h"
#include "cli/program.h"

/* order (whole->n) <- the rows of `whole`, those to be taken first in front. closest: the closest
 * pair leads. FAILED: no memory. */
status rows_spread(const dataset *whole, uint64_t seed, bool closest, size_t *order);

/* Loads run's --data: --samples rows, or where that is not given `wanted` (0: all), or all where
 * the file has fewer; in the way of --rows, or where that is not given `usual`.
 * file_row: NULL, or <- (data->n) the number of each row in the file, from 0; the caller's, free().
 * Says on stderr what is left out. BAD_INPUT as dataset_load: of ROWS_SPREAD the whole file has to
 * be in order, of ROWS_FIRST the rows that are taken. */
status rows_load(const program_options *run, size_t wanted, program_rows usual, dataset *data,
                 size_t **file_row);

/* held <- the last `count` rows of the file, which are not among data's; data <- as rows_load with
 * the first rows as usual, of the others. file_row: (data->n), the caller's, free(). BAD_INPUT where
 * too few rows are left, and as dataset_load of the whole file; nothing is left to free then. */
status rows_hold_out(const program_options *run, size_t wanted, size_t count, dataset *data,
                     size_t **file_row, dataset *held);
/* held <- the rows of another file, labels in data's scale. BAD_INPUT unless it is another file of
 * the same d and q; nothing is left to free then. */
status rows_test(const char *path, const dataset *data, dataset *held);

/* *file_row (n) <- 0 .. n-1, as of rows in the file's order; the caller's, free(). FAILED: no
 * memory. */
status rows_in_order(size_t n, size_t **file_row);

/* text (size bytes) <- "200 of 1000, spread over the labels, ...", for provenance: with the closest
 * pair of the file, or what leaving it out hides. */
void rows_describe(const dataset *data, char *text, size_t size);

#endif
