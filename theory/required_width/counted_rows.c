/* Two and three rows of the data, on which every bound's own conclusion is tried at the width that
 * it asks for, however large (few-rows in doc/mathematics.md).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <limits.h>
#include <math.h>

#include "model/spectrum.h"
#include "theory/required_width/required_width.h"
#include "theory/criteria.h"

static const double XI[] = {0.2, 0.5, 1};
enum { XI_COUNT = sizeof XI / sizeof *XI };
enum { DRAWS = 5 };          /* kernels for each trial of the program: they are cheap */
enum { MOST_HALVINGS = 40 }; /* of a width */

/* --- rows --- */

/* P(active on exactly the rows of `set`): the signs of n <= 3 jointly normal numbers. */
static double chance_of(const counted_rows *f, size_t set) {
    double pairs = ldexp(M_PI, (int)f->n - 1), chance = ldexp(1, -(int)f->n);
    for (size_t i = 0; i < f->n; i++) {
        for (size_t j = i + 1; j < f->n; j++) {
            double alike = (set >> i & 1) == (set >> j & 1) ? 1 : -1;
            chance += asin(fmin(fmax(alike * f->G[i * f->n + j], -1), 1)) / pairs;
        }
    }
    return fmax(chance, 0);
}

status counted_rows_open(const kernel_data *d, size_t n, counted_rows *f) {
    *f = (counted_rows){.n = n, .bounds = {(double)n, 1, 1, CRITERION_DELTA, NAN, NAN, NAN, 0}};
    for (size_t i = 0; i < n; i++) {
        double sum = 0;
        for (size_t j = 0; j < n; j++) {
            f->G[i * n + j] = d->G[i * d->data.n + j];
            f->Hinf[i * n + j] = d->Hinf[i * d->data.n + j];
            sum += fabs(f->G[i * n + j]);
        }
        f->bounds.row_sum = fmax(f->bounds.row_sum, sum);
    }
    for (size_t set = 0; set < (size_t)1 << n; set++) { f->chance[set] = chance_of(f, set); }
    status st = spectrum_norm(f->G, n, &f->bounds.gram_norm);
    if (st == OK) { st = spectrum_smallest(f->Hinf, n, &f->bounds.lambda0, NULL); }
    return st == OK ? spectrum_largest(f->Hinf, n, &f->bounds.lambda_max, NULL) : st;
}

/* --- kernels and conclusions --- */

void counted_rows_draw(const counted_rows *f, double m, double xi, rng *draws, double *H) {
    size_t n = f->n, sets = (size_t)1 << n;
    double chance[COUNTED_SETS + 1];
    unsigned neurons[COUNTED_SETS + 1]; /* of every set, and those that the mask leaves out */
    for (size_t set = 0; set < sets; set++) { chance[set] = xi * f->chance[set]; }
    chance[sets] = 1 - xi;
    rng_multinomial(draws, sets + 1, (size_t)m, chance, neurons);
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++) {
            double both = 0;
            for (size_t set = 0; set < sets; set++) {
                if (set >> i & set >> j & 1) { both += neurons[set]; }
            }
            H[i * n + j] = f->G[i * n + j] * both / m;
        }
    }
}

/* holds <- what the bound concludes of H. */
static status conclude(const own_conclusion *b, const counted_rows *f, double xi, const double *H,
                       bool *holds) {
    double scale = xi * f->bounds.lambda0, off[COUNTED_MOST * COUNTED_MOST], most = 0;
    if (!b->two_sided) { return spectrum_at_least(H, f->n, (1 - b->below) * scale, holds); }
    for (size_t k = 0; k < f->n * f->n; k++) {
        off[k] = H[k] - xi * f->Hinf[k];
        most = fmax(most, fabs(off[k]));
    }
    status st = b->of_entries ? OK : spectrum_norm(off, f->n, &most);
    *holds = most <= b->below * scale / (b->of_entries ? (double)f->n : 1);
    return st;
}

/* Failures of `count` kernels of m neurons. */
static status count_failures(const own_conclusion *b, const counted_rows *f, double xi, double m,
                             size_t count, rng *draws, size_t *failures) {
    double H[COUNTED_MOST * COUNTED_MOST];
    status st = OK;
    *failures = 0;
    for (size_t k = 0; st == OK && k < count; k++) {
        bool holds = false;
        counted_rows_draw(f, m, xi, draws, H);
        st = conclude(b, f, xi, H, &holds);
        *failures += !holds;
    }
    return st;
}

/* --- the statement --- */

/* Over the cells: the most failures, the widest width, the least number of halvings that leave the
 * conclusion true, and cells whose width is beyond what can be counted. */
typedef struct {
    size_t draws, failures, cells, beyond, rows;
    double widest;
    int halvings;
} counted_seen;

static status try_cell(const own_conclusion *b, const counted_rows *f, double xi, rng *draws,
                       counted_seen *seen) {
    bounds_setting s = f->bounds;
    s.xi = xi;
    double m = ceil(b->width(&s)), most = CRITERION_DELTA * (double)seen->draws;
    size_t failures = 0;
    if (m >= UINT_MAX) {
        seen->beyond++;
        return OK;
    }
    seen->cells++;
    seen->rows = f->n;
    if (!(m >= 1)) { /* NaN: no width is asked for */
        seen->failures = seen->draws;
        return OK;
    }
    status st = count_failures(b, f, xi, m, seen->draws, draws, &failures);
    seen->failures = failures > seen->failures ? failures : seen->failures;
    seen->widest = fmax(seen->widest, m);
    for (int k = 0; st == OK && k < seen->halvings; k++) {
        st = count_failures(b, f, xi, ceil(ldexp(m, -k - 1)), seen->draws, draws, &failures);
        if (!((double)failures <= most)) { seen->halvings = k; }
    }
    return st;
}

static status try_cells(const study_run *r, const own_conclusion *b, const kernel_data *d,
                        counted_seen *seen) {
    status st = OK;
    for (size_t n = COUNTED_LEAST; st == OK && n <= COUNTED_MOST && n <= d->data.n; n++) {
        counted_rows f;
        rng *draws = rng_new(r->options.seed, RNG_MAX_CELLS - n, 0, RNG_TRIAL);
        st = draws ? counted_rows_open(d, n, &f) : FAILED;
        for (size_t k = 0; st == OK && k < XI_COUNT; k++) {
            st = try_cell(b, &f, XI[k], draws, seen);
        }
        rng_free(draws);
    }
    return st;
}

/* Of all cells the most failures at the width asked for, and the least number of times that this
 * width may be halved. */
status counted_conclusion(const study_run *r, size_t which, evidence *e) {
    const width_context *c = r->context;
    (void)which;
    if (c->sizes == 0 || c->data[c->sizes - 1].data.n < COUNTED_LEAST) { return claim_absent(e); }
    const kernel_data *d = &c->data[c->sizes - 1];
    counted_seen seen = {.draws = DRAWS * r->repeats, .halvings = MOST_HALVINGS};
    status st = try_cells(r, e->claim->subject, d, &seen);
    if (st != OK) { return st; }
    claim_of_rows(e, &d->data);
    e->row.rows = seen.rows;
    claim_supposes(
        e, seen.cells > 0,
        "the first 2 and 3 rows taken, xi = 0.2, 0.5, 1; m = the width, to %.3g: %s; %zu "
        "widths are beyond 2^32",
        seen.widest, seen.cells > 0 ? "met" : "not met", seen.beyond);
    claim_says(e, "%s: of the cells the most failures; still true at 1/%.0f of the width",
               e->claim->says, ldexp(1, seen.halvings));
    e->confidence = 1 - (1 - e->confidence) / (double)(seen.cells + !seen.cells);
    return claim_counted(e, CRITERION_DELTA, seen.failures, seen.draws);
}
