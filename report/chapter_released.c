/* Where the released program departs from Algorithm 1: the two heat maps, cell by cell.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "report/document.h"

typedef struct {
    table_data keep, zero;
    int subnets, xi, mean;
} maps;

/* Error level of the released program over that of Algorithm 1 in the cell of a row of `keep`; NaN
 * if it has no such cell. level: of the released program. */
static double ratio_of(const maps *m, size_t row, double *level) {
    *level = NAN;
    for (size_t k = 0; k < m->zero.rows && isnan(*level); k++) {
        if (table_value(&m->zero, k, m->subnets) == table_value(&m->keep, row, m->subnets) &&
            table_value(&m->zero, k, m->xi) == table_value(&m->keep, row, m->xi)) {
            *level = table_value(&m->zero, k, m->mean);
        }
    }
    return *level / table_value(&m->keep, row, m->mean);
}

static void put_extremes(document *d, const maps *m) {
    double largest = 1, level;
    size_t where = 0, twice = 0, cells = 0;
    for (size_t k = 0; k < m->keep.rows; k++) {
        double ratio = ratio_of(m, k, &level);
        cells += !isnan(ratio);
        twice += ratio > 2;
        if (ratio > largest) {
            largest = ratio;
            where = k;
        }
    }
    text_add(&d->out,
             "In %zu of %zu cells the released behaviour ends at more than twice the error of "
             "Algorithm 1; the largest factor is %.3g, at p = %g, xi = %g.\n\n",
             twice, cells, largest, table_value(&m->keep, where, m->subnets),
             table_value(&m->keep, where, m->xi));
}

/* The cells of the first and the last p. */
static void put_cells(document *d, const maps *m) {
    double first = table_value(&m->keep, 0, m->subnets), level;
    double last = table_value(&m->keep, m->keep.rows - 1, m->subnets);
    document_fold(d, "The cells of the least and the largest p", NULL);
    text_add(&d->out, "| p | xi | Algorithm 1 (keep) | released (zero) | ratio |\n"
                      "|---|---|---|---|---|\n");
    for (size_t k = 0; k < m->keep.rows; k++) {
        double p = table_value(&m->keep, k, m->subnets), ratio = ratio_of(m, k, &level);
        if (p != first && p != last) { continue; }
        text_add(&d->out, "| %g | %g | %s | %s | %s |\n", p, table_value(&m->keep, k, m->xi),
                 document_number(d, table_value(&m->keep, k, m->mean)), document_number(d, level),
                 document_number(d, ratio));
    }
    document_unfold(d);
}

void chapter_released(document *d) {
    maps m;
    text_add(
        &d->out,
        "# Where the released program departs from Algorithm 1\n\n"
        "A neuron that no subnetwork took in a round keeps its weights in Algorithm 1 (%s); in "
        "the released program it gets weight 0 (*zero*), and never comes back.\n\n",
        document_term(d, "*keep*", "keep"));
    bool keep = document_table(d, "error-heatmap", &m.keep);
    bool zero = document_table(d, "error-heatmap-zero", &m.zero);
    m.subnets = table_column(&m.keep, "subnets");
    m.xi = table_column(&m.keep, "xi");
    m.mean = table_column(&m.keep, "mean");
    if (keep && zero && m.keep.rows && m.subnets >= 0 && m.xi >= 0 && m.mean >= 0) {
        put_extremes(d, &m);
        put_cells(d, &m);
    } else {
        text_add(&d->out, "The two heat maps are not there: %s makes them.\n\n",
                 document_make(d, "figures"));
    }
    table_data_free(&m.keep);
    table_data_free(&m.zero);
}
