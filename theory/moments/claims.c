#include "theory/moments/claims.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdio.h>

#include "run/stats.h"
#include "theory/shared/criteria.h"
#include "theory/moments/means.h"

/* A claim "with probability at least 1 - allowed": so many failures of so many trials. */
typedef struct {
    double allowed, failures, trials;
} frequency;

static double lower_limit(frequency f)
{
    return stats_clopper_pearson_lower((size_t)f.failures, (size_t)f.trials, CRITERION_CONFIDENCE);
}

static void check_frequency(statement_row *row, frequency f)
{
    theory_check_at_most(row, true, f.allowed, f.failures / f.trials, (size_t)f.trials);
    row->limit = lower_limit(f);
    row->verdict = f.trials * f.allowed >= CRITERION_TRIALS_PER_DELTA ? NOT_REFUTED : NOT_CHECKED;
    if (!(row->limit <= f.allowed)) { row->verdict = STATEMENT_REFUTED; }
}

static void check_also(statement_row *row, bool holds)
{
    if (!holds) { row->verdict = STATEMENT_REFUTED; }
}

static void put_bound(table *t, const char *fact, const char *way, const char *quantity,
                      double trials, double bound, double observed)
{
    moments_subject subject = {fact, "-", way, quantity, "-", "<=", trials};
    moments_put(t, &subject, moments_compare_bound(bound, observed, 1));
}

static void put_frequency(table *t, const char *fact, const char *quantity, frequency f)
{
    put_bound(t, fact, "simulated", quantity, f.trials, f.allowed, f.failures / f.trials);
}

/* --- the start --- */

static status row_initial_error(const moments_start_evidence *e, theory_rows *rows, table *t)
{
    const moments_start *s = e->real;
    const moments_starts *seen = e->real_seen;
    statement_row *row =
        theory_row(rows, "E11 (Lemma 26)", EXACT,
                   "E_{W_0,a}||y - u_0||^2 = ||y||^2 + xi^2 kappa^2 sum_i ||x_i||^2/2");
    if (!row) { return FAILED; }
    double closed =
        bounds_initial_error(s->xi, s->kappa, e->quadrature_labels, e->quadrature_inputs);
    double expected = bounds_initial_error(s->xi, s->kappa, e->labels, (double)s->g->n);
    moments_comparison exact = moments_compare_exact(&closed, &e->quadrature, 1);
    moments_comparison drawn = moments_compare_sampled(&expected, &seen->mean, &seen->deviations, 1,
                                                       seen->trials, 0, MOMENT_FAMILY);
    moments_put(t, &(moments_subject){"E11", "-", "enumerated", "||y-u_0||^2", "-", "=", 1}, exact);
    moments_put(t,
                &(moments_subject){"E11", "-", "simulated", "||y-u_0||^2", "-", "=", seen->trials},
                drawn);
    theory_check_at_most(row, true, CRITERION_EXACT, exact.relative, (size_t)seen->trials);
    row->limit = drawn.p;
    check_also(row, drawn.p >= 1 - CRITERION_CONFIDENCE);
    snprintf(row->hypotheses, sizeof row->hypotheses,
             "W_0 normal, a uniform: all signs and a Gauss rule for 3 neurons; %.0f starts at "
             "m=%zu n=%zu (limit: "
             "p-value)",
             seen->trials, s->width, s->g->n);
    return OK;
}

static status row_initial_bound(const moments_start_evidence *e, theory_rows *rows, table *t)
{
    const moments_start *s = e->real;
    double n = (double)s->g->n, most = bounds_initial_kappa(s->xi, e->C), bound = e->C * e->C * n;
    statement_row *row = theory_row(rows, "E11 (Lemma 26), C^2 n", DERIVED,
                                    "E||y - u_0||^2 <= C^2 n if xi^2 kappa^2 <= 2(2C - 1)");
    if (!row) { return FAILED; }
    theory_check_at_most(row, s->kappa <= most, bound, e->real_seen->mean,
                         (size_t)e->real_seen->trials);
    double edge = bounds_initial_error(s->xi, most, e->labels, n);
    check_also(row, edge <= bound * (1 + CRITERION_EXACT));
    if (s->kappa <= most) {
        put_bound(t, "E11", "simulated", "||y-u_0||^2 against C^2 n", e->real_seen->trials, bound,
                  e->real_seen->mean);
    }
    put_bound(t, "E11", "computed", "the same at the largest kappa", 1, bound, edge);
    snprintf(
        row->hypotheses, sizeof row->hypotheses,
        "|y_i| <= C - 1 with C = %.4g; kappa = %g, at most %.4g; at that kappa the mean is %.6g",
        e->C, s->kappa, most, edge);
    return OK;
}

static status row_near(const moments_start_evidence *e, theory_rows *rows, table *t)
{
    const moments_start *s = e->real;
    double n = (double)s->g->n, m = (double)s->width,
           count = bounds_near_count(m, 1, e->near_share);
    statement_row *row =
        theory_row(rows, "Lemma 16", DERIVED,
                   "|S_i| <= 2 m p_R for all i with probability 1 - n exp(-m p_R/3), S_i = {r: "
                   "|<w_0r,x_i>| <= R}");
    if (!row) { return FAILED; }
    frequency f = {bounds_lemma16_failure(n, m, e->near_share), e->real_seen->near,
                   e->real_seen->trials};
    check_frequency(row, f);
    put_frequency(t, "Lemma 16", "P(max_i |S_i| > 2 m p_R)", f);
    snprintf(row->hypotheses, sizeof row->hypotheses,
             "W_0 normal; n=%zu m=%zu, R = %.4g (p_R = %.4g): 2 m p_R = %.4g, largest |S_i| seen "
             "%g; observed: share "
             "of starts",
             s->g->n, s->width, s->radius, e->near_share, count, e->real_seen->largest_near);
    return OK;
}

static status row_tangent(const moments_start_evidence *e, theory_rows *rows, table *t)
{
    statement_row *row =
        theory_row(rows, "Lemma 17", DERIVED,
                   "||H'|| <= n max_i |S_i|/m, H'_ij = (1/m) <x_i,x_j> sum_{r in S_i} 1_ri 1_rj");
    if (!row) { return FAILED; }
    moments_closest c = e->real_seen->tangent;
    theory_check_at_most(row, true, c.bound, c.value, (size_t)e->real_seen->tangents);
    put_bound(t, "Lemma 17", "simulated", "||H'||", e->real_seen->tangents, c.bound, c.value);
    snprintf(row->hypotheses, sizeof row->hypotheses,
             "unit rows; n=%zu m=%zu, R = %.4g; the first start of every unit", e->real->g->n,
             e->real->width, e->real->radius);
    return OK;
}

/* P(chi^2_k >= 2k), which both lemmas bound by exp(-k (1 - ln 2)/2), at every k up to where double ends. */
static bool tails_hold(void)
{
    enum { MOST = 4000 };
    bool hold = true;
    for (int k = 1; k <= MOST; k++) {
        hold &= gsl_cdf_chisq_Q(2.0 * k, k) <= bounds_lemma22_failure(k, 1);
    }
    return hold;
}

static status row_frobenius(const moments_start_evidence *e, theory_rows *rows, table *t)
{
    statement_row *row =
        theory_row(rows, "Lemma 22", DERIVED,
                   "||W_0||_F^2 <= 2 kappa^2 m d with probability 1 - exp(-0.153 m d)");
    if (!row) { return FAILED; }
    double md = (double)(e->real->width * e->real->g->d), part = (double)e->tail->part;
    frequency small = {bounds_lemma22_failure(part, 1), e->tail_seen->part, e->tail_seen->trials};
    frequency whole = {bounds_lemma22_failure(md, 1), e->real_seen->frobenius,
                       e->real_seen->trials};
    check_frequency(row, small);
    check_also(row, lower_limit(whole) <= whole.allowed && tails_hold());
    put_frequency(t, "Lemma 22", "P(||W_0||_F^2 > 2 kappa^2 m d), least m d", small);
    put_frequency(t, "Lemma 22", "P(||W_0||_F^2 > 2 kappa^2 m d)", whole);
    put_bound(t, "Lemma 22", "computed", "P(chi^2_{md} >= 2 m d), least m d", 1, small.allowed,
              gsl_cdf_chisq_Q(2 * part, part));
    snprintf(row->hypotheses, sizeof row->hypotheses,
             "W_0 normal; shown at m d = %g, the least with a bound below delta; at m d = %g: %g "
             "of %g; chi^2 tails to "
             "4000 degrees",
             part, md, whole.failures, whole.trials);
    return OK;
}

static status row_squares(const moments_start_evidence *e, theory_rows *rows, table *t)
{
    statement_row *row = theory_row(
        rows, "Lemma 23", DERIVED,
        "sum_r <w_0r,x_i>^2 <= 2 m kappa^2 for all i with probability 1 - n exp(-0.153 m)");
    if (!row) { return FAILED; }
    double n = (double)e->real->g->n, least = (double)e->tail->width, m = (double)e->real->width;
    frequency small = {bounds_lemma23_failure(n, least), e->tail_seen->squares,
                       e->tail_seen->trials};
    frequency whole = {bounds_lemma23_failure(n, m), e->real_seen->squares, e->real_seen->trials};
    check_frequency(row, small);
    check_also(row, lower_limit(whole) <= whole.allowed && tails_hold());
    put_frequency(t, "Lemma 23", "P(max_i sum_r <w_0r,x_i>^2 > 2 m kappa^2), least m", small);
    put_frequency(t, "Lemma 23", "P(max_i sum_r <w_0r,x_i>^2 > 2 m kappa^2)", whole);
    snprintf(row->hypotheses, sizeof row->hypotheses,
             "W_0 normal, unit rows; n=%zu, shown at m = %g, the least with a bound below delta; "
             "at m = %g: %g of %g",
             e->real->g->n, least, m, whole.failures, whole.trials);
    return OK;
}

status moments_claims_start(const moments_start_evidence *e, theory_rows *rows, table *t)
{
    status (*const row[])(const moments_start_evidence *, theory_rows *, table *) = {
        row_initial_error, row_initial_bound, row_near, row_tangent, row_frobenius, row_squares};
    status done = OK;
    for (size_t k = 0; done == OK && k < sizeof row / sizeof *row; k++) {
        done = row[k](e, rows, t);
    }
    return done;
}

/* --- runs --- */

static double larger(double a, double b)
{
    return b <= a || isnan(a) ? a : b;
}

/* A row "this relative error is at most CRITERION_EXACT". */
static status row_identity(theory_rows *rows, table *t, const char *label, const char *says,
                           const char *hypotheses, const moments_subject *subject, double worst)
{
    statement_row *row = theory_row(rows, label, EXACT, says);
    if (!row) { return FAILED; }
    theory_check_at_most(row, true, CRITERION_EXACT, worst, (size_t)subject->trials);
    snprintf(row->hypotheses, sizeof row->hypotheses, "%s", hypotheses);
    moments_put(t, subject, moments_compare_bound(CRITERION_EXACT, worst, 1));
    return OK;
}

static status rows_combined(const moments_run_evidence *e, theory_rows *rows, table *t)
{
    double lemma13 = larger(e->small.mean_error, e->small.lemma13_error),
           lemma14 = e->small.lemma14_error;
    for (size_t k = 0; k < e->count; k++) {
        lemma13 =
            larger(lemma13, larger(e->categorical[k].mean_error, e->categorical[k].lemma13_error));
        lemma14 = larger(lemma14, e->categorical[k].lemma14_error);
    }
    char hypotheses[160];
    double rounds = (double)(e->count + e->masks);
    snprintf(hypotheses, sizeof hypotheses,
             "Assumption 4: a round from every one of %zu masks of a small network, %zu rounds of "
             "runs; relative error",
             e->masks, e->count);
    moments_subject subject = {
        "E10", "categorical", "trained", "Lemma 13 and u = mean of u^l, relative error",
        "-",   "<=",          rounds};
    status done =
        row_identity(rows, t, "E10 (Lemma 13), categorical",
                     "u = (1/p) sum u^l; ||y - u_{k+1}||^2 = (1/p) sum ||y - u^l_tau||^2 - (1/p^2) "
                     "sum_{l<l'} ||u^l_tau - u^l'_tau||^2",
                     hypotheses, &subject, lemma13);
    subject.quantity = "Lemma 14, relative error";
    if (done == OK) {
        done = row_identity(rows, t, "E10 (Lemma 14), categorical",
                            "(1/p) sum_l ||u^l - u||^2 = (1/p^2) sum_{l<l'} ||u^l - u^l'||^2",
                            hypotheses, &subject, lemma14);
    }
    return done;
}

/* What the rounds of one kind add to the rows about the split and flips. */
typedef struct {
    double split_error, strays, inside, largest_flips;
    moments_closest part, flips, flips_anywhere; /* flips inside the R-ball, in all rounds */
} run_summary;

static void summarise(const moments_round *rounds, size_t count, double radius, run_summary *sum)
{
    for (size_t k = 0; k < count; k++) {
        const moments_round *round = &rounds[k];
        sum->split_error = larger(sum->split_error, round->split_error);
        sum->strays += round->strays;
        sum->largest_flips = larger(sum->largest_flips, round->flips);
        moments_closest_keep(&sum->part, round->part.value, round->part.bound);
        moments_closest_keep(&sum->flips_anywhere, round->flips, round->set);
        if (round->drift_before <= radius && round->drift_after <= radius) {
            sum->inside++;
            moments_closest_keep(&sum->flips, round->flips, round->set);
        }
    }
}

static status rows_split(const moments_run_evidence *e, const run_summary *sum, theory_rows *rows,
                         table *t)
{
    size_t rounds = 2 * e->count;
    char hypotheses[160];
    snprintf(hypotheses, sizeof hypotheses,
             "both mask kinds, %zu rounds, R = %.4g; relative to the largest term", rounds,
             e->radius);
    moments_subject subject = {"split", "-",  "trained",     "both sides, relative error",
                               "-",     "<=", (double)rounds};
    status done = row_identity(
        rows, t, "Split (Lemmas 5-12, 15, 19)",
        "||y-u_{k+1}||^2 = ||y-u_k||^2 - 2<y-u_k,I1> - 2<y-u_k,I2> + ||u_{k+1}-u_k||^2", hypotheses,
        &subject, sum->split_error);
    statement_row *row =
        done == OK ? theory_row(rows, "Split, |I2_i|", DERIVED,
                                "|I2_i| <= (xi/sqrt m) |S_i| max_r ||w_{k+1,r} - w_{k,r}||")
                   : NULL;
    if (!row) { return FAILED; }
    theory_check_at_most(row, true, sum->part.bound, sum->part.value, rounds);
    snprintf(row->hypotheses, sizeof row->hypotheses,
             "unit rows; %zu rounds, %.0f of them inside the R-ball (the bound holds outside too); "
             "closest of all "
             "samples",
             rounds, sum->inside);
    put_bound(t, "split", "trained", "|I2_i|", (double)rounds, sum->part.bound, sum->part.value);
    return OK;
}

static status row_flips(const moments_run_evidence *e, const run_summary *sum, theory_rows *rows,
                        table *t)
{
    size_t rounds = 2 * e->count;
    statement_row *row =
        theory_row(rows, "Lemma 16, flips", DERIVED,
                   "inside the R-ball only neurons of S_i flip on x_i: flips <= |S_i|; none flips "
                   "that moved less than |<w_0r,x_i>|");
    if (!row) { return FAILED; }
    moments_closest shown = sum->inside > 0 ? sum->flips : sum->flips_anywhere;
    theory_check_at_most(row, sum->inside > 0, shown.bound, shown.value, (size_t)sum->inside);
    check_also(row, sum->strays == 0);
    snprintf(row->hypotheses, sizeof row->hypotheses,
             "%.0f of %zu rounds inside the ball R = %.4g, shown: the one closest to |S_i|; most "
             "flips in all rounds: "
             "%g",
             sum->inside, rounds, e->radius, sum->largest_flips);
    if (sum->inside > 0) {
        put_bound(t, "Lemma 16", "trained", "flips on a sample, inside the R-ball", sum->inside,
                  shown.bound, shown.value);
    }
    put_bound(t, "Lemma 16", "trained", "flips of neurons that moved too little", (double)rounds, 0,
              sum->strays);
    return OK;
}

status moments_claims_runs(const moments_run_evidence *e, theory_rows *rows, table *t)
{
    run_summary sum = {0};
    summarise(e->bernoulli, e->count, e->radius, &sum);
    summarise(e->categorical, e->count, e->radius, &sum);
    status done = rows_combined(e, rows, t);
    if (done == OK) { done = rows_split(e, &sum, rows, t); }
    return done == OK ? row_flips(e, &sum, rows, t) : done;
}
