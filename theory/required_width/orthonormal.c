/* Orthonormal rows, on which every bound's own conclusion at the width that it asks for fails with
 * a probability that is known (orthonormal-rows in doc/mathematics.md).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <math.h>

#include "theory/required_width/required_width.h"
#include "theory/criteria.h"

/* Of a binomial number values this many standard deviations from its mean are left out, and count
 * as failures: a probability of 3e-12. */
static const double DEVIATIONS = 7;
static const double SIZES[] = {2, 4, 8}, XI[] = {0.2, 0.5, 1};
enum { SIZE_COUNT = sizeof SIZES / sizeof *SIZES, CELLS = SIZE_COUNT * sizeof XI / sizeof *XI };
enum { DIVISIONS = 40 }; /* of a width by 2 */

double orthonormal_failure(double n, double m, double xi, double below, double above) {
    double low = ceil(m * xi / 2 * (1 - below)), high = floor(m * xi / 2 * (1 + above));
    double mean = m * xi, spread = DEVIATIONS * sqrt(mean * (1 - xi));
    double first = fmax(0, floor(mean - spread)), last = fmin(m, ceil(mean + spread));
    double failure = 0, weight = 0;
    for (double taken = first; taken <= last; taken++) {
        unsigned count = (unsigned)taken;
        double chance = gsl_ran_binomial_pdf(count, xi, (unsigned)m);
        double off = low > 0 ? gsl_cdf_binomial_P((unsigned)low - 1, 0.5, count) : 0;
        off += high < taken ? gsl_cdf_binomial_Q((unsigned)high, 0.5, count) : 0;
        failure += chance * -expm1(n * log1p(-off));
        weight += chance;
    }
    return failure + fmax(0, 1 - weight);
}

static bounds_setting setting_of(size_t cell) {
    return (bounds_setting){.n = SIZES[cell % SIZE_COUNT],
                            .masks = 1,
                            .xi = XI[cell / SIZE_COUNT],
                            .delta = CRITERION_DELTA,
                            .lambda0 = 0.5,
                            .lambda_max = 0.5,
                            .gram_norm = 1,
                            .row_sum = 1};
}

static double failure_at(const own_conclusion *b, const bounds_setting *s, double m) {
    double below = b->below / (b->of_entries ? s->n : 1);
    return orthonormal_failure(s->n, ceil(m), s->xi, below, b->two_sided ? below : INFINITY);
}

/* Of all cells the largest failure at the width asked for, and the least number of times that this
 * width may be halved. */
status orthonormal_conclusion(const study_run *r, evidence *e) {
    const own_conclusion *b = e->claim->subject;
    double worst = 0, widest = 0;
    int halvings = DIVISIONS;
    (void)r;
    for (size_t k = 0; k < CELLS; k++) {
        bounds_setting s = setting_of(k);
        double m = b->width(&s);
        worst = fmax(worst, failure_at(b, &s, m));
        widest = fmax(widest, m);
        int here = 0;
        while (here < halvings && failure_at(b, &s, ldexp(m, -here - 1)) <= s.delta) { here++; }
        halvings = here < halvings ? here : halvings;
    }
    e->row.rows = e->row.of = (size_t)SIZES[SIZE_COUNT - 1];
    claim_supposes(e, true,
                   "orthonormal rows, n = 2, 4, 8, xi = 0.2, 0.5, 1; m = the width, to "
                   "%.3g: met",
                   widest);
    claim_says(e,
               "%s: the failure probability, exactly; still true at 1/%.0f of the width, at 1/%.0f "
               "no longer",
               e->claim->says, ldexp(1, halvings), ldexp(2, halvings));
    return claim_saw(e, CRITERION_DELTA, worst, CELLS);
}
