#include "report/compare_tables.h"

#include <math.h>
#include <string.h>

static bool agree(double x, double y)
{
    return fabs(x - y) <= COMPARE_TOLERANCE * fmax(fabs(x), fabs(y)) + COMPARE_ROUNDING;
}

status compare_numbers(const table_data *a, const table_data *b, compare_family *family, size_t *compared)
{
    status s = OK;
    for (size_t i = 0; i < a->rows && i < b->rows; i++)
        for (size_t c = 0; s == OK && c < a->columns; c++) {
            double x = a->values[i * a->columns + c], y = b->values[i * b->columns + c];
            const char *left = compare_field(a, i, c), *right = compare_field(b, i, c);
            ++*compared;
            if (strcmp(left, right) != 0 && !agree(x, y))
                s = compare_add(family, 0, x, y, "%s in row %zu: %s, %s", a->names[c], i + 1, left, right);
        }
    if (s == OK && a->rows != b->rows)
        s = compare_add(family, 0, (double)a->rows, (double)b->rows, "rows: %zu, %zu", a->rows, b->rows);
    return s;
}
