/* mask-moments: the inequality of Lemma 4 and the bounds of phi, honest and with deliberate errors. Theory is double
 * precision alone. */
#include "run/real.h"

#ifdef REAL_DOUBLE
#include "tests/moments_study.h"
#include "theory/moments/compare.h"

TestSuite(mask_moments_bounds, .init = quiet, .timeout = 60);

static verdict steepest_verdict(moments_closest worst)
{
    theory_rows rows = {.command = "again"};
    cr_assert(eq(int, moments_rows_steepest(worst, 10, &rows, NULL), OK));
    verdict v = rows.rows[0].verdict;
    theory_rows_free(&rows);
    return v;
}

/* Whatever entry rounding leaves the largest error in, the table shows the same one; a wrong entry shows itself, and so does NaN. */
Test(mask_moments_bounds, rounding_does_not_choose_the_entry_shown)
{
    const double expected[] = {0.25, -0.75, nextafter(0.75, 1), 0.5};
    for (size_t off = 0; off < 4; off++) {
        double observed[] = {0.25, -0.75, 0.75, 0.5};
        observed[off] += 4e-16;
        moments_comparison c = moments_compare_exact(expected, observed, 4);
        cr_expect(eq(dbl, c.expected, -0.75), "%zu", off);
        cr_expect(le(dbl, 1e-16, c.error));
        cr_expect(le(dbl, c.error, c.tolerance));
        observed[off] += 1e-9;
        c = moments_compare_exact(expected, observed, 4);
        cr_expect(eq(dbl, c.observed, observed[off]), "%zu", off);
        cr_expect(lt(dbl, c.tolerance, c.error));
        observed[off] = NAN;
        c = moments_compare_exact(expected, observed, 4);
        cr_expect(eq(dbl, c.expected, expected[off]), "%zu", off);
        cr_expect(not(c.error <= c.tolerance));
    }
}

/* The norm of G forgotten; rows of norm 2 against the norm of unit ones. */
Test(mask_moments_bounds, steepest_gradient)
{
    study *s = study_open(MASK_BERNOULLI);
    cr_expect(eq(int, steepest_verdict(s->steepest), NOT_REFUTED));
    cr_expect(eq(int, steepest_verdict(s->sample.steepest), NOT_REFUTED));
    double norm = s->small.gram_norm;
    moments_closest found;
    s->small.gram_norm = 1;
    cr_assert(eq(int, moments_enumerate(&s->small, s->mean, &s->masks, &found), OK));
    cr_expect(eq(int, steepest_verdict(found), STATEMENT_REFUTED));
    s->small.gram_norm = norm;
    for (size_t k = 0; k < s->few.n * s->few.d; k++)
        s->few.X[k] *= 2;
    cr_assert(eq(int, moments_enumerate(&s->small, s->mean, &s->masks, &found), OK));
    cr_expect(eq(int, steepest_verdict(found), STATEMENT_REFUTED));
    cr_expect(eq(int, steepest_verdict((moments_closest){NAN, 1}), STATEMENT_REFUTED));
    study_close(s);
}

static double without_xi(unsigned p, double xi) { return bounds_phi_above(p, xi) * xi; }
static double half(unsigned p, double xi) { return bounds_phi_above(p, xi) / 2; }
static double half_sharp(unsigned p, double xi) { return bounds_phi_above_sharp(p, xi) / 2; }

static verdict phi_verdict(double (*above)(unsigned p, double xi), bool equal_for_all_xi)
{
    theory_rows rows = {.command = "again"};
    moments_phi_claim claim = {"phi", "", "phi", above, equal_for_all_xi};
    cr_assert(eq(int, moments_rows_phi(&claim, 3, 0.4, &rows, NULL), OK));
    verdict v = rows.rows[0].verdict;
    theory_rows_free(&rows);
    return v;
}

/* phi = xi for p = 1: 2/((p+1) xi) = 1/xi meets it for xi = 1 alone, the sharp bound for every xi. */
Test(mask_moments_bounds, bounds_of_phi)
{
    theory_rows rows = {.command = "again"};
    cr_assert(eq(int, moments_rows_phis(10, 0.3, &rows, NULL), OK));
    cr_assert(eq(sz, rows.count, 2));
    for (size_t k = 0; k < rows.count; k++)
        cr_expect(eq(int, rows.rows[k].verdict, NOT_REFUTED), "%s", rows.rows[k].statement);
    theory_rows_free(&rows);
    cr_expect(eq(int, phi_verdict(bounds_phi_above, false), NOT_REFUTED));
    cr_expect(eq(int, phi_verdict(bounds_phi_above, true), STATEMENT_REFUTED));
    cr_expect(eq(int, phi_verdict(bounds_phi_above_sharp, true), NOT_REFUTED));
    cr_expect(eq(int, phi_verdict(bounds_phi_above_sharp, false), STATEMENT_REFUTED));
    cr_expect(eq(int, phi_verdict(without_xi, false), STATEMENT_REFUTED));
    cr_expect(eq(int, phi_verdict(half, false), STATEMENT_REFUTED));
    cr_expect(eq(int, phi_verdict(half_sharp, true), STATEMENT_REFUTED));
}
#endif
