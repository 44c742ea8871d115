/* mask-moments: the rows about masks of one round, honest and with deliberate errors. Theory is double precision alone.
 */
#include "run/real.h"

#ifdef REAL_DOUBLE
#include "tests/moments_study.h"

TestSuite(mask_moments, .init = quiet, .timeout = 60);

/* --- rows --- */

static const char *const NAMES[] = {"E1", "E2", "E3", "E4", "E5", "E6", "E7", "E8", "E9", "E12", "Lemma 4"};
enum { FACTS = sizeof NAMES / sizeof *NAMES };

/* The rows with the closed forms `expected` of the small and `seen` of the large network and draws `sample`. */
static theory_rows rows_of(const study *s, const double *expected, const double *seen, const moments_sample *sample)
{
    theory_rows rows = {.command = "again"};
    moments_evidence e = {&s->small, expected, s->mean, s->masks, &s->large, seen, sample};
    cr_assert(eq(int, moments_rows_facts(&e, &rows, NULL), OK));
    cr_assert(eq(sz, rows.count, FACTS));
    return rows;
}

static const statement_row *find(const theory_rows *rows, const char *name)
{
    for (size_t k = 0; k < rows->count; k++)
        if (strncmp(rows->rows[k].statement, name, strlen(name)) == 0 && rows->rows[k].statement[strlen(name)] == ' ')
            return &rows->rows[k];
    cr_assert(0, "no row %s", name);
    return NULL;
}

static const mask_kind KINDS[] = {MASK_BERNOULLI, MASK_CATEGORICAL};

Test(mask_moments, honest_rows_hold)
{
    for (int kind = 0; kind < 2; kind++) {
        study *s = study_open(KINDS[kind]);
        theory_rows rows = rows_of(s, s->expected, s->seen, &s->sample);
        cr_expect(eq(sz, s->masks, kind ? 81 : 4096));
        for (size_t k = 0; k < FACTS; k++) {
            const statement_row *row = find(&rows, NAMES[k]);
            cr_expect(eq(int, row->verdict, NOT_REFUTED), "%s: %g, p = %g", row->statement, row->observed, row->limit);
            cr_expect(eq(int, row->kind, EXACT));
            cr_expect(le(dbl, row->observed, CRITERION_EXACT), "%s", row->statement);
            cr_expect(le(dbl, 1 - CRITERION_CONFIDENCE, row->limit), "%s", row->statement);
            cr_expect(eq(sz, row->trials, TRIALS));
        }
        theory_rows_free(&rows);
        study_close(s);
    }
}

/* --- errors in the closed forms --- */

static void sum_for_union(moments_constants *c) { c->theta = c->p * c->xi; } /* P(c_r >= 1) read as p xi */
static void bernoulli_theta(moments_constants *c) { c->theta = 1 - pow(1 - c->xi, c->p); } /* for categorical masks */
static void theta_forgotten(moments_constants *c) { c->theta = 1; }
static void factor_two(moments_constants *c) { c->p *= 2; }
static void xi_forgotten(moments_constants *c) { c->xi = 1; }
static void xi_halved(moments_constants *c) { c->xi /= 2; }
static void mean_of_reciprocal(moments_constants *c) { c->phi = c->theta / (c->p * c->xi); } /* E[1/c] read as 1/E[c] */
static void bernoulli_phi(moments_constants *c)
{
    c->phi = bounds_phi((unsigned)c->p, c->xi);
} /* for categorical masks */
static void bound_for_phi(moments_constants *c) { c->phi = fmin(1, bounds_phi_above((unsigned)c->p, c->xi)); }

typedef void spoil(moments_constants *c);
typedef struct {
    const char *row;
    spoil *bernoulli, *categorical;
} mutant;

static const mutant MUTANTS[] = {
    {"E1", sum_for_union, bernoulli_theta},
    {"E2", factor_two, factor_two},
    {"E3", xi_forgotten, xi_forgotten},
    {"E4", mean_of_reciprocal, bernoulli_phi},
    {"E4", bound_for_phi, xi_halved},
    {"E5", theta_forgotten, bernoulli_theta},
    {"E6", mean_of_reciprocal, bernoulli_phi},
    {"E6", xi_halved, xi_halved},
    {"E7", xi_forgotten, xi_forgotten},
    {"E8", xi_forgotten, xi_forgotten},
    {"E9", xi_halved, xi_halved},
    {"E12", theta_forgotten, bernoulli_theta},
    {"E12", xi_forgotten, xi_forgotten},
    {"Lemma 4", theta_forgotten, bernoulli_theta},
};

static void spoilt_seen(const study *s, spoil *error, double *seen)
{
    moments_constants c = moments_constants_of(&s->large.settings);
    error(&c);
    double *x = doubles(&s->large), *minor = doubles(&s->large);
    cr_assert(eq(int, moments_expected(&s->large, &c, x, minor), OK));
    moments_look(&s->views, x, seen);
    free(x), free(minor);
}

/* The error in the small network alone is found by the enumeration, in the large one alone by the draws. */
static void expect_found(const study *s, const char *name, spoil *error)
{
    moments_constants c = moments_constants_of(&s->small.settings);
    error(&c);
    double *x = doubles(&s->small), *minor = doubles(&s->small), seen[MOMENT_VIEWS];
    cr_assert(eq(int, moments_expected(&s->small, &c, x, minor), OK));
    theory_rows rows = rows_of(s, x, s->seen, &s->sample);
    cr_expect(eq(int, find(&rows, name)->verdict, STATEMENT_REFUTED), "%s, enumerated: %g", name,
              find(&rows, name)->observed);
    theory_rows_free(&rows);
    spoilt_seen(s, error, seen);
    rows = rows_of(s, s->expected, seen, &s->sample);
    cr_expect(eq(int, find(&rows, name)->verdict, STATEMENT_REFUTED), "%s, simulated: p = %g", name,
              find(&rows, name)->limit);
    theory_rows_free(&rows);
    free(x), free(minor);
}

Test(mask_moments, wrong_constants_are_refuted)
{
    for (int kind = 0; kind < 2; kind++) {
        study *s = study_open(KINDS[kind]);
        for (size_t k = 0; k < sizeof MUTANTS / sizeof *MUTANTS; k++)
            expect_found(s, MUTANTS[k].row, kind ? MUTANTS[k].categorical : MUTANTS[k].bernoulli);
        study_close(s);
    }
}

/* The second term of a mean forgotten: a neuron's own activation in E5-E7, the bias in E12, the cross term in Lemma 4.
 */
Test(mask_moments, forgotten_terms_are_refuted)
{
    static const moment WITH_MINOR[] = {MOMENT_MIXING, MOMENT_SPREAD, MOMENT_GRADIENT, MOMENT_CHANGE, MOMENT_RESIDUAL};
    static const char *const ROWS[] = {"E5", "E6", "E7", "E12", "Lemma 4"};
    for (int kind = 0; kind < 2; kind++) {
        study *s = study_open(KINDS[kind]);
        moments_layout at = moments_layout_of(&s->small);
        for (size_t k = 0; k < 5; k++) {
            double *x = doubles(&s->small);
            memcpy(x, s->expected, at.first[MOMENTS] * sizeof *x);
            for (size_t i = at.first[WITH_MINOR[k]]; i < at.first[WITH_MINOR[k] + 1]; i++)
                x[i] -= s->minor[i];
            theory_rows rows = rows_of(s, x, s->seen, &s->sample);
            for (size_t f = 0; f < FACTS; f++)
                cr_expect(eq(int, find(&rows, NAMES[f])->verdict,
                             strcmp(NAMES[f], ROWS[k]) ? NOT_REFUTED : STATEMENT_REFUTED),
                          "row %s, error in %s", NAMES[f], ROWS[k]);
            theory_rows_free(&rows);
            free(x);
        }
        study_close(s);
    }
}

/* A number that is none refutes, wherever it stands. */
Test(mask_moments, nan_refutes)
{
    study *s = study_open(MASK_BERNOULLI);
    moments_layout at = moments_layout_of(&s->small);
    double kept = s->mean[at.first[MOMENT_JUMP] + 1];
    s->mean[at.first[MOMENT_JUMP] + 1] = NAN;
    theory_rows rows = rows_of(s, s->expected, s->seen, &s->sample);
    cr_expect(eq(int, find(&rows, "E9")->verdict, STATEMENT_REFUTED));
    theory_rows_free(&rows);
    s->mean[at.first[MOMENT_JUMP] + 1] = kept;
    s->sample.mean[MOMENT_KERNEL * MOMENT_DIRECTIONS + 2] = NAN;
    rows = rows_of(s, s->expected, s->seen, &s->sample);
    cr_expect(eq(int, find(&rows, "E8")->verdict, STATEMENT_REFUTED));
    cr_expect(eq(int, find(&rows, "E9")->verdict, NOT_REFUTED));
    theory_rows_free(&rows);
    study_close(s);
}

/* --- errors in the masks --- */

typedef struct {
    source from;
    int drawn;
    unsigned char kept[SUBNETS * WIDTH];
} wrong_source;

static void draw_once(void *context, unsigned char *mask) /* masks reused across trials */
{
    wrong_source *w = context;
    if (!w->drawn++)
        draw(&w->from, w->kept);
    memcpy(mask, w->kept, sizeof w->kept);
}

static void draw_pairs(void *context, unsigned char *mask) /* neurons two by two alike */
{
    draw(&((wrong_source *)context)->from, mask);
    for (size_t k = 0; k + 1 < SUBNETS * WIDTH; k += 2)
        mask[k + 1] = mask[k];
}

static void draw_same(void *context, unsigned char *mask) /* all subnetworks alike */
{
    draw(&((wrong_source *)context)->from, mask);
    for (size_t l = 1; l < SUBNETS; l++)
        memcpy(mask + l * WIDTH, mask, WIDTH);
}

static void expect_draws_found(const study *s, moments_draw *error, const char *const *names, size_t count)
{
    wrong_source w = {.from = {&s->large.settings, rng_new(9, 0, 0, RNG_TEST)}};
    moments_sample sample;
    cr_assert(eq(int, moments_simulate(&s->large, &s->views, error, &w, TRIALS, &sample), OK));
    theory_rows rows = rows_of(s, s->expected, s->seen, &sample);
    for (size_t k = 0; k < count; k++)
        cr_expect(eq(int, find(&rows, names[k])->verdict, STATEMENT_REFUTED), "%s: p = %g", names[k],
                  find(&rows, names[k])->limit);
    theory_rows_free(&rows);
    rng_free(w.from.r);
}

Test(mask_moments, wrong_draws_are_refuted)
{
    static const char *const PAIRS[] = {"E3", "E4"}, *const SAME[] = {"E1", "E2", "E3", "E4", "E5", "E6"};
    study *s = study_open(MASK_BERNOULLI);
    expect_draws_found(s, draw_once, NAMES, FACTS);
    expect_draws_found(s, draw_pairs, PAIRS, 2);
    expect_draws_found(s, draw_same, SAME, 6);
    study_close(s);
    s = study_open(MASK_CATEGORICAL);
    static const char *const ONCE[] = {"E2", "E3", "E4", "E5",  "E6",
                                       "E7", "E8", "E9", "E12", "Lemma 4"}; /* c_r = 1 always */
    expect_draws_found(s, draw_once, ONCE, 10);
    expect_draws_found(s, draw_pairs, PAIRS, 2);
    study_close(s);
}

/* A sample in parts is the same sample. */
Test(mask_moments, parts_of_a_sample_merge)
{
    study *s = study_open(MASK_BERNOULLI);
    rng *r = rng_new(4, 0, 0, RNG_TEST), *again = rng_new(4, 0, 0, RNG_TEST);
    source from = {&s->large.settings, r}, from_again = {&s->large.settings, again};
    moments_sample whole, first, second;
    cr_assert(eq(int, moments_simulate(&s->large, &s->views, draw, &from, 30, &whole), OK));
    cr_assert(eq(int, moments_simulate(&s->large, &s->views, draw, &from_again, 11, &first), OK));
    cr_assert(eq(int, moments_simulate(&s->large, &s->views, draw, &from_again, 19, &second), OK));
    moments_merge(&first, &second);
    cr_assert(eq(dbl, first.trials, 30));
    cr_assert(eq(dbl, first.steepest.value, whole.steepest.value));
    for (size_t k = 0; k < MOMENT_VIEWS; k++) {
        cr_expect(le(dbl, fabs(first.mean[k] - whole.mean[k]), 1e-12 * (1e-9 + fabs(whole.mean[k]))));
        cr_expect(le(dbl, fabs(first.squares[k] - whole.squares[k]), 1e-9 * whole.squares[k] + 1e-20));
    }
    rng_free(r), rng_free(again);
    study_close(s);
}

/* Two draws of a network of four neurons say nothing. */
Test(mask_moments, few_draws_are_not_judged)
{
    study *s = study_open(MASK_BERNOULLI);
    cr_assert(moments_draws_suffice(&s->large, TRIALS));
    cr_assert(not(moments_draws_suffice(&s->large, 8)));
    moments_sample few = s->sample;
    few.trials = 8;
    theory_rows rows = rows_of(s, s->expected, s->seen, &few);
    cr_expect(eq(sz, find(&rows, "E1")->trials, s->masks));
    cr_expect(isnan(find(&rows, "E1")->limit));
    theory_rows_free(&rows);
    study_close(s);
}
#endif
