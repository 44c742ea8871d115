/* The random networks of ntk-concentration, what is kept of them, and its table.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>

#include "theory/ntk_concentration/ntk_concentration.h"
#include "study/own_masks.h"
#include "theory/criteria.h"

enum { MAX_WIDTH = 1 << 30, MAX_SUBNETS = 1000, MAX_MASKS = 100000 };

static const concentration_settings defaults = {
    .widths = {{64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768, 65536, 131072}, 12},
    .xi = {{0.2, 0.5, 1}, 3},
    .subnets = {{2, 5}, 2},
    .masks = 1,
    .trials = 100,
    .delta = CRITERION_DELTA};

#define FIELD(member) offsetof(concentration_settings, member)

static const option_row options[] = {
    {"", OPTION_HEADING, .help = "The networks (LIST: values separated by commas):"},
    {"widths", OPTION_COUNTS, FIELD(widths), 1, MAX_WIDTH, "widths m", OPTION_ASCENDING},
    {"xi", OPTION_NUMBERS, FIELD(xi), 0, 1, "Bernoulli masks with these xi", OPTION_ABOVE_LOW},
    {"subnets", OPTION_COUNTS, FIELD(subnets), 1, MAX_SUBNETS,
     "categorical masks with these p, xi = 1/p"},
    {"masks", OPTION_COUNT, FIELD(masks), 1, MAX_MASKS,
     "Bernoulli masks of one W_0, K p; the worst counts (categorical: p); or FILE.npz, masks of "
     "your "
     "own, array masks (K, p, m), in their place: m and xi are theirs",
     .file = FIELD(own)},
    {"trials", OPTION_COUNT, FIELD(trials), 2, RNG_MAX_REPEATS,
     "independent W_0; at least 3/delta to check a bound", OPTION_NO_VALUE},
    {"mask", OPTION_WORD, FIELD(mask),
     .help = "of the lists: bernoulli and categorical ones together, or fixed and partition ones, "
             "whose sizes have to be whole at every width",
     .words = mask_words, .flags = OPTION_IF_SET | OPTION_NO_DEFAULT},
    {"delta", OPTION_NUMBER, FIELD(delta), 1e-9, 0.5, "failure probability of the bounds",
     OPTION_NO_VALUE},
    {NULL}};

/* --- designs and units --- */

static status preset(study_run *r) {
    concentration_settings *o = r->settings;
    mask_sets *sets = &((concentration_context *)r->context)->sets;
    status st = own_masks_read(o->own, sets);
    if (st != OK || !sets->mask) { return st; }
    o->widths = (option_list){{(double)sets->m}, 1};
    o->xi = (option_list){{own_masks_xi(sets)}, 1};
    o->subnets.count = 0;
    return OK;
}

/* Masks of the user's own are for one width and one xi. */
static status check_own(study_run *r) {
    const concentration_settings *o = r->settings;
    mask_sets *sets = &((concentration_context *)r->context)->sets;
    status st = own_masks_read(o->own, sets);
    if (st != OK || !sets->mask) { return st; }
    if (o->widths.count > 1 || o->widths.values[0] != (double)sets->m) {
        return fail(BAD_INPUT, "--widths: the masks of %s are for %zu neurons; leave --widths out",
                    o->own, sets->m);
    }
    if (o->xi.count == 1) { return own_masks_fit(sets, sets->p, sets->m, o->xi.values[0]); }
    return fail(BAD_INPUT, "--xi: the masks of %s have one; leave --xi out", o->own);
}

static void describe(const study_run *r, text *t) {
    own_masks_describe(&concentration_of(r)->sets, t);
}

static void note(const study_run *r, table *t) {
    kernel_data_note_of(r, t);
    own_masks_note(&concentration_of(r)->sets, t);
}

void concentration_set_up(study_run *r) {
    const concentration_settings *o = r->settings;
    concentration_context *c = r->context;
    size_t count = 0;
    bool sized = mask_sized((mask_kind)o->mask);
    const mask_sets *own = c->sets.mask ? &c->sets : NULL;
    for (size_t k = 0; k < o->xi.count; k++) {
        c->designs[count++] = (mask_design){.kind = sized && !own ? MASK_FIXED : MASK_BERNOULLI,
                                            .masks = own ? own->rounds * own->p : o->masks,
                                            .xi = o->xi.values[k],
                                            .sets = own};
    }
    for (size_t k = 0; k < o->subnets.count; k++) {
        double p = o->subnets.values[k];
        c->designs[count++] = (mask_design){
            .kind = sized ? MASK_PARTITION : MASK_CATEGORICAL, .masks = (size_t)p, .xi = 1 / p};
    }
    for (size_t k = 0; k < count; k++) {
        const mask_design *d = &c->designs[k];
        c->bounds[k] = kernel_data_bounds(&c->data, (double)d->masks, d->xi, o->delta);
    }
    c->design_count = count;
    r->data = &c->data.data;
    r->cells = 1;
    r->repeats = o->trials;
    r->values =
        count * (o->widths.count * deviation_kind.count + concentration_probe_count(r->data->n));
}

/* H_m has the mean xi Hinf at every width only where xi m neurons are a whole number of them. */
static status check_sizes(const study_run *r) {
    const concentration_context *c = r->context;
    const option_list *widths = concentration_widths(r);
    for (size_t k = 0; k < c->design_count * widths->count; k++) {
        const mask_design *d = &c->designs[k / widths->count];
        double m = widths->values[k % widths->count], neurons = m * d->xi;
        if (!mask_sized(d->kind) || fabs(neurons - round(neurons)) <= 1e-9 * m) { continue; }
        return fail(BAD_INPUT,
                    "--widths: %s masks at xi = %g of %g neurons are none of a whole size; give "
                    "--widths, --xi and --subnets of which all are, as --widths 80,160,320",
                    mask_design_kind(d), d->xi, m);
    }
    return OK;
}

static status prepare(study_run *r) {
    concentration_context *c = r->context;
    status st = check_own(r);
    if (st != OK) { return st; }
    st = kernel_data_open(&r->options, r->study->samples, KERNEL_ALL_LABELS, &c->data);
    if (st == OK) { st = kernel_data_require_regular(&c->data); }
    if (st != OK) { return st; }
    concentration_set_up(r);
    st = check_sizes(r);
    if (st != OK) { return st; }
    return masked_stream_fits(r->data, c->designs, c->design_count, r->options.threads);
}

static void close_context(void *context) {
    concentration_context *c = context;
    kernel_data_close(&c->data);
    mask_sets_free(&c->sets);
}

/* --- the table: a row for each design and width --- */

/* A number of the worst mask: its median, and its 1 - delta quantile if a claim bounds it from
 * above, its delta quantile if from below. */
typedef struct {
    const char *name, *means;
    size_t number;
    bool lower;
} column;

static const column columns[] = {
    {"norm", "||H_m - xi Hinf||", CLAIM_NUMBER(deviation, norm), false},
    {"frobenius", "||H_m - xi Hinf||_F", CLAIM_NUMBER(deviation, frobenius), false},
    {"entry", "max_ij |H_m - xi Hinf|_ij", CLAIM_NUMBER(deviation, entry), false},
    {"ratio", "lambda_min(H_m)/(xi lambda0)", CLAIM_NUMBER(deviation, ratio), true}};

static void put_quantile(const study_run *r, const column *c, const char *part, double q,
                         const double *x, table *t) {
    static const char *const ends[] = {"", "_low", "_high"},
                             *const means[] = {"", ", lower distribution-free 95 % limit",
                                               ", upper limit; inf: too few trials"};
    stats_interval limits = stats_quantile_interval(x, r->repeats, q, CRITERION_SHOWN_CONFIDENCE);
    const double values[] = {stats_quantile(x, r->repeats, q), limits.low, limits.high};
    for (size_t k = 0; k < 3; k++) {
        char name[64], meaning[160];
        snprintf(name, sizeof name, "%s_%s%s", c->name, part, ends[k]);
        snprintf(meaning, sizeof meaning, "%g quantile over trials of %s%s", q, c->means, means[k]);
        row_number(t, name, meaning, values[k]);
    }
}

static void put_bounds(const bounds_setting *s, double m, table *t) {
    double a = bounds_deviation_hoeffding(s, m), b = bounds_deviation_bernstein(s, m),
           c = bounds_deviation_matrix_bernstein(s, m), d = bounds_lower_chernoff(s, m);
    row_number(t, "hoeffding", "bound of entry by Hoeffding's inequality", a);
    row_number(t, "bernstein", "bound of entry by Bernstein's inequality", b);
    row_number(t, "hoeffding_norm", "n hoeffding, bound of norm and frobenius", s->n * a);
    row_number(t, "bernstein_norm", "n bernstein, bound of norm and frobenius", s->n * b);
    row_number(t, "matrix_bernstein", "bound of norm by the matrix Bernstein inequality", c);
    row_number(t, "chernoff", "lower bound of ratio by matrix Chernoff; 0: nothing is asserted", d);
}

static void put_row(const study_run *r, size_t design, size_t width, double *x, table *t) {
    const concentration_context *c = r->context;
    const mask_design *d = &c->designs[design];
    const bounds_setting *s = &c->bounds[design];
    double m = concentration_widths(r)->values[width], below = 0;
    table_row(t);
    row_text(t, "mask", "bernoulli, categorical, fixed or partition", mask_design_kind(d));
    row_number(t, "xi", "probability that a mask takes a neuron", d->xi);
    row_number(t, "width", "m", m);
    row_number(t, "masks", "masks of one W_0, K p; the worst of them counts", (double)d->masks);
    row_number(t, "trials", "independent W_0", (double)r->repeats);
    for (size_t k = 0; k < sizeof columns / sizeof *columns; k++) {
        const column *shown = &columns[k];
        concentration_column(r, design, width, shown->number, x);
        put_quantile(r, shown, "median", 0.5, x, t);
        put_quantile(r, shown, "quantile", shown->lower ? s->delta : 1 - s->delta, x, t);
    }
    put_bounds(s, m, t);
    for (size_t k = 0; k < r->repeats; k++) { below += !(x[k] >= 0.5); } /* x: ratio, the last */
    row_number(t, "below_half", "trials with ratio < 1/2, against Theorem 2", below);
}

static void note_design(const study_run *r, size_t design, double *x, table *t) {
    const mask_design *d = &concentration_of(r)->designs[design];
    const bounds_setting *s = &concentration_of(r)->bounds[design];
    concentration_slope slope = concentration_fit_slope(r, design, CRITERION_SHOWN_CONFIDENCE, x);
    char key[64];
    snprintf(key, sizeof key, "%s xi=%g widths", mask_design_kind(d), d->xi);
    table_note(t, key,
               "Hoeffding %.4g, Bernstein %.4g, matrix Bernstein %.4g, matrix Chernoff %.4g, with "
               "drift %.4g",
               bounds_width_hoeffding(s), bounds_width_bernstein(s),
               bounds_width_matrix_bernstein(s), bounds_width_chernoff(s, 0.25),
               bounds_width_combined(s));
    snprintf(key, sizeof key, "%s xi=%g slope", mask_design_kind(d), d->xi);
    table_note(t, key,
               "log norm in log m: %.5g in (%.5g, %.5g), %g %%; of the medians %.5g; %zu widths "
               "with m xi >= %g",
               slope.mean, slope.interval.low, slope.interval.high,
               100 * CRITERION_SHOWN_CONFIDENCE, slope.of_medians, slope.count,
               (double)CRITERION_SLOPE_ACTIVE);
}

static status fill(const study_run *r, table *t) {
    const concentration_context *c = r->context;
    double *x = r->over_repeats;
    for (size_t k = 0; k < c->design_count; k++) {
        if (k > 0) { table_gap(t); }
        note_design(r, k, x, t);
        for (size_t w = 0; w < concentration_widths(r)->count; w++) { put_row(r, k, w, x, t); }
    }
    return OK;
}

static const study_table tables[] = {
    {"", "Theorem 2 at initialisation: ||H_m - xi Hinf||, lambda_min(H_m) and bounds", 17,
     .fill = fill},
    {NULL}};

const study concentration_study = {
    .samples = 200,
    .about = "Theorem 2: how near the masked NTK is to xi Hinf, against every bound",
    STUDY_OF(options, defaults, concentration_context),
    .preset = preset,
    .prepare = prepare,
    .describe = describe,
    .close = close_context,
    .measure = concentration_measure,
    .calibrate = concentration_calibrate,
    .note = note,
    .tables = tables,
    .claims = concentration_claims};
