/* Two result tables of one program held against each other, by their kind (compare_kinds.h). */
#ifndef REPORT_COMPARE_TABLES_H
#define REPORT_COMPARE_TABLES_H

#include "report/compare_family.h"
#include "io/table.h"

typedef struct {
    const char *path;
    const table_data *data;
} compare_table;

/* Every row the same; compared; numbers without repetitions under another seed: nothing to say. */
typedef enum { COMPARE_IDENTICAL, COMPARE_NUMBERS, COMPARE_UNSEEN } compare_kind;

typedef struct {
    compare_kind kind;
    size_t compared;    /* tests, numbers or verdicts compared */
    char settings[200]; /* settings that differ, "" if none */
} compare_result;

/* Adds its questions to the family. BAD_INPUT if the tables do not have the same columns or are of
 * other data, naming both. */
status compare_tables(const compare_table *a, const compare_table *b, compare_family *family,
                      compare_result *result);

#endif
