#include <math.h>
#include <string.h>

#include "report/compare_kinds.h"

/* Columns that are differences of two others. Most digits of these may have cancelled: their
 * rounding is that of the others. */
static const struct {
    const char *name, *of[2];
} DIFFERENCES[] = {{"error", {"observed", "expected"}}};
enum { DIFFERENCE_COUNT = sizeof DIFFERENCES / sizeof *DIFFERENCES };

/* What rounding of a number is relative to: its size, or the largest number that it is a difference
 * of. */
static double scale_of(const table_data *t, size_t row, int column) {
    double scale = fabs(table_value(t, row, column));
    for (int d = 0; d < DIFFERENCE_COUNT; d++) {
        int left = table_column(t, DIFFERENCES[d].of[0]);
        int right = table_column(t, DIFFERENCES[d].of[1]);
        if (left < 0 || right < 0 || strcmp(t->names[column], DIFFERENCES[d].name) != 0) {
            continue;
        }
        double parts = fmax(fabs(table_value(t, row, left)), fabs(table_value(t, row, right)));
        scale = fmax(scale, parts);
    }
    return scale;
}

/* What is not finite agrees with nothing else. */
static bool agree(const table_data *a, const table_data *b, size_t row, int column) {
    double difference = fabs(table_value(a, row, column) - table_value(b, row, column));
    double scale = fmax(scale_of(a, row, column), scale_of(b, row, column));
    return isfinite(scale) && difference <= COMPARE_TOLERANCE * scale + COMPARE_ROUNDING;
}

status compare_numbers(const table_data *a, const table_data *b, compare_family *family) {
    size_t rows = a->rows < b->rows ? a->rows : b->rows;
    for (size_t k = 0; k < rows * a->columns; k++) {
        size_t row = k / a->columns;
        int column = (int)(k % a->columns);
        const char *left = table_field(a, row, column), *right = table_field(b, row, column);
        family->compared++;
        if (strcmp(left, right) == 0 || agree(a, b, row, column)) { continue; }
        status st = compare_add(family, 0, table_value(a, row, column), table_value(b, row, column),
                                "%s in row %zu: %s, %s", a->names[column], row + 1, left, right);
        if (st != OK) { return st; }
    }
    if (a->rows == b->rows) { return OK; }
    return compare_add(family, 0, (double)a->rows, (double)b->rows, "rows: %zu, %zu", a->rows,
                       b->rows);
}
