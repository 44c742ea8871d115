#include "theory/concentration/table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "theory/shared/criteria.h"

/* A measure that a claim bounds from above has its 1 - delta quantile in the table, one bounded from below its delta
 * quantile. */
typedef struct {
    const char *name, *means;
    concentration_measure measure;
    bool lower;
} column;

static const column COLUMNS[] = {
    {"norm", "||H_m - xi Hinf||", MEASURE_NORM, false},
    {"frobenius", "||H_m - xi Hinf||_F", MEASURE_FROBENIUS, false},
    {"entry", "max_ij |H_m - xi Hinf|_ij", MEASURE_ENTRY, false},
    {"ratio", "lambda_min(H_m)/(xi lambda_0)", MEASURE_RATIO, true},
};

enum { COLUMN_COUNT = sizeof COLUMNS / sizeof *COLUMNS };

static const char FIRST_NAMES[] = "mask xi width masks trials";
static const char FIRST_LEGEND[] = "mask [text] bernoulli or categorical\n"
                                   "xi [1] probability that a mask takes a neuron\n"
                                   "width [neurons] m\n"
                                   "masks [count] masks of one W_0, K p; the worst of them counts\n"
                                   "trials [count] independent W_0";
static const char LAST_NAMES[] =
    "hoeffding bernstein hoeffding_norm bernstein_norm matrix_bernstein chernoff below_half";
static const char LAST_LEGEND[] = "hoeffding [1] bound (a) of entry\n"
                                  "bernstein [1] bound (b) of entry\n"
                                  "hoeffding_norm [1] n times (a), bound of norm and frobenius\n"
                                  "bernstein_norm [1] n times (b), bound of norm and frobenius\n"
                                  "matrix_bernstein [1] bound (c) of norm\n"
                                  "chernoff [1] bound (d) of ratio from below; 0: it asserts nothing\n"
                                  "below_half [count] trials with ratio < 1/2, against Theorem 2's conclusion";

static table *new_table(double delta)
{
    char names[1024], legend[8192];
    int used = snprintf(names, sizeof names, "%s", FIRST_NAMES),
        told = snprintf(legend, sizeof legend, "%s", FIRST_LEGEND);
    for (size_t k = 0; k < COLUMN_COUNT; k++) {
        const column *c = &COLUMNS[k];
        const char *parts[2] = {"median", "quantile"};
        for (int part = 0; part < 2; part++) {
            used += snprintf(names + used, sizeof names - used, " %1$s_%2$s %1$s_%2$s_low %1$s_%2$s_high", c->name,
                             parts[part]);
            double q = part == 0 ? 0.5 : c->lower ? delta : 1 - delta;
            told += snprintf(legend + told, sizeof legend - told,
                             "\n%1$s_%2$s [1] %3$s, the worst mask's: %4$g quantile over trials"
                             "\n%1$s_%2$s_low [1] its lower distribution-free limit; both limits hold at %5$g %%"
                             "\n%1$s_%2$s_high [1] its upper one; inf: too few trials",
                             c->name, parts[part], c->means, q, 100 * CRITERION_SHOWN_CONFIDENCE);
        }
    }
    snprintf(names + used, sizeof names - used, " %s", LAST_NAMES);
    snprintf(legend + told, sizeof legend - told, "\n%s", LAST_LEGEND);
    return table_new(names, legend, 17);
}

static void put_quantile(table *t, const double *x, size_t trials, double q)
{
    stats_interval limits = stats_quantile_interval(x, trials, q, CRITERION_SHOWN_CONFIDENCE);
    table_number(t, stats_quantile(x, trials, q));
    table_number(t, limits.low);
    table_number(t, limits.high);
}

static void put_row(const concentration_result *r, size_t design, size_t width, double *x, table *t)
{
    const concentration_design *d = &r->plan->designs[design];
    const bounds_setting *s = &r->bounds[design];
    double m = r->plan->widths[width], below = 0;
    table_row(t);
    table_text(t, concentration_kind(d));
    table_number(t, d->xi);
    table_number(t, m);
    table_number(t, (double)d->masks);
    table_number(t, (double)r->trials);
    for (size_t k = 0; k < COLUMN_COUNT; k++) {
        concentration_column(r, design, width, COLUMNS[k].measure, x);
        put_quantile(t, x, r->trials, 0.5);
        put_quantile(t, x, r->trials, COLUMNS[k].lower ? s->delta : 1 - s->delta);
    }
    for (size_t k = 0; k < r->trials; k++) /* x: the ratio, the last column */
        below += !(x[k] >= 0.5);
    double a = bounds_deviation_hoeffding(s, m), b = bounds_deviation_bernstein(s, m);
    const double last[] = {
        a, b, s->n * a, s->n * b, bounds_deviation_matrix_bernstein(s, m), bounds_lower_chernoff(s, m), below};
    for (size_t k = 0; k < sizeof last / sizeof *last; k++)
        table_number(t, last[k]);
}

static status note_design(const concentration_result *r, size_t design, table *t)
{
    const concentration_design *d = &r->plan->designs[design];
    const bounds_setting *s = &r->bounds[design];
    concentration_slope slope;
    status done = concentration_fit_slope(r, design, CRITERION_SHOWN_CONFIDENCE, &slope);
    if (done != OK)
        return done;
    char key[64];
    snprintf(key, sizeof key, "%s xi=%g widths", concentration_kind(d), d->xi);
    table_note(t, key, "for xi lambda_0/4: m_H=%.4g m_B=%.4g m_C=%.4g (d)=%.4g; Together %.4g",
               bounds_width_hoeffding(s), bounds_width_bernstein(s), bounds_width_matrix_bernstein(s),
               bounds_width_chernoff(s, 0.25), bounds_width_together(s));
    snprintf(key, sizeof key, "%s xi=%g slope", concentration_kind(d), d->xi);
    table_note(t, key,
               "log norm in log m: %.5g in (%.5g, %.5g), %g %%; of the medians %.5g; %zu widths with m xi >= %g",
               slope.mean, slope.interval.low, slope.interval.high, 100 * CRITERION_SHOWN_CONFIDENCE, slope.of_medians,
               slope.count, (double)CRITERION_SLOPE_ACTIVE);
    return OK;
}

static status fill(const concentration_result *r, double *x, table *t)
{
    status done = OK;
    for (size_t k = 0; done == OK && k < r->plan->design_count; k++) {
        done = note_design(r, k, t);
        for (size_t w = 0; w < r->plan->width_count; w++)
            put_row(r, k, w, x, t);
        if (k + 1 < r->plan->design_count)
            table_gap(t);
    }
    return done;
}

status concentration_tabulate(const concentration_result *r, table **t)
{
    double *x = allocate(r->trials, sizeof *x, "one number of every trial");
    *t = x ? new_table(r->bounds[0].delta) : NULL;
    status done = *t ? fill(r, x, *t) : FAILED;
    if (done != OK) {
        table_free(*t);
        *t = NULL;
    }
    free(x);
    return done;
}
