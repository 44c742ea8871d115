#include "report/compare_tables.h"

#include <math.h>
#include <string.h>

/* Columns that are differences of two others. Most digits of these may have cancelled: their
 * rounding is that of the others. */
static const struct {
    const char *name, *of[2];
} DIFFERENCES[] = {{"error", {"observed", "expected"}}};
enum { DIFFERENCE_COUNT = sizeof DIFFERENCES / sizeof *DIFFERENCES };

static double size_of(const table_data *t, size_t row, size_t column)
{
    return fabs(t->values[row * t->columns + column]);
}

/* What rounding of a number is relative to: its size, or the largest number that it is a difference
 * of. */
static double scale_of(const table_data *t, size_t row, size_t column)
{
    double scale = size_of(t, row, column);
    for (int d = 0; d < DIFFERENCE_COUNT; d++) {
        int left = table_column(t, DIFFERENCES[d].of[0]),
            right = table_column(t, DIFFERENCES[d].of[1]);
        if (left >= 0 && right >= 0 && strcmp(t->names[column], DIFFERENCES[d].name) == 0) {
            scale =
                fmax(scale, fmax(size_of(t, row, (size_t)left), size_of(t, row, (size_t)right)));
        }
    }
    return scale;
}

/* The tables have the same columns. What is not finite agrees with nothing else. */
static bool agree(const table_data *a, const table_data *b, size_t row, size_t column)
{
    double x = a->values[row * a->columns + column], y = b->values[row * b->columns + column];
    double scale = fmax(scale_of(a, row, column), scale_of(b, row, column));
    return isfinite(scale) && fabs(x - y) <= COMPARE_TOLERANCE * scale + COMPARE_ROUNDING;
}

status compare_numbers(const table_data *a, const table_data *b, compare_family *family,
                       size_t *compared)
{
    status s = OK;
    for (size_t i = 0; i < a->rows && i < b->rows; i++) {
        for (size_t c = 0; s == OK && c < a->columns; c++) {
            double x = a->values[i * a->columns + c], y = b->values[i * b->columns + c];
            const char *left = compare_field(a, i, c), *right = compare_field(b, i, c);
            ++*compared;
            if (strcmp(left, right) != 0 && !agree(a, b, i, c)) {
                s = compare_add(family, 0, x, y, "%s in row %zu: %s, %s", a->names[c], i + 1, left,
                                right);
            }
        }
    }
    if (s == OK && a->rows != b->rows) {
        s = compare_add(family, 0, (double)a->rows, (double)b->rows, "rows: %zu, %zu", a->rows,
                        b->rows);
    }
    return s;
}
