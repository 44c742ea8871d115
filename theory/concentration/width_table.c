#include "theory/concentration/width_table.h"

#include <stdio.h>
#include <string.h>

#include "theory/concentration/rows.h"
#include "theory/shared/criteria.h"

static const char FIRST_NAMES[] = "xi samples masks trials lambda_min lambda_max gram_norm width width_low width_high";
static const char FIRST_LEGEND[] =
    "xi [1] probability that a Bernoulli mask takes a neuron\n"
    "samples [count] n, first rows\n"
    "masks [count] masks of one W_0, K p\n"
    "trials [count] independent W_0\n"
    "lambda_min [1] lambda_0 of Hinf\n"
    "lambda_max [1] of Hinf\n"
    "gram_norm [1] ||G||\n"
    "width [neurons] measured: from there on lambda_min(H_m) < xi lambda_0/2 in at most a share delta "
    "of the trials; widths are tried 2^(1/8) apart; nan: not reached\n"
    "width_low [neurons] widest at which more than delta clearly fail (Clopper-Pearson, 95 %); 0: none\n"
    "width_high [neurons] from there on clearly fewer than delta fail (likewise); inf: none";

static table *new_table(void)
{
    char names[1024], legend[8192];
    int used = snprintf(names, sizeof names, "%s", FIRST_NAMES),
        told = snprintf(legend, sizeof legend, "%s", FIRST_LEGEND);
    for (size_t k = 0; k < WIDTH_BOUND_COUNT; k++) {
        used += snprintf(names + used, sizeof names - (size_t)used, " %s", WIDTH_BOUNDS[k].name);
        told += snprintf(legend + told, sizeof legend - (size_t)told, "\n%s [neurons] %s of section 3",
                         WIDTH_BOUNDS[k].name, WIDTH_BOUNDS[k].says);
    }
    used += snprintf(names + used, sizeof names - (size_t)used, " drift theorem");
    told += snprintf(legend + told, sizeof legend - (size_t)told,
                     "\ndrift [neurons] second condition of Together, for training\n"
                     "theorem [neurons] n^2 log(K p n/delta)/(xi lambda_0^2), Theorem 2 with the constant 1");
    for (size_t k = 0; k < WIDTH_BOUND_COUNT; k++) {
        used += snprintf(names + used, sizeof names - (size_t)used, " %s_over", WIDTH_BOUNDS[k].name);
        told += snprintf(legend + told, sizeof legend - (size_t)told,
                         "\n%s_over [1] %s over width: how many times too wide", WIDTH_BOUNDS[k].name,
                         WIDTH_BOUNDS[k].name);
    }
    return table_new(names, legend, 17);
}

static void put_row(const width_cell *cell, table *t)
{
    const bounds_setting *s = &cell->bounds;
    width_found found = width_cell_found(cell);
    const double first[] = {s->xi,      s->n,          s->masks,     (double)cell->trials,
                            s->lambda0, s->lambda_max, s->gram_norm, found.width,
                            found.low,  found.high};
    table_row(t);
    for (size_t k = 0; k < sizeof first / sizeof *first; k++)
        table_number(t, first[k]);
    for (size_t k = 0; k < WIDTH_BOUND_COUNT; k++)
        table_number(t, WIDTH_BOUNDS[k].width(cell));
    table_number(t, bounds_width_drift(s));
    table_number(t, concentration_paper_width(s));
    for (size_t k = 0; k < WIDTH_BOUND_COUNT; k++)
        table_number(t, WIDTH_BOUNDS[k].width(cell) / found.width);
}

static void note_exponent(const width_cell *cells, size_t count, const char *name, width_function y, table *t)
{
    stats_line n = width_exponent_n(cells, count, y, CRITERION_SHOWN_CONFIDENCE);
    stats_line xi = width_exponent_xi(cells, count, y, CRITERION_SHOWN_CONFIDENCE);
    char key[64];
    snprintf(key, sizeof key, "exponents of %s", name);
    table_note(t, key, "in n %.4g, in (%.4g, %.4g); in 1/xi %.4g, in (%.4g, %.4g); %g %%", n.slope,
               n.slope_interval.low, n.slope_interval.high, xi.slope, xi.slope_interval.low, xi.slope_interval.high,
               100 * CRITERION_SHOWN_CONFIDENCE);
}

status width_tabulate(const width_cell *cells, size_t count, table **t)
{
    *t = new_table();
    if (!*t)
        return FAILED;
    note_exponent(cells, count, "width", width_measured, *t);
    for (size_t k = 0; k < WIDTH_BOUND_COUNT; k++)
        note_exponent(cells, count, WIDTH_BOUNDS[k].name, WIDTH_BOUNDS[k].width, *t);
    for (size_t k = 0; k < count; k++) {
        if (k > 0 && cells[k].bounds.xi != cells[k - 1].bounds.xi)
            table_gap(*t);
        put_row(&cells[k], *t);
    }
    return OK;
}
