/* mask-moments: the rows about the random start, honest and with deliberate errors. Theory is double precision alone.
 */
#include "run/real.h"

#ifdef REAL_DOUBLE
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <gsl/gsl_errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/bounds.h"
#include "tests/fixture.h"
#include "theory/shared/criteria.h"
#include "theory/moments/claims.h"

enum { TRIALS = 200, WIDTH = 120, SAMPLES = 30, FEW = 4 };

static void quiet(void) { gsl_set_error_handler_off(); }

TestSuite(mask_moments_start, .init = quiet, .timeout = 60);

/* Everything that the rows are read off, for tests to spoil one thing at a time. */
typedef struct {
    dataset data;
    gram g;
    double *G;
    moments_start whole, tail;
    moments_starts whole_seen, tail_seen;
    moments_start_evidence e;
} study;

static void simulate(const study *s, const moments_start *start, const moments_limits *limits, moments_starts *seen)
{
    rng *r = rng_new(11, start == &s->tail, 0, RNG_TEST);
    cr_assert(eq(int, moments_starts_simulate(start, limits, start == &s->whole ? s->G : NULL, r, TRIALS, seen), OK),
              "%s", error_text());
    rng_free(r);
}

static void integrate(study *s)
{
    double norms[FEW] = {1, 1, 1, 1};
    s->e.quadrature_inputs = FEW;
    for (size_t i = 0; i < FEW; i++)
        s->e.quadrature_labels += s->g.Y[i] * s->g.Y[i];
    cr_assert(
        eq(int, moments_start_expectation(norms, s->g.Y, FEW, 3, s->whole.xi, s->whole.kappa, &s->e.quadrature), OK));
}

static study *study_open(void)
{
    study *s = calloc(1, sizeof *s);
    s->data = fixture_one_output(SAMPLES);
    cr_assert(eq(int, gram_new(&s->data, GRAM_AUTO, &s->g), OK));
    s->G = malloc(SAMPLES * SAMPLES * sizeof *s->G);
    dataset_gram(&s->data, s->G);
    s->e.near_share = moments_near_share(SAMPLES, WIDTH, CRITERION_DELTA);
    s->whole = (moments_start){
        .g = &s->g, .width = WIDTH, .xi = 0.4, .kappa = 1.3, .radius = moments_radius(s->e.near_share, 1.3)};
    s->tail = s->whole;
    s->tail.width = (size_t)moments_tail_size(SAMPLES, CRITERION_DELTA);
    s->tail.part = (size_t)moments_tail_size(1, CRITERION_DELTA);
    moments_limits limits = moments_limits_of(&s->whole), of_tail = moments_limits_of(&s->tail);
    simulate(s, &s->whole, &limits, &s->whole_seen);
    simulate(s, &s->tail, &of_tail, &s->tail_seen);
    s->e.real = &s->whole, s->e.real_seen = &s->whole_seen, s->e.tail = &s->tail, s->e.tail_seen = &s->tail_seen;
    s->e.C = 1;
    for (size_t i = 0; i < SAMPLES; i++) {
        s->e.labels += s->g.Y[i] * s->g.Y[i];
        s->e.C = fmax(s->e.C, 1 + fabs(s->g.Y[i]));
    }
    integrate(s);
    return s;
}

static void study_close(study *s)
{
    gram_free(&s->g), dataset_free(&s->data);
    free(s->G), free(s);
}

static verdict verdict_on(const study *s, const char *name)
{
    theory_rows rows = {.command = "again"};
    cr_assert(eq(int, moments_claims_start(&s->e, &rows, NULL), OK));
    cr_assert(eq(sz, rows.count, 6));
    for (size_t k = 0; k < rows.count; k++)
        if (strcmp(rows.rows[k].statement, name) == 0) {
            verdict v = rows.rows[k].verdict;
            theory_rows_free(&rows);
            return v;
        }
    cr_assert(0, "no row %s", name);
    return NOT_CHECKED;
}

static const char *const NAMES[] = {"E11 (Lemma 26)", "E11 (Lemma 26), C^2 n", "Lemma 16", "Lemma 17", "Lemma 22",
                                    "Lemma 23"};

Test(mask_moments_start, honest_rows_hold)
{
    study *s = study_open();
    for (size_t k = 0; k < 6; k++)
        cr_expect(eq(int, verdict_on(s, NAMES[k]), NOT_REFUTED), "%s", NAMES[k]);
    study_close(s);
}

/* xi read as 1, kappa doubled, a factor 2 in the inputs' term: in the closed form of what was integrated and of what
 * was drawn. */
Test(mask_moments_start, initial_error_mutants)
{
    study *s = study_open();
    moments_start claimed = s->whole;
    s->e.real = &claimed;
    claimed.xi = 1;
    cr_expect(eq(int, verdict_on(s, NAMES[0]), STATEMENT_REFUTED));
    claimed.xi = s->whole.xi, claimed.kappa *= 2;
    cr_expect(eq(int, verdict_on(s, NAMES[0]), STATEMENT_REFUTED));
    claimed.kappa = s->whole.kappa, s->e.quadrature_inputs *= 2;
    cr_expect(eq(int, verdict_on(s, NAMES[0]), STATEMENT_REFUTED));
    s->e.quadrature_inputs /= 2;
    cr_expect(eq(int, verdict_on(s, NAMES[0]), NOT_REFUTED));
    s->e.labels *= 2;
    cr_expect(eq(int, verdict_on(s, NAMES[0]), STATEMENT_REFUTED), "found by the draws alone");
    s->e.labels = NAN;
    cr_expect(eq(int, verdict_on(s, NAMES[0]), STATEMENT_REFUTED));
    study_close(s);
}

/* C read off |y_i| <= C; labels that break Assumption 1; beyond the largest kappa the hypothesis is not met. */
Test(mask_moments_start, initial_bound_mutants)
{
    study *s = study_open();
    double C = s->e.C;
    s->e.C = C - 1;
    cr_expect(eq(int, verdict_on(s, NAMES[1]), STATEMENT_REFUTED));
    s->e.C = C, s->e.labels = 4 * SAMPLES * C * C;
    cr_expect(eq(int, verdict_on(s, NAMES[1]), STATEMENT_REFUTED));
    moments_start claimed = s->whole;
    claimed.kappa = 100, s->e.labels = SAMPLES / 2.0, s->e.real = &claimed;
    cr_expect(eq(int, verdict_on(s, NAMES[1]), HYPOTHESIS_NOT_MET));
    study_close(s);
}

/* Twice the radius in S_i; half the share; kappa forgotten. Fewer trials than 3/delta check nothing. */
Test(mask_moments_start, near_mutants)
{
    study *s = study_open();
    moments_limits limits = moments_limits_of(&s->whole);
    moments_start wrong = s->whole;
    wrong.radius *= 2.5;
    simulate(s, &wrong, &limits, &s->whole_seen);
    cr_expect(eq(int, verdict_on(s, "Lemma 16"), STATEMENT_REFUTED));
    wrong = s->whole, wrong.kappa = 0.5;
    simulate(s, &wrong, &limits, &s->whole_seen);
    cr_expect(eq(int, verdict_on(s, "Lemma 16"), STATEMENT_REFUTED));
    limits.near /= 2;
    simulate(s, &s->whole, &limits, &s->whole_seen);
    cr_expect(eq(int, verdict_on(s, "Lemma 16"), STATEMENT_REFUTED));
    s->whole_seen.near = 0, s->whole_seen.trials = 59;
    cr_expect(eq(int, verdict_on(s, "Lemma 16"), NOT_CHECKED));
    study_close(s);
}

/* The factor 1/m of H' forgotten; rows of norm 30; NaN. */
Test(mask_moments_start, tangent_mutants)
{
    study *s = study_open();
    cr_assert(eq(dbl, s->whole_seen.tangents, 1));
    s->whole_seen.tangent.value *= WIDTH;
    cr_expect(eq(int, verdict_on(s, "Lemma 17"), STATEMENT_REFUTED));
    for (size_t k = 0; k < SAMPLES * SAMPLES; k++)
        s->G[k] *= 900;
    moments_limits limits = moments_limits_of(&s->whole);
    simulate(s, &s->whole, &limits, &s->whole_seen);
    cr_expect(eq(int, verdict_on(s, "Lemma 17"), STATEMENT_REFUTED));
    s->whole_seen.tangent.value = NAN;
    cr_expect(eq(int, verdict_on(s, "Lemma 17"), STATEMENT_REFUTED));
    study_close(s);
}

/* The factor 2 forgotten, in the small W_0 and in the whole; kappa taken for its square root. */
Test(mask_moments_start, frobenius_mutants)
{
    study *s = study_open();
    moments_limits limits = moments_limits_of(&s->tail);
    limits.part /= 2;
    simulate(s, &s->tail, &limits, &s->tail_seen);
    cr_expect(eq(int, verdict_on(s, "Lemma 22"), STATEMENT_REFUTED));
    s->tail_seen.part = 0;
    cr_expect(eq(int, verdict_on(s, "Lemma 22"), NOT_REFUTED));
    limits = moments_limits_of(&s->whole), limits.frobenius /= 2;
    simulate(s, &s->whole, &limits, &s->whole_seen);
    cr_expect(eq(int, verdict_on(s, "Lemma 22"), STATEMENT_REFUTED));
    moments_start wrong = s->tail;
    limits = moments_limits_of(&s->tail), wrong.kappa *= wrong.kappa * 1.3;
    s->whole_seen.frobenius = 0;
    simulate(s, &wrong, &limits, &s->tail_seen);
    cr_expect(eq(int, verdict_on(s, "Lemma 22"), STATEMENT_REFUTED));
    study_close(s);
}

/* The factor 2 forgotten; rows that are not normalised. */
Test(mask_moments_start, squares_mutants)
{
    study *s = study_open();
    moments_limits limits = moments_limits_of(&s->tail);
    limits.squares /= 2;
    simulate(s, &s->tail, &limits, &s->tail_seen);
    cr_expect(eq(int, verdict_on(s, "Lemma 23"), STATEMENT_REFUTED));
    limits.squares *= 2;
    for (size_t k = 0; k < s->g.n * s->g.d; k++)
        s->g.X[k] *= 1.5;
    simulate(s, &s->tail, &limits, &s->tail_seen);
    cr_expect(eq(int, verdict_on(s, "Lemma 23"), STATEMENT_REFUTED));
    s->tail_seen.squares = 0;
    limits = moments_limits_of(&s->whole);
    for (size_t k = 0; k < s->g.n * s->g.d; k++)
        s->g.X[k] *= 2;
    simulate(s, &s->whole, &limits, &s->whole_seen);
    cr_expect(eq(int, verdict_on(s, "Lemma 23"), STATEMENT_REFUTED), "found at the width of the run");
    study_close(s);
}

/* The integral over nodes and signs is the closed form of E11, whatever the number of neurons. */
Test(mask_moments_start, quadrature_is_exact)
{
    const double norms[] = {1, 0.3, 2.5}, y[] = {0.4, -1.2, 0};
    double labels = 0, inputs = 0;
    for (size_t i = 0; i < 3; i++) {
        labels += y[i] * y[i];
        inputs += norms[i] * norms[i];
    }
    for (size_t m = 1; m <= 6; m++) {
        double mean, closed = bounds_initial_error(0.3, 1.7, labels, inputs);
        cr_assert(eq(int, moments_start_expectation(norms, y, 3, m, 0.3, 1.7, &mean), OK));
        cr_expect(le(dbl, fabs(mean - closed), CRITERION_EXACT * closed), "m = %zu: %.17g, %.17g", m, mean, closed);
    }
    double mean;
    cr_expect(eq(int, moments_start_expectation(norms, y, 3, 7, 0.3, 1.7, &mean), BAD_INPUT));
}

/* The numbers at which the lemmas begin to say something. */
Test(mask_moments_start, thresholds)
{
    double n = 37, m = 900, share = moments_near_share(n, m, 0.05), k = moments_tail_size(n, 0.05);
    cr_expect(le(dbl, fabs(bounds_lemma16_failure(n, m, share) - 0.05), 1e-12));
    cr_expect(le(dbl, fabs(bounds_near_probability(moments_radius(share, 1.7), 1.7) - share), 1e-12));
    cr_expect(le(dbl, bounds_lemma23_failure(n, k), 0.05));
    cr_expect(lt(dbl, 0.05, bounds_lemma23_failure(n, k - 1)));
    cr_expect(eq(dbl, moments_near_share(n, 3, 0.05), 0.5));
}

/* A start looked at neuron by neuron; ||H'|| against power steps on H'^T H' from the definition. */
Test(mask_moments_start, start_by_definition)
{
    study *s = study_open();
    moments_start_work work;
    s->whole.part = 7;
    cr_assert(eq(int, moments_start_work_new(&s->whole, &work), OK));
    rng *r = rng_new(12, 0, 0, RNG_TEST);
    moments_start_draw(&s->whole, r, &work);
    moments_start_seen seen = moments_start_look(&s->whole, &work);
    double all = 0, part = 0, norm, H[SAMPLES][SAMPLES] = {{0}}, v[SAMPLES], largest = 0;
    for (size_t k = 0; k < WIDTH * s->g.d; k++) {
        all += work.W[k] * work.W[k];
        part += k < 7 ? work.W[k] * work.W[k] : 0;
    }
    cr_expect(le(dbl, fabs(seen.frobenius - all), 1e-12 * all));
    cr_expect(le(dbl, fabs(seen.part - part), 1e-12 * part));
    cr_assert(eq(int, moments_near_norm(&s->whole, s->G, &work, &norm), OK));
    for (size_t i = 0; i < SAMPLES; i++) {
        double count = 0;
        v[i] = 1;
        for (size_t k = 0; k < WIDTH; k++) {
            double z = work.Z[k * s->g.ld + i];
            count += fabs(z) <= s->whole.radius;
            for (size_t j = 0; j < SAMPLES; j++)
                H[i][j] += s->G[i * SAMPLES + j] / WIDTH *
                           (z >= 0 && z <= s->whole.radius && work.Z[k * s->g.ld + j] >= 0);
        }
        largest = fmax(largest, count);
    }
    cr_expect(eq(dbl, seen.near, largest));
    double stretch = 0;
    for (int step = 0; step < 2000; step++) {
        double Hv[SAMPLES] = {0}, next[SAMPLES] = {0}, length = 0;
        for (size_t i = 0; i < SAMPLES; i++)
            for (size_t j = 0; j < SAMPLES; j++)
                Hv[i] += H[i][j] * v[j];
        for (size_t i = 0; i < SAMPLES; i++)
            for (size_t j = 0; j < SAMPLES; j++)
                next[j] += H[i][j] * Hv[i];
        for (size_t j = 0; j < SAMPLES; j++)
            length += next[j] * next[j];
        stretch = sqrt(sqrt(length));
        for (size_t j = 0; j < SAMPLES; j++)
            v[j] = next[j] / sqrt(length);
    }
    cr_expect(le(dbl, fabs(stretch - norm), 1e-6 * norm), "%.17g, %.17g", stretch, norm);
    moments_start_work_free(&work);
    rng_free(r);
    study_close(s);
}
#endif
