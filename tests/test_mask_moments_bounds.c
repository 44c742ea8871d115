/* mask-moments: the inequality of Lemma 4 and the bounds of phi, honest and with deliberate errors. Theory is double
 * precision alone. */
#include "base/real.h"

#ifdef REAL_DOUBLE
#include "model/bounds.h"
#include "tests/moments_study.h"

TestSuite(mask_moments_bounds, .init = quiet, .timeout = 60);

static const moments_settings SETTINGS = {.width = 60,
                                          .subnets = 4,
                                          .xi = 0.2,
                                          .kappa = 1,
                                          .delta = 0.05,
                                          .step = 0.1,
                                          .local_steps = 2,
                                          .rounds = 1,
                                          .trials = 80};

/* Whatever entry rounding leaves the largest error in, the table shows the same one; a wrong entry shows itself, and so
 * does NaN. */
Test(mask_moments_bounds, rounding_does_not_choose_the_entry_shown) {
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

/* Lemma 4 over all masks of the small network once more, as it is now. */
static verdict steepest_again(study_run *r) {
    moments_kind *k = &((moments_context *)r->context)->kind[MASK_BERNOULLI];
    cr_assert(eq(int, moments_enumerate(&k->small, k->mean, &k->masks, &k->lemma4), OK));
    return moments_verdict(r, "Lemma 4, inequality");
}

/* The norm of G forgotten; rows of norm 2 against the norm of unit ones; NaN, in draws and in the enumeration. */
Test(mask_moments_bounds, steepest_gradient) {
    study_run r;
    moments_context *c = moments_open(&r, 20, &SETTINGS);
    moments_kind *k = &c->kind[MASK_BERNOULLI];
    cr_expect(eq(int, steepest_again(&r), NOT_REFUTED));
    double norm = k->small.gram_norm;
    k->small.gram_norm = 1;
    cr_expect(eq(int, steepest_again(&r), STATEMENT_REFUTED));
    k->small.gram_norm = norm;
    for (size_t i = 0; i < c->few.n * c->few.d; i++) { c->few.X[i] *= 2; }
    cr_expect(eq(int, steepest_again(&r), STATEMENT_REFUTED));
    k->lemma4 = (tightest){0, 1};
    cr_expect(eq(int, moments_verdict(&r, "Lemma 4, inequality"), NOT_REFUTED));
    k->lemma4.value = NAN;
    cr_expect(eq(int, moments_verdict(&r, "Lemma 4, inequality"), STATEMENT_REFUTED));
    k->lemma4.value = 0;
    c->kind[MASK_CATEGORICAL].sample.lemma4.value = NAN;
    cr_expect(eq(int, moments_verdict(&r, "Lemma 4, inequality"), STATEMENT_REFUTED));
    study_close(&r);
}

static double without_xi(unsigned p, double xi) { return bounds_phi_above(p, xi) * xi; }
static double half(unsigned p, double xi) { return bounds_phi_above(p, xi) / 2; }
static double half_sharp(unsigned p, double xi) { return bounds_phi_above_sharp(p, xi) / 2; }

/* phi = xi for p = 1: 2/((p+1) xi) = 1/xi meets it for xi = 1 alone, the sharp bound for every xi. */
Test(mask_moments_bounds, bounds_of_phi) {
    double worst;
    cr_expect(moments_phi_holds(bounds_phi_above, false, &worst));
    cr_expect(not(moments_phi_holds(bounds_phi_above, true, &worst)));
    cr_expect(moments_phi_holds(bounds_phi_above_sharp, true, &worst));
    cr_expect(not(moments_phi_holds(bounds_phi_above_sharp, false, &worst)));
    cr_expect(not(moments_phi_holds(without_xi, false, &worst)));
    cr_expect(not(moments_phi_holds(half, false, &worst)));
    cr_expect(lt(dbl, 1, worst));
    cr_expect(not(moments_phi_holds(half_sharp, true, &worst)));
    for (unsigned p = 1; p <= 12; p++) {
        cr_expect(le(dbl, fabs(moments_phi(p, 0.3) - bounds_phi(p, 0.3)), CRITERION_EXACT),
                  "p = %u", p);
    }
}
#endif
