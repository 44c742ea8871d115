/* bad_files: files that no program may take, and what the refusal has to name.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_BAD_FILES_H
#define TESTS_BAD_FILES_H

#include <stddef.h>

typedef struct {
    const char *names; /* the line says this */
    char path[256];
} bad_file;

enum { BAD_FILES_MAX = 100 };

typedef struct {
    bad_file files[BAD_FILES_MAX];
    size_t count;
} bad_file_list;

/* Data sets: headers, values and archives that are wrong. Each in a file of its own in `folder`. */
void bad_data_sets(const char *folder, bad_file_list *list);

/* Files for loss-dynamics --init with the embedded data. */
void bad_starts(const char *folder, bad_file_list *list);

/* Tables for claims --loss, claims --heatmap, claims --print. */
void bad_run_tables(const char *folder, bad_file_list *list);
void bad_heatmap_tables(const char *folder, bad_file_list *list);
void bad_verdict_tables(const char *folder, bad_file_list *list);

/* A data set whose labels are all the same number, which is nothing to be refused. */
void constant_labels(const char *path);

#endif
