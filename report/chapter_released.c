#include "report/document.h"

#include <math.h>
#include <string.h>

typedef struct {
    table_data keep, zero;
    int subnets, xi, mean;
} maps;

static double value(const table_data *t, size_t row, int column)
{
    return t->values[row * t->columns + (size_t)column];
}

/* Error level of the other map in the cell of `row`; NaN if it has no such cell. */
static double zero_level(const maps *m, size_t row)
{
    for (size_t k = 0; k < m->zero.rows; k++)
        if (value(&m->zero, k, m->subnets) == value(&m->keep, row, m->subnets) && value(&m->zero, k, m->xi) == value(&m->keep, row, m->xi))
            return value(&m->zero, k, m->mean);
    return NAN;
}

static void put_cells(const document *d, const maps *m)
{
    char keep[32], zero[32], ratio[32];
    fputs("| p | xi | Algorithm 1 (keep) | released (zero) | ratio |\n|---|---|---|---|---|\n", d->out);
    double first = value(&m->keep, 0, m->subnets), last = value(&m->keep, m->keep.rows - 1, m->subnets);
    for (size_t k = 0; k < m->keep.rows; k++) {
        double p = value(&m->keep, k, m->subnets);
        if (p != first && p != last)
            continue;
        double a = value(&m->keep, k, m->mean), b = zero_level(m, k);
        fprintf(d->out, "| %g | %g | %s | %s | %s |\n", p, value(&m->keep, k, m->xi), document_number(a, keep, sizeof keep),
                document_number(b, zero, sizeof zero), document_number(b / a, ratio, sizeof ratio));
    }
    fputs("\n", d->out);
}

static void put_extremes(const document *d, const maps *m)
{
    double largest = 1;
    size_t where = 0, twice = 0, cells = 0;
    for (size_t k = 0; k < m->keep.rows; k++) {
        double ratio = zero_level(m, k) / value(&m->keep, k, m->mean);
        cells += !isnan(ratio);
        twice += ratio > 2;
        if (ratio > largest) {
            largest = ratio;
            where = k;
        }
    }
    fprintf(d->out, "In %zu of %zu cells the released behaviour ends at more than twice the error of Algorithm 1; the largest factor is %.3g, at p = %g, xi = %g.\n\n",
            twice, cells, largest, value(&m->keep, where, m->subnets), value(&m->keep, where, m->xi));
}

void chapter_released(const document *d)
{
    maps m;
    fputs("# Where the released program departs from Algorithm 1\n\n"
          "A neuron that no subnetwork took in a round keeps its weights in Algorithm 1; in the released program it gets weight 0, and never comes back.\n\n", d->out);
    const bool keep = document_table(d, "error-heatmap", &m.keep), zero = document_table(d, "error-heatmap-zero", &m.zero);
    m.subnets = table_column(&m.keep, "subnets");
    m.xi = table_column(&m.keep, "xi");
    m.mean = table_column(&m.keep, "mean");
    if (keep && zero && m.keep.rows && m.subnets >= 0 && m.xi >= 0 && m.mean >= 0) {
        put_extremes(d, &m);
        put_cells(d, &m);
    } else {
        fputs("The two heat maps are not there: ", d->out);
        document_make(d, "figures");
        fputs(" makes them.\n\n", d->out);
    }
    table_data_free(&m.keep);
    table_data_free(&m.zero);
}
