/* bench-gather: one table of the tables given, with the exponents fitted to the rows scaling-*.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench/bench.h"

#include <math.h>
#include <string.h>

#include "stats/stats.h"

enum { LONGEST = 64 };

/* seconds = c x^b over the rows of one bench: b by least squares of logarithms. */
static void note_exponent(table *t, const table_data *data, const char *bench, const char *axis) {
    double x[LONGEST], y[LONGEST];
    size_t count = 0;
    int name = table_column(data, "bench"), at = table_column(data, axis),
        seconds = table_column(data, "seconds");
    for (size_t row = 0; row < data->rows && count < LONGEST; row++) {
        const double *values = data->values + row * data->columns;
        if (strcmp(data->text[row * data->columns + (size_t)name], bench) != 0) { continue; }
        x[count] = log(values[at]);
        y[count++] = log(values[seconds]);
    }
    if (count < 2) { return; }
    stats_line line = stats_fit_line(x, y, count, 0.95);
    table_note(t, "exponent",
               "%s: seconds of a round grow as %s^%.2f (95 %%: %.2f to %.2f, %zu points)", bench,
               axis, line.slope, line.slope_interval.low, line.slope_interval.high, count);
}

static status copy(const char *path, table *t) {
    static const struct {
        const char *bench, *axis;
    } axes[] = {
        {"scaling-n", "n"}, {"scaling-m", "m"}, {"scaling-p", "p"}, {"scaling-threads", "threads"}};
    table_data data;
    status s = table_read(path, &data);
    if (s != OK) { return s; }
    if (table_column(&data, "bench") != 0 || table_column(&data, "precision") != 1 ||
        table_column(&data, "mib") + 1 != (int)data.columns) {
        s = fail(BAD_INPUT, "%s: not a table of these benches; run them again", path);
    }
    for (size_t row = 0; row < data.rows && s == OK; row++) {
        table_row(t);
        for (size_t k = 0; k < data.columns; k++) {
            if (k < 2) {
                table_text(t, data.text[row * data.columns + k]);
            } else {
                table_number(t, data.values[row * data.columns + k]);
            }
        }
    }
    for (size_t k = 0; k < sizeof axes / sizeof *axes && s == OK; k++) {
        note_exponent(t, &data, axes[k].bench, axes[k].axis);
    }
    table_data_free(&data);
    return s;
}

int main(int argc, char **argv) {
    bench_options o;
    table *t = NULL;
    status s = bench_start(argc, argv, "One table of several", "TABLE...", &o);
    if (s == OK) { s = (t = bench_table("bench", o.threads)) ? OK : FAILED; }
    for (char **path = o.rest; s == OK && *path; path++) { s = copy(*path, t); }
    if (s == OK) { s = table_write(t, o.out); }
    table_free(t);
    return bench_exit("bench-gather", s);
}
