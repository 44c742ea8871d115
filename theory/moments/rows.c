#include "theory/moments/rows.h"

#include <math.h>
#include <stdio.h>

#include "theory/shared/criteria.h"

typedef struct {
    const char *fact, *lemma, *says;
    moment first, last; /* its quantities */
} fact;

static const fact FACTS[] = {
    {"E1", "Lemma 18", "P(c_r >= 1) = theta", MOMENT_TAKEN, MOMENT_TAKEN},
    {"E2", "Lemma 18", "E[eta_r m_r^l] = theta/p, and E[b_r/c_r] = phi", MOMENT_SHARE,
     MOMENT_RECIPROCAL},
    {"E3", "Lemma 20", "E[nu_rr'] = xi theta for r != r', theta for r = r'", MOMENT_NU_SAME,
     MOMENT_NU_OTHER},
    {"E4", "Lemma 21",
     "Var(nu_rr') = xi(1-xi) phi + xi^2 theta(1-theta) for r != r', theta(1-theta) for r = r'",
     MOMENT_NU_SAME2, MOMENT_NU_OTHER2},
    {"E5", "Lemma 1", "E[ut_r(x_i)] = theta (u(x_i) + (1-xi) a_r sigma_ri/sqrt m)", MOMENT_MIXING,
     MOMENT_MIXING},
    {"E6", "Lemma 3",
     "E sum_i (ut_r - b_r u)^2 = (1/m)[xi(1-xi) phi sum_{r'!=r} sigma^2 + (1-xi)^2 theta sum_i "
     "sigma_ri^2]",
     MOMENT_SPREAD, MOMENT_SPREAD},
    {"E7", "Lemma 2", "E[g_r] = (theta/xi) dL/dw_r + (theta(1-xi)/m) sum_i sigma_ri x_i",
     MOMENT_GRADIENT, MOMENT_GRADIENT},
    {"E8", "Definition 1", "E_mask[H_m] = H at weights independent of the mask", MOMENT_KERNEL,
     MOMENT_KERNEL},
    {"E9", "Lemmas 24, 25", "E||u - u^l||^2 = V = (xi(1-xi)/m) sum_i sum_r sigma_ri^2", MOMENT_JUMP,
     MOMENT_JUMP},
    {"E12", "one step",
     "E[u_{k+1} - u_k] = eta theta [H(y - u_k) - xi(1-xi) m^{-3/2} sum_r a_r D_r G s_r]",
     MOMENT_CHANGE, MOMENT_CHANGE},
    {"Lemma 4", "mean",
     "E||ut_r - b_r y||^2 = [E6] + 2 theta(1-xi)(a_r/sqrt m) sum_i sigma_ri (u_i - y_i) + theta "
     "||u - y||^2",
     MOMENT_RESIDUAL, MOMENT_RESIDUAL},
};

static const char *const QUANTITIES[MOMENTS] = {
    [MOMENT_TAKEN] = "b_r",
    [MOMENT_SHARE] = "eta_r m_r^l",
    [MOMENT_RECIPROCAL] = "b_r/c_r",
    [MOMENT_NU_SAME] = "nu_rr",
    [MOMENT_NU_OTHER] = "nu_rr'",
    [MOMENT_NU_SAME2] = "nu_rr^2",
    [MOMENT_NU_OTHER2] = "nu_rr'^2",
    [MOMENT_MIXING] = "ut_r(x_i)",
    [MOMENT_SPREAD] = "sum_i(ut_r-b_r u)^2",
    [MOMENT_GRADIENT] = "<x_i,g_r>",
    [MOMENT_KERNEL] = "(H_m)_ij",
    [MOMENT_JUMP] = "||u-u^l||^2",
    [MOMENT_CHANGE] = "(u_{k+1}-u_k)/eta",
    [MOMENT_RESIDUAL] = "||ut_r-b_r y||^2",
};

const char *moments_kind(mask_kind kind)
{
    return kind == MASK_CATEGORICAL ? "categorical" : "bernoulli";
}

static const char *const ALONG[MOMENT_DIRECTIONS] = {"mean",  "expected", "minor",
                                                     "signs", "signs",    "signs"};

/* Keeps the smallest p-value; a NaN stays. */
static double smaller(double p, double q)
{
    return q >= p || isnan(p) ? p : q;
}

/* The enumerated means of all quantities of a fact; the largest relative error. */
static double worst_enumerated(const fact *what, const moments_evidence *e, table *t)
{
    moments_layout at = moments_layout_of(e->small);
    double worst = 0;
    for (int f = (int)what->first; f <= (int)what->last; f++) {
        size_t first = at.first[f];
        moments_comparison c = moments_compare_exact(e->expected + first, e->mean + first,
                                                     moments_count(&at, (moment)f));
        moments_subject subject = {what->fact,      moments_kind(e->small->settings.mask),
                                   "enumerated",    QUANTITIES[f],
                                   "entries",       "=",
                                   (double)e->masks};
        moments_put(t, &subject, c);
        worst = c.relative <= worst || isnan(worst) ? worst : c.relative;
    }
    return worst;
}

/* The simulated means of all quantities of a fact along all directions; the smallest family-wise p-value. */
static double worst_simulated(const fact *what, const moments_evidence *e, table *t)
{
    double worst = 1, trials = e->sample->trials;
    for (int f = (int)what->first; f <= (int)what->last; f++) {
        for (size_t k = 0; k < MOMENT_DIRECTIONS; k++) {
            size_t place = (size_t)f * MOMENT_DIRECTIONS + k;
            moments_comparison c = moments_compare_sampled(
                e->seen + place, e->sample->mean + place, e->sample->squares + place, 1, trials,
                moments_rounding(e->large, (moment)f), MOMENT_FAMILY);
            moments_subject subject = {what->fact,  moments_kind(e->large->settings.mask),
                                       "simulated", QUANTITIES[f],
                                       ALONG[k],    "=",
                                       trials};
            moments_put(t, &subject, c);
            worst = smaller(worst, c.p);
        }
    }
    return worst;
}

static void describe(statement_row *row, const moments_evidence *e, bool drawn)
{
    const train_settings *s = &e->small->settings;
    const char *assumption =
        s->mask == MASK_CATEGORICAL ? "Assumption 4, theta = phi = 1" : "Assumption 2";
    int used =
        snprintf(row->hypotheses, sizeof row->hypotheses, "%s: all %zu masks at m=%zu p=%zu n=%zu",
                 assumption, e->masks, s->width, s->subnets, e->small->g->n);
    if (e->large && used >= 0 && (size_t)used < sizeof row->hypotheses) {
        snprintf(row->hypotheses + used, sizeof row->hypotheses - (size_t)used,
                 "; draws at m=%zu p=%zu n=%zu (%s)", e->large->settings.width,
                 e->large->settings.subnets, e->large->g->n,
                 drawn ? "limit: p-value" : "too few for an interval");
    }
}

status moments_rows_facts(const moments_evidence *e, theory_rows *rows, table *t)
{
    for (size_t k = 0; k < sizeof FACTS / sizeof *FACTS; k++) {
        const fact *what = &FACTS[k];
        char label[64];
        snprintf(label, sizeof label, "%s (%s), %s", what->fact, what->lemma,
                 moments_kind(e->small->settings.mask));
        statement_row *row = theory_row(rows, label, EXACT, what->says);
        if (!row) { return FAILED; }
        bool drawn = e->large && moments_draws_suffice(e->large, e->sample->trials);
        double enumerated = worst_enumerated(what, e, t),
               p = drawn ? worst_simulated(what, e, t) : NAN;
        theory_check_at_most(row, true, CRITERION_EXACT, enumerated,
                             drawn ? (size_t)e->sample->trials : e->masks);
        row->limit = p;
        if (drawn && !(p >= 1 - CRITERION_CONFIDENCE)) { row->verdict = STATEMENT_REFUTED; }
        describe(row, e, drawn);
    }
    return OK;
}

status moments_rows_steepest(moments_closest worst, size_t draws, theory_rows *rows, table *t)
{
    statement_row *row = theory_row(rows, "Lemma 4, inequality", DERIVED,
                                    "||g_r|| <= sqrt(||G||/m) ||ut_r - b_r y||");
    if (!row) { return FAILED; }
    theory_check_at_most(row, true, worst.bound, worst.value, draws);
    snprintf(row->hypotheses, sizeof row->hypotheses,
             "every draw of both mask kinds, every neuron looked at; the closest is shown");
    moments_subject subject = {"Lemma 4", "-", "simulated", "||g_r||", "-", "<=", (double)draws};
    moments_put(t, &subject, moments_compare_bound(worst.bound, worst.value, 1));
    return OK;
}

/* phi = sum_{x=1}^p C(p,x) xi^x (1-xi)^{p-x} / x */
static double phi_sum(unsigned p, double xi)
{
    double sum = 0;
    for (unsigned x = 1; x <= p; x++) {
        double choose =
            lgamma(p + 1.0) - lgamma(x + 1.0) - lgamma(p - x + 1.0); /* in logs, or it overflows */
        double none = x < p ? (p - x) * log1p(-xi) : 0;
        sum += exp(choose + x * log(xi) + none) / x;
    }
    return sum;
}

/* Does phi/bound keep to 1 as claimed? At equality it is 1 to rounding, elsewhere below. */
static bool ratio_holds(double ratio, bool equal)
{
    return equal ? fabs(ratio - 1) <= CRITERION_EXACT : ratio < 1 - CRITERION_EXACT;
}

status moments_rows_phi(const moments_phi_claim *claim, unsigned p, double xi, theory_rows *rows,
                        table *t)
{
    enum { MOST = 20, GRID = 20 };
    statement_row *row = theory_row(rows, claim->label, DERIVED, claim->says);
    if (!row) { return FAILED; }
    double worst = 0;
    bool holds = true;
    for (unsigned subnets = 1; subnets <= MOST; subnets++) {
        for (int k = 1; k <= GRID; k++) {
            double share = (double)k / GRID,
                   ratio = phi_sum(subnets, share) / claim->above(subnets, share);
            worst = ratio <= worst || isnan(worst) ? worst : ratio;
            holds &= ratio_holds(ratio, subnets == 1 && (claim->equal_for_all_xi || k == GRID));
        }
    }
    theory_check_at_most(row, true, claim->above(p, xi) * (1 + CRITERION_EXACT), phi_sum(p, xi),
                         MOST * GRID);
    if (!holds) { row->verdict = STATEMENT_REFUTED; }
    snprintf(
        row->hypotheses, sizeof row->hypotheses,
        "Assumption 2; p = 1..%d, xi = 1/%d..1: largest phi/bound %.6g; shown at p = %u, xi = %g",
        MOST, GRID, worst, p, xi);
    moments_subject subject = {"E2", "bernoulli", "computed", claim->quantity,
                               "-",  "<=",        MOST * GRID};
    moments_put(t, &subject, moments_compare_bound(1 + CRITERION_EXACT, worst, MOST * GRID));
    return OK;
}

status moments_rows_phis(unsigned p, double xi, theory_rows *rows, table *t)
{
    static const moments_phi_claim claims[] = {
        {"E2 (Lemma 18), phi", "phi <= 2/((p+1) xi); equal only for p = xi = 1",
         "phi over 2/((p+1) xi)", bounds_phi_above, false},
        {"E2 (Lemma 18), phi, sharp",
         "phi <= 2 (1 - (1-xi)^(p+1))/((p+1) xi) - 2 (1-xi)^p; equal only for p = 1",
         "phi over the sharp bound", bounds_phi_above_sharp, true},
    };
    status done = moments_rows_phi(&claims[0], p, xi, rows, t);
    return done == OK ? moments_rows_phi(&claims[1], p, xi, rows, t) : done;
}
